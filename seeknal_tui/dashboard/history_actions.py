"""To the runs of the past, from the main screen."""

from __future__ import annotations

from seeknal_tui.dashboard.session_screen import SessionScreen


class HistoryActions(SessionScreen):
    """A screen from which the runs of the past can be looked at."""

    def action_history(self) -> None:
        """Show the runs of the past."""
        from seeknal_tui.dashboard.history.screen import HistoryScreen  # noqa: PLC0415 - it may open this screen

        file = self.session.pipeline.file
        if file is None:
            self.tell("a pipeline without a file has no history", severity="warning")
        else:
            self.app.push_screen(HistoryScreen(file))
