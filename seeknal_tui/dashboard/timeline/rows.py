"""The cells of a task's row on the timeline: its label, its waiting, its bars and what is written beside them. Pure."""

from __future__ import annotations

from rich.segment import Segment

from seeknal_tui.dashboard.cells import Cells, blend, fit, ink
from seeknal_tui.dashboard.look import GLYPHS, WAIT_GLYPHS, Palette
from seeknal_tui.dashboard.row_label import NARROWEST, RowLook
from seeknal_tui.dashboard.timeline.axis import Scale, pause_band, ticks, tint_pauses
from seeknal_tui.dashboard.timeline.spans import Bar, TellHeldUp, Wait, bars, waits, waits_for_slot
from seeknal_tui.pipeline.durations import format_duration
from seeknal_tui.run.events import ENDED, Status
from seeknal_tui.run.state import RunState

EIGHTHS = " ▏▎▍▌▋▊▉█"
"""A cell of which that many eighths are filled, from the left."""
LONGEST_LABEL = 28
WIDE_ENOUGH_FOR_TOTALS = 110
TOTAL_CELLS = 8


def label_width(width: int) -> int:
    """How many of *width* cells the names take."""
    return min(width, max(NARROWEST, min(LONGEST_LABEL, width * 3 // 10)))


def time_segments(
    state: RunState,
    number: int,
    *,
    now: float,
    scale: Scale,
    look: RowLook,
    held_up: TellHeldUp = waits_for_slot,
) -> list[Segment]:
    """Waiting, bars and text of the task, in exactly the cells of *scale*."""
    painter = _RowPainter(state, number, now=now, scale=scale, look=look)
    paint_grid(painter.cells, scale, look.palette, look.background)
    found = waits(state, number, now, held_up)
    painter.paint_waits(found)
    painter.paint_bars()
    painter.paint_text(found)
    tint_pauses(painter.cells, state.pauses, now, scale, pause_band(look.palette, look.background))
    return painter.cells.segments()


class _RowPainter:
    """Paints one row, each thing over what was painted before."""

    def __init__(self, state: RunState, number: int, *, now: float, scale: Scale, look: RowLook) -> None:
        self.state, self.number, self.now, self.scale, self.look = state, number, now, scale, look
        self.plain = ink(look.palette.dim, look.background)
        self.cells = Cells(scale.cells, self.plain)
        self.bars = bars(state, number, now)

    def paint_waits(self, found: list[Wait]) -> None:
        """A glyph for each reason, to the nearest cell."""
        palette = self.look.palette
        for wait in found:
            if wait.reason == "paused":
                continue  # the band of the pause tells it
            style = ink(palette.edge if wait.reason == "dependency" else palette.pending, self.look.background)
            begin, end = (round(self.scale.eighth(time) / 8) for time in (wait.begin, wait.end))
            self.cells.fill(begin, end, WAIT_GLYPHS[wait.reason], style)

    def colour(self, bar: Bar) -> str:
        """The colour of an attempt; those of runs before are faint."""
        palette = self.look.palette
        colour = palette.of(bar.status)
        if bar.run != self.state.runs - 1:
            return blend(colour, palette.background, 0.6)
        return blend(colour, palette.background, 0.22) if self.look.shaded and not self.look.critical else colour

    def eighths(self, bar: Bar) -> tuple[int, int]:
        """Where the bar begins and ends; what took no time is seen nevertheless."""
        begin = self.scale.eighth(bar.begin)
        return begin, max(self.scale.eighth(bar.end), begin + 1)

    def paint_bars(self) -> None:
        """A segment for each attempt."""
        whole, background = self.scale.cells * 8, self.look.background
        left_of_it: tuple[int, str] | None = None
        for bar in self.bars:
            begin, end = self.eighths(bar)
            if end <= 0 or begin >= whole:
                continue
            begin, end, colour = max(0, begin), min(whole, end), self.colour(bar)
            shared = left_of_it is not None and left_of_it[0] == begin // 8
            behind = left_of_it[1] if left_of_it is not None and shared else background
            paint_bar(self.cells, (begin, end), colour, background, behind)
            if bar.status is Status.RUNNING:
                self.cells.write(_cells(end), "▶", ink(colour, background))
            left_of_it = (end // 8, colour)

    def paint_text(self, found: list[Wait]) -> None:
        """What the row says in words: how long it ran, what it waits for, or why there is no bar."""
        state, number = self.state, self.number
        status, finished_at = state.statuses[number], state.finished_at[number]
        if status in ENDED and finished_at is not None and not (self.bars and self.bars[-1].end == finished_at):
            self._paint_status(status, finished_at)
        elif status is Status.READY and state.is_running:
            begin = max(self._end_of_bars(), self.scale.cell(self.now)) + 2
            text = _waiting_text(state, number, self.now, found)
            if begin + len(text) <= self.cells.width:
                self.cells.write(begin, text, self.plain)
        elif self.bars:
            self._paint_duration(self.bars[-1], _duration_texts(state, number, self.now))

    def _end_of_bars(self) -> int:
        """The first cell behind all bars."""
        return max((_cells(self.eighths(bar)[1]) for bar in self.bars), default=0)

    def _paint_status(self, status: Status, finished_at: float) -> None:
        word = f"{GLYPHS[status]} {status.value}"
        begin = (
            max(self._end_of_bars() + 1, self.scale.cell(finished_at)) if self.bars else self.scale.cell(finished_at)
        )
        begin = max(0, min(begin, self.cells.width - len(word)))
        self.cells.write(begin, word, ink(self.look.palette.of(status), self.look.background))

    def _paint_duration(self, bar: Bar, texts: list[str]) -> None:
        """After the last bar where there is room, else inside of it, else before it."""
        width, shortest = self.cells.width, texts[-1]
        begin, end = self.eighths(bar)
        if end <= 0:
            self.cells.write(0, f"◂ {shortest} ", self.plain)
            return
        if begin >= width * 8:
            self.cells.write(width - len(shortest) - 3, f" {shortest} ▸", self.plain)
            return
        after = _cells(end) + (2 if bar.status is Status.RUNNING else 1)
        for text in texts:
            if after + len(text) <= width:
                self.cells.write(after, text, self.plain)
                return
        first, last = max(0, _cells(begin)), min(width, end // 8)
        left = begin // 8 - len(shortest) - 2
        if last - first >= len(shortest) + 2:
            inside = ink(self.look.palette.background, self.colour(bar), bold=True)
            self.cells.write(last - len(shortest) - 1, shortest, inside)
        elif left >= 0 and all(_cells(self.eighths(other)[1]) < left for other in self.bars[:-1]):
            self.cells.write(left, f" {shortest} ", self.plain)


def paint_bar(cells: Cells, eighths: tuple[int, int], colour: str, background: str, behind: str) -> None:
    """From one of *eighths* to before the other; *behind* is the colour in the rest of its first cell."""
    (first, head), (last, tail) = (divmod(eighth, 8) for eighth in eighths)
    if first == last:
        # A cell holds two colours only, so a bar inside of one cell moves to the nearer of its edges.
        if behind == background and head + tail <= 8:
            cells.write(first, EIGHTHS[tail - head], ink(colour, background))
        else:
            cells.write(first, EIGHTHS[8 - (tail - head)], ink(colour, behind, reverse=True))
        return
    if head:
        cells.write(first, EIGHTHS[head], ink(colour, behind, reverse=True))
        first += 1
    cells.fill(first, last, "█", ink(colour, background))
    if tail:
        cells.write(last, EIGHTHS[tail], ink(colour, background))


def paint_grid(cells: Cells, scale: Scale, palette: Palette, background: str, since: int = 0) -> None:
    """Faint lines below the ticks of the axis, from the cell *since* on."""
    faint = ink(blend(palette.edge, background, 0.6), background)
    for cell, _ in ticks(scale):
        if cell >= since:
            cells.write(cell, "┊", faint)


def _cells(eighths: int) -> int:
    """How many cells hold that many eighths."""
    return -(-eighths // 8)


def _waiting_text(state: RunState, number: int, now: float, found: list[Wait]) -> str:
    """For what the task waits, and how long it has without a break; a pause is none, unless it still lasts."""
    retry_at = state.retry_at[number]
    if retry_at is not None and retry_at > now:
        return f"retry in {format_duration(retry_at - now)}"
    if not found or found[-1].reason == "dependency":
        return ""  # it is ready since this moment
    reason, seconds = found[-1].reason, 0.0
    for wait in reversed(found):
        if wait.reason == reason:
            seconds += wait.end - wait.begin
        elif wait.reason != "paused":
            break
        if reason == "paused":
            break
    return f"{reason} {format_duration(seconds)}"


def _duration_texts(state: RunState, number: int, now: float) -> list[str]:
    """What may stand beside the last bar, from the longest to the shortest."""
    attempt = state.attempts[number][-1]
    seconds = (now if attempt.finished_at is None else attempt.finished_at) - attempt.started_at
    text = format_duration(seconds)
    progress = state.progress[number]
    if attempt.finished_at is None and progress is not None:
        text = f"{text} {progress:.0%}"
    return [f"{text} · attempt {attempt.number}", text] if attempt.number > 1 else [text]


def axis_label(width: int, palette: Palette, *, lanes: bool = False) -> list[Segment]:
    """What stands on the axis above the names: how to read the waiting, where there is room for it."""
    legend = " ┄needs ░slot ▒pool ▓output"
    text = " slot" if lanes else legend if len(legend) < width else " task"
    return [Segment(fit(text, width), ink(palette.dim, palette.background))]


def totals_width(width: int) -> int:
    """How many of *width* cells the totals at the right end take: none where the bars need them more."""
    return 2 * TOTAL_CELLS + 1 if width >= WIDE_ENOUGH_FOR_TOTALS else 0


def totals_segments(totals: tuple[str, str], palette: Palette, background: str) -> list[Segment]:
    """The columns at the right end: how long it ran, how long it was held up."""
    text = "".join(f"{total:>{TOTAL_CELLS}}" for total in totals)
    return [Segment(text + " ", ink(palette.dim, background))]
