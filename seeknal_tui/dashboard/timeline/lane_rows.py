"""The cells of a lane: its label, and its bars side by side with the names of their tasks inside. Pure.

A lane may hold thousands of bars, so a cell is worked out from those that lie in it, which are found by bisection: what
a row costs depends on its cells, not on how many tasks there are.
"""

from __future__ import annotations

from bisect import bisect_left
from itertools import groupby
from typing import NamedTuple

from rich.cells import cell_len
from rich.segment import Segment

from seeknal_tui.dashboard.cells import Cells, blend, cut, fit, ink
from seeknal_tui.dashboard.look import DARK, GLYPHS, Palette
from seeknal_tui.dashboard.timeline.axis import Scale, pause_band, tint_pauses
from seeknal_tui.dashboard.timeline.lanes import Lane, LaneBar
from seeknal_tui.dashboard.timeline.rows import paint_bar, paint_grid
from seeknal_tui.run.events import Status
from seeknal_tui.run.state import Attempt, RunState

LOOKED_AT = 8
"""So many of the bars that begin in one cell are compared for the largest, and the last."""
SHORTEST_NAME = 4
"""Cells that a cut name has at least: less of it tells nothing."""
NOBODY = -1


class LaneLook(NamedTuple):
    """What a lane's look depends on besides what ran in it."""

    palette: Palette
    selected: bool = False
    """Whether the cursor is on this lane."""
    bar: Attempt | None = None
    """The attempt of this lane that is under the cursor."""
    marked: frozenset[int] = frozenset()
    critical: frozenset[int] = frozenset()
    matches: frozenset[int] | None = None
    """The tasks that the filter lets through; the others are faint. None: all."""

    @property
    def background(self) -> str:
        """The colour behind the row."""
        return self.palette.surface if self.selected else self.palette.background


def lane_label(state: RunState, lane: Lane, number: int, width: int, look: LaneLook) -> list[Segment]:
    """Which slot it is, counted from 1, and what runs in it now."""
    palette, background, running = look.palette, look.background, lane.running
    dim = ink(palette.dim, background)
    found = [
        Segment("▸" if look.selected else " ", ink(palette.critical, background, bold=True)),
        Segment(f"{number + 1:>3} ", ink(palette.running, background)),
    ]
    room = max(0, width - 6)
    if running is not None and room >= 2:
        found.append(Segment(GLYPHS[Status.RUNNING] + " ", ink(palette.running, background)))
        name = fit(state.pipeline.tasks[running.number].name, room - 2)
        found.append(Segment(name + " ", ink(palette.text, background, bold=True)))
    else:
        exists = number < state.max_parallel
        text = "" if not state.is_running else "free" if exists else "no slot now"
        found.append(Segment(fit(text, room) + " ", dim))
    return found


class LanePainter:
    """Paints one lane. Each cell has an owner, one of the bars that lie in it."""

    def __init__(self, state: RunState, lane: Lane) -> None:
        self.state, self.lane = state, lane
        self.now = 0.0
        self.scale = Scale(0.0, 1.0, 0)
        self.look = LaneLook(DARK)
        self.cells = Cells(0, ink(DARK.dim, DARK.background))
        self.eighth_s = 0.0
        self._owners: list[int] = []

    def segments(self, now: float, scale: Scale, look: LaneLook) -> list[Segment]:
        """The bars of the lane up to *now*, in exactly the cells of *scale*."""
        self.now, self.scale, self.look = now, scale, look
        self.cells = Cells(scale.cells, ink(look.palette.dim, look.background))
        self._owners = [NOBODY] * scale.cells
        self.eighth_s = scale.span / (8 * scale.cells) if scale.cells else 0.0
        self._paint(0)
        return self.cells.segments()

    def _paint(self, since: int) -> None:
        """A bar for each run of cells with the same owner, from the cell *since* on."""
        look, scale, owners = self.look, self.scale, self._owners
        self.cells.fill(since, scale.cells, " ", ink(look.palette.dim, look.background))
        paint_grid(self.cells, scale, look.palette, look.background, since)
        self._find_owners(since)
        begin = since
        for owner, run in groupby(owners[since:]):
            end = begin + sum(1 for _ in run)
            if owner != NOBODY:
                left = begin > 0 and owners[begin - 1] != NOBODY
                right = end < len(owners) and owners[end] != NOBODY
                self._paint_bar(self.lane.bars[owner], begin, end, left=left, right=right)
            begin = end
        tint_pauses(self.cells, self.state.pauses, self.now, scale, pause_band(look.palette, look.background))

    def _end(self, place: int) -> float:
        """When that bar ends; what took no time is seen nevertheless."""
        bar = self.lane.bars[place]
        return max(bar.end(self.now), bar.attempt.started_at + self.eighth_s)

    def _find_owners(self, since: int) -> None:
        """Find the place of the bar that each cell shows, from the cell *since* on."""
        scale, starts, owners = self.scale, self.lane.starts, self._owners
        owners[since:] = [NOBODY] * (len(owners) - since)
        cell = since
        while cell < scale.cells:
            begin = scale.start + cell * 8 * self.eighth_s
            first = bisect_left(starts, begin)
            after = bisect_left(starts, begin + 8 * self.eighth_s, first)
            goes_on = first > 0 and self._end(first - 1) > begin
            if after > first:
                owners[cell] = self._owner(first - 1 if goes_on else first, first, after, begin)
                cell += 1
                continue
            # No other begins in this cell: what is in it is in all of them up to its end or the next beginning.
            until = scale.cell(starts[after]) if after < len(starts) else scale.cells
            if goes_on:
                until = min(until, scale.cell(self._end(first - 1)) + 1)
            until = min(max(cell + 1, until), scale.cells)
            if goes_on:
                owners[cell:until] = [first - 1] * (until - cell)
            cell = until

    def _owner(self, earliest: int, first: int, after: int, begin: float) -> int:
        """Which of the bars from *earliest* up to before *after* the cell shows; *first* is the first to begin in it.

        A failed one, so that none is overlooked; else what runs now, else the one that has most of the cell.
        """
        end, starts, failed = begin + 8 * self.eighth_s, self.lane.starts, self.lane.failed
        place = bisect_left(failed, begin)
        if place < len(failed) and failed[place] < end:
            beginning = bisect_left(starts, failed[place], first, after)
            bars = self.lane.bars
            return next(at for at in range(beginning, after) if bars[at].attempt.status is Status.FAILED)
        if after == len(starts) and self.lane.running is not None:
            return after - 1
        candidates = {earliest, *range(first, min(after, first + LOOKED_AT)), after - 1}
        shares = [(min(self._end(at), end) - max(starts[at], begin), at) for at in candidates]
        _, largest = max(shares)
        return int(largest)

    def _colour(self, bar: LaneBar) -> str:
        """The colour of its status; faint if it is of a run before, or not looked for."""
        palette, matches = self.look.palette, self.look.matches
        colour = palette.of(bar.attempt.status)
        if matches is not None and bar.number not in matches:
            return blend(colour, palette.background, 0.8)
        if bar.attempt is self.look.bar:
            return blend(colour, palette.text, 0.45)
        return colour if bar.attempt.run == self.state.runs - 1 else blend(colour, palette.background, 0.6)

    def _paint_bar(self, bar: LaneBar, begin: int, end: int, *, left: bool, right: bool) -> None:
        """In the cells from *begin* to before *end*; *left* and *right* tell whether another bar is beside them."""
        colour, background = self._colour(bar), self.look.background
        head, tail = self.scale.eighth(bar.attempt.started_at), self.scale.eighth(bar.end(self.now))
        first = begin * 8 if left else min(max(head, begin * 8), end * 8 - 1)
        # A bar that is all in one cell fills it where it would run into its neighbour, for there is no third colour.
        last = end * 8 if right or (left and end == begin + 1) else max(first + 1, min(tail, end * 8))
        paint_bar(self.cells, (first, last), colour, background, background)
        under_cursor = bar.attempt is self.look.bar
        if under_cursor:
            self.cells.write(begin, "▸", ink(background, colour, bold=True))
        elif left:
            self.cells.write(begin, "▏", ink(background, colour))
        if bar.attempt.status is Status.RUNNING and not right:
            self.cells.write(-(-last // 8), "▶", ink(colour, background))
        self._paint_name(bar, begin + (left or under_cursor or first % 8 > 0), last // 8, colour)

    def _paint_name(self, bar: LaneBar, begin: int, end: int, colour: str) -> None:
        """The name in the cells from *begin* to before *end*, with what else there is to be told."""
        name, room = self.state.pipeline.tasks[bar.number].name, end - begin
        sign = "*" if bar.number in self.look.marked else ""
        sign += "┃" if bar.number in self.look.critical else ""
        if bar.attempt.status is not Status.SUCCEEDED:
            sign += GLYPHS[bar.attempt.status]
        text = sign + cut(name, room - len(sign) - 1) if room - len(sign) > SHORTEST_NAME else sign[:room]
        if text and cell_len(text) <= room:
            faint = colour != self.look.palette.of(bar.attempt.status) and bar.attempt is not self.look.bar
            written = self.look.palette.text if faint else self.look.palette.background
            self.cells.put(begin, text, ink(written, colour, bold=True))
