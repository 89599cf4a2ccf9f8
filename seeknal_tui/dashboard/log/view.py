"""What a task printed, read from its log file as far as it is seen.

A row is a line of the log, or the rule before an attempt. Scrolling is by rows; where lines are wrapped, ``_within``
tells how much of the top one is above the pane.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.cells import cell_len
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip

from seeknal_tui.dashboard.cells import ink
from seeknal_tui.dashboard.log.file import WIDEST_WHOLE, Line, LogFile, LogSource, Separator
from seeknal_tui.dashboard.log.merged import MergedLog
from seeknal_tui.dashboard.log.painting import Painter, Times
from seeknal_tui.dashboard.log.rows import LogRows
from seeknal_tui.dashboard.log.search import Search
from seeknal_tui.dashboard.look import DARK
from seeknal_tui.dashboard.scroll_area import ScrollArea

SLICE_S = 0.008
"""How long one look at the file may count lines."""
WIDEST = 1 << 24


class LogView(ScrollArea):
    """A log; follows its end until the user scrolls away from it."""

    class Changed(Message):
        """The log grew, is followed or no longer, or more of it was searched."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - as Textual names it
        super().__init__(id=id)
        self.palette = DARK
        self.following = True
        self.note = ""
        """What is said where there are no lines."""
        self.rows = LogRows()
        self.search: Search | None = None
        self.chosen = range(0)
        """The rows that are shown as chosen."""
        self.wrap = False
        self.times = Times.NONE
        self.zero = 0.0
        """When the run began, in seconds since 1970."""
        self._seen = 0
        """How many lines there were when following ended."""
        self._within = 0
        self._strips: list[Strip] = []
        self._rows: list[int] = []
        """The row that each line of the pane shows."""
        self._strips_of: tuple[object, ...] = ()
        self._version = 0
        self._placing = False

    def open(self, path: Path | None, attempts: Sequence[tuple[int, float]]) -> None:
        """Show that log; *attempts* are number and start (seconds since 1970) of all attempts in it but the first."""
        source = self.source
        if not isinstance(source, LogFile) or path != source.path:
            self.show_source(LogFile(path) if path else None)
        self.rows.set_attempts(attempts)
        self.look()
        self.redraw()

    def show_source(self, source: LogSource | None) -> None:
        """Show another log, from its end."""
        self.close()
        self.rows.show(source)
        self.following = True
        self._within = 0
        self._move_to(0, 0)
        self.virtual_size = Size(1, 0)
        self.redraw()

    def close(self) -> None:
        """Let go of the file, and of what is searched."""
        if self.source is not None:
            self.source.close()
        if self.search is not None:
            self.search.close()
            self.search = None

    def on_unmount(self) -> None:
        """The file is closed with the pane."""
        self.close()

    @property
    def source(self) -> LogSource | None:
        """The log that is shown."""
        return self.rows.source

    @property
    def is_complete(self) -> bool:
        """Whether all that was there at the last look is counted, and searched if it is to be."""
        counted = self.source is None or self.source.complete
        return counted and (self.search is None or not self.search.is_busy)

    def look(self) -> None:
        """Look whether the log has grown, and whether more was found in it."""
        source = self.source
        if source is None:
            return
        grown = self.rows.catch_up(SLICE_S)
        found = self.search is not None and self.search.look(source, SLICE_S)
        if grown:
            self._place()
        if found:
            self.redraw()
        if grown or found:
            self.post_message(self.Changed())

    def show_until(self, at: float | None) -> None:
        """Show only what had been printed by then (seconds since 1970); None for everything."""
        if self.rows.show_until(at):
            self._place()
            self.post_message(self.Changed())

    # Rows

    @property
    def top(self) -> int:
        """The row at the top of the pane."""
        return self.scroll_offset.y

    @property
    def rows_in_view(self) -> range:
        """The rows of which something is seen."""
        self._paint()
        return range(self._rows[0], self._rows[-1] + 1) if self._rows else range(0)

    def row_at(self, y: int) -> int | None:
        """The row that is shown in that line of the pane."""
        return self._rows[y] if 0 <= y < len(self._rows) else None

    def _lines(self, row: int, count: int) -> list[Line | Separator]:
        """What is in the *count* rows from *row* on."""
        size = self.scrollable_size
        skip, width = (0, size.width * size.height) if self.wrap else (self.scroll_offset.x, size.width)
        return self.rows.read(row, count, skip=skip, width=width)

    def _height_of(self, item: Line | Separator) -> int:
        return len(self._painter.rows_of(item)) if isinstance(item, Line) and self.wrap else 1

    def _place(self) -> None:
        """As high as there are rows, as wide as the widest in view; at their end while that is followed."""
        height = self.scrollable_size.height
        if self.wrap:
            end = self._wrapped_end()
            self.virtual_size = Size(1, end[0] + height if self.rows.row_count else 0)
            if self.following:
                self.go_to(*end)
        else:
            self.virtual_size = Size(max(1, self.virtual_size.width), self.rows.row_count)
            if self.following:
                self._move_to(self.scroll_offset.x, self.max_scroll_y)
            widest = max((item.size for item in self._lines(self.top, height) if isinstance(item, Line)), default=0)
            self.virtual_size = Size(max(self.virtual_size.width, min(widest, WIDEST)), self.rows.row_count)
        self.redraw()

    def _wrapped_end(self) -> tuple[int, int]:
        """The top row, and how much of it is above the pane, where the last one just fits below."""
        height = self.scrollable_size.height
        first = max(0, self.rows.row_count - height)
        room = height
        for row, item in reversed(list(enumerate(self._lines(first, height), first))):
            room -= self._height_of(item)
            if room <= 0:
                return row, -room
        return first, 0

    def _move_to(self, x: int, y: int) -> None:
        """Scroll without being taken for the user."""
        self._placing = True
        self.scroll_to(x, y, animate=False, force=True)  # forced, as the scroll bar comes later
        self._placing = False

    def go_to(self, row: int, within: int = 0) -> None:
        """Bring a row to the top of the pane, or what is so many lines of the pane below its beginning."""
        self._move_to(self.scroll_offset.x, row)
        self._within = within
        self.redraw()

    def redraw(self) -> None:
        """What is in view has changed."""
        self._version += 1
        self.refresh()

    # Following

    def follow(self) -> None:
        """Go to the end and stay there."""
        self.following = True
        self._place()
        self.post_message(self.Changed())

    def stop_following(self) -> None:
        """Stay here while the log grows."""
        if self.following:
            self.following = False
            self._seen = self.rows.line_count
            self.post_message(self.Changed())

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Following ends the moment the user scrolls away from the end."""
        super().watch_scroll_y(old_value, new_value)
        if self._placing:
            return
        self._within = self._wrapped_end()[1] if self.wrap and new_value >= self.max_scroll_y else 0
        if self.following and new_value < min(old_value, self.max_scroll_y):
            self.stop_following()

    def on_resize(self) -> None:
        """Stay at the end."""
        self._within = 0
        self._place()

    # Moving

    def action_scroll_up(self) -> None:
        """A line up."""
        self.step(-1)

    def action_scroll_down(self) -> None:
        """A line down."""
        self.step(1)

    def action_page_up(self) -> None:
        """A page up."""
        self.step(1 - self.scrollable_size.height)

    def action_page_down(self) -> None:
        """A page down."""
        self.step(self.scrollable_size.height - 1)

    def action_scroll_home(self) -> None:
        """The first line."""
        self.stop_following()
        self.go_to(0)

    def action_scroll_end(self) -> None:
        """The end, which is followed from then on."""
        self.follow()

    def step(self, by: int) -> None:
        """So many lines of the pane down, or up."""
        if by < 0 and (self.top or self._within):
            self.stop_following()
        if not self.wrap:
            self._move_to(self.scroll_offset.x, self.top + by)
            self.redraw()
        else:
            end = self._wrapped_end()
            self.go_to(*min(self._stepped(by), end))

    def _stepped(self, by: int) -> tuple[int, int]:
        """The top row and how much of it is above the pane, *by* lines of the pane further down."""
        row, within = self.top, self._within + by
        while within < 0 and row > 0:
            row -= 1
            within += sum(map(self._height_of, self._lines(row, 1)))
        while row < self.rows.row_count - 1 and within >= (height := sum(map(self._height_of, self._lines(row, 1)))):
            row, within = row + 1, within - height
        return row, max(0, within)

    def reveal(self, row: int, column: int = 0) -> None:
        """Scroll so that a row is seen, and in it the character of that number."""
        self.stop_following()
        painter, height = self._painter, self.scrollable_size.height
        view = self.rows_in_view
        if row not in view or (self.wrap and row == view[-1]):
            self.go_to(max(0, min(row - height // 3, self.max_scroll_y)))
        items = self._lines(row, 1)
        if not items or isinstance(items[0], Separator):
            return
        if self.wrap:
            rows = [number for number, (begin, _) in enumerate(painter.rows_of(items[0])) if begin <= column]
            if len(rows) > height // 2 or row not in self.rows_in_view:
                self.go_to(row, max(0, rows[-1] - height // 2))
            return
        long = items[0].size > WIDEST_WHOLE
        cell = column if long else cell_len(items[0].text[:column])
        x = self.scroll_offset.x
        if not x <= cell < x + painter.room - 1:
            x = max(0, cell - painter.room // 3) if cell >= painter.room - 1 else 0
            self.virtual_size = Size(
                max(self.virtual_size.width, x + self.scrollable_size.width), self.virtual_size.height
            )
            self._move_to(x, self.top)
            self.redraw()

    # Painting

    def set_look(self, *, wrap: bool | None = None, times: Times | None = None) -> None:
        """Wrap lines or not; tell when they came or not. The top row stays."""
        self.wrap = self.wrap if wrap is None else wrap
        self.times = self.times if times is None else times
        if self.wrap:
            self._move_to(0, self.top)
        self._within = 0
        self._place()

    @property
    def _painter(self) -> Painter:
        has_tasks = isinstance(self.source, MergedLog)
        return Painter(self.palette, self.scrollable_size.width, self.times, self.zero, has_tasks)

    def render_line(self, y: int) -> Strip:
        """A line of the view."""
        self._paint()
        blank = ink(self.palette.text, self.palette.background)
        if y >= len(self._strips):
            return Strip.blank(self.size.width, blank)
        return self._strips[y].extend_cell_length(self.size.width, blank)  # where the scroll bar would be

    def _paint(self) -> None:
        """Paint all lines of the view, if anything has changed."""
        key = (self._version, self.scroll_offset, self.scrollable_size, self._within, self.note, self.palette)
        if key != self._strips_of:
            self._strips_of = key
            self._strips, self._rows = self._painted()

    def _painted(self) -> tuple[list[Strip], list[int]]:
        painter, height = self._painter, self.scrollable_size.height
        strips: list[Strip] = []
        rows: list[int] = []
        items = enumerate(self._lines(self.top, height + (self._within > 0)), self.top)
        skip = self._within
        while len(strips) < height and (numbered := next(items, None)) is not None:
            row, item = numbered
            new = self._paint_row(painter, row, item)[skip:]
            skip = 0
            strips += new
            rows += [row] * len(new)
        if not strips and self.note:
            strips = [painter.note(self.note)]
        del strips[height:], rows[height:]
        new_lines = self.rows.line_count - self._seen
        if not self.following and new_lines > 0 and len(strips) == height:
            strips[-1] = painter.with_pill(strips[-1], f" ↓ +{new_lines:,} lines ")
        return strips, rows

    def _paint_row(self, painter: Painter, row: int, item: Line | Separator) -> list[Strip]:
        if isinstance(item, Separator):
            return [painter.rule(f"attempt {item.attempt}")]
        found: list[tuple[int, int, bool]] = []
        if self.search is not None:
            shift = item.skipped
            matches = self.search.in_line(self.rows.line_of(row))
            found = [(begin - shift, end - shift, current) for begin, end, current in matches if end > shift]
        chosen = row in self.chosen
        if not self.wrap:
            x = self.scroll_offset.x - item.skipped
            return [painter.paint(item, 0, None, x, found, chosen=chosen)]
        rows = painter.rows_of(item)[: self._within + self.scrollable_size.height]
        return [painter.paint(item, begin, end, 0, found, chosen=chosen) for begin, end in rows]
