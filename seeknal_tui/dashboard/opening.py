"""The screen before there is a pipeline: its file is being read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static

from seeknal_tui.dashboard.themes import palette_of
from seeknal_tui.safe_text import one_line


class OpeningScreen(Screen[None]):
    """Says that the file is being read. It is the first thing to be painted, and waits for no style sheet."""

    DEFAULT_CSS = """
    OpeningScreen, OpeningScreen:ansi { background: $background; color: $foreground; }
    #opening { width: 1fr; height: 1fr; content-align: center middle; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("q", "app.quit", "quit")]

    def __init__(self, file: Path) -> None:
        super().__init__()
        self._file = file

    def compose(self) -> Iterator[Widget]:
        """One line."""
        words = f"Opening {one_line(self._file.name)} …"
        yield Static(Text(words, palette_of(self.app).dim), id="opening", markup=False)
