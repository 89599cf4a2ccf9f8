"""What scrolls over content that changes its size again and again."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.reactive import Reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

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

    def render_lines(self, crop: Region) -> list[Strip]:
        """The lines of a part of the view; where it has no edge, they are just what it paints."""
        if self.styles.gutter or self.get_line_filters():
            return super().render_lines(crop)
        strips = [self.render_line(y) for y in crop.line_range]
        if crop.column_span == (0, self.region.width):
            return strips
        return [strip.crop(*crop.column_span) for strip in strips]

    virtual_size: Reactive[Size] = Reactive(Size(0, 0))

    def watch_virtual_size(self, size: Size) -> None:
        """The scroll bar has to know, and what is seen may be another part."""
        self._scroll_update(size)
        self.refresh()
