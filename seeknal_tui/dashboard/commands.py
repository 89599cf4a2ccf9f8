"""The command palette: every action of the table, and the themes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator

from textual.command import DiscoveryHit, Hit, Provider

from seeknal_tui.dashboard.themes import PALETTES


class ActionCommands(Provider):
    """Gives every action of the table to the command palette."""

    def _commands(self) -> Iterator[tuple[str, str, Callable[[], object]]]:
        from seeknal_tui.dashboard.main_screen import MainScreen  # noqa: PLC0415 - after the first paint

        screen = self.screen
        if isinstance(screen, MainScreen):
            for action in screen.actions:
                if action.in_palette:
                    name = action.name
                    yield f"{action.help}", action.shown, lambda name=name: screen.perform(name)  # type: ignore[misc]
        for theme in PALETTES:
            words = f"theme: {theme}"
            yield words, "the colours", lambda theme=theme: self.app.run_action(f"theme('{theme}')")  # type: ignore[misc]

    async def discover(self) -> AsyncIterator[DiscoveryHit]:
        """Every action, before anything is typed."""
        for words, keys, callback in self._commands():
            yield DiscoveryHit(words, callback, help=keys)

    async def search(self, query: str) -> AsyncIterator[Hit]:
        """The actions that what was typed fits."""
        matcher = self.matcher(query)
        for words, keys, callback in self._commands():
            score = matcher.match(words)
            if score > 0:
                yield Hit(score, matcher.highlight(words), callback, help=keys)
