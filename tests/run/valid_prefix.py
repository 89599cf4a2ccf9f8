"""Whether events can be the beginning of a run: what must hold of every journal, however its process ended."""

from __future__ import annotations

from collections.abc import Iterable

from seeknal_tui.pipeline.model import Pipeline
from seeknal_tui.run.events import (
    Event,
    RunFinished,
    RunStarted,
    Status,
    TaskFinished,
    TaskQueued,
    TaskReady,
    TaskRetrying,
    TaskStarted,
)

MAY_FOLLOW: dict[type, frozenset[Status]] = {
    TaskReady: frozenset({Status.PENDING}),
    TaskStarted: frozenset({Status.READY}),
    TaskRetrying: frozenset({Status.RUNNING}),
}
"""The statuses of a task in which these events can happen."""


def problem_of(pipeline: Pipeline, events: Iterable[Event]) -> str:
    """What is wrong with the events as the beginning of one run; empty if nothing is."""
    statuses: dict[str, Status] = {}
    attempts: dict[str, int] = {}
    lanes: dict[int, str] = {}
    before, began, ended = 0.0, False, False
    for number, event in enumerate(events):
        where = f"event {number}, {event}: "
        if ended:
            return f"{where}the run has ended before"
        if began == isinstance(event, RunStarted):
            return f"{where}a run begins once, with its first event"
        if event.at < before:
            return f"{where}time went back from {before}"
        before = event.at
        if isinstance(event, RunStarted):
            began = True
            statuses = dict.fromkeys(event.tasks, Status.PENDING)
        elif isinstance(event, RunFinished):
            ended = True
            if lanes:
                return f"{where}{', '.join(lanes.values())} runs still"
        elif (wrong := _take(event, statuses, attempts, lanes, pipeline)) != "":
            return f"{where}{wrong}"
    return ""


def _take(  # noqa: PLR0911 - each is another thing that can be wrong
    event: Event, statuses: dict[str, Status], attempts: dict[str, int], lanes: dict[int, str], pipeline: Pipeline
) -> str:
    name = getattr(event, "task", "")
    if name and name not in pipeline.numbers:
        return "there is no such task"
    status = statuses.get(name)
    if type(event) in MAY_FOLLOW and status not in MAY_FOLLOW[type(event)]:
        return f"the task is {status}"
    if isinstance(event, TaskStarted):
        if event.lane in lanes:
            return f"the lane is that of {lanes[event.lane]}"
        if event.attempt != attempts.get(name, 0) + 1:
            return "the attempts are not counted one by one"
        attempts[name], lanes[event.lane], statuses[name] = event.attempt, name, Status.RUNNING
    elif isinstance(event, TaskReady):
        waiting = [other for other in pipeline.task(name).upstream if statuses.get(other) in UNFINISHED]
        if waiting:
            return f"{', '.join(waiting)} has not ended"
        statuses[name] = Status.READY
    elif isinstance(event, TaskQueued):
        statuses[name] = Status.PENDING
    elif isinstance(event, TaskRetrying | TaskFinished):
        if isinstance(event, TaskFinished) and event.status is Status.SUCCEEDED and status is not Status.RUNNING:
            return f"the task is {status}"
        for lane in [lane for lane, holder in lanes.items() if holder == name]:
            del lanes[lane]
        statuses[name] = event.status if isinstance(event, TaskFinished) else Status.READY
    return ""


UNFINISHED = frozenset({Status.PENDING, Status.READY, Status.RUNNING})
