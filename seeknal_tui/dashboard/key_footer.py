"""The last line: what the keys do, as far as there is room; those of the focused pane first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rich.segment import Segment
from textual import events
from textual.strip import Strip
from textual.widget import Widget

from seeknal_tui.dashboard.actions import RUN, STOP, UserAction, footer_actions, footer_width
from seeknal_tui.dashboard.cells import ink
from seeknal_tui.dashboard.look import DARK

LOOKING_BACK = frozenset({"step(1)", "back"})
"""The actions that come first while nothing can be run."""


class KeyFooter(Widget):
    """One line of keys; a click on one does what the key does."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    KeyFooter { height: 1; width: 1fr; }
    """

    def __init__(self, actions: Sequence[UserAction]) -> None:
        super().__init__()
        self.palette = DARK
        self._actions = actions
        self._own: Sequence[UserAction] = ()
        self._first: frozenset[str] = frozenset()
        self._pane: Widget | None = None
        self._typing = False
        self._refused = False

    def refuse(self, refused: bool) -> None:
        """Whether nothing can be run at the moment that is looked at: then the keys that lead away come first."""
        if refused != self._refused:
            self._refused = refused
            self.refresh()

    def follow(self, pane: Widget, own: Sequence[UserAction], first: Sequence[str], *, typing: bool = False) -> None:
        """That pane has the focus: its *own* keys come first, and the actions that are named *first*.

        While the user is *typing* into it, there are none but its own.
        """
        own = [action for action in own if action.brief]
        if (pane, own, frozenset(first), typing) != (self._pane, self._own, self._first, self._typing):
            self._pane, self._own, self._first, self._typing = pane, own, frozenset(first), typing
            self.refresh()

    @property
    def _shown(self) -> list[UserAction]:
        if self._typing:
            return list(self._own)
        names = {action.name for action in self._own}
        taken = {key for action in self._own for key in action.keys}
        others = [action for action in self._actions if taken.isdisjoint(action.keys)]
        if self._refused:
            others = [
                replace(action, brief="back") if action.name == "back" else action
                for action in others
                if action.section not in (RUN, STOP)
            ]
            return footer_actions(self.size.width, [*others, *self._own], first=LOOKING_BACK)
        return footer_actions(self.size.width, [*self._own, *others], first=self._first | names)

    async def on_click(self, event: events.Click) -> None:
        """Do what stands there."""
        x = 0
        for action in self._shown:
            x += footer_width(action)
            if event.x < x:
                namespace = self._pane if action in self._own else self.screen
                await self.app.run_action(action.name, default_namespace=namespace)
                return

    def render_line(self, y: int) -> Strip:
        """The line."""
        palette, width = self.palette, self.size.width
        key = ink(palette.text, palette.background, bold=True)
        plain = ink(palette.dim, palette.background)
        segments = []
        for action in self._shown:
            keys, words = action.footer
            segments += [Segment(f" {keys}", key), Segment(f" {words} ", plain)]
        return Strip(segments).extend_cell_length(width, plain).crop(0, width)
