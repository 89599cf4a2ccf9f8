"""How long a run would take: the scheduler that also drives real runs, driven with a virtual clock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from heapq import heappop, heappush
from statistics import median
from typing import NamedTuple

from seeknal_tui.pipeline.model import Pipeline
from seeknal_tui.run.events import Status
from seeknal_tui.run.expected import expected_durations, known_duration
from seeknal_tui.run.scheduler import Scheduler
from seeknal_tui.run.state import RunState

WAITING = (Status.PENDING, Status.READY)


def simulated_makespan(
    pipeline: Pipeline,
    durations: Sequence[float],
    max_parallel: int,
    numbers: Iterable[int],
    running: Mapping[int, float] | None = None,
) -> float:
    """Seconds until all tasks of *numbers* have ended, if each takes as long as *durations* says and none fails.

    What is not of *numbers* counts as done, but for the *running*: they hold slots, pools and outputs for so many
    seconds from now; those of them that are of *numbers* too run once more afterwards.
    """
    running = running or {}
    scheduler = Scheduler(pipeline, expected_durations(pipeline), max(max_parallel, len(running)))
    ends: list[tuple[float, int]] = []
    if running:
        scheduler.request(running)
        while (number := scheduler.start_next(0.0)) is not None:
            heappush(ends, (running[number], number))
    scheduler.max_parallel = max_parallel
    scheduler.request(numbers)
    now = 0.0
    while True:
        while (number := scheduler.start_next(now)) is not None:
            heappush(ends, (now + durations[number], number))
        if not ends:
            return now
        now, number = heappop(ends)
        scheduler.finish(number, Status.SUCCEEDED, now)
        scheduler.requeued(number)


class Expectation(NamedTuple):
    """How long a run is expected to take."""

    seconds: float
    guessed: int
    """How many of its tasks were taken for typical ones, because nothing is known of them."""


def expected_time(state: RunState, now: float, max_parallel: int, chosen: AbstractSet[int]) -> Expectation | None:
    """How long it takes from *now* until the *chosen* tasks and the run that goes on have ended; None if unknown.

    A task is expected to take as long as last time, else as long as the file says, else as the median of the others.
    """
    pipeline = state.pipeline
    running: dict[int, float] = {}
    waiting: set[int] = set()
    if state.is_running:
        waiting = {i for i, status in enumerate(state.statuses) if state.in_run[i] and status in WAITING}
    numbers = waiting | chosen
    known = [_latest_duration(state, number) for number in range(len(pipeline.tasks))]
    guessed = sum(known[number] is None for number in numbers)
    told = [seconds for seconds in known if seconds]
    if guessed and not told:
        return None
    typical = median(told) if told else 0.0
    durations = [typical if seconds is None else seconds for seconds in known]
    for number in state.running:
        elapsed = now - state.attempts[number][-1].started_at
        durations[number] = max(durations[number], elapsed)
        running[number] = durations[number] - elapsed
    return Expectation(simulated_makespan(pipeline, durations, max_parallel, numbers, running), guessed)


def _latest_duration(state: RunState, number: int) -> float | None:
    for attempt in reversed(state.attempts[number]):
        if attempt.status is Status.SUCCEEDED and attempt.finished_at is not None:
            return attempt.finished_at - attempt.started_at
    return known_duration(state.pipeline.tasks[number])
