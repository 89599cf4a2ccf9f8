"""The tasks as a plain list, for screens too small for anything else: state, name, duration."""

from __future__ import annotations

from rich.segment import Segment

from seeknal_tui.dashboard.cells import ink
from seeknal_tui.dashboard.row_label import NARROWEST, RowLook, label_segments
from seeknal_tui.dashboard.task_rows import TaskRows
from seeknal_tui.pipeline.durations import format_duration

DURATION_CELLS = 7


class TaskList(TaskRows):
    """One line for each task."""

    def state_changed(self, touched: set[int], now: float) -> None:
        """New events were folded (which touched these tasks), or time went on; *now* in session seconds."""
        if int(now * 10) != int(self.now * 10):
            self.refresh_rows(set(self.state.running))
        super().state_changed(touched, now)

    def row_segments(self, number: int, look: RowLook, width: int) -> list[Segment]:
        """Cursor, status, mark, name, duration, in exactly *width* cells."""
        state = self.state
        beside = DURATION_CELLS + 1 if width >= NARROWEST + DURATION_CELLS + 1 else 0
        duration = format_duration(state.running_s(number, self.now)) if state.attempts_of_run(number) else ""
        return [
            *label_segments(state, number, width - beside, look),
            Segment(f"{duration:>{DURATION_CELLS}} "[:beside], ink(look.palette.dim, look.background)),
        ]
