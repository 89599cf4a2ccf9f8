"""How long tasks are expected to take, before they are run."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from seeknal_tui.pipeline.model import Pipeline, SleepAction, Task
from seeknal_tui.run.measured import NO_MEASUREMENTS, Measured, Measurements

UNKNOWN_S = 1.0
"""What is assumed of a task when nothing is known of any."""
LATEST = 5
"""So many of the latest runs count: few enough to follow data that grow, enough for one slow run to be outvoted."""


def known_duration(task: Task, measured: Sequence[Measured] = ()) -> float | None:
    """Seconds the task usually takes, None if that is not known.

    That is the median of its latest runs; else what the file gives, its ``estimate`` or the length of a ``sleep``. A
    join point takes none.
    """
    if measured:
        return median([one.wall_s for one in measured[-LATEST:]])
    if task.estimate is not None:
        return task.estimate
    if task.action is None:
        return 0.0
    if isinstance(task.action, SleepAction):
        return task.action.seconds
    return None


def expected_durations(pipeline: Pipeline, measurements: Measurements = NO_MEASUREMENTS) -> list[float]:
    """Expected seconds of each task; one of which nothing is known is taken for the median of those that are known."""
    known = [known_duration(task, measurements.get(task.name, ())) for task in pipeline.tasks]
    typical = median([seconds for seconds in known if seconds] or [UNKNOWN_S])
    return [typical if seconds is None else seconds for seconds in known]
