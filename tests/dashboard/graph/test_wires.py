"""The glyphs of lines."""

from __future__ import annotations

from unicodedata import name

import pytest

from seeknal_tui.dashboard.graph.boxes import BOX
from seeknal_tui.dashboard.graph.layout import lay_out
from seeknal_tui.dashboard.graph.wires import ARROW, DOWN, GLYPHS, HEAVY, LEFT, RIGHT, UP, Pen, Wires, glyphs_of
from tests.dashboard.graph.reading import arms_of

ARMS = {LEFT: (-1, 0), RIGHT: (1, 0), UP: (0, -1), DOWN: (0, 1)}


@pytest.mark.parametrize("arms", [arms for arms in range(1, 15) if arms != 15])
def test_a_glyph_has_the_arms_of_its_cell(arms: int) -> None:
    assert arms_of(GLYPHS[arms]) == {way for arm, way in ARMS.items() if arms & arm}


@pytest.mark.parametrize("arms", range(1, 15))
def test_a_glyph_whose_arms_are_all_heavy_is_heavy(arms: int) -> None:
    words = name(GLYPHS[arms | arms << HEAVY]).split()
    assert "HEAVY" in words
    assert "LIGHT" not in words


def test_a_heavy_line_that_leaves_a_light_one_has_one_heavy_arm() -> None:
    light = LEFT | RIGHT | DOWN
    assert glyphs_of(bytes([light | DOWN << HEAVY, light | (LEFT | DOWN) << HEAVY, light | RIGHT << HEAVY])) == "┰┱┮"


def test_corners_are_round() -> None:
    assert glyphs_of(bytes([RIGHT | DOWN, LEFT | DOWN, LEFT | UP, RIGHT | UP])) == "╭╮╯╰"


def test_an_arrow_head_is_a_cell_of_its_own() -> None:
    assert glyphs_of(bytes([LEFT | RIGHT, ARROW, 0])) == "─▶ "


def test_only_the_pieces_with_the_critical_pen_are_heavy() -> None:
    # One source feeds two tasks: of its trunk only what leads to the second is critical.
    layout = lay_out([[], [0], [0]], [8, 8, 8], BOX)
    pens = bytearray([Pen.PLAIN]) * len(layout.pieces)
    for piece in layout.pieces_of([(0, 2)]):
        pens[piece] = Pen.CRITICAL
    rows = [glyphs_of(Wires(layout).row(y, pens).arms) for y in range(layout.height)]
    drawn = "".join(rows)
    assert "┃" in drawn
    assert "─▶" in drawn
    assert "━▶" in drawn
