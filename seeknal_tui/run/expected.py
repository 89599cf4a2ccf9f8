"""How long tasks are expected to take, before they are run."""

from __future__ import annotations

from statistics import median

from seeknal_tui.pipeline.model import Pipeline, SleepAction, Task

UNKNOWN_S = 1.0
"""What is assumed of a task when nothing is known of any."""


def known_duration(task: Task) -> float | None:
    """Seconds that the file itself gives: the ``estimate``, else the length of a ``sleep``; a join point takes none."""
    if task.estimate is not None:
        return task.estimate
    if task.action is None:
        return 0.0
    if isinstance(task.action, SleepAction):
        return task.action.seconds
    return None


def expected_durations(pipeline: Pipeline) -> list[float]:
    """Expected seconds of each task; one of which nothing is known is taken for the median of those that are known."""
    known = [known_duration(task) for task in pipeline.tasks]
    typical = median([seconds for seconds in known if seconds] or [UNKNOWN_S])
    return [typical if seconds is None else seconds for seconds in known]
