"""What the dashboard knows of the time to come: when the run will end, what that hangs on, what other slots would do.

All of it is simulated anew while a run goes on, a few milliseconds at a time between two looks at the run, so that
neither the screen nor the tasks notice. Of many tasks, some of what must be done in one go takes longer than the screen
may wait: so it is done in a thread, with a copy of the state, and it pauses as much. On a large pipeline an answer is
therefore some seconds old when it is shown. Only what a hand on the slider waits for is computed without a pause.
"""

from __future__ import annotations

import time
from collections.abc import Generator, Sequence
from dataclasses import replace
from statistics import median
from threading import Event, Thread

from seeknal_tui.analysis.costs import machine_cores, task_costs, with_session
from seeknal_tui.analysis.critical_path import CriticalPath, critical_path_so_far, slacks
from seeknal_tui.analysis.forecast import NEAR_BEST, Work
from seeknal_tui.analysis.outlook import Outlook, simulation_of_rest, standing_of
from seeknal_tui.analysis.schedule import Schedule
from seeknal_tui.analysis.simulation import Simulation, TaskCost
from seeknal_tui.dashboard.forecast_words import by_slots, ends_in
from seeknal_tui.run.events import Status
from seeknal_tui.run.measured import NO_MEASUREMENTS, Measurements
from seeknal_tui.run.snapshot import snapshot
from seeknal_tui.run.state import RunState

SLICE_S = 0.004
"""How long it computes in one go."""
HURRY_SLICE_S = 0.03
"""The same while a hand is on the slider, until what it waits for is known."""
SHARE = 0.03
"""Of a core it takes no more than this while a run goes on."""
IDLE_SHARE = 0.4
"""The same when none does: what the end of a run changes on the screen is painted just then."""
AGAIN_AFTER_S = 0.5
HIGHEST_TRIED = 16
MOST_TASKS_FOR_SLACK = 1000
"""Of more it takes too long to be found at each answer."""
OTHER_SLOTS_AFTER_S = 60.0
"""With more tasks than that, other slots are tried only so often: that takes eight times as long as the rest."""
MOST_TASKS_AT_ONCE = 100
"""More are looked at in a thread."""
RUN_FIRST_S = 2.0
"""For so long a run that begins has the processor for itself before that thread does: a short one has ended by then."""


class Foresight:
    """Looks ahead from a state, whenever it is given a moment."""

    def __init__(self, state: RunState, history: Measurements = NO_MEASUREMENTS) -> None:
        self._state = state
        self._history = history
        self._costs: list[TaskCost] | None = None
        self._runs_in_costs = -1
        self._thread: Thread | None = None
        self._abandoned = Event()
        """Whether the thread is to end, as what it computes is no longer asked for."""
        self._work: Generator[None, None, None] | None = None
        self._hurries = False
        self._seen: tuple[object, ...] = ()
        self._max_parallel = 0
        self._now = self._clock = 0.0
        self._begun_at = self._not_before = float("-inf")
        self._opened_at = float("inf")
        self._others_tried_at = float("-inf")
        self._knows_something = False
        self._slacks: dict[int, float] | None = None
        """Of the run that has ended."""
        self.cores = machine_cores()
        self.outlook: Outlook | None = None
        """What is expected of the run that goes on, or of one of all tasks; None as long as that is not computed."""
        self.path = CriticalPath()
        self.finish_s: dict[int, float] = {}
        """How long the run would take with so many slots from now on: from its beginning to its end."""
        self.floor_s: float | None = None
        """However many slots it had from now on, it would take no less; None as long as that is not known."""
        self.best: int | None = None
        """The fewest slots with which it would end within 5 % of the earliest; None as long as that is not known."""
        self.answers = 0
        """Grows with each answer."""

    def slack_of(self, number: int) -> float | None:
        """How much later a task could end, or could have, without the run ending later; None if that is not known."""
        if len(self._state.pipeline.tasks) > MOST_TASKS_FOR_SLACK:
            return None
        if self._state.runs and not self._state.is_running:
            if self._slacks is None:
                self._slacks = slacks(Schedule(self._state, self._state.now))
            return self._slacks.get(number)
        return None if self.outlook is None else self.outlook.slacks.get(number)

    def ends_in(self, now: float) -> str:
        """When the run that goes on ends, in words; empty if that is not known."""
        if self.outlook is None or not self._knows_something or not self._state.is_running:
            return ""
        end = self.outlook.end
        return ends_in(end.at - now, end.margin_s)

    def by_slots(self) -> list[str]:
        """When it would end with other slots, in words: the most of them first; none if that is not known."""
        if not self._knows_something:
            return []
        return by_slots(self.finish_s, self._max_parallel, self.best, self.floor_s)

    def costs(self) -> Sequence[TaskCost]:
        """What each task takes, by history and by the runs of this session that have ended."""
        return self._costs_in(self._state)

    def _costs_in(self, state: RunState) -> Sequence[TaskCost]:
        ended_runs = state.runs - state.is_running
        found = self._costs
        if found is None or self._runs_in_costs != ended_runs:
            found = task_costs(state.pipeline, with_session(self._history, state), self.cores)
            self._costs, self._runs_in_costs = found, ended_runs
        if any(cost.unknown for cost in found):
            return self._guesses_by_the_run_so_far(state, found)
        return found

    @staticmethod
    def _guesses_by_the_run_so_far(state: RunState, costs: list[TaskCost]) -> list[TaskCost]:
        ended = [
            attempt.finished_at - attempt.started_at
            for attempts in state.attempts
            for attempt in attempts[-1:]
            if attempt.status is Status.SUCCEEDED and attempt.finished_at is not None
        ]
        if not ended:
            return costs
        typical = median(ended)
        guess = replace(next(cost for cost in costs if cost.unknown), wall_s=typical)  # what is unknown is alike
        return [guess if cost.unknown else cost for cost in costs]

    def look_ahead(self, now: float, max_parallel: int, clock: float) -> None:
        """Compute for a moment; *now* in session seconds, *clock* on any clock that never goes back."""
        state = self._state
        if max_parallel != self._max_parallel or now < self._now:
            self._hurries = 0 < self._max_parallel != max_parallel
            self._max_parallel = max_parallel
            self._work = None  # a hand is on the slider, or the user looks back: that goes first
            self._abandoned.set()
            self._begun_at = self._not_before = self._others_tried_at = float("-inf")
        self._now, self._clock = now, clock
        self._opened_at = min(self._opened_at, clock)
        if clock < self._not_before or (self._thread is not None and self._thread.is_alive()):
            return
        if self._work is None:
            seen = (state.version, state.runs, max_parallel)
            if clock - self._begun_at < AGAIN_AFTER_S or (seen == self._seen and not state.is_running):
                return
            if len(state.pipeline.tasks) > MOST_TASKS_AT_ONCE:
                if self._costs is not None or not self._run_begins:
                    self._seen, self._begun_at = seen, clock
                    self._begin_thread(now, max_parallel)
                return
            self._seen, self._begun_at = seen, clock
            self._work = self._compute(state, now, max_parallel)
        began = time.perf_counter()
        for _ in self._work:
            if time.perf_counter() - began >= (HURRY_SLICE_S if self._hurries else SLICE_S):
                break
        else:
            self._work = None
        if state.is_running and not self._hurries:
            self._not_before = clock + (time.perf_counter() - began) / SHARE

    def _begin_thread(self, now: float, max_parallel: int) -> None:
        self._abandoned = Event()
        work = self._compute(snapshot(self._state), now, max_parallel)
        self._thread = Thread(target=self._work_through, args=(work, self._abandoned), name="foresight", daemon=True)
        self._thread.start()

    def _work_through(self, work: Generator[None, None, None], abandoned: Event) -> None:
        """Compute in a thread, with pauses; on a processor that is given back between two steps if it is asked for."""
        while not abandoned.is_set():
            began = time.perf_counter()
            for _ in work:
                if time.perf_counter() - began >= SLICE_S:
                    break
            else:
                return
            if not self._hurries:
                share = SHARE if self._state.is_running else IDLE_SHARE
                abandoned.wait((time.perf_counter() - began) * (1.0 / share - 1.0))

    def _compute(self, state: RunState, now: float, max_parallel: int) -> Generator[None, None, None]:
        if state.runs and not state.is_running:
            self.path, self._slacks = critical_path_so_far(state, now), None
            yield
        costs = self._costs_in(state)
        yield
        self._knows_something = any(cost.wall_s and not cost.unknown for cost in costs)
        passed_s = now - state.began if state.is_running else 0.0
        simulation = yield from self._simulated(state, costs, now, max_parallel)
        finish_s = {max_parallel: passed_s + simulation.makespan_s}
        self.finish_s, self._hurries = {**self.finish_s, **finish_s}, False
        self.answers += 1
        yield
        outlook = Outlook(state, simulation, now)
        if state.is_running or not state.runs:
            _ = outlook.schedule
            yield
            self.path = outlook.path
            yield
        self.outlook = outlook
        self.floor_s = passed_s + self._floor_s(state, costs, now)
        self.answers += 1
        yield
        if len(costs) > MOST_TASKS_FOR_SLACK and now < self._others_tried_at + OTHER_SLOTS_AFTER_S:
            return
        highest = max(HIGHEST_TRIED, max_parallel + 1)
        for value in (max_parallel - 1, max_parallel + 1, highest):
            if value >= 1:
                finish_s[value] = passed_s + (yield from self._simulated(state, costs, now, value)).makespan_s
        self.finish_s = dict(finish_s)
        self.answers += 1
        enough = passed_s + (finish_s[highest] - passed_s) * NEAR_BEST
        low, best = 1, highest
        while low < best:
            middle = (low + best) // 2
            if middle not in finish_s:
                finish_s[middle] = passed_s + (yield from self._simulated(state, costs, now, middle)).makespan_s
            low, best = (low, middle) if finish_s[middle] <= enough else (middle + 1, best)
        self.finish_s, self.best, self._others_tried_at = finish_s, best, now
        self.answers += 1

    @property
    def _run_begins(self) -> bool:
        """Whether a run has just begun, or may be about to, as the pipeline was opened just now."""
        if self._state.is_running:
            return self._now - self._state.began < RUN_FIRST_S
        return not self._state.runs and self._clock - self._opened_at < AGAIN_AFTER_S

    def _floor_s(self, state: RunState, costs: Sequence[TaskCost], now: float) -> float:
        standing, waiting = standing_of(state, costs, now, self.cores)
        chosen = waiting if state.is_running else range(len(costs))
        return Work.of(state.pipeline, costs, chosen, self.cores, standing).floor_s

    def _simulated(
        self, state: RunState, costs: Sequence[TaskCost], now: float, max_parallel: int
    ) -> Generator[None, None, Simulation]:
        """The rest of the run that goes on; a run of all tasks if none does."""
        chosen = frozenset() if state.is_running else frozenset(range(len(state.pipeline.tasks)))
        simulation = simulation_of_rest(state, costs, now, cores=self.cores, max_parallel=max_parallel, chosen=chosen)
        yield
        yield from simulation.steps()
        return simulation
