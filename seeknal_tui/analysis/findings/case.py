"""What findings are drawn from: the run, what is remembered of others, and what DuckDB told of its queries."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from seeknal_tui.analysis.findings.costs_of_run import costs_of_run, unshared_costs
from seeknal_tui.analysis.findings.scenario import Scenario, never
from seeknal_tui.analysis.simulation import TaskCost
from seeknal_tui.analysis.what_if import Plan
from seeknal_tui.pipeline.model import Pipeline
from seeknal_tui.run.actions.query_profile import QueryProfile
from seeknal_tui.run.events import ENDED, Status
from seeknal_tui.run.measured import NO_MEASUREMENTS, Measurements
from seeknal_tui.run.state import Attempt, RunState

LEAST_SHARE = 0.02
"""Of the run: what would save less is not told."""
LEAST_S = 0.1
"""Nobody feels less, and neither a machine nor a forecast is more exact than that."""
NEITHER = (Status.REUSED, Status.SKIPPED)


class Span(NamedTuple):
    """When a task ran; seconds since the run began."""

    start: float
    end: float

    @property
    def seconds(self) -> float:
        """Its length."""
        return self.end - self.start

    def overlaps(self, other: Span) -> bool:
        """Whether both went on at the same time."""
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True)
class Case:
    """One run to be looked into, at one moment; nothing in it changes."""

    state: RunState
    now: float
    """Session seconds; of a run that is over, its end."""
    cores: int
    """Processor cores of the machine."""
    measurements: Measurements = field(default_factory=lambda: NO_MEASUREMENTS)
    """What tasks took in earlier runs."""
    profiles: Mapping[int, QueryProfile] = field(default_factory=dict)
    """The profiles of queries of this run, by the task's number."""
    give_up: Callable[[], bool] = field(default=never, compare=False)
    """Whether nobody wants to know any more; then :class:`GivenUp` is raised."""

    @property
    def pipeline(self) -> Pipeline:
        """The pipeline that is run."""
        return self.state.pipeline

    @cached_property
    def members(self) -> frozenset[int]:
        """The tasks that were run in this run, or still are to be."""
        state = self.state
        return frozenset(
            number for number, member in enumerate(state.in_run) if member and state.statuses[number] not in NEITHER
        )

    @cached_property
    def run(self) -> Scenario:
        """The run as it was, as far as it is over, and as it is expected to go on."""
        return self._scenario(costs_of_run(self.state, self.now, self.measurements, self.cores))

    @cached_property
    def unshared(self) -> Scenario:
        """The same, each query as it would be without other queries beside it."""
        return self._scenario(unshared_costs(self.state, self.run.plan.costs, self.cores))

    def _scenario(self, costs: Iterable[TaskCost]) -> Scenario:
        plan = Plan(self.pipeline, tuple(costs), self.members)
        return Scenario(plan, max(1, self.max_parallel), self.cores, self.give_up)

    @cached_property
    def max_parallel(self) -> int:
        """The number of slots that was in force for the longest time of the run."""
        began, lasted = self.state.began, dict[int, float]()
        changes = [(at, slots) for at, slots in self.state.changes if at >= began]
        for (at, slots), (until, _) in zip(changes, [*changes[1:], (self.now, 0)], strict=True):
            lasted[slots] = lasted.get(slots, 0.0) + until - at
        return max(lasted, key=lambda slots: lasted[slots], default=self.state.max_parallel)

    @cached_property
    def run_s(self) -> float:
        """Seconds that the run took, or is expected to take."""
        return max(self.now - self.state.began, self.run.makespan_s if self.state.is_running else 0.0)

    @cached_property
    def least_s(self) -> float:
        """Seconds below which a saving is not told."""
        return max(LEAST_S, LEAST_SHARE * self.run_s)

    def saving(self, scenario: Scenario) -> float:
        """Seconds by which the run would have been shorter that way, by the forecast."""
        return max(0.0, self.run.makespan_s - scenario.makespan_s)

    # Tasks

    def name(self, number: int) -> str:
        """The task's name."""
        return self.pipeline.tasks[number].name

    def attempts(self, number: int) -> list[Attempt]:
        """Its attempts in this run."""
        return self.state.attempts_of_run(number)

    def span(self, number: int) -> Span | None:
        """From its first start to its last end in this run, or until now; None if it was not started."""
        attempts = self.attempts(number)
        if not attempts:
            return None
        end = attempts[-1].finished_at
        began = self.state.began
        return Span(attempts[0].started_at - began, (self.now if end is None else end) - began)

    @cached_property
    def spans(self) -> dict[int, Span]:
        """The spans of all tasks that were started."""
        found = ((number, self.span(number)) for number in self.members)
        return {number: span for number, span in found if span is not None}

    def duration(self, number: int) -> float:
        """Seconds that the task ran, or is expected to."""
        span_s = self.state.running_s(number, self.now) if self.attempts(number) else 0.0
        return span_s if self.state.statuses[number] in ENDED else max(span_s, self.run.wall_s(number))

    def cpu_s(self, number: int) -> float | None:
        """Seconds that its threads and processes computed in this run; None where that was not measured."""
        measured = [attempt.cpu_s for attempt in self.attempts(number)]
        return None if not measured or None in measured else sum(seconds or 0.0 for seconds in measured)

    def succeeded(self, number: int) -> bool:
        """Whether it has ended well in this run."""
        return number in self.members and self.state.statuses[number] is Status.SUCCEEDED

    # Order

    @cached_property
    def _before(self) -> dict[int, set[int]]:
        return {}

    def ordered(self, one: int, other: int) -> bool:
        """Whether one of the two tasks always waits for the other."""
        return one in self.all_before(other) or other in self.all_before(one)

    def all_before(self, number: int) -> set[int]:
        """The tasks that a task waits for, directly or not, and itself."""
        known = self._before.get(number)
        if known is None:
            known = self._before[number] = self.pipeline.closure({number}, downstream=False)
        return known

    def made_again(self, numbers: Iterable[int]) -> Scenario:
        """A run of those tasks and all downstream of them: what it takes to put a wrong result right."""
        return self.run.only(self.pipeline.closure(numbers, downstream=True))
