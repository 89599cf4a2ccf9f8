"""The run as it was, or as it might have been: what is run, what it costs, on which machine."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property

from seeknal_tui.analysis.simulation import makespan_of_durations
from seeknal_tui.pipeline.model import Pipeline


class GivenUp(Exception):  # noqa: N818 - it is no error
    """Nobody wants to know any more."""


def never() -> bool:
    """Go on to the end."""
    return False


@dataclass(frozen=True)
class Scenario:
    """A run that can be tried under a virtual clock; its tasks keep their numbers."""

    pipeline: Pipeline
    durations: tuple[float, ...]
    max_parallel: int
    members: frozenset[int]
    """The tasks that are run; the others count as done."""
    give_up: Callable[[], bool] = field(default=never, compare=False)
    """Asked before each simulation, which takes long with many tasks."""

    @cached_property
    def makespan_s(self) -> float:
        """Seconds from its start to its end. Raises GivenUp when that is wanted."""
        if self.give_up():
            raise GivenUp
        return makespan_of_durations(self.pipeline, self.durations, self.max_parallel, self.members)

    # What may be changed

    def with_slots(self, max_parallel: int) -> Scenario:
        """With so many slots."""
        return replace(self, max_parallel=max_parallel)

    def only(self, members: Iterable[int]) -> Scenario:
        """Only those tasks are run."""
        return replace(self, members=frozenset(members))

    def with_duration(self, number: int, seconds: float) -> Scenario:
        """That task takes so long."""
        durations = list(self.durations)
        durations[number] = seconds
        return replace(self, durations=tuple(durations))

    def without_dependency(self, number: int, on: int) -> Scenario:
        """The task does not wait for that other one."""
        gone = self.pipeline.tasks[on].name
        task = self.pipeline.tasks[number]
        changed = replace(
            task,
            depends_on=tuple(name for name in task.depends_on if name != gone),
            found_dependencies=tuple(name for name in task.found_dependencies if name != gone),
        )
        tasks = self.pipeline.tasks
        return replace(self, pipeline=replace(self.pipeline, tasks=(*tasks[:number], changed, *tasks[number + 1 :])))

    def with_dependency(self, number: int, on: int) -> Scenario:
        """The task waits for that other one, too, which must not wait for it."""
        task, tasks = self.pipeline.tasks[number], self.pipeline.tasks
        changed = replace(task, depends_on=(*task.depends_on, tasks[on].name))
        return replace(self, pipeline=replace(self.pipeline, tasks=(*tasks[:number], changed, *tasks[number + 1 :])))

    def without_outputs(self, numbers: Iterable[int], path: str) -> Scenario:
        """Of those tasks none writes that path."""
        chosen = set(numbers)
        tasks = tuple(
            replace(task, outputs=tuple(output for output in task.outputs if output != path)) if i in chosen else task
            for i, task in enumerate(self.pipeline.tasks)
        )
        return replace(self, pipeline=replace(self.pipeline, tasks=tasks))

    def split(self, number: int, parts: int) -> Scenario:
        """The task is so many tasks, each of which takes its share of the time; the new ones come last."""
        task, tasks = self.pipeline.tasks[number], self.pipeline.tasks
        new = [replace(task, name=f"{task.name} part {part}", outputs=()) for part in range(2, parts + 1)]
        names = tuple(part.name for part in new)
        waiting = frozenset(self.pipeline.downstream[number])
        changed = [
            replace(other, depends_on=(*other.depends_on, *names)) if i in waiting else other
            for i, other in enumerate(tasks)
        ]
        share = self.durations[number] / parts
        durations = [*self.durations, *(share for _ in new)]
        durations[number] = share
        return replace(
            self,
            pipeline=replace(self.pipeline, tasks=(*changed, *new)),
            durations=tuple(durations),
            members=self.members | frozenset(range(len(tasks), len(tasks) + len(new))),
        )

    def with_pool(self, name: str, slots: int) -> Scenario:
        """That pool has so many slots."""
        execution = self.pipeline.execution
        pools = {**execution.pools, name: slots}
        return replace(self, pipeline=replace(self.pipeline, execution=replace(execution, pools=pools)))
