"""The left part of a task's row: cursor, status, mark, name, critical path. Pure."""

from __future__ import annotations

from typing import NamedTuple

from rich.segment import Segment

from seeknal_tui.dashboard.cells import fit, ink
from seeknal_tui.dashboard.look import GLYPHS, Palette
from seeknal_tui.run.events import Status
from seeknal_tui.run.state import RunState

NARROWEST = 6
"""A label has this many cells at least, of which one is for the name."""


class RowLook(NamedTuple):
    """What a row's look depends on besides the task's state."""

    palette: Palette
    selected: bool = False
    marked: bool = False
    critical: bool = False
    shaded: bool = False
    """Whether its bars are of the darker shade; every other row is, so that bars do not run into one another."""

    @property
    def background(self) -> str:
        """The colour behind the row."""
        return self.palette.surface if self.selected else self.palette.background


def label_segments(state: RunState, number: int, width: int, look: RowLook) -> list[Segment]:
    """The label of a task in exactly *width* cells (:data:`NARROWEST` at least)."""
    palette, background = look.palette, look.background
    status = state.statuses[number]
    waits = status is Status.PENDING or status is Status.READY
    if look.selected or look.critical:
        colour = palette.critical
    elif look.marked:
        colour = palette.marked
    else:
        colour = palette.dim if waits or not state.in_run[number] else palette.text
    return [
        Segment("▸" if look.selected else " ", ink(palette.critical, background, bold=True)),
        Segment(GLYPHS[status], ink(palette.of(status), background)),
        Segment("*" if look.marked else " ", ink(palette.marked, background, bold=True)),
        Segment(fit(state.pipeline.tasks[number].name, width - 5), ink(colour, background, bold=not waits)),
        Segment("┃" if look.critical else " ", ink(palette.critical, background, bold=True)),
        Segment(" ", ink(palette.dim, background)),
    ]
