"""When slots were free in a run, and who held them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from seeknal_tui.run.state import Attempt, RunState


class Span(NamedTuple):
    """A stretch of time, in session seconds."""

    begin: float
    end: float


def overlap_s(spans: Sequence[Span], begin: float, end: float) -> float:
    """Seconds of *begin* to *end* that lie in one of the spans, which do not overlap each other."""
    return sum(max(0.0, min(span.end, end) - max(span.begin, begin)) for span in spans)


def without(spans: Iterable[Span], others: Sequence[Span]) -> Iterator[Span]:
    """What is left of the spans without the *others*, which are in their order."""
    for span in spans:
        begin = span.begin
        for other in others:
            if begin < other.end and other.begin < span.end:
                if other.begin > begin:
                    yield Span(begin, other.begin)
                begin = other.end
        if begin < span.end:
            yield Span(begin, span.end)


def pauses(state: RunState, now: float) -> list[Span]:
    """When the run was paused, the pause that goes on up to *now* (session seconds)."""
    return [Span(begin, now if end is None else end) for begin, end in state.pauses if begin >= state.began]


def all_attempts(state: RunState) -> list[tuple[int, Attempt]]:
    """Every attempt of the current run with its task, in the order of their starts."""
    run = state.runs - 1
    found = [
        (number, attempt)
        for number, attempts in enumerate(state.attempts)
        for attempt in reversed(attempts)
        if attempt.run == run
    ]
    return sorted(found, key=lambda one: one[1].started_at)


def free_slots(state: RunState, now: float) -> list[Span]:
    """When fewer tasks ran than max_parallel allowed, from the begin of the current run up to *now*."""
    changes: list[tuple[float, int, int]] = []
    for _, attempt in all_attempts(state):
        changes.append((attempt.started_at, 1, 1))
        if attempt.finished_at is not None:
            changes.append((attempt.finished_at, 0, -1))
    in_force = [(at, value) for at, value in state.changes if at >= state.began]
    slots = in_force[0][1] if in_force else state.max_parallel
    changes += [(at, 2, value - before) for (_, before), (at, value) in pairwise(in_force)]
    spans: list[Span] = []
    busy, free_since = 0, state.began
    for at, kind, by in sorted(changes):
        was_free = busy < slots
        if kind == 2:
            slots += by
        else:
            busy += by
        if was_free and busy >= slots and at > free_since:
            spans.append(Span(free_since, at))
        elif not was_free and busy < slots:
            free_since = at
    if busy < slots and now > free_since:
        spans.append(Span(free_since, now))
    return spans


def holders(state: RunState, begin: float, end: float, now: float) -> list[int]:
    """The tasks that ran between *begin* and *end* (session seconds), the one that did so longest first."""
    seconds: dict[int, float] = {}
    for number, attempt in all_attempts(state):
        finished_at = now if attempt.finished_at is None else attempt.finished_at
        shared = min(finished_at, end) - max(attempt.started_at, begin)
        if shared > 0:
            seconds[number] = seconds.get(number, 0.0) + shared
    return sorted(seconds, key=lambda number: (-seconds[number], number))
