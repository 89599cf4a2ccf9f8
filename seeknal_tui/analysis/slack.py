"""How much later each task could end without making the run longer."""

from __future__ import annotations

from collections.abc import Sequence

from seeknal_tui.analysis.critical_path import durations_so_far
from seeknal_tui.pipeline.model import Pipeline
from seeknal_tui.run.scheduler import ways_to_end
from seeknal_tui.run.state import RunState


def slacks(pipeline: Pipeline, durations: Sequence[float]) -> list[float]:
    """Seconds of slack of each task, if tasks took *durations* and waited for nothing but what they depend on.

    This is the total float of CPM (Kelley and Walker, 1959): the length of the longest chain without the length of the
    longest one that leads through the task. It is zero on the critical path.
    """
    to_end = ways_to_end(pipeline, durations)
    from_start = [0.0] * len(durations)
    for number in pipeline.topological_order:
        ends = (from_start[other] + durations[other] for other in pipeline.upstream[number])
        from_start[number] = max(ends, default=0.0)
    longest = max(to_end, default=0.0)
    return [max(0.0, longest - before - rest) for before, rest in zip(from_start, to_end, strict=True)]


def slacks_so_far(pipeline: Pipeline, state: RunState, now: float) -> list[float]:
    """The slack of each task as far as is known at *now* (session seconds): from what ran and what is expected."""
    return slacks(pipeline, durations_so_far(pipeline, state, now))
