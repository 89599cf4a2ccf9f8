"""The run as it was, or as it might have been: what is run, what it costs, with how many slots, on which machine."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from seeknal_tui.analysis import what_if
from seeknal_tui.analysis.simulation import Simulation
from seeknal_tui.analysis.what_if import Plan
from seeknal_tui.pipeline.model import Pipeline, Task

INSTANT_S = 1e-6
DISK = "\0disk"
"""A pool of no pipeline."""


class GivenUp(Exception):  # noqa: N818 - it is no error
    """Nobody wants to know any more."""


def never() -> bool:
    """Go on to the end."""
    return False


@dataclass(frozen=True)
class Scenario:
    """A run that can be tried under a virtual clock; its tasks keep their numbers."""

    plan: Plan
    max_parallel: int
    cores: float
    give_up: Callable[[], bool] = field(default=never, compare=False)
    """Asked before each simulation, which takes long with many tasks."""
    _by_slots: dict[int, Scenario] = field(default_factory=dict, init=False, repr=False, compare=False)
    """The same with other slots: more than one finding asks for them, and so does the curve."""

    @cached_property
    def makespan_s(self) -> float:
        """Seconds from its start to its end, by the forecast. Raises GivenUp when that is wanted."""
        if self.give_up():
            raise GivenUp
        plan = self.plan
        simulation = Simulation(plan.pipeline, plan.costs, self.max_parallel, self.cores, numbers=plan.members)
        return simulation.run().makespan_s

    @property
    def pipeline(self) -> Pipeline:
        """The pipeline that is run."""
        return self.plan.pipeline

    def wall_s(self, number: int) -> float:
        """Seconds that a task takes when it has the machine for itself."""
        return self.plan.costs[number].wall_s

    # What may be changed

    def changed(self, text: str) -> Scenario:
        """With a change as it is written on the command line. Raises NoSuchChange."""
        return self._with(what_if.changed(self.plan, text))

    def with_slots(self, max_parallel: int) -> Scenario:
        """With so many slots."""
        if max_parallel == self.max_parallel:
            return self
        if max_parallel not in self._by_slots:
            self._by_slots[max_parallel] = replace(self, max_parallel=max_parallel)
        return self._by_slots[max_parallel]

    def with_cores(self, cores: float) -> Scenario:
        """On a machine with so many cores."""
        return replace(self, cores=cores)

    def only(self, members: Iterable[int]) -> Scenario:
        """Only those tasks are run."""
        return self._with(replace(self.plan, members=frozenset(members)))

    def with_duration(self, number: int, seconds: float) -> Scenario:
        """That task takes so long, and computes as much less or more."""
        times = self.wall_s(number) / max(seconds, INSTANT_S)
        return self._with(what_if.faster(self.plan, number, times)) if times > 0 else self

    def with_alone(self, seconds: Mapping[int, float]) -> Scenario:
        """Those tasks take so long when they have the machine for themselves, and compute what they did."""
        costs = list(self.plan.costs)
        for number, wall_s in seconds.items():
            costs[number] = replace(costs[number], wall_s=wall_s)
        return self._with(replace(self.plan, costs=tuple(costs)))

    def without_dependency(self, number: int, on: int) -> Scenario:
        """The task does not wait for that other one."""
        return self._with(what_if.without_dependency(self.plan, number, on))

    def with_dependency(self, number: int, on: int) -> Scenario:
        """The task waits for that other one, too, which must not wait for it."""
        task = self.pipeline.tasks[number]
        return self._with_tasks({number: replace(task, depends_on=(*task.depends_on, self.pipeline.tasks[on].name))})

    def without_outputs(self, numbers: Iterable[int], path: str) -> Scenario:
        """Of those tasks none writes that path."""
        tasks = self.pipeline.tasks
        return self._with_tasks(
            {n: replace(tasks[n], outputs=tuple(out for out in tasks[n].outputs if out != path)) for n in numbers}
        )

    def split(self, number: int, parts: int) -> Scenario:
        """The task is so many tasks, each with its share of the work."""
        return self._with(what_if.split(self.plan, number, parts))

    def with_pool(self, name: str, slots: int) -> Scenario:
        """That pool has so many slots."""
        return self._with(what_if.with_pool(self.plan, name, slots))

    def with_disk(self, numbers: Iterable[int], at_once: int) -> Scenario:
        """Those tasks share a disk, which as many at once keep busy as there can be at once."""
        tasks, execution = self.pipeline.tasks, self.pipeline.execution
        shared = self._with_tasks({n: replace(tasks[n], pools=(*tasks[n].pools, (DISK, 1))) for n in numbers})
        with_pool = replace(execution, pools={**execution.pools, DISK: at_once})
        return shared._with(replace(shared.plan, pipeline=replace(shared.pipeline, execution=with_pool)))

    def _with(self, plan: Plan) -> Scenario:
        return replace(self, plan=plan)

    def _with_tasks(self, tasks: dict[int, Task]) -> Scenario:
        kept = tuple(tasks.get(number, task) for number, task in enumerate(self.pipeline.tasks))
        return self._with(replace(self.plan, pipeline=replace(self.pipeline, tasks=kept)))
