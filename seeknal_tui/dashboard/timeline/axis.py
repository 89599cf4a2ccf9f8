"""Time on a line of cells: the scale, the window that is in view, and the axis with its ticks and marks.

Times are session seconds. A cell is divided into eighths, as the block characters of terminals are.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import ceil, floor
from typing import NamedTuple

from rich.segment import Segment

from seeknal_tui.dashboard.cells import Cells, blend, ink
from seeknal_tui.dashboard.look import Palette
from seeknal_tui.run.state import RunState

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
STEPS = (
    *(factor * 10.0**power for power in range(-5, 0) for factor in (1, 2, 5)),
    *(1.0, 2.0, 5.0, 10.0, 20.0, 30.0),
    *(1 * MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 20 * MINUTE, 30 * MINUTE),
    *(1 * HOUR, 2 * HOUR, 5 * HOUR, 10 * HOUR, 1 * DAY, 2 * DAY, 5 * DAY),
)
"""Seconds between two ticks: 1, 2, 5 and their tenfolds, but by sixty where a clock goes by sixty."""
ENDS = (1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0)
"""Where an axis ends, times a power of ten: it is drawn anew only when the run has outgrown it."""
TICK_CELLS = 9
"""How far apart ticks are at least."""
SHORTEST = 0.001
SHORTEST_RUNNING = 2.0
EMPTY_SPAN = 10.0
"""What an axis shows before anything has run."""
LONGEST = 365 * DAY


@dataclass(frozen=True, slots=True)
class Scale:
    """Which time lies in which cell."""

    start: float
    span: float
    cells: int

    def eighth(self, time: float) -> int:
        """The eighth of a cell in which *time* lies; below zero or beyond the cells when it is out of view."""
        return floor((time - self.start) * self.cells * 8 / self.span)

    def cell(self, time: float) -> int:
        """The cell in which *time* lies."""
        return self.eighth(time) // 8

    @property
    def end(self) -> float:
        """The time at the right end."""
        return self.start + self.span


class TimeWindow:
    """Which stretch of time is in view: all of it, or a part that follows the run or stands where the user put it."""

    def __init__(self) -> None:
        self.start = 0.0
        self.span = EMPTY_SPAN
        self.following = True
        self._fits = True
        self._now = 0.0
        self._everything = EMPTY_SPAN

    def update(self, now: float, cells: int, *, running: bool, end: float | None = None) -> None:
        """Time went on to *now*, or *cells* show it now. The stretch moves in steps, not with each moment.

        With *end* the whole reaches up to there, though *now* is earlier.
        """
        self._now = latest = now if end is None else end
        # On the right there is room for the text beside a bar that ends now.
        self._everything = _nice_end(latest * (1 + min(0.3, TICK_CELLS / max(1, cells))), running=running)
        if self._fits:
            self.start, self.span = 0.0, self._everything
        elif self.following:
            step = self.span / 5
            self.start = max(0.0, floor((now - self.span * 0.7) / step) * step)

    def fit(self) -> None:
        """Show all of it and follow."""
        self._fits = self.following = True
        self.start, self.span = 0.0, self._everything

    def follow(self) -> None:
        """Let the stretch in view move on with the run."""
        self.following = True
        self._fits = self.span >= self._everything

    def zoom(self, factor: float, around: float | None) -> None:
        """Show *factor* times as much time; *around* stays where it is, and the run is no longer followed.

        None for *around* goes on following.
        """
        wanted = min(max(self.span * factor, SHORTEST), LONGEST)
        if factor > 1 and wanted >= self._everything:
            self.fit()
            return
        if around is not None:
            self.following = False
            self.start = max(0.0, around - (around - self.start) * wanted / self.span)
        self.span, self._fits = wanted, False

    def bring(self, begin: float, end: float) -> None:
        """Have that stretch in view, its beginning if it is too long; stops following where it was not."""
        if self.start <= begin and end <= self.start + self.span:
            return
        margin = self.span / 10
        fits_behind = begin > self.start and end - begin <= self.span - 2 * margin
        self.start = max(0.0, end + margin - self.span if fits_behind else begin - margin)
        self._fits = self.following = False

    def pan(self, share: float) -> None:
        """Move by *share* of what is in view, and stop following."""
        latest = max(self.start, self._now - self.span / 10)
        self.start = min(max(0.0, self.start + self.span * share), latest)
        self._fits = self.following = False


def _nice_end(wanted: float, *, running: bool) -> float:
    if not wanted:
        return SHORTEST_RUNNING if running else EMPTY_SPAN
    wanted = max(wanted, SHORTEST_RUNNING if running else SHORTEST)
    power = SHORTEST / 10
    while wanted > power * 10:
        power *= 10
    return next((power * end for end in ENDS if power * end >= wanted), power * 10)


def tick_step(scale: Scale) -> float:
    """Seconds between two ticks, so that their labels do not touch."""
    cell = scale.span / max(1, scale.cells)
    for step in STEPS:
        if step >= TICK_CELLS * cell and step > (len(_label(scale.end, step)) + 1) * cell:
            return step
    return ceil(TICK_CELLS * cell / DAY) * DAY


@lru_cache(16)
def ticks(scale: Scale) -> tuple[tuple[int, str], ...]:
    """Cell and label of each tick in view."""
    step = tick_step(scale)
    first, last = ceil(scale.start / step), floor(scale.end / step)
    found = [(scale.cell(index * step + step * 1e-9), _label(index * step, step)) for index in range(first, last + 1)]
    return tuple((cell, label) for cell, label in found if 0 <= cell < scale.cells)


def _label(seconds: float, step: float) -> str:
    """The time of a tick, with no more digits than *step* asks for: ``0s``, ``50ms``, ``1m10``, ``2h``, ``2h05m10``."""
    if not seconds:
        return "0s"
    digits = next(digits for digits in range(7) if step * 10**digits >= 0.999)
    if digits > 1 and seconds < 1:
        return f"{seconds * 1000:.{max(0, digits - 3)}f}ms"
    rest = round(seconds, digits)
    if rest < MINUTE:
        return f"{rest:.{digits}f}s"
    hours, rest = divmod(rest, HOUR)
    minutes, rest = divmod(rest, MINUTE)
    last = f"{rest:0{digits + 3 if digits else 2}.{digits}f}" if step < MINUTE and (rest or digits) else ""
    if not hours:
        return f"{minutes:.0f}m{last}"
    middle = f"{minutes:02.0f}" if minutes or last else ""
    return f"{hours:.0f}h{middle}" + (f"m{last}" if last else "")


def axis_segments(state: RunState, now: float, scale: Scale, palette: Palette) -> list[Segment]:
    """The axis: ticks, pauses, beginnings of runs, changes of max_parallel, and now."""
    background = palette.background
    plain = ink(palette.dim, background)
    cells = Cells(scale.cells, plain)
    for begin, end in state.pauses:
        _paint_pause(cells, scale.cell(begin), scale.cell(now if end is None else end) + 1, palette)
    if state.is_running:
        cells.write(scale.cell(now), "▼", ink(palette.running, background, bold=True))
    taken = scale.cells
    for cell, mark in reversed(_marks(state, scale)):
        if cell >= 0 and cell + len(mark) <= taken:
            cells.write(cell, mark, ink(palette.critical, background, bold=True))
            taken = cell
    for cell, label in ticks(scale):
        # Half a label would be another time.
        if cells.is_blank(cell, cell + 1 + len(label)):
            cells.write(cell, "│", ink(palette.edge, background))
            cells.write(cell + 1, label, plain)
    return cells.segments()


class Band(NamedTuple):
    """The colours of a band behind what is painted."""

    background: str
    """Where this colour was,"""
    tinted: str
    """there is this instead."""


def pause_band(palette: Palette, background: str) -> Band:
    """The colours of a pause on that background."""
    return Band(background, blend(background, palette.cancelled, 0.14))


def tint_pauses(cells: Cells, pauses: list[tuple[float, float | None]], now: float, scale: Scale, band: Band) -> None:
    """Have the pauses behind what is painted, as a band that goes down through the rows."""
    background, tinted = band
    for begin, end in pauses:
        cells.tint(scale.cell(begin), scale.cell(now if end is None else end) + 1, background, tinted)


def _paint_pause(cells: Cells, begin: int, end: int, palette: Palette) -> None:
    paused = ink(palette.cancelled, blend(palette.background, palette.cancelled, 0.2))
    cells.fill(begin, end, "═", paused)
    begin, end = max(0, begin), min(cells.width, end)
    if end - begin >= len(" paused "):
        cells.write((begin + end - len(" paused ")) // 2, " paused ", paused)


def _marks(state: RunState, scale: Scale) -> list[tuple[int, str]]:
    """Cell and text of each mark, from left to right."""
    marks = [(time, 0, "↻") for time in state.run_starts[1:]]
    before: int | None = None
    for time, slots in state.changes:
        if before is not None and slots != before:
            marks.append((time, 1, f"▲{slots}"))
        before = slots
    found: list[tuple[int, str]] = []
    for time, _, text in sorted(marks):
        cell = scale.cell(time)
        if found and text[0] == "▲" and found[-1] == (cell, "↻"):
            found[-1] = (cell, "↻" + text)
        else:
            found.append((cell, text))
    return found
