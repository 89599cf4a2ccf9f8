"""How much is seen of a task, and the layout that takes."""

from __future__ import annotations

from enum import StrEnum

from seeknal_tui.dashboard.graph.boxes import BOX, BOX_DOWN, CHIP, CHIP_DOWN
from seeknal_tui.dashboard.graph.layout import Shape


class Level(StrEnum):
    """How much is seen of a task, from the most to the least."""

    BOXES = "boxes"
    CHIPS = "chips"
    BRAILLE = "braille"
    HEAT = "heat"


LEVELS = tuple(Level)
NAMED_LEVELS = (Level.BOXES, Level.CHIPS)
"""Those at which tasks have their names."""


def shape_at(level: Level, *, is_down: bool) -> Shape:
    """What is laid out for a level; the overview in braille is one of the chips."""
    if level is Level.BOXES:
        return BOX_DOWN if is_down else BOX
    return CHIP_DOWN if is_down else CHIP
