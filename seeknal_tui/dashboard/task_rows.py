"""What the panes with a row for each task have in common: order, cursor, filter."""

from __future__ import annotations

import time
from typing import Any, ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.timer import Timer

from seeknal_tui.dashboard.messages import TaskOpened, TaskSelected
from seeknal_tui.dashboard.row_label import RowLook
from seeknal_tui.dashboard.row_order import RowOrder, Sort
from seeknal_tui.dashboard.row_view import RowView
from seeknal_tui.pipeline.model import Pipeline
from seeknal_tui.run.state import RunState

REORDER_SECONDS = 0.3
"""Rows change places at most that often."""


class TaskRows(RowView):
    """Rows of tasks in some order, with the cursor on one of them. A row's key is the number of its task."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "the row above", show=False),
        Binding("down,j", "move(1)", "the row below", show=False),
        Binding("pageup", "move_page(-1)", "a page up", show=False),
        Binding("pagedown", "move_page(1)", "a page down", show=False),
        Binding("g,home", "move_to(0)", "the first row", show=False),
        Binding("G,end", "move_to(-1)", "the last row", show=False),
    ]

    def __init__(self, pipeline: Pipeline, state: RunState, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.marked: set[int] = set()
        """The numbers of the marked tasks, shared with the screen; after changing it call :meth:`refresh`."""
        self._critical: frozenset[int] = frozenset()
        self.matches: frozenset[int] | None = None
        """The tasks that the filter lets through; None: all."""
        self._sort = Sort.START
        self._reorder_timer: Timer | None = None
        self._take(pipeline, state)

    def _take(self, pipeline: Pipeline, state: RunState) -> None:
        self.pipeline = pipeline
        self.state = state
        self.now = state.now
        self.rows = []
        self.places = {}
        self.selected: int | None = None
        """The task under the cursor."""
        self.order = RowOrder(pipeline, state)
        self._runs = state.runs
        self._follows_rows = True
        self._ordered_at = 0.0

    def set_pipeline(self, pipeline: Pipeline, state: RunState) -> None:
        """Show another pipeline, or the same loaded anew."""
        self._take(pipeline, state)
        self.matches = None
        self.redraw()
        self.reorder()

    # What the screen sets

    @property
    def critical(self) -> frozenset[int]:
        """The tasks on the critical path."""
        return self._critical

    @critical.setter
    def critical(self, numbers: frozenset[int]) -> None:
        if numbers != self._critical:
            self._critical = numbers
            self.refresh()

    @property
    def sort(self) -> Sort:
        """What the rows are sorted by."""
        return self._sort

    @sort.setter
    def sort(self, sort: Sort) -> None:
        self._sort = sort
        self.reorder()

    def show_matches(self, matches: frozenset[int] | None) -> None:
        """Show only these tasks; None: all."""
        self.matches = matches
        self.reorder()

    def select(self, number: int) -> None:
        """Move the cursor to that task, and scroll to it, without telling anybody."""
        if number == self.selected:
            return
        self._follows_rows = False
        before, self.selected = self.cursor_row, number
        self.cursor_moved(before)

    def cursor_moved(self, before: int | None) -> None:
        """Draw the cursor, which was on the row *before*, where it is now."""
        row = self.cursor_row
        self.refresh_rows({key for key in (before, row) if key is not None})
        if row in self.places:
            self.scroll_to_place(self.places[row])

    def follow_rows(self) -> None:
        """Keep the tasks that started last in view, until the cursor is moved."""
        self._follows_rows = True
        self.scroll_to_latest()

    def stop_following_rows(self) -> None:
        """Leave the rows where they are: whoever scrolls wants to look at something else than what goes on."""
        self._follows_rows = False

    def moment_changed(self, touched: set[int]) -> None:
        """Another moment of the run is looked at, at which these tasks look otherwise."""
        self.order.forget(touched)

    def state_changed(self, touched: set[int], now: float) -> None:
        """New events were folded (which touched these tasks), or time went on; *now* in session seconds."""
        self.now = now
        self.refresh_tasks(touched)
        if self.state.runs != self._runs:
            self._runs = self.state.runs
            self._follows_rows = True
            self.order.note(touched)
            self.redraw()
            self.reorder()
        elif self.order.note(touched):
            self._reorder_soon()

    # What a pane whose rows are not simply the tasks does otherwise

    @property
    def cursor_row(self) -> int | None:
        """The key of the row under the cursor."""
        return self.selected

    def arranged(self) -> list[int]:
        """The keys of all rows, in their order."""
        order, matches = self.order.ordered(self._sort, self.now), self.matches
        return order if matches is None else [number for number in order if number in matches]

    def refresh_tasks(self, touched: set[int]) -> None:
        """Draw the rows anew in which these tasks are seen."""
        self.refresh_rows(touched)

    def choose_row(self, key: int) -> None:
        """Move the cursor to that row, and tell the screen."""
        if key != self.cursor_row:
            self.select(key)
            self.post_message(TaskSelected(key))

    # Order

    def _reorder_soon(self) -> None:
        if self.row_count and self._reorder_timer is None:
            wait = self._ordered_at + REORDER_SECONDS - time.monotonic()
            if wait <= 0 or not self.is_running:
                self.reorder()
            else:
                self._reorder_timer = self.set_timer(wait, self.reorder)

    def reorder(self) -> None:
        """Bring the rows into their order as it is now; the cursor stays on its line."""
        if self._reorder_timer is not None:
            self._reorder_timer.stop()
            self._reorder_timer = None
        self._ordered_at = time.monotonic()
        height, top = self.row_count, self.scroll_offset.y
        place_before = self._cursor_place
        shown_before = self.rows[top : top + height]
        self.show_rows(self.arranged())
        place = self._cursor_place
        if self._follows_rows:
            self.scroll_to_latest()
        elif place is not None and place_before is not None and top <= place_before < top + height:
            self.scroll_rows(top + place - place_before)
        top = self.scroll_offset.y
        shown = self.rows[top : top + height]
        if len(shown) != len(shown_before):
            self.refresh()
        else:
            changed = [line for line in range(len(shown)) if shown[line] != shown_before[line]]
            self.refresh_lines_of_view(self.HEADER + line for line in changed)

    def scroll_to_latest(self) -> None:
        """Bring the task into view that started last."""
        latest = self.order.latest_started()
        if latest is not None and self._sort is Sort.START and latest in self.places:
            self.scroll_rows(self.places[latest] - self.row_count * 3 // 4)

    # Cursor

    @property
    def _cursor_place(self) -> int | None:
        row = self.cursor_row
        return None if row is None else self.places.get(row)

    def action_move(self, rows: int) -> None:
        """Move the cursor down (up when negative)."""
        place = self._cursor_place
        self._choose(self.scroll_offset.y if place is None else place + rows)

    def action_move_page(self, pages: int) -> None:
        """Move the cursor by the height of the view."""
        self.action_move(pages * max(1, self.row_count - 1))

    def action_move_to(self, place: int) -> None:
        """Move the cursor to that row; -1 is the last."""
        self._choose(len(self.rows) - 1 if place < 0 else place)

    def _choose(self, place: int) -> None:
        if self.rows:
            self.choose_row(self.rows[min(max(0, place), len(self.rows) - 1)])

    def on_click(self, event: events.Click) -> None:
        """A click selects a task; on the selected it opens it."""
        place = self.place_at(event)
        if place is not None:
            event.stop()
            self.row_clicked(self.rows[place], event)

    def row_clicked(self, key: int, event: events.Click) -> None:
        """Select the task of that row, or open it if it is selected."""
        if key == self.cursor_row:
            self.post_message(TaskOpened(key))
        else:
            self.choose_row(key)

    # Painting

    def look_of(self, key: int, place: int) -> tuple[Any, ...]:
        """Cursor, mark, critical path."""
        return RowLook(
            self.palette,
            selected=key == self.cursor_row,
            marked=key in self.marked,
            critical=key in self._critical,
            shaded=place % 2 == 1,
        )

    def on_resize(self) -> None:
        """Rows are as wide as the pane."""
        self.redraw()
        self.reorder()  # which is not done while the pane is hidden
        place = self._cursor_place
        if place is not None:
            self.scroll_to_place(place)
