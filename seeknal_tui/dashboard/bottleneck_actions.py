"""What holds the run up, from the main screen."""

from __future__ import annotations

from seeknal_tui.dashboard.session_screen import SessionScreen


class BottleneckActions(SessionScreen):
    """The action that opens the screen of bottlenecks, and the tasks that it leaves lit."""

    def action_bottlenecks(self) -> None:
        """Tell what holds the run up, and what would help."""
        from seeknal_tui.dashboard.bottlenecks.screen import BottleneckScreen  # noqa: PLC0415 - few look at once

        def closed(_: object) -> None:
            self.select_task(self.session.selected)
            self.session_changed()

        self.app.push_screen(BottleneckScreen(self.session), closed)

    def unlight(self) -> bool:
        """Show the critical path again instead of the tasks of a finding; whether there were any."""
        was_lit = bool(self.session.lit)
        self.session.lit = frozenset()
        if was_lit:
            self.session_changed()
        return was_lit
