"""A pane of text that scrolls: only what is seen is turned into cells."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rich.console import Console
from rich.text import Text
from textual.geometry import Size
from textual.strip import Strip

from seeknal_tui.dashboard.cells import ink
from seeknal_tui.dashboard.look import DARK
from seeknal_tui.dashboard.scroll_area import ScrollArea
from seeknal_tui.safe_text import one_line

SECOND_COLUMN = re.compile(r" *(\S+( \S+)* {2,})?")
"""The beginning of a line up to where its text, or the second column of it, begins."""


class TextPane(ScrollArea):
    """Shows lines of text, wrapped at the pane's width; those that are not to be (``no_wrap``) scroll sideways."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - as Textual names it
        super().__init__(id=id)
        self.palette = DARK
        self._source: list[Text] = []
        self._lines: list[Text] = []

    def show(self, lines: Sequence[Text], *, from_top: bool = True) -> None:
        """Show these lines instead, from the top unless they are the former ones brought up to date."""
        if from_top:
            self.scroll_to(0, 0, animate=False)
        lines = list(lines)
        if lines != self._source:
            self._source = lines
            self._lay_out()

    def _lay_out(self) -> None:
        width, console = self.scrollable_size.width, self.app.console
        self._lines = []
        for line in map(harmless, self._source):
            self._lines += [line] if line.no_wrap or not width else wrapped(line, width, console)
        widest = max((line.cell_len for line in self._lines if line.no_wrap), default=1)
        self.virtual_size = Size(widest, len(self._lines))
        self.refresh()

    def on_resize(self) -> None:
        """Wrap at the new width."""
        self._lay_out()

    def render_line(self, y: int) -> Strip:
        """A line of the view."""
        x, top = self.scroll_offset
        width = self.size.width
        base = ink(self.palette.text, self.palette.background)
        if top + y >= len(self._lines):
            return Strip.blank(width, base)
        line, console = self._lines[top + y], self.app.console
        strip = Strip(line.render(console)).apply_style(console.get_style(line.style))  # which rendering leaves out
        return strip.crop(x, x + width).extend_cell_length(width).apply_style(base)


def harmless(line: Text) -> Text:
    """*line* with every sign that acts or hides made visible: names and errors in it are other people's."""
    safe = one_line(line.plain)
    if safe != line.plain:
        line = line.copy()
        line.plain = safe
    return line


def wrapped(line: Text, width: int, console: Console) -> list[Text]:
    """*line* in pieces of at most *width* cells, those after the first indented like it, or like its second column."""
    if line.cell_len <= width:
        return [line]
    column = SECOND_COLUMN.match(line.plain)
    indent = column.end() if column and column.end() <= width * 2 // 3 else 0
    margin = Text(" " * indent)
    parts = line[indent:].wrap(console, width - indent)
    return [line[:indent] + parts[0], *(margin + part for part in parts[1:])]
