"""What the user has chosen for the whole dashboard: keys, colours, the mouse, and how the end of a run is told."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import App
from textual.theme import Theme

from seeknal_tui.dashboard.actions import ACTIONS, UserAction
from seeknal_tui.dashboard.config import Config, Notice
from seeknal_tui.dashboard.terminal import desktop_notice, set_mouse
from seeknal_tui.dashboard.themes import PALETTES, paint, textual_theme
from seeknal_tui.dashboard.user_keys import keymap, with_keys
from seeknal_tui.pipeline.problems import Problem

PROBLEMS_TOLD = 3


class PreferencesApp(App[None]):
    """An app that looks and listens as the user likes it."""

    def __init__(self, config: Config, theme: str, problems: Sequence[Problem] = ()) -> None:
        super().__init__(ansi_color=True)
        self.config = config
        self._problems = problems
        self.actions: tuple[UserAction, ...] = with_keys(ACTIONS, config.keys)
        self.has_mouse = config.mouse
        """Whether the dashboard takes the mouse, so that the terminal does not."""
        for name in PALETTES:
            self.register_theme(textual_theme(name))
        self.theme = theme
        self.animation_level = "none"
        self.set_keymap(keymap(self.actions, config.keys))

    def on_mount(self) -> None:
        """Paint anew whenever the theme is another; tell what is wrong with the config file."""
        self.theme_changed_signal.subscribe(self, self._paint_all)
        for problem in self._problems[:PROBLEMS_TOLD]:
            self.notify(str(problem), title="config file", severity="warning", markup=False)

    def _paint_all(self, _: Theme) -> None:
        for screen in self.screen_stack:
            paint(screen)

    def action_theme(self, name: str) -> None:
        """Show everything in the colours of that theme."""
        self.theme = name

    def action_mouse(self) -> None:
        """Give the mouse to the terminal, or take it back."""
        self.has_mouse = not self.has_mouse
        if self._driver is not None:
            set_mouse(self._driver, on=self.has_mouse)
        words = (
            "the dashboard has the mouse"
            if self.has_mouse
            else "the terminal has the mouse: select text with it; M gives it back to the dashboard"
        )
        self.notify(words, markup=False)

    def tell_end(self, words: str, took: float) -> None:
        """Tell the end of a run as the user wants it told, if it took long."""
        if took < self.config.after:
            return
        if self.config.notify is Notice.BELL:
            self.bell()
        elif self.config.notify is Notice.DESKTOP and self._driver is not None:
            desktop_notice(self._driver, words)
