"""The names of the tabs of a pane, one of them in front."""

from __future__ import annotations

from collections.abc import Sequence

from rich.segment import Segment
from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from seeknal_tui.dashboard.cells import ink
from seeknal_tui.dashboard.look import DARK


class TabBar(Widget):
    """One line with the names of tabs; a click chooses one."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    TabBar { height: 1; width: 1fr; }
    """

    class Chosen(Message):
        """A tab was clicked."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__()
        self.palette = DARK
        self._names = names
        self._front = names[0]

    @property
    def front(self) -> str:
        """The tab that is shown."""
        return self._front

    @front.setter
    def front(self, name: str) -> None:
        self._front = name
        self.refresh()

    def _spans(self) -> list[tuple[str, int, int]]:
        """Name, first cell and cell behind the last; scrolled so that the tab in front is in view."""
        spans, x = [], 0
        for name in self._names:
            spans.append((name, x, x + len(name) + 2))
            x += len(name) + 3
        front = next(span for span in spans if span[0] == self._front)
        left = max(0, front[2] - self.size.width)
        return [(name, begin - left, end - left) for name, begin, end in spans]

    def on_click(self, event: events.Click) -> None:
        """Choose the tab under the mouse."""
        for name, begin, end in self._spans():
            if begin <= event.x < end:
                event.stop()
                self.post_message(self.Chosen(name))

    def render_line(self, y: int) -> Strip:
        """The line."""
        palette, width = self.palette, self.size.width
        plain = ink(palette.dim, palette.background)
        spans = self._spans()
        segments = []
        for name, _, _ in spans:
            front = name == self._front
            style = ink(palette.background, palette.text, bold=True) if front else plain
            segments += [Segment(f" {name} ", style), Segment(" ", plain)]
        left = -spans[0][1]
        return Strip(segments).crop(left, left + width).extend_cell_length(width, plain)
