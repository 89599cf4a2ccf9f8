"""How much later each task could end without making the run longer."""

from __future__ import annotations

from collections.abc import Sequence

from seeknal_tui.pipeline.model import Pipeline
from seeknal_tui.run.events import Status
from seeknal_tui.run.expected import expected_durations
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


def durations_so_far(pipeline: Pipeline, state: RunState, now: float) -> list[float]:
    """Seconds of each task as far as is known: what ran as long as it ran, what did not as long as is expected.

    *now* is in session seconds. A task that was skipped, cancelled or reused takes no time.
    """
    expected = expected_durations(pipeline)
    durations = []
    for number, status in enumerate(state.statuses):
        ran = state.running_s(number, now) if state.attempts[number] else 0.0
        if status is Status.RUNNING:
            durations.append(max(ran, expected[number]))
        elif status in (Status.PENDING, Status.READY):
            durations.append(expected[number] if ran == 0.0 else max(ran, expected[number]))
        else:
            durations.append(ran)
    return durations


def slacks_so_far(pipeline: Pipeline, state: RunState, now: float) -> list[float]:
    """The slack of each task as far as is known at *now* (session seconds): from what ran and what is expected."""
    return slacks(pipeline, durations_so_far(pipeline, state, now))
