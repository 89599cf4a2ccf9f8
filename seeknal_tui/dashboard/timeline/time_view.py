"""Rows below an axis of time: which stretch of it is in view, and how it is zoomed, panned and followed."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from seeknal_tui.dashboard.task_rows import TaskRows
from seeknal_tui.dashboard.timeline.axis import Scale, TimeWindow
from seeknal_tui.dashboard.timeline.rows import label_width
from seeknal_tui.pipeline.model import Pipeline
from seeknal_tui.run.state import RunState

ZOOM = 2.0
PAN = 0.1
"""How much of what is in view one step pans."""


class TimeView(TaskRows):
    """An axis, and rows below it."""

    HEADER = 1

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "sideways(-1)", "back in time; as lanes: the bar before", show=False),
        Binding("right,l", "sideways(1)", "on in time; as lanes: the next bar", show=False),
        Binding("shift+left", "pan(-1)", "back in time", show=False),
        Binding("shift+right", "pan(1)", "on in time", show=False),
    ]

    class MomentChosen(Message, namespace="timeline_view"):
        """The axis was clicked, or dragged to that moment (session seconds)."""

        def __init__(self, moment: float) -> None:
            super().__init__()
            self.moment = moment

    class CaptionChanged(Message, namespace="timeline_view"):
        """What :attr:`TimeView.caption` says is another now."""

        def __init__(self, caption: str) -> None:
            super().__init__()
            self.caption = caption

    def __init__(self, pipeline: Pipeline, state: RunState, *, id: str | None = None) -> None:  # noqa: A002
        self.window = TimeWindow()
        self.end: float | None = None
        """While an earlier moment is looked at: the end of what is known, to which the axis reaches all the same."""
        self._pressed = False
        self.scale = Scale(0.0, 1.0, 0)
        self._drawn_at = (0, 0)
        self._marks_drawn = 0
        self._caption = ""
        super().__init__(pipeline, state, id=id)

    def set_pipeline(self, pipeline: Pipeline, state: RunState) -> None:
        """Show another pipeline, or the same loaded anew."""
        self.window = TimeWindow()
        super().set_pipeline(pipeline, state)
        self.show_window()

    @property
    def following(self) -> bool:
        """Whether the stretch of time in view moves on with the run."""
        return self.window.following

    @property
    def caption(self) -> str:
        """What the pane's title tells of how it is looked at."""
        raise NotImplementedError

    def tell_caption(self) -> None:
        """Tell the screen the caption, if it is another."""
        if self.caption != self._caption:
            self._caption = self.caption
            self.post_message(self.CaptionChanged(self._caption))

    @property
    def time_cells(self) -> int:
        """How many cells show time."""
        return self.row_width - label_width(self.row_width)

    # The window of time

    def zoom_in(self) -> None:
        """Show half as much time, around what is under the cursor or around now."""
        self._zoom(1 / ZOOM)

    def zoom_out(self) -> None:
        """Show twice as much time."""
        self._zoom(ZOOM)

    def fit(self) -> None:
        """Show the whole run, and follow it."""
        self.window.fit()
        self.show_window()

    def follow(self) -> None:
        """Follow the run again: now, and the tasks that started last, stay in view."""
        self.window.follow()
        self.show_window()
        self.follow_rows()

    def action_sideways(self, steps: int) -> None:
        """What the keys to the left and right do."""
        self.action_pan(steps)

    def action_pan(self, steps: int) -> None:
        """Move the stretch in view to later times (earlier when negative), and stop following."""
        self.window.pan(steps * PAN)
        self.show_window()

    def _zoom(self, factor: float) -> None:
        self.window.zoom(factor, self._zoom_centre())
        self.show_window()

    def stretch_under_cursor(self) -> tuple[float, float | None] | None:
        """Beginning and end (None while it lasts) of the bar under the cursor; None without one."""
        raise NotImplementedError

    def _zoom_centre(self) -> float | None:
        """The middle of what is in view of the bar under the cursor; None for now."""
        stretch, scale = self.stretch_under_cursor(), self.scale
        if stretch is not None:
            begin, end = stretch
            if end is not None and begin <= scale.end and end >= scale.start:
                return (max(begin, scale.start) + min(end, scale.end)) / 2
        return None if self.following else scale.start + scale.span / 2

    def show_window(self) -> None:
        """Take over the stretch in view; all is drawn anew only when it is another."""
        cells = self.time_cells
        self.window.update(self.now, cells, running=self.state.is_running and self.end is None, end=self.end)
        scale = Scale(self.window.start, self.window.span, cells)
        if scale != self.scale:
            self.scale = scale
            self.redraw()
        self.tell_caption()

    # What changes

    def state_changed(self, touched: set[int], now: float) -> None:
        """New events were folded (which touched these tasks), or time went on; *now* in session seconds."""
        super().state_changed(touched, now)
        self.show_window()
        self._show_now()

    def _show_now(self) -> None:
        """Draw anew what ends now: running bars with each eighth of a cell, waiting and the axis with each cell."""
        state, scale = self.state, self.scale
        eighth = min(max(-1, scale.eighth(self.now)), scale.cells * 8)  # out of view it does not matter where
        drawn_at = (eighth, int(self.now))
        marks = len(state.changes) + 2 * len(state.pauses) + state.paused + state.is_running
        if drawn_at == self._drawn_at and marks == self._marks_drawn:
            return
        (eighth_before, second_before), marks_before = self._drawn_at, self._marks_drawn
        self._drawn_at, self._marks_drawn = drawn_at, marks
        next_cell = eighth // 8 != eighth_before // 8
        if marks != marks_before or (state.paused and next_cell):
            self.redraw()  # the band of a pause goes down through all rows
            return
        self.refresh_rows(self.rows_up_to_now(waiting=next_cell))
        if next_cell or second_before != drawn_at[1]:
            self.refresh_lines_of_view([0])

    def rows_up_to_now(self, *, waiting: bool) -> set[int]:
        """The keys of the rows in view that show something which lasts; of those that wait only if *waiting*."""
        raise NotImplementedError

    def on_resize(self) -> None:
        """The time in view is spread over another width."""
        super().on_resize()
        self.show_window()

    # The mouse

    def time_at(self, event: events.MouseEvent) -> float | None:
        """The time under the mouse; None beside the cells that show time."""
        offset = event.get_content_offset(self)
        cell = -1 if offset is None else offset.x - label_width(self.row_width)
        if not 0 <= cell < self.scale.cells:
            return None
        return self.scale.start + (cell + 0.5) * self.scale.span / self.scale.cells

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """On the axis, it is that moment that is looked at, and each that the mouse is dragged to."""
        offset = event.get_content_offset(self)
        if event.button == 1 and offset is not None and offset.y < self.HEADER and self._choose_moment(event):
            self._pressed = True
            self.capture_mouse()
            event.stop()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """The moment that is looked at follows the mouse."""
        if self._pressed:
            self._choose_moment(event)

    def on_mouse_up(self, event: events.MouseUp) -> None:
        """The moment stays where it is."""
        if self._pressed:
            self._pressed = False
            self.release_mouse()
            event.stop()

    def _choose_moment(self, event: events.MouseEvent) -> bool:
        cell = event.screen_x - self.content_region.x - label_width(self.row_width)
        if not self._pressed and not 0 <= cell < self.scale.cells:
            return False
        self.post_message(self.MomentChosen(self.scale.start + (cell + 0.5) * self.scale.span / self.scale.cells))
        return True

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """The wheel scrolls rows; with shift, it pans."""
        self._wheel(event, -1)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The wheel scrolls rows; with shift, it pans."""
        self._wheel(event, 1)

    def on_mouse_scroll_left(self, event: events.MouseScrollLeft) -> None:
        """A wheel that goes sideways pans."""
        self._pan_by_wheel(event, -1)

    def on_mouse_scroll_right(self, event: events.MouseScrollRight) -> None:
        """A wheel that goes sideways pans."""
        self._pan_by_wheel(event, 1)

    def _wheel(self, event: events.MouseScrollUp | events.MouseScrollDown, steps: int) -> None:
        if event.shift:
            self._pan_by_wheel(event, steps)
        else:
            self.stop_following_rows()

    def _pan_by_wheel(self, event: events.MouseEvent, steps: int) -> None:
        event.stop()
        event.prevent_default()
        self.action_pan(steps)
