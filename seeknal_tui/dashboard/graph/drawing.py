"""What the pane asks of a drawing of the graph, whether boxes, chips or heat map."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

from textual.geometry import Region, Size
from textual.strip import Strip


class Direction(StrEnum):
    """Where the cursor goes."""

    LEFT = "left"
    RIGHT = "right"
    UP = "up"
    DOWN = "down"


class Drawing(Protocol):
    """A graph drawn in cells, of which the pane shows a window."""

    @property
    def size(self) -> Size:
        """The cells of the whole."""
        ...

    def line(self, y: int, x: int, width: int) -> Strip:
        """Row *y* of the whole from cell *x* on, in exactly *width* cells."""
        ...

    def region(self, task: int) -> Region:
        """The cells of a task."""
        ...

    def task_at(self, x: int, y: int) -> int | None:
        """The task whose cells these are."""
        ...

    def neighbour(self, task: int, direction: Direction) -> int | None:
        """Where the cursor goes from a task; None if there is nothing in that direction."""
        ...

    def changed(self, touched: set[int]) -> list[Region]:
        """The cells to paint again after these tasks were touched and time went on."""
        ...

    def look_changed(self) -> None:
        """The cursor, the marks, the filter, the palette or the critical path is another: everything is drawn anew."""
        ...
