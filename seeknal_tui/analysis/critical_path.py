"""The chain of tasks that the finish hangs on."""

from __future__ import annotations

from collections.abc import Sequence

from seeknal_tui.pipeline.model import Pipeline
from seeknal_tui.run.events import Status
from seeknal_tui.run.expected import expected_durations
from seeknal_tui.run.state import RunState


def longest_chain(pipeline: Pipeline, durations: Sequence[float]) -> tuple[float, tuple[int, ...]]:
    """The dependency chain with the largest sum of durations: the sum in seconds, and its tasks from first to last.

    This is the critical path of CPM (Kelley and Walker, 1959), found in one pass over the topological order.
    """
    best = list(durations)
    before: list[int | None] = [None] * len(best)
    for number in pipeline.topological_order:
        for other in pipeline.upstream[number]:
            if best[other] + durations[number] > best[number]:
                best[number], before[number] = best[other] + durations[number], other
    if not best:
        return 0.0, ()
    last: int | None = max(range(len(best)), key=best.__getitem__)
    length, chain = max(best), []
    while last is not None:
        chain.append(last)
        last = before[last]
    return length, tuple(reversed(chain))


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


def critical_path(pipeline: Pipeline, state: RunState, now: float) -> tuple[int, ...]:
    """The longest chain as far as is known at *now* (session seconds): see :func:`durations_so_far`."""
    return longest_chain(pipeline, durations_so_far(pipeline, state, now))[1]
