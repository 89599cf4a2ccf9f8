"""A run as it was at any of its moments: the fold of its events up to there.

Folding ten thousand tasks from the beginning takes a tenth of a second, which is too long for each step back. So a
*keyframe*, a snapshot of the state, is kept every so many events, and whoever goes back folds on from the one before.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from seeknal_tui.run.events import Event, HostSampled, RunStarted, TaskFiles, TaskOutput, TaskProgress, TaskSampled
from seeknal_tui.run.state import Attempt, RunState

EVENTS_PER_KEYFRAME = 4096
MOST_KEYFRAMES = 24
NO_CHANGE = frozenset({HostSampled, TaskFiles, TaskOutput, TaskProgress, TaskSampled})
"""Events of which there are many, and which change no task's status: a step passes over them."""


class Replay:
    """Moves a state through the events that were folded into it. Times are session seconds."""

    def __init__(self, state: RunState, events: Sequence[Event]) -> None:
        """*state* is the fold of *events*."""
        self._state = state
        self._events = events
        self.position = len(events)
        """How many events are folded now."""
        self._times = array("d")
        """When each event happened."""
        self._stops = array("L")
        """The positions behind what changed something at one moment."""
        self._keyframes: list[tuple[int, dict[str, Any]]] = []
        self._read()
        self.end = self._times[-1] if events else 0.0
        """When the last event happened."""
        self.moment = self.end
        """The time that is looked at: that of the last event that is folded, or a later one before the next."""

    def _read(self) -> None:
        """Fold all events once, to know when they happened, and keep the keyframes."""
        state = RunState(self._state.pipeline)
        every = max(EVENTS_PER_KEYFRAME, len(self._events) // MOST_KEYFRAMES)
        changed_at = -1.0
        for position, event in enumerate(self._events):
            if position % every == 0:
                self._keyframes.append((position, state.snapshot()))
            state.apply(event)
            self._times.append(state.now)
            if type(event) not in NO_CHANGE:
                if state.now == changed_at and self._stops:
                    self._stops.pop()
                self._stops.append(position + 1)
                changed_at = state.now
        # The state itself may know more of its end than the events tell: what was sampled, where that is not kept.
        self._keyframes.append((len(self._events), self._state.snapshot()))

    @property
    def is_at_end(self) -> bool:
        """Whether everything is folded, and no earlier time is looked at."""
        return self.position == len(self._events) and self.moment >= self.end

    @property
    def attempts_at_end(self) -> Sequence[Sequence[Attempt]]:
        """The attempts of each task as they are at the end."""
        found: list[list[Attempt]] = self._keyframes[-1][1]["attempts"]
        return found

    def step(self, by: int) -> set[int]:
        """Go so many changes on (back when negative); returns the tasks that look otherwise now."""
        if not self._stops:
            return set()
        place = bisect_right(self._stops, self.position)
        if by < 0 and (self._stops[place - 1] < self.position or self.moment > self._times[self.position - 1]):
            place += 1  # back to the change that was just passed
        position = self._stops[min(max(0, place - 1 + by), len(self._stops) - 1)]
        self.moment = self._times[position - 1]
        return self._move(position)

    def seek(self, time: float) -> set[int]:
        """Go to that time, within what there is; returns the tasks that look otherwise now."""
        self.moment = min(max(0.0, time), self.end)
        return self._move(bisect_right(self._times, self.moment))

    def to_end(self) -> set[int]:
        """Go to the end; returns the tasks that look otherwise now."""
        return self.seek(self.end)

    def _move(self, position: int) -> set[int]:
        state, before = self._state, self.position
        if position == before:
            return set()
        self.position = position
        keyframe = self._keyframes[bisect_right(self._keyframes, position, key=lambda kept: kept[0]) - 1]
        if position < before or keyframe[0] > before:
            state.restore(keyframe[1])
            begin = keyframe[0]
        else:
            begin = before
        state.apply_all(self._events[begin:position])
        state.touched = set()
        return self._touched(*sorted((before, position)))

    def _touched(self, begin: int, end: int) -> set[int]:
        """The tasks that those events tell of; all of them where a run begins."""
        numbers = self._state.pipeline.numbers
        found: set[int] = set()
        for event in self._events[begin:end]:
            if type(event) is RunStarted:
                return set(range(len(numbers)))
            name = getattr(event, "task", None)
            if name is not None:
                found.add(numbers[name])
        return found


def only_known(events: Iterable[Event], numbers: Mapping[str, int]) -> Iterable[Event]:
    """The events without those of tasks that are no longer there."""
    for event in events:
        if type(event) is RunStarted:
            yield event._replace(tasks=tuple(name for name in event.tasks if name in numbers))
        elif getattr(event, "task", None) is None or event.task in numbers:  # type: ignore[union-attr]
            yield event
