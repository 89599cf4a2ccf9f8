"""When each attempt of a run ran, and on what its start hung: as it was, and as it is expected for what is left.

A start hangs on whatever happened last of all that it needed. A task that waited for its dependencies hangs on the one
that ended last; one that waited for a slot, a pool or an output path hangs on the task whose end freed it; a retry
hangs on the attempt that failed. So each attempt has at most one before it, and the attempts of a run form a tree,
whose branch to the end of the run is the critical path.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from functools import cached_property
from typing import NamedTuple

from seeknal_tui.analysis.simulation import Simulation
from seeknal_tui.analysis.slots import all_attempts
from seeknal_tui.analysis.waits import users_of
from seeknal_tui.run.state import WAITING, Attempt, RunState
from seeknal_tui.run.wait import WaitReason

NOBODY = -1


class Stretch(NamedTuple):
    """An attempt, over or expected; times in session seconds."""

    number: int
    ready_at: float
    started_at: float
    finished_at: float
    is_retry: bool = False
    lane: int = NOBODY
    pool_s: float = 0.0
    output_s: float = 0.0


class Hang(NamedTuple):
    """On which stretch (its place among all) a start hung, and why."""

    place: int
    reason: WaitReason


class Schedule:
    """The attempts of the current run of a state, up to *now* (session seconds).

    With a *simulation* of what is left, begun at *simulated_at*, those that are expected are among them, and those that
    run end when they are expected to.
    """

    def __init__(
        self, state: RunState, now: float, simulation: Simulation | None = None, simulated_at: float = 0.0
    ) -> None:
        self._state = state
        self._pipeline = state.pipeline
        self._simulation = simulation
        self._simulated_at = simulated_at
        follows = state.is_running or simulation is None
        self.began = state.began if follows else simulated_at
        stretches = [_past(number, attempt, now) for number, attempt in all_attempts(state)] if follows else []
        if simulation is not None:
            stretches = _continued(state, stretches, simulation, simulated_at)
        # Some take no time: of those in one moment, what another needs comes first, so that none hangs on a later one.
        rank = {number: place for place, number in enumerate(self._pipeline.topological_order)}
        self.stretches = sorted(stretches, key=lambda one: (one.started_at, one.finished_at, rank[one.number]))
        self.ends = max((one.finished_at for one in self.stretches), default=self.began)
        """When the last of them ends."""

    @cached_property
    def of_task(self) -> dict[int, list[int]]:
        """The places of the stretches of each task."""
        found: dict[int, list[int]] = defaultdict(list)
        for place, stretch in enumerate(self.stretches):
            found[stretch.number].append(place)
        return found

    @cached_property
    def _by_end(self) -> list[int]:
        return sorted(range(len(self.stretches)), key=lambda place: self.stretches[place].finished_at)

    @cached_property
    def _ends(self) -> list[float]:
        return [self.stretches[place].finished_at for place in self._by_end]

    @cached_property
    def _starts(self) -> list[float]:
        return [stretch.started_at for stretch in self.stretches]

    def upstream(self, place: int) -> tuple[int, ...]:
        """The tasks that the one of a stretch depends on."""
        return self._pipeline.upstream[self.stretches[place].number]

    def hangs_on(self, place: int) -> Hang | None:
        """What the start of a stretch hung on; None if on nothing but that the task was asked for."""
        stretch = self.stretches[place]
        return self._freed(stretch, place) or self._before(stretch, place)

    def _before(self, stretch: Stretch, place: int) -> Hang | None:
        """What a stretch that did not wait for a slot, a pool or an output hung on."""
        if stretch.is_retry:
            earlier = [other for other in self.of_task[stretch.number] if other < place]
            return Hang(earlier[-1], "retry") if earlier else None
        found: Hang | None = None
        latest = -1.0
        for upstream in self._pipeline.upstream[stretch.number]:
            for other in self.of_task.get(upstream, ()):
                finished_at = self.stretches[other].finished_at
                if latest < finished_at <= stretch.ready_at and other != place:
                    latest, found = finished_at, Hang(other, "dependency")
        return found

    def _freed(self, stretch: Stretch, place: int) -> Hang | None:
        """The stretch whose end let this one start, if that waited for it although it was ready."""
        reasons: list[WaitReason] = []
        if stretch.output_s > 0:
            reasons.append("output")
        if stretch.pool_s > 0:
            reasons.append("pool")
        if stretch.ready_at < stretch.started_at and self._was_full(stretch.ready_at, place):
            reasons.append("slot")
        if not reasons:
            return None
        in_the_way = [(reason, users_of(self._state, reason, stretch.number)) for reason in reasons]
        last: Hang | None = None
        for index in range(bisect_right(self._ends, stretch.started_at) - 1, -1, -1):
            other = self._by_end[index]
            ended = self.stretches[other]
            if ended.finished_at < stretch.ready_at or (last and ended.finished_at < self._end_of(last)):
                break
            reason = next((name for name, holds in in_the_way if holds(ended.number)), None)
            if reason is not None and other < place and ended.started_at <= ended.finished_at:
                last = last or Hang(other, reason)
                if ended.lane == stretch.lane:  # of those that ended together, the one whose slot it took
                    return Hang(other, reason)
        return last

    def _end_of(self, hang: Hang) -> float:
        return self.stretches[hang.place].finished_at

    def _was_full(self, at: float, place: int) -> bool:
        """Whether all slots were taken then, not counting the stretch itself."""
        running = bisect_right(self._starts, at) - bisect_right(self._ends, at)
        own = self.stretches[place]
        running -= own.started_at <= at < own.finished_at
        return running >= self._slots_at(at)

    def _slots_at(self, at: float) -> int:
        if self._simulation is not None and at >= self._simulated_at:
            return self._simulation.max_parallel
        changes = self._state.changes
        if not changes:
            return self._state.max_parallel
        index = bisect_right(changes, at, key=lambda change: change[0]) - 1
        return changes[max(0, index)][1]


def _past(number: int, attempt: Attempt, now: float) -> Stretch:
    return Stretch(
        number,
        attempt.ready_at,
        attempt.started_at,
        now if attempt.finished_at is None else attempt.finished_at,
        attempt.is_retry,
        attempt.lane,
        attempt.pool_s,
        attempt.output_s,
    )


def _continued(state: RunState, past: list[Stretch], simulation: Simulation, at: float) -> list[Stretch]:
    """The stretches with those to come, as a simulation that began *at* has them."""
    found = []
    begun = {number: state.attempts[number][-1].started_at for number in state.running}
    for stretch in past:
        end = simulation.ended[stretch.number]
        if end is not None and begun.get(stretch.number) == stretch.started_at:
            found.append(stretch._replace(finished_at=max(stretch.finished_at, at + end)))
        else:
            found.append(stretch)
    has_ended = {stretch.number: stretch.finished_at for stretch in found}
    to_come = [
        (begin, end, number)
        for number, (begin, end) in enumerate(zip(simulation.started, simulation.ended, strict=True))
        if begin is not None and end is not None and (not past or state.statuses[number] in WAITING)
    ]
    for begin, end, number in sorted(to_come):
        needed = [has_ended[other] for other in state.pipeline.upstream[number] if other in has_ended]
        retry_at = state.retry_at[number]
        ready_at = min(max([at, *needed]) if retry_at is None else retry_at, at + begin)
        found.append(_expected(state, number, ready_at, at + begin, at + end))
        has_ended[number] = at + end
    return found


def _expected(state: RunState, number: int, ready_at: float, started_at: float, finished_at: float) -> Stretch:
    task = state.pipeline.tasks[number]
    waited_s = started_at - ready_at
    return Stretch(
        number,
        ready_at,
        started_at,
        finished_at,
        is_retry=state.retry_at[number] is not None,
        pool_s=waited_s if task.pools else 0.0,
        output_s=waited_s if task.outputs else 0.0,
    )
