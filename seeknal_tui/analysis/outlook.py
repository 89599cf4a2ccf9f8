"""When the run that goes on, and each of its tasks, will end: simulated from where it stands, with a range.

The range
    A simulation takes each task for typical. How far the end may lie from it is told by how much the times of the tasks
    that it hangs on have differed from run to run (see :mod:`seeknal_tui.analysis.spread`). The range that is told
    holds four of five ends (80 %), if these are normally distributed; ``tests/benchmarks/bench_eta.py`` counts how many
    it does hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from functools import cached_property
from itertools import takewhile
from math import sqrt
from typing import NamedTuple

from seeknal_tui.analysis.critical_path import CriticalPath, critical_path, slacks
from seeknal_tui.analysis.schedule import Schedule
from seeknal_tui.analysis.shared_cores import slowdown_of
from seeknal_tui.analysis.simulation import Simulation, Standing, TaskCost
from seeknal_tui.run.events import Status
from seeknal_tui.run.state import WAITING, RunState

LEAST_MARGIN_S = 0.1
"""Nothing is promised more exactly: what a run takes to begin and to end differs by as much."""
BETWEEN_S = 0.001
"""What passes between an end and the start that hangs on it is not known more exactly; of thousands that adds up."""
FOUR_OF_FIVE = 1.2816
"""So many standard deviations to either side hold 80 % of a normal distribution."""
OVERDUE = 0.1
"""A task that runs longer than it should is expected to take so much of its time so far once more."""
ENOUGH_PROGRESS = 0.05


class Range(NamedTuple):
    """An expected moment, in session seconds, and how many seconds before and after it hold four of five."""

    at: float
    margin_s: float


def standing_of(state: RunState, costs: Sequence[TaskCost], now: float, cores: float) -> tuple[Standing, list[int]]:
    """Where the run that goes on stands at *now* (session seconds), and which of its tasks still wait."""
    if not state.is_running:
        return Standing(), []
    slowdown = slowdown_of([costs[number].cores for number in state.running], cores)
    running, delayed = {}, {}
    for number in state.running:
        part = min(1.0, costs[number].cores)
        elapsed = now - state.attempts[number][-1].started_at
        done = elapsed / (1.0 - part + part * slowdown)
        running[number] = _left_s(costs[number], done, state.progress[number])
    waiting = []
    for number, status in enumerate(state.statuses):
        if state.in_run[number] and status in WAITING:
            retry_at = state.retry_at[number]
            if retry_at is None:
                waiting.append(number)
            else:
                delayed[number] = max(0.0, retry_at - now)
    failed = {number: _failed(state, number) for number in (*running, *delayed)}
    return Standing(running, delayed, failed), waiting


def _failed(state: RunState, number: int) -> int:
    """How many attempts of a task have failed in a row."""
    ended = [one for one in state.attempts_of_run(number) if one.finished_at is not None]
    return sum(1 for _ in takewhile(lambda one: one.status is Status.FAILED, reversed(ended)))


def _left_s(cost: TaskCost, done: float, progress: float | None) -> float:
    """Seconds that a task which has done *done* seconds of its work still takes, with the machine for itself."""
    # DuckDB tells of a query for most of its time that a third is done: what earlier runs took tells more.
    is_told = progress is not None and progress >= ENOUGH_PROGRESS and (cost.guessed or not cost.is_query)
    if progress is not None and is_told:
        by_progress = done * (1.0 - progress) / progress
        return by_progress if cost.guessed else (by_progress + max(0.0, cost.wall_s - done)) / 2
    return max(cost.wall_s - done, OVERDUE * done)


def simulation_of_rest(
    state: RunState,
    costs: Sequence[TaskCost],
    now: float,
    *,
    cores: float,
    max_parallel: int,
    chosen: AbstractSet[int] = frozenset(),
) -> Simulation:
    """The simulation, yet to be computed, of what is left of the run that goes on, with the *chosen* tasks added."""
    standing, waiting = standing_of(state, costs, now, cores)
    numbers: Iterable[int] = {*waiting, *chosen}
    return Simulation(state.pipeline, costs, max_parallel, cores, numbers=numbers, standing=standing)


class Outlook:
    """What a computed *simulation*, begun at *at* (session seconds), says of the run; all times in session seconds."""

    def __init__(self, state: RunState, simulation: Simulation, at: float) -> None:
        self._state = state
        self._simulation = simulation
        self._at = at

    @cached_property
    def schedule(self) -> Schedule:
        """The run as it was so far, and as it is expected to go on."""
        return Schedule(self._state, max(self._at, self._state.now), self._simulation, self._at)

    @cached_property
    def path(self) -> CriticalPath:
        """What the end hangs on."""
        return critical_path(self.schedule)

    @cached_property
    def slacks(self) -> dict[int, float]:
        """How many seconds later each task could end."""
        return slacks(self.schedule)

    @cached_property
    def end(self) -> Range:
        """When the last task ends."""
        stretches = self.schedule.stretches
        if not stretches:
            return Range(self._at, 0.0)
        last = max(range(len(stretches)), key=lambda place: stretches[place].finished_at)
        return Range(self._at + self._simulation.makespan_s, max(LEAST_MARGIN_S, self._margin_s(last)))

    def end_of(self, number: int) -> Range | None:
        """When a task that runs or waits ends; None if it does neither."""
        end = self._simulation.ended[number]
        return None if end is None else Range(self._at + end, self._margin_of(number))

    def start_of(self, number: int) -> Range | None:
        """When a task that waits starts; None if it does not wait."""
        begin = self._simulation.started[number]
        if begin is None or number in self._state.running:
            return None
        return Range(self._at + begin, self._margin_of(number, own=False))

    def _margin_of(self, number: int, *, own: bool = True) -> float:
        places = self.schedule.of_task.get(number)
        return self._margin_s(places[-1], own=own) if places else 0.0

    def _margin_s(self, place: int, *, own: bool = True) -> float:
        """Half the range of the end of a stretch, or of its start: of all that it hangs on and that is to come."""
        schedule, costs = self.schedule, self._simulation.costs
        stretches = schedule.stretches
        stretch = stretches[place]
        variance = common_s = 0.0
        until = stretch.finished_at if own else stretch.started_at
        seen = set()
        while place not in seen and until > self._at:
            seen.add(place)
            stretch = stretches[place]
            if own:
                cost = costs[stretch.number]
                variance += (cost.spread * (stretch.finished_at - stretch.started_at)) ** 2
                common_s += cost.common_spread * (stretch.finished_at - max(self._at, stretch.started_at)) + BETWEEN_S
            own = True
            hang = schedule.hangs_on(place)
            if hang is None:
                break
            place = hang.place
            until = stretches[place].finished_at
        return FOUR_OF_FIVE * sqrt(variance + common_s**2)


class Expectation(NamedTuple):
    """How long a run is expected to take."""

    seconds: float
    margin_s: float
    """So many seconds before and after hold four of five."""
    guessed: int
    """How many of its tasks were taken for typical ones, because nothing is known of them."""


def expected_time(
    state: RunState,
    costs: Sequence[TaskCost],
    now: float,
    *,
    cores: float,
    max_parallel: int,
    chosen: AbstractSet[int],
) -> Expectation | None:
    """How long it takes from *now* until the *chosen* tasks and the run that goes on have ended.

    None if nothing is known of any task of the pipeline.
    """
    simulation = simulation_of_rest(state, costs, now, cores=cores, max_parallel=max_parallel, chosen=chosen).run()
    members = {number for number, end in enumerate(simulation.ended) if end is not None}
    guessed = sum(costs[number].unknown for number in members)
    if guessed and all(cost.unknown or not cost.wall_s for cost in costs):
        return None
    outlook = Outlook(state, simulation, now)
    return Expectation(simulation.makespan_s, outlook.end.margin_s, guessed)
