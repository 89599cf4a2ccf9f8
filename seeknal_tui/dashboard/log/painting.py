"""A line of a log as cells: what is in its margin, its colours, the matches in it. Pure."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise

from rich.cells import cell_len, chop_cells
from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from seeknal_tui.dashboard.cells import cut, fit, ink
from seeknal_tui.dashboard.log.colours import Colour, Look
from seeknal_tui.dashboard.log.file import Line
from seeknal_tui.dashboard.look import Palette

MARKS = {"stdout": "  ", "stderr": "▌ ", "runner": "» "}
MARK_CELLS = 2
TASK_CELLS = 14
FEWEST_TEXT_CELLS = 16
"""The margin gives way to the text where there would be less room for it."""


class Times(StrEnum):
    """What is told of when a line came."""

    NONE = "none"
    SINCE_START = "since the run began"
    CLOCK = "time of day"


TIME_CELLS = {Times.NONE: 0, Times.SINCE_START: 11, Times.CLOCK: 13}


@dataclass(frozen=True)
class Painter:
    """How lines are painted, in so many cells."""

    palette: Palette
    width: int
    times: Times = Times.NONE
    zero: float = 0.0
    """When the run began, in seconds since 1970."""
    has_tasks: bool = False
    """Whether each line tells its task."""

    @property
    def margin(self) -> int:
        """Cells before the text."""
        asked = MARK_CELLS + TIME_CELLS[self.times] + (TASK_CELLS + 1 if self.has_tasks else 0)
        return min(asked, max(MARK_CELLS, self.width - FEWEST_TEXT_CELLS))

    @property
    def room(self) -> int:
        """Cells for the text."""
        return max(0, self.width - self.margin)

    def rows_of(self, line: Line) -> list[tuple[int, int]]:
        """First and last character of each row that the line takes when it is wrapped."""
        return wrapped(line.text, max(1, self.room))

    def paint(
        self,
        line: Line,
        begin: int,
        end: int | None,
        x: int,
        found: Sequence[tuple[int, int, bool]],
        *,
        chosen: bool,
    ) -> Strip:
        """The characters from *begin* to *end* (None: all from there on) of a line, from cell *x* on.

        *found* are the matches in the line: first and last character, and whether it is the current one.
        """
        palette = self.palette
        colour = {"stdout": palette.text, "stderr": palette.cancelled, "runner": palette.dim}[line.stream]
        background = palette.surface if chosen else palette.background
        base = ink(colour, background)
        last = len(line.text) if end is None else end
        if end is None:  # what is far to the right is not seen: no need to cut it into segments
            last = min(last, begin + 2 * (x + self.room) + 64)
        text = Strip(_segments(line, range(begin, last), base, found, palette))
        strip = Strip([*self._margin(line, background, colour, is_first=begin == 0), *text.crop(x, x + self.room)])
        if end is None and text.cell_length > x + self.room:
            strip = Strip([*strip.crop(0, self.width - 1), Segment("…", ink(palette.dim, background))])
        return strip.extend_cell_length(self.width, base).crop(0, self.width)

    def _margin(self, line: Line, background: str, colour: str, *, is_first: bool) -> Strip:
        palette = self.palette
        dim = ink(palette.dim, background)
        segments = [Segment(MARKS[line.stream], ink(colour, background))]
        if self.times is not Times.NONE:
            text = self._time(line.at) if is_first else ""
            segments.append(Segment(text.ljust(TIME_CELLS[self.times]), dim))
        if self.has_tasks:
            name = fit(line.task if is_first else "", TASK_CELLS)
            segments.append(Segment(f"{name} ", ink(palette.reused, background)))
        return Strip(segments).crop(0, min(self.margin, self.width)).extend_cell_length(self.margin, dim)

    def _time(self, at: float | None) -> str:
        if at is None:
            return "?"
        if self.times is Times.SINCE_START:
            return f"+{at - self.zero:.3f}"[:10] if at >= self.zero else "before"
        return f"{time.strftime('%H:%M:%S', time.localtime(at))}.{int(at % 1 * 1000):03d}"

    def rule(self, text: str) -> Strip:
        """A line across the pane that begins with that text."""
        line = cut(f"── {text} ".ljust(self.width, "─"), self.width)
        return Strip([Segment(line, ink(self.palette.dim, self.palette.background))], self.width)

    def note(self, text: str) -> Strip:
        """What is said where there are no lines."""
        return Strip([Segment(fit(text, self.width), ink(self.palette.dim, self.palette.background))], self.width)

    def with_pill(self, strip: Strip, text: str) -> Strip:
        """The line with a note at its right end."""
        pill = Segment(text, ink(self.palette.background, self.palette.running, bold=True))
        base = ink(self.palette.text, self.palette.background)
        room = max(0, self.width - cell_len(text) - 1)
        rest = strip.crop(0, room).extend_cell_length(room, base)
        return Strip([*rest, pill, Segment(" ", base)]).crop(0, self.width)


def wrapped(text: str, width: int) -> list[tuple[int, int]]:
    """First and last character of each of the rows of at most *width* cells that *text* takes."""
    if text.isascii():
        return [(begin, min(begin + width, len(text))) for begin in range(0, max(1, len(text)), width)]
    rows, begin = [], 0
    for row in chop_cells(text, width):
        rows.append((begin, begin + len(row)))
        begin += len(row)
    return rows


def _segments(
    line: Line, characters: range, base: Style, found: Sequence[tuple[int, int, bool]], palette: Palette
) -> list[Segment]:
    """Characters of a line, cut wherever their look changes."""
    begin, end = characters.start, max(characters.start, characters.stop)
    if not line.looks and not found:
        return [Segment(line.text[begin:end], base)]
    borders = {begin, end}
    for first, last, _ in (*line.looks, *found):
        borders |= {max(begin, min(end, first)), max(begin, min(end, last))}
    segments = []
    looks, matches = list(line.looks), list(found)
    for first, last in pairwise(sorted(borders)):
        while looks and looks[0].end <= first:
            looks.pop(0)
        while matches and matches[0][1] <= first:
            matches.pop(0)
        style = base
        if looks and looks[0].begin <= first:
            style = style_of(looks[0].look, base)
        if matches and matches[0][0] <= first:
            colour = palette.critical if matches[0][2] else palette.running
            style = ink(palette.background, colour, bold=matches[0][2])
        segments.append(Segment(line.text[first:last], style))
    return segments


@lru_cache(4096)
def style_of(look: Look, base: Style) -> Style:
    """*base*, as a task wants it to look."""
    return base + Style(
        color=_colour(look.colour),
        bgcolor=_colour(look.background),
        bold=look.bold or None,
        dim=look.dim or None,
        italic=look.italic or None,
        underline=look.underline or None,
        reverse=look.reverse or None,
        strike=look.strike or None,
    )


def _colour(colour: Colour) -> Color | None:
    if colour is None:
        return None
    return Color.from_ansi(colour) if isinstance(colour, int) else Color.from_rgb(*colour)
