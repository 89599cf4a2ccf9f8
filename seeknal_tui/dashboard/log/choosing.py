"""Choosing lines of a log by keys and by mouse."""

from __future__ import annotations

from textual import events

from seeknal_tui.dashboard.log.file import LogSource
from seeknal_tui.dashboard.log.view import LogView


class ChoosingLogView(LogView):
    """A log whose lines can be chosen: while some are, what moves the view moves the end of the choice."""

    def __init__(self) -> None:
        super().__init__()
        self._anchor = 0
        self._cursor = 0

    def show_source(self, source: LogSource | None) -> None:
        """Of another log nothing is chosen."""
        self.chosen = range(0)
        super().show_source(source)

    def begin_choice(self) -> None:
        """Choose the row of the current match if it is in view, else the last one that is followed, or the first."""
        view = self.rows_in_view
        if not view:
            return
        row = view[-1] if self.following else view[0]
        if self.search is not None and self.search.current is not None:
            found = self.rows.row_of(self.search[self.search.current].line)
            row = found if found in view else row
        self._begin_at(row)
        self.stop_following()

    def end_choice(self) -> None:
        """Choose nothing."""
        self.chosen = range(0)
        self.redraw()

    def _begin_at(self, row: int) -> None:
        self._anchor = row
        self._choose_to(row)

    def _choose_to(self, row: int) -> None:
        self._cursor = row = max(0, min(row, self.rows.row_count - 1))
        self.chosen = range(min(self._anchor, row), max(self._anchor, row) + 1)
        view = self.rows_in_view
        if row < view[0]:
            self.go_to(row)
        elif row > view[-1]:
            self.go_to(min(self.top + row - view[-1], self.max_scroll_y))
        self.redraw()

    def step(self, by: int) -> None:
        """Move, or extend the choice."""
        if self.chosen:
            self._choose_to(self._cursor + by)
        else:
            super().step(by)

    def action_scroll_home(self) -> None:
        """Go to the first line, or choose up to there."""
        if self.chosen:
            self._choose_to(0)
        else:
            super().action_scroll_home()

    def action_scroll_end(self) -> None:
        """Go to the last line, or choose up to there."""
        if self.chosen:
            self._choose_to(self.rows.row_count - 1)
        else:
            super().action_scroll_end()

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Rows are chosen by dragging over them."""
        row = self.row_at(event.y)
        if event.button == 1 and row is not None:
            self.capture_mouse()
            self._begin_at(row)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """The choice goes to where the mouse is; beyond the pane's edge it scrolls."""
        if self.app.mouse_captured is not self or not self.chosen:
            return
        row = self.row_at(event.y)
        if row is None:
            row = self._cursor + (1 if event.y > 0 else -1)
        if row != self._cursor:
            self.stop_following()
            self._choose_to(row)

    def on_mouse_up(self) -> None:
        """A click on a single row chooses nothing."""
        if self.app.mouse_captured is self:
            self.release_mouse()
            if len(self.chosen) == 1:
                self.end_choice()
