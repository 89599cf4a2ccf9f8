"""What a task did when: the stretches of time in which it waited and ran. Pure, in session seconds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from seeknal_tui.analysis.slots import Span, without
from seeknal_tui.run.events import Status
from seeknal_tui.run.state import Attempt, RunState

WaitReason = Callable[[int], str]
"""What a ready task waits for now: ``slot``, ``pool``, ``output``, or ``paused`` for the run to go on."""


def waits_for_slot(_: int) -> str:
    """The reason when nobody knows a better one."""
    return "slot"


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


def waits(state: RunState, number: int, now: float, wait_reason: WaitReason = waits_for_slot) -> list[Wait]:
    """All waiting of the task, from the first to the last; a task that still waits does so until *now*."""
    found: list[Wait] = []
    before: Attempt | None = None
    for attempt in state.attempts[number]:
        if not _is_retry(before, attempt.run, attempt.queued_at):
            found.append(Wait(attempt.queued_at, attempt.ready_at, "dependency"))
        # In which order these were waited for is not known; the slot is what every task waits for last.
        known = [("pool", attempt.pool_s), ("output", attempt.output_s)]
        found.extend(_ready_waits(state, Span(attempt.ready_at, attempt.started_at), now, known, "slot"))
        before = attempt
    found.extend(_live_waits(state, number, now, before, wait_reason))
    return [wait for wait in found if wait.end > wait.begin]


def _ready_waits(
    state: RunState, span: Span, now: float, known: Sequence[tuple[str, float]], rest: str
) -> Iterator[Wait]:
    """What a task that was ready waited for: pauses, and between them so many seconds for each, then the *rest*."""
    pauses = [Span(begin, now if end is None else end) for begin, end in state.pauses]
    left = [*known, (rest, float("inf"))]
    time = span.begin
    for piece in without([span], pauses):
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


def _live_waits(
    state: RunState, number: int, now: float, before: Attempt | None, wait_reason: WaitReason
) -> list[Wait]:
    status, queued_at = state.statuses[number], state.queued_at[number]
    if not (state.is_running and state.in_run[number]):
        return []
    if status is Status.PENDING:
        return [Wait(queued_at, now, "dependency")]
    if status is not Status.READY:
        return []
    retry_at, ready_at = state.retry_at[number], state.ready_at[number] or queued_at
    reason = wait_reason(number)
    since = ready_at if retry_at is None else retry_at
    live = _ready_waits(state, Span(since, max(since, now)), now, (), "slot" if reason == "paused" else reason)
    if _is_retry(before, state.runs - 1, queued_at):
        return list(live)
    return [Wait(queued_at, ready_at, "dependency"), *live]


def _is_retry(before: Attempt | None, run: int, queued_at: float) -> bool:
    """Whether an attempt follows *before* without the task having been asked for anew."""
    return before is not None and before.run == run and before.queued_at == queued_at
