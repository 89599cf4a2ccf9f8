"""What a task did when: the stretches of time in which it waited and ran. Pure, in session seconds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from seeknal_tui.analysis.slots import Span, without
from seeknal_tui.run.events import Status
from seeknal_tui.run.state import Attempt, RunState
from seeknal_tui.run.wait import NEVER_OBSTRUCTED, Waited


class HeldUp(NamedTuple):
    """What a ready task waits for."""

    reason: str = "slot"
    """Now: ``slot``, ``pool``, ``output``, or ``paused`` for the run to go on."""
    waited: Waited = NEVER_OBSTRUCTED
    """Since it was ready."""


TellHeldUp = Callable[[int], HeldUp]
"""Tells of a ready task what it waits for."""


def waits_for_slot(_: int) -> HeldUp:
    """What is told when nobody knows better."""
    return HeldUp()


class Wait(NamedTuple):
    """The task waited."""

    begin: float
    end: float
    reason: str
    """``dependency``, ``slot``, ``pool``, ``output`` or ``paused``."""


class Bar(NamedTuple):
    """The task ran: one attempt."""

    begin: float
    end: float
    status: Status
    run: int


def bars(state: RunState, number: int, now: float) -> list[Bar]:
    """Every attempt of the task, from the first to the last; one that runs ends *now*."""
    return [
        Bar(
            attempt.started_at,
            now if attempt.finished_at is None else attempt.finished_at,
            attempt.status,
            attempt.run,
        )
        for attempt in state.attempts[number]
    ]


def waits(state: RunState, number: int, now: float, held_up: TellHeldUp = waits_for_slot) -> list[Wait]:
    """All waiting of the task, from the first to the last; a task that still waits does so until *now*."""
    found: list[Wait] = []
    before: Attempt | None = None
    for attempt in state.attempts[number]:
        if not _is_retry(before, attempt.run, attempt.queued_at):
            found.append(Wait(attempt.queued_at, attempt.ready_at, "dependency"))
        waited = Waited(attempt.pool_s, attempt.output_s, attempt.slot_after_s)
        found.extend(_ready_waits(state, Span(attempt.ready_at, attempt.started_at), now, HeldUp("slot", waited)))
        before = attempt
    found.extend(_live_waits(state, number, now, before, held_up))
    return [wait for wait in found if wait.end > wait.begin]


def _ready_waits(state: RunState, span: Span, now: float, held_up: HeldUp) -> Iterator[Wait]:
    """What a task that was ready waited for: pauses, and between them one reason after the other."""
    pauses = [Span(begin, now if end is None else end) for begin, end in state.pauses]
    awake = list(without([span], pauses))
    left = _in_order(held_up, sum(piece.end - piece.begin for piece in awake))
    time = span.begin
    for piece in awake:
        yield Wait(time, piece.begin, "paused")
        time = piece.begin
        while time < piece.end:
            reason, seconds = left.pop(0)
            until = min(piece.end, time + seconds)
            yield Wait(time, until, reason)
            if time + seconds > piece.end:
                left.insert(0, (reason, time + seconds - piece.end))
            time = until
    yield Wait(time, span.end, "paused")


def _in_order(held_up: HeldUp, awake_s: float) -> list[tuple[str, float]]:
    """Seconds for each reason: for a slot before and after the others; what it waits for now has the end.

    Which of a pool and an output was first in the way is not told of a wait that is over.
    """
    pool_s, output_s, slot_after_s = held_up.waited
    slot_first_s = max(0.0, awake_s - pool_s - output_s - slot_after_s)
    others = [("pool", pool_s), ("output", output_s)]
    if held_up.reason == "pool":
        others.reverse()
    last = held_up.reason if held_up.reason in ("pool", "output") else "slot"
    return [("slot", slot_first_s), *others, ("slot", slot_after_s), (last, float("inf"))]


def _live_waits(state: RunState, number: int, now: float, before: Attempt | None, held_up: TellHeldUp) -> list[Wait]:
    status, queued_at = state.statuses[number], state.queued_at[number]
    if not (state.is_running and state.in_run[number]):
        return []
    if status is Status.PENDING:
        return [Wait(queued_at, now, "dependency")]
    if status is not Status.READY:
        return []
    retry_at, ready_at = state.retry_at[number], state.ready_at[number] or queued_at
    since = ready_at if retry_at is None else retry_at
    live = _ready_waits(state, Span(since, max(since, now)), now, held_up(number))
    if _is_retry(before, state.runs - 1, queued_at):
        return list(live)
    return [Wait(queued_at, ready_at, "dependency"), *live]


def _is_retry(before: Attempt | None, run: int, queued_at: float) -> bool:
    """Whether an attempt follows *before* without the task having been asked for anew."""
    return before is not None and before.run == run and before.queued_at == queued_at
