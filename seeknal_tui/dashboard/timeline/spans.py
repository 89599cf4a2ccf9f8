"""What a task did when: the stretches of time in which it waited and ran. Pure, in session seconds."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from seeknal_tui.run.events import Status
from seeknal_tui.run.state import Attempt, RunState

WaitReason = Callable[[int], str]
"""What a ready task waits for now: ``slot``, ``pool`` or ``output``."""


def waits_for_slot(_: int) -> str:
    """The reason when nobody knows a better one."""
    return "slot"


class Wait(NamedTuple):
    """The task waited."""

    begin: float
    end: float
    reason: str
    """``dependency``, ``slot``, ``pool`` or ``output``."""


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
        begin = attempt.ready_at
        for reason, seconds in (("pool", attempt.pool_s), ("output", attempt.output_s), ("slot", attempt.slot_s)):
            found.append(Wait(begin, begin + seconds, reason))
            begin += seconds
        before = attempt
    found.extend(_live_waits(state, number, now, before, wait_reason))
    return [wait for wait in found if wait.end > wait.begin]


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
    live = Wait(ready_at if retry_at is None else retry_at, now, wait_reason(number))
    if _is_retry(before, state.runs - 1, queued_at):
        return [live]
    return [Wait(queued_at, ready_at, "dependency"), live]


def _is_retry(before: Attempt | None, run: int, queued_at: float) -> bool:
    """Whether an attempt follows *before* without the task having been asked for anew."""
    return before is not None and before.run == run and before.queued_at == queued_at
