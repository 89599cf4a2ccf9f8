"""Which tasks a rerun means, and what it will run, reuse and skip. Knows no widget."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from seeknal_tui.analysis.outlook import Expectation, expected_time
from seeknal_tui.analysis.simulation import TaskCost
from seeknal_tui.dashboard.engine import NotPossible
from seeknal_tui.history.past_runs import PastRuns
from seeknal_tui.history.resuming import latest_state, plan_resume
from seeknal_tui.pipeline.model import Pipeline
from seeknal_tui.pipeline.selection import SelectionError, select
from seeknal_tui.run.events import ENDED, Status
from seeknal_tui.run.plan import NotRunnable, RerunPlan, plan_rerun
from seeknal_tui.run.results import Results
from seeknal_tui.run.state import RunState

if TYPE_CHECKING:
    from seeknal_tui.history.changes import Changes


class Scope(StrEnum):
    """Which tasks a rerun is asked for."""

    CHOSEN = "chosen"
    DOWNSTREAM = "downstream"
    UPSTREAM = "upstream"
    FAILED = "failed"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A rerun before it starts."""

    title: str
    plan: RerunPlan
    expected: Expectation | None
    """About how long it will take, with the run that goes on; None where nothing is known of the tasks."""
    joins: bool
    """Whether a run goes on that the tasks are added to."""
    once_more: tuple[int, ...] = ()
    """Those that run now, and so are run once more when they have ended."""


@dataclass(frozen=True, slots=True)
class Reruns:
    """What can be run at one moment. Every method that proposes raises NotPossible when nothing can be run."""

    pipeline: Pipeline
    state: RunState
    now: float
    """Session seconds."""
    max_parallel: int
    costs: Sequence[TaskCost]
    cores: float

    def of_scope(self, scope: Scope, targets: AbstractSet[int]) -> Proposal:
        """Run the tasks of that scope; *targets* are those that the user has marked, or the one under the cursor."""
        standing = self._standing()
        chosen, title = self._chosen(scope, targets, standing)
        remedy = "press u to run what is needed too"
        return self._proposal(chosen, title, self._as_expression(scope, targets), standing, remedy)

    def of_selection(self, expression: str) -> Proposal:
        """Run the tasks of a selection expression."""
        remedy = "write +name to run all that it needs too"
        return self._proposal(self.select(expression), f"Run {expression}", expression, self._standing(), remedy)

    def of_changes(self, changes: Changes, within: AbstractSet[int]) -> Proposal:
        """Run the tasks *within* whose results do not stand, but for those that are about to run anyhow."""
        state = self.state
        coming = {
            number for number, member in enumerate(state.in_run) if member and state.statuses[number] not in ENDED
        }
        chosen = (changes.to_run & within) - (coming if state.is_running else set())
        if not chosen:
            raise NotPossible("nothing has changed since the results were made")
        standing = self._standing() | (set(range(len(self.pipeline.tasks))) - changes.to_run)
        remedy = "press u to run what is needed too"
        return self._proposal(set(chosen), "Run what has changed", "--changed", standing, remedy)

    def of_changed(self, names: Iterable[str], within: AbstractSet[int]) -> RerunPlan:
        """What to run when those tasks have changed: they and all downstream that is *within*, with what these need."""
        changed = {self.pipeline.numbers[name] for name in names}
        standing = self._standing()
        chosen = self.pipeline.closure(changed, downstream=True) & within
        selected = " ".join(f"{self.pipeline.tasks[number].name}+" for number in sorted(changed))
        return plan_rerun(self.pipeline, self._with_needed(chosen, standing), standing, selected)

    def of_resume(self) -> Proposal:
        """Run what had not succeeded in the latest run, be it of this session or of one that was killed."""
        if self.state.is_running:
            raise NotPossible("a run goes on: there is something to resume when it has ended")
        try:
            plan = plan_resume(self.pipeline, self._latest_run())
        except NotRunnable as refusal:
            raise NotPossible(str(refusal)) from refusal
        return self.of_plan("Resume: run what had not succeeded", plan)

    def of_plan(self, title: str, plan: RerunPlan) -> Proposal:
        """Run what was planned elsewhere, while nothing runs."""
        return Proposal(title, plan, self._expected(set(plan.run)), joins=False)

    def _expected(self, chosen: AbstractSet[int]) -> Expectation | None:
        return expected_time(
            self.state, self.costs, self.now, cores=self.cores, max_parallel=self.max_parallel, chosen=chosen
        )

    def _latest_run(self) -> RunState:
        """The state of the latest run, of this session or of another. Raises NotRunnable."""
        try:
            recorded = latest_state(self.pipeline)
        except NotRunnable:
            if self.state.runs:
                return self.state
            raise
        return self.state if self.state.runs and self.state.started_at >= recorded.started_at else recorded

    def select(self, expression: str) -> set[int]:
        """The tasks of a selection expression, by their latest statuses, of a run before this session too.

        Raises NotPossible with what is wrong with it.
        """
        try:
            return select(self.pipeline, expression, self._latest_statuses())
        except SelectionError as error:
            raise NotPossible(str(error)) from error

    def _latest_statuses(self) -> dict[str, str]:
        past = PastRuns(self.pipeline.folder).statuses(self.pipeline)
        latest = dict.fromkeys(self.pipeline.numbers, str(Status.PENDING)) | past
        for number, task in enumerate(self.pipeline.tasks):
            status = self.state.statuses[number]
            if status not in (Status.PENDING, Status.REUSED) or self.state.attempts[number]:
                latest[task.name] = str(status)
        return latest

    def _proposal(self, chosen: set[int], title: str, selected: str, standing: set[int], remedy: str) -> Proposal:
        if self.state.is_running:
            standing |= {number for number, member in enumerate(self.state.in_run) if member}
        plan = plan_rerun(self.pipeline, chosen, standing, selected)
        if plan.missing:
            names = self._names(plan.missing)
            raise NotPossible(f"no result of {names} is there, and it is read: {remedy}")
        expected = self._expected(chosen)
        once_more = tuple(number for number in self.state.running if number in chosen)
        return Proposal(title, plan, expected, self.state.is_running, once_more)

    def _chosen(self, scope: Scope, targets: AbstractSet[int], standing: set[int]) -> tuple[set[int], str]:
        pipeline = self.pipeline
        if not pipeline.tasks:
            raise NotPossible("the pipeline has no tasks")
        names = self._names(sorted(targets))
        match scope:
            case Scope.CHOSEN:
                return set(targets), f"Run {names}"
            case Scope.DOWNSTREAM:
                return pipeline.closure(targets, downstream=True), f"Run {names} and everything downstream"
            case Scope.UPSTREAM:
                chosen = self._with_needed(targets, standing)
                missing = self._names(sorted(chosen - targets))
                needed = f" and what it needs: {missing}" if missing else ": all that it needs is there"
                return chosen, f"Run {names}{needed}"
            case Scope.ALL:
                return set(range(len(pipeline.tasks))), "Run all tasks"
            case Scope.FAILED:
                latest = self._latest_statuses()
                statuses = [latest[task.name] for task in pipeline.tasks]
                failed = {number for number, status in enumerate(statuses) if status == Status.FAILED}
                if not failed:
                    stopped = Status.CANCELLED in statuses
                    raise NotPossible("nothing has failed" + "; U runs what was stopped" * stopped)
                behind = pipeline.closure(failed, downstream=True)
                skipped = {number for number in behind if statuses[number] == Status.SKIPPED}
                return failed | skipped, "Run what failed and what was skipped because of it"

    def _as_expression(self, scope: Scope, targets: Iterable[int]) -> str:
        """What is asked for, as ``--select`` would say it; empty for everything."""
        if scope is Scope.ALL:
            return ""
        if scope is Scope.FAILED:
            return "status:failed"
        before, after = "+" * (scope is Scope.UPSTREAM), "+" * (scope is Scope.DOWNSTREAM)
        return " ".join(f"{before}{self.pipeline.tasks[number].name}{after}" for number in sorted(targets))

    def _with_needed(self, targets: AbstractSet[int], standing: set[int]) -> set[int]:
        chosen = set(targets)
        border = list(targets)
        while border:
            needed = set(self.pipeline.upstream[border.pop()]) - standing - chosen
            chosen |= needed
            border += needed
        return chosen

    def _names(self, numbers: Iterable[int]) -> str:
        names = [self.pipeline.tasks[number].name for number in numbers]
        return ", ".join(names) if len(names) <= 3 else f"{', '.join(names[:2])} and {len(names) - 2} more"

    def _standing(self) -> set[int]:
        """The tasks that need not be run for others to be: their rows are on disk, or they leave none and succeeded."""
        files = _names_in(self.pipeline.target)
        if self.pipeline.environment:
            files |= _names_in(self.pipeline.production_target)
        results = Results.of(self.pipeline)
        good = (Status.SUCCEEDED, Status.REUSED)
        return {
            number
            for number, task in enumerate(self.pipeline.tasks)
            if results.path_of(task.name).name in files or (not task.has_rows and self.state.statuses[number] in good)
        }


def _names_in(folder: Path) -> set[str]:
    try:
        return set(os.listdir(folder))
    except OSError:
        return set()
