"""What scrolls over content that changes its size again and again."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.reactive import Reactive
from textual.scroll_view import ScrollView

SCROLL_BINDINGS: list[BindingType] = [
    Binding("k", "scroll_up", "Up", show=False),
    Binding("j", "scroll_down", "Down", show=False),
    Binding("h", "scroll_left", "Left", show=False),
    Binding("l", "scroll_right", "Right", show=False),
    Binding("g", "scroll_home", "First", show=False),
    Binding("G", "scroll_end", "Last", show=False),
]


class ScrollArea(ScrollView, can_focus=True):
    """A view that never asks for a new layout of the screen, which takes longer than to paint it.

    A log grows with every frame, and each task under the cursor has other lines. So the bar is always there, and only
    the bar is told of another size.
    """

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    ScrollArea { overflow-y: scroll; scrollbar-size-vertical: 1; scrollbar-size-horizontal: 0; }
    """
    BINDINGS: ClassVar[list[BindingType]] = SCROLL_BINDINGS

    virtual_size: Reactive[Size] = Reactive(Size(0, 0))

    def watch_virtual_size(self, size: Size) -> None:
        """The scroll bar has to know, and what is seen may be another part."""
        self._scroll_update(size)
        self.refresh()
