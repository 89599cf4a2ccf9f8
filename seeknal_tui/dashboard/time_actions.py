"""Looking at an earlier moment of the runs: everything as it was then."""

from __future__ import annotations

from seeknal_tui.dashboard.session_screen import SessionScreen
from seeknal_tui.dashboard.timeline.view import TimelineView

STRIDE = 0.05
"""How much of the runs a stride goes over."""


class TimeActions(SessionScreen):
    """A screen on which the user can go back in time."""

    def moment_changed(self, touched: set[int]) -> None:
        """Another moment is looked at, at which these tasks look otherwise."""
        raise NotImplementedError

    def action_step(self, by: int) -> None:
        """One change on (back when negative)."""
        if self._has_past():
            self.moment_changed(self.session.step(by))

    def action_stride(self, by: int) -> None:
        """A good part of the runs on (back when negative)."""
        if self._has_past():
            session = self.session
            self.moment_changed(session.seek(session.now + by * STRIDE * session.end))

    def action_to_end(self) -> None:
        """To what happens now, or to the end of a run of the past."""
        self.moment_changed(self.session.to_end())

    def on_timeline_view_moment_chosen(self, message: TimelineView.MomentChosen) -> None:
        """The axis of the timeline was clicked, or dragged to a moment."""
        message.stop()
        if self._has_past():
            self.moment_changed(self.session.seek(message.moment))

    def _has_past(self) -> bool:
        if not self.session.state.runs:
            self.tell("nothing has run yet: there is no past to look at", severity="warning")
        return bool(self.session.state.runs)
