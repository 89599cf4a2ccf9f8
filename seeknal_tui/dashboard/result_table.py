"""The rows of a task's result as a table: only the pages that are seen are read, in a thread, and only cells that are
seen are painted. Names, types and row numbers stay while the rows are scrolled."""

from __future__ import annotations

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import work
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip
from textual.timer import Timer

from seeknal_tui.dashboard.cells import cut, fit, ink
from seeknal_tui.dashboard.look import DARK
from seeknal_tui.dashboard.result_rows import NO_RESULT, NotReadable, ResultRows, Row, Version, version_of
from seeknal_tui.dashboard.scroll_area import ScrollArea
from seeknal_tui.pipeline.problems import counted
from seeknal_tui.pipeline.sizes import format_bytes
from seeknal_tui.safe_text import one_line

SETTLE_S = 0.15
"""A result is opened when the cursor has rested so long on its task."""
HEADER = 3
"""Lines above the rows: counts, names, types."""
PAGE_ROWS, FEWEST_PAGE_ROWS = 200, 20
CELLS_OF_A_PAGE = 20_000
"""Of very many columns fewer rows are read at once."""
PAGES_KEPT = 32
WIDEST_COLUMN = 40
GAP = 2
NUMBERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "U", "DOUBLE", "FLOAT", "DECIMAL")


class ResultTable(ScrollArea):
    """The result of one task; reads it again when it is another."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "step_column(-1)", "the column before", show=False),
        Binding("right,l", "step_column(1)", "the next column", show=False),
    ]

    class Moved(Message):
        """Other rows are seen."""

    class Opened(Message):
        """A file was opened and its first page read, or the reason why not."""

        def __init__(self, key: object, rows: ResultRows | None, first: list[Row], problem: str) -> None:
            super().__init__()
            self.key = key
            self.rows = rows
            self.first = first
            self.problem = problem

    class PageRead(Message):
        """A page was read, or the reason why not."""

        def __init__(self, rows: ResultRows, page: int, read: list[Row], problem: str) -> None:
            super().__init__()
            self.rows = rows
            self.page = page
            self.read = read
            self.problem = problem

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - as Textual names it
        super().__init__(id=id)
        self.palette = DARK
        self._key: tuple[Path, Version | None] | None = None
        self._rows: ResultRows | None = None
        self._note = ""
        self._pages: OrderedDict[int, list[Row]] = OrderedDict()
        self._page_rows = PAGE_ROWS
        self._reading = False
        self._widths: list[int] = []
        self._starts: list[int] = [0]
        self._gutter = 0
        self._settling: Timer | None = None

    # What is shown

    def show(self, path: Path) -> None:
        """Show the result at that path as it is now; nothing happens as long as it is what is shown already."""
        key = (path, version_of(path))
        if key == self._key:
            return
        other_task = self._key is None or self._key[0] != path
        self._key = key
        if self._settling is not None:
            self._settling.stop()
        if key[1] is None:
            self._take(None, [], NO_RESULT)
        elif other_task:
            self._take(None, [], "Reading …")
            self.scroll_to(0, 0, animate=False, force=True)
            self._settling = self.set_timer(SETTLE_S, lambda: self._open(key))
        else:
            self._open(key)

    @property
    def caption(self) -> str:
        """Which rows are seen."""
        if self._rows is None or not self._rows.row_count:
            return ""
        first = self.scroll_offset.y
        last = min(self._rows.row_count, first + max(1, self.size.height - HEADER))
        return f"rows {first + 1:,}-{last:,} of {self._rows.row_count:,}"

    @property
    def seen_rows(self) -> str:
        """The names and the rows in view, whole, with tabs between: what spreadsheets take."""
        if self._rows is None:
            return ""
        first = self.scroll_offset.y
        numbers = range(first, min(self._rows.row_count, first + max(1, self.size.height - HEADER)))
        rows = [[name for name, _ in self._rows.columns], *filter(None, map(self._row, numbers))]
        return "\n".join("\t".join(one_line(value or "") for value in row) for row in rows) + "\n"

    def _row(self, number: int) -> Row | None:
        """The row of that number; None if it is not there yet."""
        page = self._pages.get(number // self._page_rows, [])
        place = number % self._page_rows
        return page[place] if place < len(page) else None

    @work(thread=True, group="open")
    def _open(self, key: tuple[Path, Version | None]) -> None:
        rows = None
        try:
            rows = ResultRows(key[0])
            message = self.Opened(key, rows, rows.page(0, _page_rows(rows)), "")
        except NotReadable as problem:
            if rows is not None:
                rows.close()
            message = self.Opened(key, None, [], str(problem))
        if not self.post_message(message) and message.rows is not None:
            message.rows.close()

    def on_result_table_opened(self, message: Opened) -> None:
        """Show the file, if it is still asked for."""
        message.stop()
        if message.key == self._key:
            self._take(message.rows, message.first, message.problem)
        elif message.rows is not None:
            message.rows.close()

    def _take(self, rows: ResultRows | None, first: list[Row], note: str) -> None:
        if self._rows is not None:
            self._let_go(self._rows)
        self._rows, self._note = rows, note
        self._pages.clear()
        self._widths = []
        self._gutter = 0
        if rows is not None:
            self._page_rows = _page_rows(rows)
            self._gutter = len(f"{rows.row_count:,}") + GAP
            self._widths = [min(WIDEST_COLUMN, max(map(cell_len, column))) for column in rows.columns]
            self._keep(0, first)
        self._place()

    def _let_go(self, rows: ResultRows) -> None:
        """Close it now, or when the page that is being read from it has come."""
        if self._reading:
            rows.interrupt()
        else:
            rows.close()

    def on_unmount(self) -> None:
        """The file is closed with the table."""
        if self._rows is not None:
            self._let_go(self._rows)

    # Pages

    def _want(self) -> None:
        """Have the first page read that is seen and not there. One at a time: then what is seen is another perhaps."""
        rows = self._rows
        if rows is None or self._reading or not rows.row_count:
            return
        first = min(self.scroll_offset.y, rows.row_count - 1)
        last = min(rows.row_count - 1, first + max(0, self.size.height - HEADER))
        for page in range(first // self._page_rows, last // self._page_rows + 1):
            if page not in self._pages:
                self._reading = True
                self._read(rows, page, self._page_rows)
                return
            self._pages.move_to_end(page)

    @work(thread=True, group="page")
    def _read(self, rows: ResultRows, page: int, count: int) -> None:
        try:
            message = self.PageRead(rows, page, rows.page(page * count, count), "")
        except NotReadable as problem:
            message = self.PageRead(rows, page, [], str(problem))
        if not self.post_message(message):
            rows.close()

    def on_result_table_page_read(self, message: PageRead) -> None:
        """Show the page, and read the next one that is missing."""
        message.stop()
        self._reading = False
        if message.rows is not self._rows:
            message.rows.close()
        elif message.problem:
            self._take(None, [], message.problem)
        else:
            self._keep(message.page, message.read)
            self._place()
        self._want()

    def _keep(self, page: int, read: list[Row]) -> None:
        self._pages[page] = read
        if len(self._pages) > PAGES_KEPT:
            self._pages.popitem(last=False)
        for column, width in enumerate(self._widths):
            if width < WIDEST_COLUMN:
                widest = max((cell_len(cut(row[column] or "null", WIDEST_COLUMN)) for row in read), default=0)
                self._widths[column] = max(width, widest)
        self._starts = [0]
        for width in self._widths:
            self._starts.append(self._starts[-1] + width + GAP)

    def _place(self) -> None:
        count = self._rows.row_count if self._rows is not None else 0
        self.virtual_size = Size(max(1, self._gutter + self._starts[-1] - GAP), count + HEADER)
        self.refresh()
        self.post_message(self.Moved())

    # Scrolling

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Other rows are seen: have them read."""
        super().watch_scroll_y(old_value, new_value)
        self._want()
        self.post_message(self.Moved())

    def on_resize(self) -> None:
        """More rows may be seen."""
        self._want()
        self.post_message(self.Moved())

    def action_step_column(self, by: int) -> None:
        """Pan to the beginning of the next column, or of the one before."""
        here = self.scroll_offset.x
        if by > 0:
            target = next((start for start in self._starts if start > here), here)
        else:
            target = max((start for start in self._starts if start < here), default=0)
        self.scroll_to(x=target, animate=False)

    # Painting

    def _ink(self, colour: str, *, bold: bool = False) -> Style:
        return ink(colour, self.palette.background, bold=bold)

    def render_line(self, y: int) -> Strip:
        """A line of the view: the first ones tell what there is, the others are rows."""
        palette, width, rows = self.palette, self.size.width, self._rows
        blank = self._ink(palette.text)
        if rows is None:
            return Strip([Segment(fit(self._note if y == 0 else "", width), self._ink(palette.dim))], width)
        if y == 0:
            return Strip([Segment(fit(_counts(rows), width), self._ink(palette.dim))], width)
        if y < HEADER:
            style = self._ink(palette.text, bold=True) if y == 1 else self._ink(palette.dim)
            texts = [name if y == 1 else kind.lower() for name, kind in rows.columns]
            return self._line("", texts, style)
        number = self.scroll_offset.y + y - HEADER
        if number >= rows.row_count:
            return Strip.blank(width, blank)
        row, label = self._row(number), f"{number + 1:,}"
        if row is None:
            return Strip([Segment(fit(f"{label:>{self._gutter - GAP}}  …", width), self._ink(palette.dim))], width)
        return self._line(label, row, blank)

    def _line(self, label: str, values: Sequence[str | None], style: Style) -> Strip:
        """The row's number and the cells of the columns that are seen."""
        assert self._rows is not None
        room = max(0, self.size.width - self._gutter)
        left = self.scroll_offset.x
        first = max(0, bisect_right(self._starts, left) - 1)
        segments: list[Segment] = []
        for column in range(first, len(self._widths)):
            if self._starts[column] >= left + room:
                break
            value, width = values[column], self._widths[column]
            text = cut("null" if value is None else value, width)
            space = " " * (width - cell_len(text))
            right = self._rows.columns[column][1].startswith(NUMBERS)
            whole = f"{space}{text}" if right else f"{text}{space}"
            segments.append(Segment(whole + " " * GAP, self._ink(self.palette.edge) if value is None else style))
        skipped = left - self._starts[first]
        cells = Strip(segments).crop(skipped, skipped + room).extend_cell_length(room, style)
        gutter = Segment(f"{label:>{self._gutter - GAP}}  ", self._ink(self.palette.edge))
        return Strip.join([Strip([gutter]), cells]).adjust_cell_length(self.size.width, style)


def _page_rows(rows: ResultRows) -> int:
    return max(FEWEST_PAGE_ROWS, min(PAGE_ROWS, CELLS_OF_A_PAGE // max(1, len(rows.columns))))


def _counts(rows: ResultRows) -> str:
    counts = f"{counted(rows.row_count, 'row')} · {counted(len(rows.columns), 'column')}"
    return f"{counts} · {format_bytes(rows.bytes)}"
