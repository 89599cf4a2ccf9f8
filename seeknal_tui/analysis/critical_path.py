"""The chain of tasks and waits that the finish hangs on, and how much later the others could end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from seeknal_tui.analysis.schedule import Hang, Schedule
from seeknal_tui.analysis.waits import MICROSECONDS, microseconds
from seeknal_tui.pipeline.model import Pipeline
from seeknal_tui.run.state import RunState
from seeknal_tui.run.wait import WaitReason


def longest_chain(pipeline: Pipeline, durations: Sequence[float]) -> tuple[float, tuple[int, ...]]:
    """The dependency chain with the largest sum of durations: the sum in seconds, and its tasks from first to last.

    This is the critical path of CPM (Kelley and Walker, 1959), found in one pass over the topological order. No run of
    the tasks can be shorter, however many slots it has.
    """
    best = list(durations)
    before: list[int | None] = [None] * len(best)
    for number in pipeline.topological_order:
        for other in pipeline.upstream[number]:
            if best[other] + durations[number] > best[number]:
                best[number], before[number] = best[other] + durations[number], other
    if not best:
        return 0.0, ()
    last: int | None = max(range(len(best)), key=best.__getitem__)
    length, chain = max(best), []
    while last is not None:
        chain.append(last)
        last = before[last]
    return length, tuple(reversed(chain))


@dataclass(frozen=True, slots=True)
class Link:
    """One attempt on the critical path; times in seconds, from whole microseconds."""

    number: int
    running_s: float
    waited_s: float
    """The time on the path until its start in which nothing of it ran, since the link before or the run's beginning.

    That is little where a start follows an end at once, and much for a delay before a retry, a pause, or a task that
    was asked for later. What it takes the run to end after its last task counts to the last link.
    """
    share: float
    """Its part of the run's wall time, from 0 to 1; those of all links add up to 1."""
    reason: WaitReason | None
    """Why it hung on the link before: for its result, slot, pool or output, or as a retry. None for the first."""


@dataclass(frozen=True)
class CriticalPath:
    """The links from the first to the last."""

    links: tuple[Link, ...] = ()

    @cached_property
    def numbers(self) -> frozenset[int]:
        """The tasks on it."""
        return frozenset(link.number for link in self.links)


def critical_path(schedule: Schedule, ended_at: float | None = None) -> CriticalPath:
    """What the end of a run hangs on; the run ended at *ended_at* (session seconds), or with its last task."""
    chain = _chain(schedule)
    if not chain:
        return CriticalPath()
    end = max(schedule.ends, schedule.ends if ended_at is None else ended_at)
    began, ended = microseconds(schedule.began), microseconds(end)
    wall = max(1, ended - began)
    links = []
    before = began
    for place, hang in chain:
        stretch = schedule.stretches[place]
        # An end may be noted a moment after the start that it made possible: no time counts twice.
        started_at = max(before, microseconds(stretch.started_at))
        finished_at = max(started_at, microseconds(stretch.finished_at))
        waited = started_at - before + (ended - finished_at if place == chain[-1][0] else 0)
        running = finished_at - started_at
        reason = None if hang is None else hang.reason
        links.append(
            Link(stretch.number, running / MICROSECONDS, waited / MICROSECONDS, (running + waited) / wall, reason)
        )
        before = finished_at
    return CriticalPath(tuple(links))


def _chain(schedule: Schedule) -> list[tuple[int, Hang | None]]:
    """The places of the stretches on the path, from the first to the last, each with what it hung on."""
    stretches = schedule.stretches
    if not stretches:
        return []
    place = max(range(len(stretches)), key=lambda one: (stretches[one].finished_at, stretches[one].started_at))
    chain: list[tuple[int, Hang | None]] = []
    seen: set[int] = set()
    while True:
        hang = schedule.hangs_on(place)
        if hang is not None and hang.place in seen:
            hang = None
        seen.add(place)
        chain.append((place, hang))
        if hang is None:
            return chain[::-1]
        place = hang.place


def slacks(schedule: Schedule) -> dict[int, float]:
    """How many seconds later each task could have ended without the run ending later, all else as it was.

    A task must end before each task starts that depends on it, and before the start that hung on its end, be it for a
    slot, a pool or an output path. Going back from the end, these give the latest time at which it could have ended:
    the slack of CPM (Kelley and Walker, 1959) with the links by resources added (Wiest, 1964). On the critical path it
    is nothing.
    """
    stretches = schedule.stretches
    latest = [schedule.ends] * len(stretches)
    of_task = schedule.of_task
    found: dict[int, float] = {}
    for place in range(len(stretches) - 1, -1, -1):
        stretch = stretches[place]
        spare = latest[place] - stretch.finished_at
        hang = schedule.hangs_on(place)
        if hang is not None and hang.place != place:
            before = stretches[hang.place]
            latest[hang.place] = min(latest[hang.place], before.finished_at + spare)
        for upstream in schedule.upstream(place):
            for other in of_task.get(upstream, ()):
                if stretches[other].finished_at <= stretch.ready_at:
                    latest[other] = min(latest[other], stretch.started_at + spare)
        found[stretch.number] = max(0.0, min(spare, found.get(stretch.number, spare)))
    return found


def critical_path_so_far(state: RunState, now: float) -> CriticalPath:
    """The critical path of the current run as far as it has come: of an ended one, the path of the whole."""
    return critical_path(Schedule(state, now), now)
