"""The pane that has the focus and its keys, then all keys, by what they are for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen
from textual.widget import Widget

from seeknal_tui.dashboard.actions import ACTIONS, PANE_KEYS, UserAction
from seeknal_tui.dashboard.look import GLYPHS, WAIT_GLYPHS, Palette
from seeknal_tui.dashboard.pane_help import PaneHelp
from seeknal_tui.dashboard.text_pane import TextPane
from seeknal_tui.dashboard.themes import paint, palette_of

KEYS_WIDTH = 12


class HelpScreen(ModalScreen[None]):
    """The focused pane, the keys and the signs, to be scrolled."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q,question_mark", "dismiss", "close")]

    def __init__(self, pane: PaneHelp, own: Sequence[UserAction], actions: Sequence[UserAction]) -> None:
        super().__init__()
        self._pane = pane
        self._own = own
        self._actions = actions

    def compose(self) -> Iterator[Widget]:
        """One pane."""
        pane = TextPane(id="help")
        pane.border_title = "Help"
        pane.border_subtitle = "esc closes"
        yield pane

    def on_mount(self) -> None:
        """Fill it."""
        paint(self)
        palette = palette_of(self.app)
        lines = [*pane_lines(self._pane, self._own, palette), *help_lines(palette, self._actions)]
        self.query_one(TextPane).show(lines)


def pane_lines(pane: PaneHelp, own: Sequence[UserAction], palette: Palette) -> list[Text]:
    """What the pane shows, and the keys that it knows itself."""
    lines = [Text(pane.title, f"bold {palette.critical}"), Text(f"  {pane.words}"), Text()]
    lines += [_row(action.shown, action.help) for action in own]
    return [*lines, Text()] if own else lines


def _row(keys: str, words: str) -> Text:
    return Text(f"  {keys:<{KEYS_WIDTH}} ", "bold").append(words, "not bold")


def help_lines(palette: Palette, actions: Sequence[UserAction] = ACTIONS) -> list[Text]:
    """Every key of the table by section, the keys of the panes, and what the signs mean."""
    sections: dict[str, list[tuple[str, str]]] = {}
    for action in actions:
        sections.setdefault(action.section, []).append((action.shown, action.help))
    sections["In a pane"] = list(PANE_KEYS)
    lines: list[Text] = []
    for section, rows in sections.items():
        lines.append(Text(section, f"bold {palette.critical}"))
        lines += [_row(keys, words) for keys, words in rows]
        lines.append(Text())
    lines.append(Text("Signs", f"bold {palette.critical}"))
    for status, glyph in GLYPHS.items():
        lines.append(Text("  ").append(f"{glyph:<{KEYS_WIDTH}}", palette.of(status)).append(str(status)))
    for reason, glyph in WAIT_GLYPHS.items():
        line = Text(f"  {glyph * 3:<{KEYS_WIDTH}}", palette.dim)
        lines.append(line.append(f"on the timeline: waited for {reason}", palette.text))
    return lines
