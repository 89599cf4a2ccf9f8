"""The filter of the main screen: typing it, and going from match to match."""

from __future__ import annotations

from collections.abc import Sequence

from seeknal_tui.dashboard.actions import ACTIONS, UserAction
from seeknal_tui.dashboard.cells import cut
from seeknal_tui.dashboard.filter_bar import FilterBar
from seeknal_tui.dashboard.pane_actions import PaneActions
from seeknal_tui.dashboard.session import Session
from seeknal_tui.safe_text import one_line

LONGEST_TOLD = 24


class FilterActions(PaneActions):
    """The actions that filter the tasks which the panes show."""

    def __init__(self, session: Session, actions: Sequence[UserAction] = ACTIONS) -> None:
        super().__init__(session, actions)
        self.filter_bar = FilterBar()
        self.filter_bar.display = False

    def action_filter(self) -> None:
        """Type a filter."""
        self.filter_bar.open(self.session.filter)

    def on_filter_bar_edited(self, message: FilterBar.Edited) -> None:
        """Show what the filter lets through."""
        message.stop()
        self.filter_by(message.text)
        if message.done:
            self.arrange_panes()

    def filter_by(self, text: str) -> None:
        """Show only what that filter lets through; all if it is empty."""
        problem = self.session.set_filter(text)
        matches = self.session.matches
        self.filter_bar.say(problem or ("" if matches is None else f"{len(matches):,} found"))
        self.show_matches()
        if matches and self.session.selected not in matches:
            self.action_next_match()
        self.session_changed()

    @property
    def filter_told(self) -> str:
        """The filter, and how many tasks it lets through; empty without one."""
        matches = self.session.matches
        if matches is None:
            return ""
        total = len(self.session.pipeline.tasks)
        return f"/{cut(one_line(self.session.filter), LONGEST_TOLD)}: {len(matches):,} of {total:,} tasks"

    def show_matches(self) -> None:
        """Every pane shows what the filter lets through."""
        for pane in self.panes:
            pane.show_matches(self.session.matches)

    def action_next_match(self) -> None:
        """Select the next task that the filter lets through."""
        self._select_match(backwards=False)

    def action_previous_match(self) -> None:
        """Select the one before."""
        self._select_match(backwards=True)

    def _select_match(self, *, backwards: bool) -> None:
        number = self.session.match_after(self.session.selected, backwards=backwards)
        if number is None:
            self.tell("no filter is set: / sets one" if self.session.matches is None else "the filter finds nothing")
        else:
            self.select_task(number)
