"""The cells of the lines: a byte per cell for its arms, turned into glyphs row by row. Pure.

A row is made when it is first seen. In a byte, the lower four bits say which arms a cell has, the upper four which of
them are heavy. Where lines of two tasks cross, the vertical one passes and the horizontal one has a gap.
"""

from __future__ import annotations

import codecs
from collections.abc import Sequence
from enum import IntEnum
from typing import NamedTuple

from seeknal_tui.dashboard.graph.layout import Layout

LEFT, RIGHT, UP, DOWN = 1, 2, 4, 8
HEAVY = 4
"""How many bits above an arm its heavy bit is."""
ARROW, ARROW_DOWN = LEFT << HEAVY, UP << HEAVY
"""A heavy bit without its arm means an arrow head, which needs no arms."""
BAND = 32
"""Vertical lines are found by the band of so many rows that they pass."""

LINES = {
    0: " ",
    LEFT: "╴╸",
    RIGHT: "╶╺",
    UP: "╵╹",
    DOWN: "╷╻",
    LEFT | RIGHT: "─╾╼━",
    UP | DOWN: "│╿╽┃",
    RIGHT | DOWN: "╭┍┎┏",
    LEFT | DOWN: "╮┑┒┓",
    LEFT | UP: "╯┙┚┛",
    RIGHT | UP: "╰┕┖┗",
    RIGHT | UP | DOWN: "├┝┞┡┟┢┠┣",
    LEFT | UP | DOWN: "┤┥┦┩┧┪┨┫",
    LEFT | RIGHT | DOWN: "┬┭┮┯┰┱┲┳",
    LEFT | RIGHT | UP: "┴┵┶┷┸┹┺┻",
}
"""For each set of arms the glyphs by which of them are heavy: the n-th bit of the place stands for the n-th arm."""


def _glyph_of(code: int) -> str:
    if code in (ARROW, ARROW_DOWN):
        return "▶" if code == ARROW else "▼"
    arms = code & 15
    present = [arm for arm in (LEFT, RIGHT, UP, DOWN) if arms & arm]
    glyphs = LINES.get(arms, "?")
    place = sum(1 << index for index, arm in enumerate(present) if code & arm << HEAVY)
    return glyphs[place] if place < len(glyphs) else "?"


GLYPHS = "".join(_glyph_of(code) for code in range(256))
"""The glyph of each byte."""


def glyphs_of(arms: bytes | bytearray) -> str:
    """The glyphs of a row, or of a part of it."""
    return codecs.charmap_decode(bytes(arms), "strict", GLYPHS)[0]


class Pen(IntEnum):
    """How a piece is drawn; the higher is drawn over the lower."""

    NONE = 0
    FAINT = 1
    PLAIN = 2
    LIT = 3
    CRITICAL = 4


class WireRow(NamedTuple):
    """The lines in one row of cells."""

    arms: bytearray
    pens: bytearray


class Wires:
    """The lines of a layout."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self._horizontal: dict[int, list[int]] = {}
        self._vertical: dict[int, list[int]] = {}
        for number, piece in enumerate(layout.pieces):
            if piece.y0 == piece.y1:
                self._horizontal.setdefault(piece.y0, []).append(number)
            else:
                top, bottom = sorted((piece.y0, piece.y1))
                for band in range(top // BAND, bottom // BAND + 1):
                    self._vertical.setdefault(band, []).append(number)
        self._arrows = frozenset(layout.last_pieces.values())

    def row(self, y: int, pens: Sequence[int]) -> WireRow:
        """The lines of row *y*, each piece drawn with its pen of *pens*."""
        row = WireRow(bytearray(self.layout.width + 1), bytearray(self.layout.width + 1))
        pieces = self.layout.pieces
        for number in self._horizontal.get(y, ()):
            x0, x1 = pieces[number].x0, pieces[number].x1
            _draw_horizontal(row, min(x0, x1), max(x0, x1), pens[number])
            if number in self._arrows:
                row.arms[x1] = ARROW
        for number in self._vertical.get(y // BAND, ()):
            piece = pieces[number]
            if (piece.y0 <= y <= piece.y1) or (piece.y1 <= y <= piece.y0):
                above, below = y > min(piece.y0, piece.y1), y < max(piece.y0, piece.y1)
                _draw_vertical(row, piece.x0, above, below, pens[number])
                if number in self._arrows and y == piece.y1:
                    row.arms[piece.x1] = ARROW_DOWN
        return row


def _draw_horizontal(row: WireRow, begin: int, end: int, pen: int) -> None:
    arms, pens = row
    both = _arms(LEFT | RIGHT, pen)
    arms[begin + 1 : end] = bytes((both,)) * (end - begin - 1)
    pens[begin + 1 : end] = bytes((pen,)) * (end - begin - 1)
    for cell, arm in ((begin, RIGHT), (end, LEFT)):
        arms[cell] |= _arms(arm, pen)
        pens[cell] = max(pens[cell], pen)


def _draw_vertical(row: WireRow, cell: int, above: bool, below: bool, pen: int) -> None:
    arms, pens = row
    drawn = _arms((UP if above else 0) | (DOWN if below else 0), pen)
    if above and below:
        arms[cell], pens[cell] = drawn, pen  # whatever goes sideways here is another line, and gets its gap
    else:
        arms[cell] |= drawn
        pens[cell] = max(pens[cell], pen)


def _arms(arms: int, pen: int) -> int:
    return arms | arms << HEAVY if pen == Pen.CRITICAL else arms
