"""What the dashboard knows of the time to come: when the run will end, what that hangs on, what other slots would do.

All of it is simulated anew while a run goes on, a few milliseconds at a time between two looks at the run, so that
neither the screen nor the tasks notice. On a large pipeline an answer is therefore some seconds old when it is shown.
"""

from __future__ import annotations

import time
from collections.abc import Generator, Sequence
from dataclasses import replace
from statistics import median
from threading import Thread

from seeknal_tui.analysis.costs import machine_cores, task_costs, with_session
from seeknal_tui.analysis.critical_path import CriticalPath, critical_path_so_far
from seeknal_tui.analysis.forecast import NEAR_BEST
from seeknal_tui.analysis.outlook import Outlook, simulation_of_rest
from seeknal_tui.analysis.simulation import Simulation, TaskCost
from seeknal_tui.run.events import Status
from seeknal_tui.run.measured import NO_MEASUREMENTS, Measurements
from seeknal_tui.run.state import RunState

SLICE_S = 0.004
"""How long it computes in one go."""
SHARE = 0.06
"""Of a core it takes no more than this while a run goes on."""
AGAIN_AFTER_S = 0.5
HIGHEST_TRIED = 16
MOST_TASKS_AT_ONCE = 300
"""What more tasks took is worked out in a thread of its own, as it may take a second."""


class Foresight:
    """Looks ahead from a state, whenever it is given a moment."""

    def __init__(self, state: RunState, history: Measurements = NO_MEASUREMENTS) -> None:
        self._state = state
        self._history = history
        self._costs: list[TaskCost] | None = None
        self._runs_in_costs = -1
        self._thread: Thread | None = None
        self._work: Generator[None, None, None] | None = None
        self._seen: tuple[object, ...] = ()
        self._max_parallel = 0
        self._now = 0.0
        self._begun_at = self._not_before = float("-inf")
        self.cores = machine_cores()
        self.outlook: Outlook | None = None
        """What is expected of the run that goes on, or of one of all tasks; None as long as that is not computed."""
        self.path = CriticalPath()
        self.seconds: dict[int, float] = {}
        """How long, from when it was computed, the run would still take with so many slots."""
        self.computed_at = 0.0
        """Session seconds."""
        self.best: int | None = None
        """The fewest slots with which it would end within 5 % of the earliest; None as long as that is not known."""

    def costs(self) -> Sequence[TaskCost]:
        """What each task takes, by history and by the runs of this session that have ended."""
        ended_runs = self._state.runs - self._state.is_running
        if self._costs is None or self._runs_in_costs != ended_runs:
            self._runs_in_costs = ended_runs
            self._costs = self._find_costs()
        if any(cost.unknown for cost in self._costs):
            return self._guesses_by_the_run_so_far(self._costs)
        return self._costs

    def _find_costs(self) -> list[TaskCost]:
        return task_costs(self._state.pipeline, with_session(self._history, self._state), self.cores)

    def _guesses_by_the_run_so_far(self, costs: list[TaskCost]) -> list[TaskCost]:
        ended = [
            attempt.finished_at - attempt.started_at
            for attempts in self._state.attempts
            for attempt in attempts[-1:]
            if attempt.status is Status.SUCCEEDED and attempt.finished_at is not None
        ]
        typical = median(ended) if ended else None
        return costs if typical is None else [replace(cost, wall_s=typical) if cost.unknown else cost for cost in costs]

    def look_ahead(self, now: float, max_parallel: int, clock: float) -> None:
        """Compute for a moment; *now* in session seconds, *clock* on any clock that never goes back."""
        state = self._state
        if max_parallel != self._max_parallel or now < self._now:
            self._max_parallel = max_parallel
            self._work = None  # a hand is on the slider, or the user looks back: that goes first
            self._begun_at = self._not_before = float("-inf")
        self._now = now
        if clock < self._not_before:
            return
        if self._work is None:
            seen = (state.version, state.runs, max_parallel)
            if clock - self._begun_at < AGAIN_AFTER_S or (seen == self._seen and not state.is_running):
                return
            self._seen, self._begun_at = seen, clock
            self._work = self._compute(now, max_parallel)
        began = time.perf_counter()
        for _ in self._work:
            if time.perf_counter() - began >= SLICE_S:
                break
        else:
            self._work = None
        if state.is_running:
            self._not_before = clock + (time.perf_counter() - began) / SHARE

    def _compute(self, now: float, max_parallel: int) -> Generator[None, None, None]:
        state = self._state
        if state.runs and not state.is_running:
            self.path = critical_path_so_far(state, now)
            yield
        while self._costs is None and len(state.pipeline.tasks) > MOST_TASKS_AT_ONCE:
            if self._thread is None:
                self._thread = Thread(target=self._set_costs, name="costs", daemon=True)
                self._thread.start()
            yield
        costs = self.costs()
        yield
        simulation = yield from self._simulated(costs, now, max_parallel)
        seconds = {max_parallel: simulation.makespan_s}
        outlook = Outlook(state, simulation, now)
        if state.is_running or not state.runs:
            self.path = outlook.path
            yield
        self.outlook, self.computed_at, self.seconds = outlook, now, dict(seconds)
        highest = max(HIGHEST_TRIED, max_parallel + 1)
        for value in (max_parallel - 1, max_parallel + 1, highest):
            if value >= 1:
                seconds[value] = (yield from self._simulated(costs, now, value)).makespan_s
        self.seconds = dict(seconds)
        enough = seconds[highest] * NEAR_BEST
        low, best = 1, highest
        while low < best:
            middle = (low + best) // 2
            if middle not in seconds:
                seconds[middle] = (yield from self._simulated(costs, now, middle)).makespan_s
            low, best = (low, middle) if seconds[middle] <= enough else (middle + 1, best)
        self.seconds, self.best = seconds, best

    def _set_costs(self) -> None:
        self._runs_in_costs = self._state.runs - self._state.is_running
        self._costs = self._find_costs()

    def _simulated(self, costs: Sequence[TaskCost], now: float, max_parallel: int) -> Generator[None, None, Simulation]:
        """The rest of the run that goes on; a run of all tasks if none does."""
        state = self._state
        chosen = frozenset() if state.is_running else frozenset(range(len(state.pipeline.tasks)))
        simulation = simulation_of_rest(state, costs, now, cores=self.cores, max_parallel=max_parallel, chosen=chosen)
        yield
        yield from simulation.steps()
        return simulation
