"""The list of runs: a row for each, of which only those in view are drawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from seeknal_tui.dashboard.history.columns import columns_for, run_segments, title_segments
from seeknal_tui.dashboard.row_label import RowLook
from seeknal_tui.dashboard.row_view import RowView
from seeknal_tui.history.past_runs import RunRecord

MARKED_AT_ONCE = 2


class RunList(RowView):
    """Runs, newest first, with the cursor on one of them. A row's key is the place of the run in :attr:`records`."""

    HEADER = 1
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Up", show=False),
        Binding("down,j", "move(1)", "Down", show=False),
        Binding("pageup", "move_page(-1)", "Page up", show=False),
        Binding("pagedown", "move_page(1)", "Page down", show=False),
        Binding("g,home", "move_to(0)", "First", show=False),
        Binding("G,end", "move_to(-1)", "Last", show=False),
    ]

    class Opened(Message):
        """A run is to be opened."""

        def __init__(self, record: RunRecord) -> None:
            super().__init__()
            self.record = record

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - as Textual names it
        super().__init__(id=id)
        self.records: Sequence[RunRecord] = ()
        self.marked: list[str] = []
        """The ids of the marked runs, in the order in which they were marked."""
        self._cursor = ""

    def show(self, records: Sequence[RunRecord]) -> None:
        """Show these runs; the cursor stays on its run, if that is among them."""
        before = self.cursor_place
        self.records = records
        self.show_rows(list(range(len(records))))
        if self._cursor not in {record.run_id for record in records}:
            self._cursor = records[min(before or 0, len(records) - 1)].run_id if records else ""
        self.redraw()
        place = self.cursor_place
        if place is not None:
            self.scroll_to_place(place)

    @property
    def cursor_place(self) -> int | None:
        """The place of the run under the cursor."""
        return next((place for place, record in enumerate(self.records) if record.run_id == self._cursor), None)

    @property
    def selected(self) -> RunRecord | None:
        """The run under the cursor."""
        place = self.cursor_place
        return None if place is None else self.records[place]

    def mark(self) -> None:
        """Mark the run under the cursor, or take its mark away; of three the first mark goes."""
        if not self._cursor:
            return
        if self._cursor in self.marked:
            self.marked.remove(self._cursor)
        else:
            self.marked = [*self.marked[-(MARKED_AT_ONCE - 1) :], self._cursor]
        self.redraw()

    def action_move(self, rows: int) -> None:
        """Move the cursor down (up when negative)."""
        self._go_to((self.cursor_place or 0) + rows)

    def action_move_page(self, pages: int) -> None:
        """Move the cursor by the height of the view."""
        self.action_move(pages * max(1, self.row_count - 1))

    def action_move_to(self, place: int) -> None:
        """Move the cursor to that row; -1 is the last."""
        self._go_to(len(self.records) - 1 if place < 0 else place)

    def _go_to(self, place: int) -> None:
        if self.records:
            before = self.cursor_place
            place = min(max(0, place), len(self.records) - 1)
            self._cursor = self.records[place].run_id
            self.refresh_rows({place} if before is None else {before, place})
            self.scroll_to_place(place)

    def on_click(self, event: events.Click) -> None:
        """A click selects a run; on the selected it opens it."""
        place = self.place_at(event)
        if place is None:
            return
        event.stop()
        if place == self.cursor_place:
            self.post_message(self.Opened(self.records[place]))
        else:
            self._go_to(place)

    def on_resize(self) -> None:
        """Other columns may have room."""
        self.redraw()

    # Painting

    def look_of(self, key: int, place: int) -> tuple[Any, ...]:
        """Cursor, mark, and the run itself: one that goes on changes."""
        record = self.records[key]
        return (
            record,
            RowLook(self.palette, selected=record.run_id == self._cursor, marked=record.run_id in self.marked),
        )

    def row_segments(self, key: int, look: Any, width: int) -> list[Segment]:
        """A run."""
        return run_segments(look[0], columns_for(width), look[1])

    def header_segments(self, line: int, width: int) -> list[Segment]:
        """What the columns are called."""
        return title_segments(columns_for(width), RowLook(self.palette))
