"""What each task waited for: its time from when it was asked for, without remainder.

A task that does not run yet waits, at any moment, for exactly one of six things:

``dependency``  one that it depends on has not succeeded yet
``retry``       its last attempt failed, and the delay before the next one lasts
``paused``      it could start, but the run is paused
``pool``        its pool is full
``output``      a running task writes where it would, or reads its former result
``slot``        as many tasks run as ``max_parallel`` allows

Times are counted in whole microseconds. Each part is the difference of two points in time, or is cut off such a
difference, so the parts add up exactly to the time that was waited, and over a whole run with the times that its tasks
ran to all the time that they were there. Seconds are only what is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from seeknal_tui.analysis.slots import Span, free_slots, overlap_s, pauses, without
from seeknal_tui.run.output_locks import OutputLocks
from seeknal_tui.run.state import Attempt, RunState
from seeknal_tui.run.wait import NEVER_OBSTRUCTED, Waited

MICROSECONDS = 1_000_000


def microseconds(seconds: float) -> int:
    """The point in time as a whole number of microseconds."""
    return round(seconds * MICROSECONDS)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Time waited, by reason, in microseconds."""

    dependency: int = 0
    slot: int = 0
    pool: int = 0
    output: int = 0
    paused: int = 0
    retry: int = 0

    @property
    def total(self) -> int:
        """All of it."""
        return self.dependency + self.slot + self.pool + self.output + self.paused + self.retry

    def seconds(self) -> dict[str, float]:
        """The same in seconds, by reason."""
        return {reason: getattr(self, reason) / MICROSECONDS for reason in REASONS}

    def __add__(self, other: Waiting) -> Waiting:
        return Waiting(*(getattr(self, reason) + getattr(other, reason) for reason in REASONS))


REASONS = ("dependency", "slot", "pool", "output", "paused", "retry")
NO_WAITING = Waiting()


class Spell(NamedTuple):
    """One time that a task waited, from begin to end; in session seconds."""

    number: int
    since: float
    delayed_until: float
    """When the delay before a retry was over; ``since`` where there was none."""
    ready_at: float
    """When its last dependency had ended; ``until`` if that never came."""
    until: float
    attempt: Attempt | None
    """The attempt that it ended in; None if it was ended by something else, or goes on."""


def spells(state: RunState, number: int, now: float) -> list[Spell]:
    """All the times that a task has waited in the current run, up to *now* (session seconds), in their order."""
    run = state.runs - 1
    found = [
        Spell(
            number,
            attempt.waited_since,
            attempt.ready_at if attempt.is_retry else attempt.waited_since,
            attempt.ready_at,
            attempt.started_at,
            attempt,
        )
        for attempt in state.attempts_of_run(number)
    ]
    others = [one for one in state.unstarted.get(number, ()) if one.run == run]
    open_one = state.waiting(number, now)
    for one in (*others, open_one) if open_one is not None else others:
        ready_at = one.until if one.ready_at is None else one.ready_at
        found.append(Spell(number, one.since, one.delayed_until, ready_at, one.until, None))
    return sorted(found, key=lambda spell: (spell.since, spell.until))


class WaitAnalysis:
    """What the tasks of the current run have waited for, up to *now* (session seconds; the latest event if None)."""

    def __init__(self, state: RunState, now: float | None = None) -> None:
        self._state = state
        self._now = state.now if now is None else now
        self._pauses = pauses(state, self._now)

    def of_spell(self, spell: Spell) -> Waiting:
        """What one time of waiting was made of."""
        since, delayed_until = microseconds(spell.since), microseconds(spell.delayed_until)
        ready_at, until = microseconds(spell.ready_at), microseconds(spell.until)
        rest = until - ready_at
        paused = _cut(overlap_s(self._pauses, spell.ready_at, spell.until), rest)
        pool_s, output_s, _ = self._waited(spell)
        pool = _cut(pool_s, rest - paused)
        output = _cut(output_s, rest - paused - pool)
        return Waiting(
            dependency=ready_at - delayed_until,
            slot=rest - paused - pool - output,
            pool=pool,
            output=output,
            paused=paused,
            retry=delayed_until - since,
        )

    def of_task(self, number: int) -> Waiting:
        """All that a task has waited, for all its attempts."""
        return self._sum(spells(self._state, number, self._now))

    def before_and_after_start(self, number: int) -> tuple[Waiting, Waiting]:
        """What a task waited until its first attempt began, and what it waited later, for retries or asked for anew."""
        found = spells(self._state, number, self._now)
        first = next((place for place, spell in enumerate(found) if spell.attempt is not None), len(found))
        return self._sum(found[: first + 1]), self._sum(found[first + 1 :])

    def total(self) -> Waiting:
        """What all tasks of the run have waited together."""
        members = (number for number, member in enumerate(self._state.in_run) if member)
        return self._sum(spell for number in members for spell in spells(self._state, number, self._now))

    def _sum(self, found: Iterable[Spell]) -> Waiting:
        total = NO_WAITING
        for spell in found:
            total += self.of_spell(spell)
        return total

    # Pools and outputs

    def _waited(self, spell: Spell) -> Waited:
        """What was in the way: as the scheduler tells of each start, else as can be told from the outside."""
        if spell.attempt is not None:
            return Waited(spell.attempt.pool_s, spell.attempt.output_s, spell.attempt.slot_after_s)
        return self.waited(spell.number, spell.ready_at, spell.until)

    def waited(self, number: int, begin: float, end: float) -> Waited:
        """What held up a ready task from *begin* to *end*, in session seconds, if its scheduler cannot be asked.

        Whoever is ready while a slot is free is held up by a pool or an output.
        """
        has_pool = bool(self._state.pipeline.tasks[number].pools)
        if begin >= end or not (has_pool or self._locks.contested(number)):
            return NEVER_OBSTRUCTED
        free_s = overlap_s(self._free, begin, end)
        if not free_s:
            return NEVER_OBSTRUCTED
        last = max(span.end for span in self._free if span.begin < end)
        after_s = max(0.0, end - last - overlap_s(self._pauses, last, end))
        return Waited(free_s if has_pool else 0.0, 0.0 if has_pool else free_s, after_s)

    @cached_property
    def _free(self) -> list[Span]:
        """When a slot was free and the run not paused."""
        return list(without(free_slots(self._state, self._now), self._pauses))

    @cached_property
    def _locks(self) -> OutputLocks:
        return OutputLocks([task.outputs for task in self._state.pipeline.tasks])


def _cut(seconds: float, most: int) -> int:
    return max(0, min(microseconds(seconds), most))


def last_dependency(state: RunState, spell: Spell) -> int | None:
    """Of the dependencies that ended while a task waited for them the last one; None if there is none."""
    ended = [
        (attempt.finished_at, other)
        for other in state.pipeline.upstream[spell.number]
        for attempt in state.attempts_of_run(other)
        if attempt.finished_at is not None and spell.since <= attempt.finished_at <= spell.ready_at
    ]
    return max(ended)[1] if ended else None


def users_of(state: RunState, reason: str, number: int) -> Callable[[int], bool]:
    """Whether a task could hold up *number* for that reason, if it ran: by its slot, by their pool, by their output."""
    tasks = state.pipeline.tasks
    if reason == "pool":
        pools = {pool for pool, _ in tasks[number].pools}
        return lambda other: any(pool in pools for pool, _ in tasks[other].pools)
    if reason == "output":
        locks = OutputLocks([task.outputs for task in tasks])
        readers = frozenset(state.pipeline.downstream[number])

        def in_the_way(other: int) -> bool:
            locks.take(other)
            taken = locks.holder(number) is not None
            locks.release(other)
            return taken or other in readers

        return in_the_way
    return lambda _: True
