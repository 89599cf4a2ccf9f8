"""Rows of which only the visible are drawn: scrolling, what is in view, and a strip kept for each row.

A row has a key, a number that stays the same when it moves to another place; for most rows it is a task's number.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from rich.segment import Segment
from textual import events
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from seeknal_tui.dashboard.cells import ink
from seeknal_tui.dashboard.look import DARK, Palette

STRIPS_KEPT = 1000


class RowView(ScrollView, can_focus=True, inherit_bindings=False):
    """Rows below lines that do not scroll; a row is drawn anew only when it changed.

    A pane derives from it and says how a row looks (:meth:`look_of`, :meth:`row_segments`).
    """

    ALLOW_SELECT = False
    HEADER = 0
    """Lines above the rows that do not scroll."""

    DEFAULT_CSS = """
    RowView {
        overflow-x: hidden;
        overflow-y: scroll;
        scrollbar-size-vertical: 1;
    }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - as Textual names it
        super().__init__(id=id)
        self.rows: list[int] = []
        """The keys of the rows, from the first to the last."""
        self.places: dict[int, int] = {}
        """The place of each row, by its key."""
        self._palette = DARK
        self._strips: dict[int, tuple[tuple[Any, ...], Strip]] = {}

    @property
    def palette(self) -> Palette:
        """The colours."""
        return self._palette

    @palette.setter
    def palette(self, palette: Palette) -> None:
        self._palette = palette
        self.redraw()

    def show_rows(self, rows: list[int]) -> None:
        """Take these rows instead of those before."""
        self.rows = rows
        self.places = dict(zip(rows, range(len(rows)), strict=True))
        # One cell wide: a content as wide as the view would bring a scroll bar below it.
        size = Size(1, len(rows) + self.HEADER)
        if size != self.virtual_size:
            self.virtual_size = size
            self._scroll_update(size)

    # Scrolling

    @property
    def row_count(self) -> int:
        """How many rows fit into the view."""
        return max(0, self.size.height - self.HEADER)

    @property
    def row_width(self) -> int:
        """How many cells a row has."""
        return self.scrollable_size.width

    def scroll_rows(self, top: int) -> None:
        """Have the row at place *top* on the first line."""
        self.scroll_to(y=max(0, top), animate=False)

    def scroll_to_place(self, place: int) -> None:
        """Scroll as little as brings that place into view."""
        top, height = self.scroll_offset.y, self.row_count
        if place < top:
            self.scroll_rows(place)
        elif height and place >= top + height:
            self.scroll_rows(place - height + 1)

    def place_at(self, event: events.MouseEvent) -> int | None:
        """The place of the row under the mouse; None where there is none."""
        offset = event.get_content_offset(self)
        if offset is None or offset.y < self.HEADER:
            return None
        place = self.scroll_offset.y + offset.y - self.HEADER
        return place if place < len(self.rows) else None

    def stop_following_rows(self) -> None:
        """Leave the rows where they are: whoever scrolls wants to look at something else than what goes on."""

    def on_mouse_scroll_up(self, _: events.MouseScrollUp) -> None:
        """The wheel scrolls."""
        self.stop_following_rows()

    def on_mouse_scroll_down(self, _: events.MouseScrollDown) -> None:
        """The wheel scrolls."""
        self.stop_following_rows()

    def on_scroll_to(self) -> None:
        """The scroll bar was dragged."""
        self.stop_following_rows()

    def on_scroll_up(self) -> None:
        """The scroll bar was clicked."""
        self.stop_following_rows()

    def on_scroll_down(self) -> None:
        """The scroll bar was clicked."""
        self.stop_following_rows()

    # Painting

    def look_of(self, key: int, place: int) -> tuple[Any, ...]:
        """What the look of that row depends on besides what changes drawing it anew."""
        raise NotImplementedError

    def row_segments(self, key: int, look: Any, width: int) -> list[Segment]:
        """How that row looks, in *width* cells."""
        raise NotImplementedError

    def header_segments(self, line: int, width: int) -> list[Segment]:
        """How a line above the rows looks, in *width* cells."""
        raise NotImplementedError

    def redraw(self) -> None:
        """Draw every row anew."""
        self._strips.clear()
        self.refresh()

    def visible_rows(self) -> list[int]:
        """The keys of the rows in view, from the top."""
        top = self.scroll_offset.y
        return self.rows[top : top + self.row_count]

    def refresh_rows(self, keys: set[int]) -> None:
        """Draw those of these rows anew that are in view."""
        if len(keys) > len(self._strips):
            stale: Sequence[int] = [key for key in self._strips if key in keys]
        else:
            stale = [key for key in keys if key in self._strips]
        top, height, places = self.scroll_offset.y, self.row_count, self.places
        lines: list[int] = []
        for key in stale:
            del self._strips[key]
            row = places.get(key, -1) - top
            if 0 <= row < height:
                lines.append(row + self.HEADER)
        self.refresh_lines_of_view(lines)

    def refresh_lines_of_view(self, lines: Iterable[int]) -> None:
        """Paint these lines of the view again."""
        regions = [Region(0, line, self.row_width, 1) for line in lines]
        if regions:
            self.refresh(*regions)

    def render_line(self, y: int) -> Strip:
        """A line of the view."""
        width = self.row_width
        blank = ink(self.palette.text, self.palette.background)
        if y < self.HEADER:
            return Strip(self.header_segments(y, width)).adjust_cell_length(width, blank)
        place = self.scroll_offset.y + y - self.HEADER
        if place >= len(self.rows):
            return Strip.blank(width, blank)
        key = self.rows[place]
        look = self.look_of(key, place)
        kept = self._strips.get(key)
        if kept is not None and kept[0] == look:
            return kept[1]
        if len(self._strips) >= STRIPS_KEPT:
            self._strips.clear()
        strip = Strip(self.row_segments(key, look, width)).adjust_cell_length(width, blank)
        self._strips[key] = (look, strip)
        return strip
