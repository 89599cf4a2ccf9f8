"""The timeline of a run: a row for each task, time to the right."""

from seeknal_tui.dashboard.timeline.view import TimelineView

__all__ = ["TimelineView"]
