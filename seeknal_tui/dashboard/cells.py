"""Cells of a line: painting them one over the other, and text cut to a number of them.

The panes that paint themselves make their lines here. A colour is ``#rrggbb``, or the name of one of the terminal's own
16, which cannot be mixed; text is made harmless before it is cut.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from rich.cells import cell_len, chop_cells
from rich.segment import Segment
from rich.style import Style
from textual.color import Color

from seeknal_tui.safe_text import one_line

ELLIPSIS = "…"


@lru_cache(4096)
def ink(colour: str, background: str, *, bold: bool = False, reverse: bool = False) -> Style:
    """The style of those colours; the same object each time, so that styles are compared by identity."""
    return Style(color=colour, bgcolor=background, bold=bold or None, reverse=reverse or None)


@lru_cache(4096)
def _on(style: Style, background: str) -> Style:
    return style + Style(bgcolor=background)


@lru_cache(4096)
def blend(colour: str, other: str, share: float) -> str:
    """*colour* with *share* (0 to 1) of *other* mixed in; of the terminal's own colours the one that outweighs."""
    if not (colour.startswith("#") and other.startswith("#")):
        return colour if share <= 0.5 else other
    return Color.parse(colour).blend(Color.parse(other), share).hex6.lower()


def cut(text: str, width: int) -> str:
    """*text*, harmless, in at most *width* cells; what is cut off is told by ``…``."""
    text = one_line(text)
    if cell_len(text) <= width:
        return text
    if width <= 1:
        return ELLIPSIS[:width]
    return chop_cells(text, width - 1)[0] + ELLIPSIS


def fit(text: str, width: int) -> str:
    """*text*, harmless, in exactly *width* cells: cut, or filled with spaces."""
    text = cut(text, width)
    return text + " " * (width - cell_len(text))


class Cells:
    """A line of cells with a glyph and an ink each; what lies outside is not painted."""

    def __init__(self, width: int, blank: Style) -> None:
        self.width = width
        self.glyphs = [" "] * width
        self.inks = [blank] * width

    def fill(self, begin: int, end: int, glyph: str, style: Style) -> None:
        """Paint the cells from *begin* up to before *end*."""
        begin, end = max(0, begin), min(self.width, end)
        if begin < end:
            self.glyphs[begin:end] = [glyph] * (end - begin)
            self.inks[begin:end] = [style] * (end - begin)

    def write(self, begin: int, text: str, style: Style) -> None:
        """Paint *text*, whose characters take one cell each, from *begin* on."""
        for position, glyph in enumerate(text, begin):
            if 0 <= position < self.width:
                self.glyphs[position] = glyph
                self.inks[position] = style

    def put(self, begin: int, text: str, style: Style) -> None:
        """Paint harmless *text* of others, whose characters take a cell or two, from *begin* on; it must fit."""
        width = cell_len(text)
        if width:
            # All of it in the first cell, nothing in the others: what stands behind it stays in its place.
            self.glyphs[begin : begin + width] = [text] + [""] * (width - 1)
            self.inks[begin : begin + width] = [style] * width

    def tint(self, begin: int, end: int, background: str, other: str) -> None:
        """Have the background *other* in the cells from *begin* up to before *end*, where it was *background*."""
        for position in range(max(0, begin), min(self.width, end)):
            style = self.inks[position]
            if style.bgcolor is not None and style.bgcolor.name == background:
                self.inks[position] = _on(style, other)

    def is_blank(self, begin: int, end: int) -> bool:
        """Whether the cells from *begin* up to before *end* are all there and nothing is painted on them."""
        return begin >= 0 and end <= self.width and all(glyph == " " for glyph in self.glyphs[begin:end])

    def segments(self) -> list[Segment]:
        """The line, neighbours of the same ink in one segment."""
        return segments_of(self.glyphs, self.inks)


def segments_of(glyphs: Sequence[str], inks: Sequence[Style]) -> list[Segment]:
    """Glyphs with an ink each, neighbours of the same ink in one segment."""
    found: list[Segment] = []
    begin = 0
    for position in range(1, len(glyphs) + 1):
        if position == len(glyphs) or inks[position] is not inks[begin]:
            found.append(Segment("".join(glyphs[begin:position]), inks[begin]))
            begin = position
    return found
