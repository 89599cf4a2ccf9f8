"""What is said in one line of a bar: when it began and ended, how long, what it waited for. Pure."""

from __future__ import annotations

from seeknal_tui.dashboard.cells import cut
from seeknal_tui.dashboard.timeline.spans import TellHeldUp, Wait, waits, waits_for_slot
from seeknal_tui.pipeline.durations import format_duration
from seeknal_tui.run.events import Status
from seeknal_tui.run.state import Attempt, RunState

LONGEST_NAME = 40
INSTANT_S = 0.02
"""Waiting that is not worth a word."""


def attempt_at(state: RunState, number: int, time: float) -> Attempt | None:
    """The attempt whose bar, or the waiting before it, is at that time: the first that had not ended, else the last."""
    for attempt in state.attempts[number]:
        if attempt.finished_at is None or attempt.finished_at >= time:
            return attempt
    return state.attempts[number][-1] if state.attempts[number] else None


def readout(
    state: RunState, number: int, attempt: Attempt | None, now: float, held_up: TellHeldUp = waits_for_slot
) -> str:
    """One line on that attempt of the task; on its waiting, where it has not begun."""
    parts = [cut(state.pipeline.tasks[number].name, LONGEST_NAME)]
    since = float("-inf")
    if attempt is not None:
        end = now if attempt.finished_at is None else attempt.finished_at
        until = "now" if attempt.finished_at is None else format_duration(end)
        parts.append(f"{format_duration(attempt.started_at)} to {until}")
        parts.append(f"{attempt.status} {format_duration(end - attempt.started_at)}")
        mine = [wait for wait in waits(state, number, now, held_up) if wait.end <= attempt.started_at]
        before = [other.started_at for other in state.attempts[number] if other.started_at < attempt.started_at]
        since = max(before, default=since)
    else:
        parts.append(str(state.statuses[number]) if state.in_run[number] else "not run")
        mine = waits(state, number, now, held_up)
    seconds: dict[str, float] = {}
    for wait in mine:
        if wait.begin >= since:
            cause = _cause(state, number, wait)
            seconds[cause] = seconds.get(cause, 0.0) + wait.end - wait.begin
    waited = [f"{format_duration(s)} for {cause}" for cause, s in seconds.items() if s > INSTANT_S]
    if waited:
        live = attempt is None and state.is_running
        parts.append(("waits " if live else "waited ") + ", ".join(waited))
    if attempt is not None and (attempt.number > 1 or attempt is not state.attempts[number][-1]):
        parts.append(f"attempt {attempt.number}")
    return " · ".join(parts)


def _cause(state: RunState, number: int, wait: Wait) -> str:
    """What it waited for, with the names of the file."""
    task = state.pipeline.tasks[number]
    if wait.reason == "pool":
        return " ".join(["pool", *(cut(name, LONGEST_NAME) for name, _ in task.pools[:1])])
    if wait.reason == "output":
        return "an output"
    if wait.reason == "slot":
        return "a slot"
    if wait.reason == "paused":
        return "the run to go on"
    last = _last_to_end(state, number, wait)
    return "dependencies" if last is None else cut(state.pipeline.tasks[last].name, LONGEST_NAME)


def _last_to_end(state: RunState, number: int, wait: Wait) -> int | None:
    """The task whose end ended the waiting; while that lasts, one that has not ended."""
    latest, found = -1.0, None
    for other in state.pipeline.upstream[number]:
        if state.statuses[other] in (Status.PENDING, Status.READY, Status.RUNNING):
            ended = wait.end if state.in_run[other] else -1.0
        else:
            ends = [a.finished_at for a in state.attempts[other] if a.finished_at is not None]
            ended = max((end for end in ends if end <= wait.end + INSTANT_S), default=-1.0)
        if ended > latest:
            latest, found = ended, other
    return found
