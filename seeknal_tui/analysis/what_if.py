"""What a run would be like if something were different: changes of a pipeline and of what its tasks cost. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from difflib import get_close_matches

from seeknal_tui.analysis.simulation import TaskCost
from seeknal_tui.pipeline.durations import parse_duration
from seeknal_tui.pipeline.model import Pipeline, Task

FASTER = re.compile(r"(?P<task>[\w.\-]+)=(?P<times>\d+(?:\.\d+)?)[x×]")
TAKES = re.compile(r"(?P<task>[\w.\-]+)=(?P<duration>\d\S*)")
SPLIT = re.compile(r"(?P<task>[\w.\-]+)/(?P<parts>\d{1,4})")
POOL = re.compile(r"pool:(?P<pool>[^=]+)=(?P<slots>\d{1,4})")


class NoSuchChange(Exception):  # noqa: N818 - named as the user reads it
    """What was asked for is no change that can be made; the message says why and what to write."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be run, and what it takes."""

    pipeline: Pipeline
    costs: tuple[TaskCost, ...]
    members: frozenset[int]
    """The tasks that are run; the others count as done."""


def faster(plan: Plan, number: int, times: float) -> Plan:
    """The task takes and computes so many times less."""
    cost = plan.costs[number]
    cpu_s = None if cost.cpu_s is None else cost.cpu_s / times
    return _with_cost(plan, number, replace(cost, wall_s=cost.wall_s / times, cpu_s=cpu_s))


def without_dependency(plan: Plan, number: int, on: int) -> Plan:
    """The task does not wait for that other one."""
    task, gone = plan.pipeline.tasks[number], plan.pipeline.tasks[on].name
    free = replace(
        task,
        depends_on=tuple(name for name in task.depends_on if name != gone),
        found_dependencies=tuple(name for name in task.found_dependencies if name != gone),
    )
    return _with_tasks(plan, {number: free})


def split(plan: Plan, number: int, parts: int) -> Plan:
    """The task is so many tasks, each with its share of the work, which may run at once; the new ones come last."""
    task, tasks = plan.pipeline.tasks[number], plan.pipeline.tasks
    new = [replace(task, name=f"{task.name} part {part}", outputs=()) for part in range(2, parts + 1)]
    names = tuple(part.name for part in new)
    waiting = {
        other: replace(tasks[other], depends_on=(*tasks[other].depends_on, *names))
        for other in plan.pipeline.downstream[number]
    }
    share = faster(plan, number, parts).costs[number]
    changed_plan = _with_cost(_with_tasks(plan, waiting, new), number, share)
    added = range(len(tasks), len(tasks) + len(new))
    members = plan.members | frozenset(added) if number in plan.members else plan.members
    return replace(changed_plan, costs=(*changed_plan.costs, *(share for _ in new)), members=members)


def with_pool(plan: Plan, name: str, slots: int) -> Plan:
    """That pool has so many slots."""
    execution = plan.pipeline.execution
    return replace(
        plan, pipeline=replace(plan.pipeline, execution=replace(execution, pools={**execution.pools, name: slots}))
    )


def changed(plan: Plan, text: str) -> Plan:
    """The plan after a change as it is written on the command line. Raises NoSuchChange."""
    if match := POOL.fullmatch(text):
        name, slots = match["pool"], int(match["slots"])
        if name not in plan.pipeline.execution.pools:
            raise NoSuchChange(f"there is no pool {name}{_nearest(name, plan.pipeline.execution.pools)}")
        most = max((taken for task in plan.pipeline.tasks for pool, taken in task.pools if pool == name), default=1)
        if slots < most:
            raise NoSuchChange(f"the pool {name} needs {most} slots or more, as a task takes so many at once")
        return with_pool(plan, name, slots)
    if (match := FASTER.fullmatch(text)) and float(match["times"]) > 0:
        return faster(plan, _number(plan, match["task"]), float(match["times"]))
    if match := TAKES.fullmatch(text):
        number = _number(plan, match["task"])
        try:
            seconds = parse_duration(match["duration"])
        except ValueError as error:
            raise NoSuchChange(f"{text}: {error}") from error
        return _lasting(plan, number, seconds)
    if (match := SPLIT.fullmatch(text)) and int(match["parts"]) > 0:
        return split(plan, _number(plan, match["task"]), int(match["parts"]))
    if (edge := _edge(plan, text)) is not None:
        return without_dependency(plan, *edge)
    forms = "TASK=2x, TASK=3s, TASK/4, TASK-OTHER, pool:NAME=3"
    raise NoSuchChange(f"{text} is no change that can be tried: write one of {forms}")


def _edge(plan: Plan, text: str) -> tuple[int, int] | None:
    """The task and the one it is not to wait for; names may have ``-`` in them."""
    numbers = plan.pipeline.numbers
    for match in re.finditer("-", text):
        name, other = text[: match.start()], text[match.end() :]
        if name in numbers and other in numbers:
            if numbers[other] not in plan.pipeline.upstream[numbers[name]]:
                raise NoSuchChange(f"{name} does not depend on {other} itself")
            return numbers[name], numbers[other]
    return None


def _lasting(plan: Plan, number: int, seconds: float) -> Plan:
    cost = plan.costs[number]
    if cost.wall_s <= 0 or seconds <= 0:
        return _with_cost(plan, number, replace(cost, wall_s=seconds, cpu_s=0.0))
    return faster(plan, number, cost.wall_s / seconds)


def _number(plan: Plan, name: str) -> int:
    number = plan.pipeline.numbers.get(name)
    if number is None:
        raise NoSuchChange(f"there is no task {name}{_nearest(name, plan.pipeline.numbers)}")
    return number


def _nearest(name: str, names: Iterable[str]) -> str:
    near = get_close_matches(name, list(names), 1)
    return f": is {near[0]} meant?" if near else ""


def _with_cost(plan: Plan, number: int, cost: TaskCost) -> Plan:
    return replace(plan, costs=(*plan.costs[:number], cost, *plan.costs[number + 1 :]))


def _with_tasks(plan: Plan, tasks: dict[int, Task], new: Iterable[Task] = ()) -> Plan:
    kept = [tasks.get(number, task) for number, task in enumerate(plan.pipeline.tasks)]
    return replace(plan, pipeline=replace(plan.pipeline, tasks=(*kept, *new)))
