"""What all that the main screen can do stands on: a session, and the words that are said to the user."""

from __future__ import annotations

from collections.abc import Sequence

from textual.screen import Screen

from seeknal_tui.dashboard.actions import ACTIONS, UserAction
from seeknal_tui.dashboard.session import Session
from seeknal_tui.dashboard.themes import STYLES
from seeknal_tui.safe_text import lines


class SessionScreen(Screen[None]):
    """A screen on a session. Each group of actions is a class of its own on top; the main screen is all of them."""

    CSS_PATH = STYLES

    def __init__(self, session: Session, actions: Sequence[UserAction] = ACTIONS) -> None:
        super().__init__()
        self.session = session
        self.actions = actions
        """The table of actions with the user's keys."""

    def session_changed(self) -> None:
        """Something was asked for: show what comes of it without waiting for the next tick."""
        raise NotImplementedError

    def marks_changed(self) -> None:
        """Other tasks are marked."""
        raise NotImplementedError

    def select_task(self, number: int) -> None:
        """Move the cursor of every pane to that task."""
        raise NotImplementedError

    def tell(self, message: object, *, severity: str = "information") -> None:
        """Say something in a corner of the screen."""
        self.notify(lines(str(message)), severity="warning" if severity == "warning" else "information", markup=False)
