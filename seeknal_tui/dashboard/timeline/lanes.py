"""The lanes of a session: which attempt ran in which slot, and a cursor that walks over them. Pure: no widget.

In a lane one attempt follows another, so that their beginnings and their ends are both in order.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable
from typing import NamedTuple

from seeknal_tui.run.events import Status
from seeknal_tui.run.state import Attempt, RunState


class LaneBar(NamedTuple):
    """An attempt of a task."""

    number: int
    attempt: Attempt

    def end(self, now: float) -> float:
        """When it ended; *now* if it runs."""
        return now if self.attempt.finished_at is None else self.attempt.finished_at


class Lane:
    """What ran in one slot, from the first to the last."""

    def __init__(self) -> None:
        self.bars: list[LaneBar] = []
        self.starts: list[float] = []
        self.failed: list[float] = []
        """When those started that failed."""

    def add(self, bar: LaneBar) -> None:
        """Take in a bar; mostly it is the last. One that runs is always."""
        place = bisect_right(self.starts, bar.attempt.started_at)
        # Of those that began at the same moment all but the last took no time: the one that ends last is the last.
        end = bar.end(math.inf)
        while place and self.starts[place - 1] == bar.attempt.started_at and self.bars[place - 1].end(math.inf) > end:
            place -= 1
        self.starts.insert(place, bar.attempt.started_at)
        self.bars.insert(place, bar)

    def at(self, time: float, now: float) -> LaneBar | None:
        """The bar at that time, else the one nearest to it; None if there is none."""
        place = bisect_right(self.starts, time)
        before = self.bars[place - 1] if place else None
        after = self.bars[place] if place < len(self.bars) else None
        if before is None or after is None:
            return before or after
        return before if time - before.end(now) <= after.attempt.started_at - time else after

    def beside(self, bar: LaneBar, steps: int) -> LaneBar:
        """The bar so many places further on; the first or last if there are not so many."""
        place = bisect_left(self.starts, bar.attempt.started_at)
        while self.bars[place].attempt is not bar.attempt:
            place += 1
        return self.bars[min(max(0, place + steps), len(self.bars) - 1)]

    @property
    def running(self) -> LaneBar | None:
        """What runs in it now."""
        return self.bars[-1] if self.bars and self.bars[-1].attempt.status is Status.RUNNING else None


class Lanes:
    """All lanes, kept up to date with each attempt that starts or ends."""

    def __init__(self, state: RunState) -> None:
        self._state = state
        self.lanes: list[Lane] = []
        self._started = [0] * len(state.attempts)
        self._ended = [0] * len(state.attempts)
        self.note(range(len(state.attempts)))

    def __getitem__(self, lane: int) -> Lane:
        return self.lanes[lane]

    def __len__(self) -> int:
        return len(self.lanes)

    def note(self, touched: Iterable[int]) -> set[int]:
        """Take in what became of these tasks; returns the lanes in which they were last."""
        stale: set[int] = set()
        self._grow(self._state.max_parallel)
        for number in touched:
            attempts = self._state.attempts[number]
            for attempt in attempts[self._started[number] :]:
                self._grow(attempt.lane + 1)
                self.lanes[attempt.lane].add(LaneBar(number, attempt))
            self._started[number] = len(attempts)
            for attempt in attempts[self._ended[number] :]:
                stale.add(attempt.lane)
                if attempt.finished_at is not None:
                    self._ended[number] += 1
                    if attempt.status is Status.FAILED:
                        insort(self.lanes[attempt.lane].failed, attempt.started_at)
        return stale

    def _grow(self, size: int) -> None:
        while len(self.lanes) < size:
            self.lanes.append(Lane())


class LaneCursor:
    """Stands on a lane, and on one of its bars if it has any."""

    def __init__(self) -> None:
        self.lane = 0
        self.bar: LaneBar | None = None
        self._time: float | None = None

    def select(self, state: RunState, number: int) -> None:
        """Go to the last attempt of that task; where it has none, no bar is under the cursor."""
        attempts = state.attempts[number]
        if self.bar is None or self.bar.number != number:
            self.put(LaneBar(number, attempts[-1]) if attempts else None)

    def put(self, bar: LaneBar | None) -> None:
        """Go to that bar."""
        self.bar, self._time = bar, None
        if bar is not None:
            self.lane = bar.attempt.lane

    def walk(self, lanes: Lanes, steps: int, now: float) -> None:
        """Go so many bars to the right (left when negative)."""
        bars = lanes[self.lane].bars
        if self.bar is not None:
            self.put(lanes[self.bar.attempt.lane].beside(self.bar, steps))
        elif bars:
            self.put(lanes[self.lane].at(now, now))

    def climb(self, lanes: Lanes, lane: int, now: float) -> None:
        """Go to the bar of that lane at the time at which the cursor stands; climbing on keeps that time."""
        if self._time is None:
            self._time = now if self.bar is None else (self.bar.attempt.started_at + self.bar.end(now)) / 2
        self.lane, self.bar = lane, lanes[lane].at(self._time, now)
