"""Where the cursor goes in a layout."""

from __future__ import annotations

from seeknal_tui.dashboard.graph.drawing import Direction
from seeknal_tui.dashboard.graph.layout import Layout
from seeknal_tui.dashboard.graph.scene import Scene

ALONG = {
    False: {Direction.LEFT: -1, Direction.RIGHT: 1},
    True: {Direction.UP: -1, Direction.DOWN: 1},
}
"""The directions against and with the edges, by whether the layout is top-down."""


class Walk:
    """Along the edges to the nearest task; across them in the column, going on in the columns beside it.

    In a layout from the top down, a column is what stands side by side.
    """

    def __init__(self, layout: Layout, scene: Scene) -> None:
        self.layout, self.scene = layout, scene
        self._column_of = {task: index for index, column in enumerate(layout.columns) for task in column}

    def neighbour(self, task: int, direction: Direction) -> int | None:
        """Where the cursor goes from a task; None if there is nothing in that direction."""
        step = ALONG[self.layout.shape.is_down].get(direction)
        if step is None:
            return self._across(task, 1 if direction in (Direction.DOWN, Direction.RIGHT) else -1)
        upstream, downstream = self.scene.upstream[task], self.scene.downstream[task]
        others = downstream if step > 0 else upstream
        if not upstream and not downstream:
            others = self._beside(task, step)
        here = self._middle(task)
        return min(others, key=lambda other: (abs(self._middle(other) - here), other), default=None)

    def _middle(self, task: int) -> float:
        box = self.layout.boxes[task]
        return box.x + box.width / 2 if self.layout.shape.is_down else box.y + box.height / 2

    def _beside(self, task: int, step: int) -> tuple[int, ...]:
        """The nearest column with tasks in that direction, for a task without edges."""
        columns, here = self.layout.columns, self._column_of[task]
        way = columns[here + 1 :] if step > 0 else columns[:here][::-1]
        return next((column for column in way if column), ())

    def _across(self, task: int, step: int) -> int | None:
        column = self.layout.columns[self._column_of[task]]
        place = column.index(task) + step
        if 0 <= place < len(column):
            return column[place]
        here, middle = self._column_of[task], self._middle(task)
        beyond = [
            (abs(self._column_of[other] - here), abs(self._middle(other) - middle), other)
            for other in self._column_of
            if (self._middle(other) - middle) * step > 0
        ]
        return min(beyond)[2] if beyond else None
