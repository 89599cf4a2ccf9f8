"""What each task takes, as earlier runs tell, cleared of the company that it had.

A task that ran while others wanted the same cores took longer than it would have alone. When what ran beside it is
known, how much longer follows from the rule by which a simulation shares the cores out (see
:mod:`seeknal_tui.analysis.simulation`): at each moment of each measured run, the factor by which that rule slowed the
task down is taken back. How many cores a task wants follows from its time alone and the other way round, so both are
found in turns; three are enough. From a run in company alone the two cannot be told apart for certain: a task that got
half a core may have wanted no more. It is taken to have wanted one if the cores were busy all the time.

What a task computes does not depend on its company, only how long it takes for it does.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from statistics import median, median_low
from typing import NamedTuple

from seeknal_tui.analysis.shared_cores import SharedCores, kind_of
from seeknal_tui.analysis.simulation import TaskCost
from seeknal_tui.analysis.spread import GUESSED, Timed, common_factors, common_spread, own_spread
from seeknal_tui.pipeline.model import PathAction, Pipeline, SleepAction, SqlAction, Task
from seeknal_tui.run.expected import LATEST, UNKNOWN_S, known_duration
from seeknal_tui.run.measured import NO_MEASUREMENTS, Measured, Measurements
from seeknal_tui.run.state import RunState

TURNS = 3
HARDLY = 0.97
"""A task that went on at this part of its full speed or faster had hardly any company."""
SATURATED, COMPUTES = 0.85, 0.2
"""From which part of the cores on all count as busy, and from which part of a core on a task as one that computes."""


def machine_cores() -> int:
    """The cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Alone(NamedTuple):
    """A measured attempt, as it would have been alone."""

    wall_s: float
    cpu_s: float | None
    speed: float
    """At which part of its full speed it went on."""


def task_costs(
    pipeline: Pipeline, measurements: Measurements = NO_MEASUREMENTS, cores: float | None = None
) -> list[TaskCost]:
    """The cost of each task: the median of its latest runs, else ``estimate``, else ``sleep``, else a typical one.

    *cores* are those of the machine on which it was measured.
    """
    latest = {task.name: measurements[task.name][-LATEST:] for task in pipeline.tasks if measurements.get(task.name)}
    alone = times_alone(pipeline, latest, machine_cores() if cores is None else cores)
    typical = {name: _typical(attempts) for name, attempts in alone.items()}
    timed = {
        name: [
            Timed(one.run_id, each.wall_s, typical[name].wall_s)
            for one, each in zip(latest[name], attempts, strict=True)
        ]
        for name, attempts in alone.items()
    }
    factors = common_factors(one for attempts in timed.values() for one in attempts)
    common = common_spread(factors.values())
    costs = [
        replace(
            _cost(task, typical[task.name], own_spread(timed[task.name], factors), common),
            failures=_failures(task, latest[task.name]),
        )
        if task.name in typical
        else _unmeasured(task)
        for task in pipeline.tasks
    ]
    usual_s = median([cost.wall_s for cost in costs if cost is not None and cost.wall_s > 0] or [UNKNOWN_S])
    unknown = TaskCost(usual_s, guessed=True, unknown=True, spread=GUESSED.own, common_spread=GUESSED.common)
    return [unknown if cost is None else cost for cost in costs]


class Typical(NamedTuple):
    """What a task takes typically, alone."""

    wall_s: float
    cpu_s: float | None


def _typical(attempts: Sequence[Alone]) -> Typical:
    chosen = [attempt for attempt in attempts if attempt.speed >= HARDLY] or attempts
    computed = [attempt.cpu_s for attempt in chosen if attempt.cpu_s is not None]
    return Typical(median(attempt.wall_s for attempt in chosen), median(computed) if computed else None)


def _cost(task: Task, typical: Typical, own: float, common: float) -> TaskCost:
    if task.action is None:
        return TaskCost(0.0, 0.0)
    if isinstance(task.action, SleepAction):
        return TaskCost(typical.wall_s, 0.0)
    return TaskCost(typical.wall_s, typical.cpu_s, is_query=_is_query(task), spread=own, common_spread=common)


def _failures(task: Task, attempts: Sequence[Measured]) -> int:
    """How many attempts typically fail before one succeeds, as far as the task may be tried again."""
    return min(task.retries, median_low([attempt.failures for attempt in attempts]))


def _unmeasured(task: Task) -> TaskCost | None:
    """None if nothing is known of it."""
    if task.action is None:
        return TaskCost(0.0, 0.0)
    if isinstance(task.action, SleepAction) and task.estimate is None:
        return TaskCost(task.action.seconds, 0.0)
    known = known_duration(task)
    return None if known is None else TaskCost(known, guessed=True, spread=GUESSED.own, common_spread=GUESSED.common)


def times_alone(pipeline: Pipeline, measurements: Measurements, cores: float) -> dict[str, list[Alone]]:
    """What each measured attempt would have taken with the machine for itself, in the order of *measurements*."""
    queries = {task.name for task in pipeline.tasks if _is_query(task)}
    runs: dict[str, list[tuple[str, Measured]]] = defaultdict(list)
    for name, attempts in measurements.items():
        for attempt in attempts:
            runs[attempt.run_id].append((name, attempt))
    found: dict[tuple[str, str, float], Alone] = {}
    for run_id, members in runs.items():
        are_queries = [name in queries for name, _ in members]
        cleared = _alone([attempt for _, attempt in members], are_queries, cores)
        for (name, attempt), alone in zip(members, cleared, strict=True):
            found[name, run_id, attempt.started_at] = alone
    return {
        name: [found[name, attempt.run_id, attempt.started_at] for attempt in attempts]
        for name, attempts in measurements.items()
    }


def _is_query(task: Task) -> bool:
    return isinstance(task.action, PathAction | SqlAction)


def _alone(attempts: Sequence[Measured], are_queries: Sequence[bool], cores: float) -> list[Alone]:
    """The attempts of one run."""
    walls = [attempt.wall_s for attempt in attempts]
    wanted = _wanted(attempts, walls, cores)
    # Where nearly all cores are busy, what a task did not get is more likely a core than a disk.
    starved = [busy >= SATURATED * cores for busy in _busy_cores(attempts, wanted)]
    speeds = [1.0] * len(attempts)
    for turn in range(TURNS):
        wanted = _wanted(attempts, walls, cores)
        if turn == 0:
            wanted = [max(1.0, one) if s and one >= COMPUTES else one for one, s in zip(wanted, starved, strict=True)]
        speeds = _speeds(attempts, are_queries, wanted, cores)
        walls = [attempt.wall_s * speed for attempt, speed in zip(attempts, speeds, strict=True)]
        if min(speeds, default=1.0) >= HARDLY:
            break
    return [Alone(wall_s, attempt.cpu_s, speed) for attempt, wall_s, speed in zip(attempts, walls, speeds, strict=True)]


def _wanted(attempts: Sequence[Measured], walls: Sequence[float], cores: float) -> list[float]:
    """The cores that each attempt wants, if it takes so long alone."""
    return [
        min((attempt.cpu_s or 0.0) / wall_s, cores) if wall_s > 0 else 0.0
        for attempt, wall_s in zip(attempts, walls, strict=True)
    ]


def _busy_cores(attempts: Sequence[Measured], used: Sequence[float]) -> list[float]:
    """How many cores all attempts of a run together kept busy while each ran, on average."""
    found = [0.0] * len(attempts)
    before = total = computed_s = 0.0
    for at, begins, place in _edges(attempts):
        computed_s += total * (at - before)
        before = at
        total += used[place] if begins else -used[place]
        found[place] += -computed_s if begins else computed_s
    return [
        seconds / attempt.wall_s if attempt.wall_s > 0 else 0.0
        for seconds, attempt in zip(found, attempts, strict=True)
    ]


def _speeds(
    attempts: Sequence[Measured], are_queries: Sequence[bool], wanted: Sequence[float], cores: float
) -> list[float]:
    """At which part of its full speed each attempt went on, beside the others of its run."""
    kinds = [kind_of(one, is_query=is_query) for one, is_query in zip(wanted, are_queries, strict=True)]
    shared = SharedCores(cores)
    alone_s, took_s = [0.0] * len(attempts), [0.0] * len(attempts)
    before = 0.0
    for at, begins, place in _edges(attempts):
        if at > before:
            shared.settle()
            shared.advance(at - before)
            before = at
        kind = kinds[place]
        if begins:
            shared.enter(kind, wanted[place])
            alone_s[place], took_s[place] = -shared.clocks[kind], -at
        else:
            shared.leave(kind, wanted[place])
            alone_s[place] += shared.clocks[kind]
            took_s[place] += at
    # What nobody held up had its full speed, whatever the last digits say.
    return [min(1.0, round(alone / took, 9)) if took else 1.0 for alone, took in zip(alone_s, took_s, strict=True)]


def _edges(attempts: Sequence[Measured]) -> list[tuple[float, bool, int]]:
    """When each of the attempts that take time begins (True) and ends, in the order of time; ends come first."""
    edges = []
    for place, attempt in enumerate(attempts):
        if attempt.wall_s > 0 and (end := attempt.started_at + attempt.wall_s) > attempt.started_at:
            edges += [(attempt.started_at, True, place), (end, False, place)]
    return sorted(edges)


def closing_s(runs: Iterable[tuple[str, float, float]], measurements: Measurements) -> float:
    """Seconds that a run takes to end after its last task: the median of the latest *runs*; 0 if that is not known.

    Of each run are given its id, when it began (seconds since 1970) and how long it took.
    """
    ends: dict[str, float] = {}
    for attempts in measurements.values():
        for attempt in attempts:
            ends[attempt.run_id] = max(ends.get(attempt.run_id, 0.0), attempt.started_at + attempt.wall_s)
    found = [max(0.0, began + wall_s - ends[run_id]) for run_id, began, wall_s in runs if run_id in ends]
    return median(found[:LATEST]) if found else 0.0


def with_session(history: Measurements, state: RunState) -> Measurements:
    """The *history* with what has been measured since in the runs of a state."""
    found: Mapping[str, Sequence[Measured]] = history
    new: dict[str, list[Measured]] = {}
    for number, task in enumerate(state.pipeline.tasks):
        ended = [
            Measured(
                run_id=f"session {attempt.run}",
                started_at=attempt.started_at,
                wall_s=attempt.finished_at - attempt.started_at,
                cpu_s=attempt.cpu_s,
                failures=failures,
            )
            for attempt, failures in state.succeeded(number)[-LATEST:]
            if attempt.finished_at is not None
        ]
        if ended:
            new[task.name] = [*found.get(task.name, ()), *ended]
    return {**found, **new}
