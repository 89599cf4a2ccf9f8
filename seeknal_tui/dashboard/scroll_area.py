"""What scrolls over content that changes its size again and again."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.reactive import Reactive
from textual.scroll_view import ScrollView

SCROLL_BINDINGS: list[BindingType] = [
    Binding("up,k", "scroll_up", "a line up", show=False),
    Binding("down,j", "scroll_down", "a line down", show=False),
    Binding("left,h", "scroll_left", "to the left", show=False),
    Binding("right,l", "scroll_right", "to the right", show=False),
    Binding("pageup", "page_up", "a page up", show=False),
    Binding("pagedown", "page_down", "a page down", show=False),
    Binding("ctrl+pageup", "page_left", "a page to the left", show=False),
    Binding("ctrl+pagedown", "page_right", "a page to the right", show=False),
    Binding("g,home", "scroll_home", "to the beginning", show=False),
    Binding("G,end", "scroll_end", "to the end", show=False),
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
