"""What stands behind the screens: the pipeline, its runs and the choices of the user. Knows no widget.

The session folds what its engine says into one :class:`RunState`, which every pane reads. It keeps the events of all
its runs, so that after the file was read again the state of the tasks that are still in it can be folded anew.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import TYPE_CHECKING

from seeknal_tui.dashboard.engine import Engine, LocalEngine, NotPossible
from seeknal_tui.dashboard.foresight import Foresight
from seeknal_tui.dashboard.outside_view import OutsideView
from seeknal_tui.dashboard.reruns import Proposal, Reruns, Scope
from seeknal_tui.pipeline.model import OnFailure, Pipeline
from seeknal_tui.pipeline.selection import SelectionError, filtered
from seeknal_tui.run.events import (
    ENDED,
    Event,
    RunStarted,
    RunStatus,
    Status,
    TaskProgress,
    TaskSampled,
)
from seeknal_tui.run.measured import NO_MEASUREMENTS, Measurements
from seeknal_tui.run.plan import RerunPlan
from seeknal_tui.run.replay import Replay, only_known
from seeknal_tui.run.results import Results
from seeknal_tui.run.runner import HIGHEST_MAX_PARALLEL
from seeknal_tui.run.sampler import RunUse
from seeknal_tui.run.state import RunState
from seeknal_tui.run.wait import Wait, Waited

if TYPE_CHECKING:
    from seeknal_tui.history.changes import Changes


FOLDING_S = 0.015
"""How long one tick may take in events."""
FOLDED_AT_ONCE = 256
INTERRUPTED = 130


class Session:
    """One pipeline in the dashboard, from opening to quitting."""

    def __init__(
        self,
        pipeline: Pipeline,
        measurements: Measurements = NO_MEASUREMENTS,
        *,
        engine: Engine | None = None,
        max_parallel: int | None = None,
        on_failure: OnFailure | None = None,
        clock: Callable[[], float] = time.monotonic,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        self.pipeline = pipeline
        self.measurements = measurements
        """What earlier runs took."""
        self.state = RunState(pipeline)
        self.selected = 0
        self.marked: set[int] = set()
        self.filter = ""
        self.matches: frozenset[int] | None = None
        """The tasks that the filter lets through; None without a filter."""
        self.lit: frozenset[int] = frozenset()
        """The tasks of a finding, which stand out in the critical path's stead; empty for the path itself."""
        self.changes: Changes | None = None
        """What has changed since the results were made; None while that is not known, as during a run."""
        self._clock = clock
        self._wall_clock = wall_clock
        self._zero = clock()
        self._journal: list[Event] = []
        self._waiting: deque[Event] = deque()
        self._run_ids: list[str] = []
        self._started_at: list[float] = []
        self._replay: Replay | None = None
        self._outside_view = OutsideView(self.state)
        self.engine: Engine = engine or LocalEngine(
            pipeline, measurements, max_parallel=max_parallel, on_failure=on_failure
        )
        self.state.max_parallel = self.engine.max_parallel
        self.foresight = self._new_foresight()
        self._look_ahead()

    def _new_foresight(self) -> Foresight:
        return Foresight(self.state, self.measurements)

    # Time and events

    @property
    def now(self) -> float:
        """Session seconds; they stand still while nothing runs, and while the user looks back."""
        if self.looks_back:
            assert self._replay is not None
            return self._replay.moment
        if not self.state.is_running:
            return self.state.now
        return max(self.state.now, self.state.began + self._clock() - self._zero)

    def tick(self) -> set[int]:
        """Take in what has happened, for a bounded time; returns the tasks whose state has changed.

        Raises what broke the engine, if anything did.
        """
        if self.engine.crash is not None:
            raise self.engine.crash
        if self.looks_back:  # what happens meanwhile is taken in when the user is back at the end
            self._look_ahead()
            return set()
        state, waiting = self.state, self._waiting
        waiting.extend(self.engine.drain())
        deadline = time.monotonic() + FOLDING_S
        while waiting and time.monotonic() < deadline:
            for _ in range(min(FOLDED_AT_ONCE, len(waiting))):
                self.take(waiting.popleft())
        touched = state.touched
        state.touched = set()
        self._look_ahead()
        return touched

    @property
    def use(self) -> RunUse | None:
        """CPU and memory of the run that goes on, as far as they were measured."""
        return self.engine.use

    def take(self, event: Event) -> None:
        """Take in one event."""
        if type(event) is RunStarted:
            self._zero = self._clock() - max(0.0, self._wall_clock() - event.started_at)
            self._run_ids.append(event.run_id)
            self._started_at.append(event.started_at)
            self.changes = None
        self._replay = None
        self.state.apply(event)
        if type(event) is not TaskProgress and type(event) is not TaskSampled:
            self._journal.append(event)

    def load(self, events: Sequence[Event]) -> None:
        """Take in a whole run that has ended."""
        for event in events:
            self.take(event)
        self._journal = list(events)
        self.state.touched = set()
        self._replay = Replay(self.state, self._journal)  # so that the first step back is as quick as any other
        self._look_ahead()

    @property
    def is_behind(self) -> bool:
        """Whether more has happened than one tick could take in."""
        return bool(self._waiting)

    @property
    def critical(self) -> frozenset[int]:
        """The tasks that the end of the run hangs on, as far as is known."""
        return self.foresight.path.numbers

    def ends_in(self) -> str:
        """When the run that goes on will end, in words; empty if none does, and while that is not known."""
        return "" if self.looks_back or self.state.paused else self.foresight.ends_in(self.now)

    def _look_ahead(self) -> None:
        self.foresight.look_ahead(self.now, self.engine.max_parallel, self._clock())

    def replace_pipeline(self, pipeline: Pipeline, measurements: Measurements = NO_MEASUREMENTS) -> None:
        """Go on with the file as it is now: the cursor, the marks and the tasks' states are kept by name.

        Raises NotPossible while a run goes on.
        """
        engine = self.engine
        assert isinstance(engine, LocalEngine)
        if engine.is_running:
            raise NotPossible("the file is read again when the run has ended, or was stopped")
        self.take_all()
        before = self.pipeline
        max_parallel = engine.max_parallel
        if before.execution.max_parallel != pipeline.execution.max_parallel:
            max_parallel = pipeline.execution.max_parallel
        self.pipeline, self.measurements = pipeline, measurements
        self.changes = None
        engine.replace_pipeline(pipeline, measurements, max_parallel)
        numbers = pipeline.numbers
        self.state = RunState(pipeline)
        self._outside_view = OutsideView(self.state)
        self.state.apply_all(only_known(self._journal, numbers))
        self.state.touched = set()
        self.state.max_parallel = max_parallel
        self.selected = numbers.get(before.tasks[self.selected].name, 0) if before.tasks else 0
        names = {before.tasks[number].name for number in self.marked}
        self.marked.clear()
        self.marked.update(numbers[name] for name in names if name in numbers)
        self.set_filter(self.filter)
        self.foresight = self._new_foresight()
        self._look_ahead()

    # Looking back

    @property
    def looks_back(self) -> bool:
        """Whether an earlier moment is looked at than what is known of the runs."""
        return self._replay is not None and not self._replay.is_at_end

    @property
    def end(self) -> float:
        """Session seconds at which what is known of the runs ends."""
        return self.now if self._replay is None else self._replay.end

    @property
    def wall_clock_now(self) -> float:
        """The moment that is looked at, in seconds since 1970; it is one of the run that the state is in."""
        return self.state.started_at + self.now - self.state.began

    def step(self, by: int) -> set[int]:
        """Look at the moment of so many changes later (earlier when negative); returns the tasks that look otherwise.

        At the end, what has happened meanwhile is taken in again.
        """
        return self._replayed.step(by)

    def seek(self, time: float) -> set[int]:
        """Look at that moment, in session seconds; returns the tasks that look otherwise."""
        return self._replayed.seek(time)

    def to_end(self) -> set[int]:
        """Look at the end again; returns the tasks that look otherwise."""
        return self._replay.to_end() if self._replay is not None else set()

    @property
    def _replayed(self) -> Replay:
        if self._replay is None:
            self._replay = Replay(self.state, list(only_known(self._journal, self.pipeline.numbers)))
        return self._replay

    # What is run

    def propose(self, scope: Scope) -> Proposal:
        """What running the tasks of that scope means. Raises NotPossible when nothing can be run."""
        return self._reruns.of_scope(scope, set(self.marked) or {self.selected})

    def select(self, expression: str) -> set[int]:
        """The tasks of a selection expression. Raises NotPossible with what is wrong with it."""
        return self._reruns.select(expression)

    def propose_selection(self, expression: str) -> Proposal:
        """What running the tasks of a selection expression means. Raises NotPossible."""
        return self._reruns.of_selection(expression)

    def propose_plan(self, plan: RerunPlan) -> Proposal:
        """What a plan of the command line means. Raises NotPossible."""
        return self._reruns.of_plan(f"Run {plan.selected or 'all tasks'}", plan)

    def propose_resume(self) -> Proposal:
        """What going on where the latest run stopped means. Raises NotPossible if nothing is left of it."""
        return self._reruns.of_resume()

    def propose_changes(self, changes: Changes, within: AbstractSet[int] | None = None) -> Proposal:
        """What running what has changed means, *within* some tasks or all. Raises NotPossible."""
        return self._reruns.of_changes(
            changes, frozenset(range(len(self.pipeline.tasks))) if within is None else within
        )

    def plan_changed(self, names: Iterable[str], within: AbstractSet[int]) -> RerunPlan:
        """What to run when those tasks have changed: they and all downstream that is *within*, with what these need."""
        return self._reruns.of_changed(names, within)

    @property
    def _reruns(self) -> Reruns:
        self._refuse()
        foresight = self.foresight
        return Reruns(self.pipeline, self.state, self.now, self.engine.max_parallel, foresight.costs(), foresight.cores)

    def _refuse(self) -> None:
        """Raise NotPossible if nothing can be asked for."""
        if self.engine.refusal:
            raise NotPossible(self.engine.refusal)
        if self.looks_back:
            raise NotPossible("this is the past: esc goes back to the end of the run, where that can be asked for")

    def start(self, plan: RerunPlan) -> None:
        """Begin what was proposed, or add it to the run that goes on; the marks have done their work.

        Raises NotPossible if another process runs the pipeline.
        """
        self._refuse()
        self.engine.request(plan.run, plan.reuse, plan.selected)
        self.marked.clear()

    # While it runs

    def set_max_parallel(self, value: int) -> None:
        """So many slots, or as near as there can be. Raises NotPossible."""
        self._refuse()
        highest = max(HIGHEST_MAX_PARALLEL, self.engine.max_parallel)
        self.engine.set_max_parallel(min(max(1, value), highest))
        if not self.state.is_running:
            self.state.max_parallel = self.engine.max_parallel

    def require_run(self) -> None:
        """Raise NotPossible when nothing runs that could be stopped."""
        self._refuse()
        if not self.engine.is_running:
            raise NotPossible("nothing runs that could be stopped")

    def toggle_pause(self) -> None:
        """Pause, or go on. Raises NotPossible when nothing runs."""
        self._refuse()
        if not self.engine.is_running:
            raise NotPossible("nothing runs that could be paused")
        if self.state.paused:
            self.engine.resume()
        else:
            self.engine.pause()

    def stop(self, number: int, *, kill: bool) -> None:
        """End a task that runs or waits. Raises NotPossible for one that does neither."""
        self._refuse()
        name = self.pipeline.tasks[number].name
        if not self.state.in_run[number] or self.state.statuses[number] in ENDED or not self.engine.is_running:
            raise NotPossible(f"{name} neither runs nor waits")
        self.engine.stop(number, kill=kill)

    def waiting_behind(self, number: int) -> list[str]:
        """The names of the tasks of this run that cannot run without that one."""
        state = self.state
        behind = sorted(self.pipeline.closure([number], downstream=True) - {number})
        return [self.pipeline.tasks[i].name for i in behind if state.in_run[i] and state.statuses[i] not in ENDED]

    def wait_of(self, number: int) -> Wait | None:
        """Why a task does not run at the moment that is looked at; None if it does not wait."""
        if isinstance(self.engine, LocalEngine) and not self.looks_back:
            return self.engine.wait_of(number)
        return self._outside_view.wait_of(number, self.now)

    def waited_of(self, number: int) -> Waited:
        """What has held up a ready task, since it was ready, up to the moment that is looked at."""
        if isinstance(self.engine, LocalEngine) and not self.looks_back:
            return self.engine.waited_of(number)
        return self._outside_view.waited_of(number, self.now)

    # The filter

    def set_filter(self, text: str) -> str:
        """Show only what the filter lets through, all if it is empty; returns what is wrong with it, or nothing."""
        self.filter = text.strip()
        if not self.filter:
            self.matches = None
            return ""
        statuses = {task.name: str(self.state.statuses[i]) for i, task in enumerate(self.pipeline.tasks)}
        try:
            self.matches = filtered(self.pipeline, self.filter, statuses)
        except SelectionError as error:
            self.matches = frozenset()
            return str(error)
        return ""

    def refresh_filter(self) -> bool:
        """Find anew what a filter by status lets through; whether that has changed."""
        before = self.matches
        if "status:" in self.filter:
            self.set_filter(self.filter)
        return self.matches != before

    def match_after(self, number: int, *, backwards: bool = False) -> int | None:
        """The next task that the filter lets through, around the end; None if there is none."""
        if not self.matches:
            return None
        matches = sorted(self.matches)
        if backwards:
            return max((other for other in matches if other < number), default=matches[-1])
        return min((other for other in matches if other > number), default=matches[0])

    # Where things are

    def log_path(self, number: int) -> Path | None:
        """The log of the task's latest run in this session; None if it has not been started. There may be no file."""
        results = self._results_of_latest(number)
        return None if results is None else results.log_path(self.pipeline.tasks[number].name)

    def log_paths(self) -> Iterator[tuple[str, Path]]:
        """Name and log of each task that has been started in this session."""
        attempts = self.state.attempts if self._replay is None else self._replay.attempts_at_end
        for number, task in enumerate(self.pipeline.tasks):
            if attempts[number]:
                yield task.name, self._results(attempts[number][-1].run).log_path(task.name)

    def profile_path(self, number: int) -> Path | None:
        """Where the profile of the task's latest query is kept, if it has one."""
        results = self._results_of_latest(number)
        return None if results is None else results.profile_path(self.pipeline.tasks[number].name)

    def result_path(self, number: int) -> Path:
        """Where the task's rows are, if it has any."""
        return Results.of(self.pipeline).path_of(self.pipeline.tasks[number].name)

    def _results_of_latest(self, number: int) -> Results | None:
        attempts = self.state.attempts[number]
        return self._results(attempts[-1].run) if attempts else None

    def _results(self, run: int) -> Results:
        return Results(self.pipeline.target, self._run_ids[run])

    def durations(self, number: int) -> list[float]:
        """Seconds that a task ran each time that it succeeded, as far as that is remembered, the latest last."""
        measured = self.measurements.get(self.pipeline.tasks[number].name, ())
        known = {one.run_id for one in measured}
        return [one.wall_s for one in measured] + [
            attempt.finished_at - attempt.started_at
            for attempt in self.state.attempts[number]
            if attempt.status is Status.SUCCEEDED
            and attempt.finished_at is not None
            and self._run_ids[attempt.run] not in known
        ]

    def started_at(self, run: int) -> float:
        """Seconds since 1970 at which that run of the session began."""
        return self._started_at[run]

    # The end

    @property
    def exit_code(self) -> int:
        """0 if the latest run succeeded or there was none, 1 if a task failed in it, 130 if it was stopped."""
        if self.state.counts[Status.FAILED]:
            return 1
        unfinished = self.state.is_running or self.state.status is RunStatus.CANCELLED
        return INTERRUPTED if unfinished else 0

    def close(self, *, kill: bool = False) -> None:
        """Stop what runs, wait for it, and take in the last events."""
        self.engine.close(kill=kill)
        self.take_all()

    def take_all(self) -> None:
        """Take in everything that has happened, and look at that."""
        self.to_end()
        if self.engine.crash is None:
            self.tick()
            while self.is_behind:
                self.tick()
