"""The layout of a graph in cells: where each task stands, and the horizontal and vertical pieces of its lines. Pure.

Everything is worked out for lines that go to the right. For a graph from the top down, the width and the height of the
tasks change places before, and x and y after.

Integers only, so that the same graph looks the same everywhere, and a layout can be handed from process to process.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from seeknal_tui.dashboard.graph.layers import Graph, Layers, make_layers
from seeknal_tui.dashboard.graph.ordering import order_columns
from seeknal_tui.dashboard.graph.routing import Net, Route, Trunk, route
from seeknal_tui.dashboard.graph.rows import Extents, assign_rows

MARGIN = 1
"""Empty cells left of the first column, and right of the last (not counted in the width)."""


class Shape(NamedTuple):
    """How tasks are drawn, as far as the layout needs to know."""

    border: int
    """Rows above the first and below the last line of a task, and cells at both sides; 0 or 1."""
    lines: int
    """Lines inside of a task, if it has not more inputs."""
    gap: int
    """Empty rows (columns, if top-down) between tasks."""
    is_down: bool = False
    """Whether lines go down instead of right."""


class Box(NamedTuple):
    """The cells of a task. Its entries, one below the other, and its exit begin at row ``y`` + border.

    Top-down, its entries stand side by side above it, its exit is below it, and they begin at column ``x`` + border.
    """

    x: int
    y: int
    width: int
    height: int


class Piece(NamedTuple):
    """A straight part of the lines of a task, from one cell to another, in the direction of the data."""

    x0: int
    y0: int
    x1: int
    y1: int
    before: int
    """The piece that leads to this one; -1 for the one that begins at the task."""


@dataclass(frozen=True, slots=True)
class Layout:
    """A graph laid out; cells count from the upper left corner."""

    shape: Shape
    width: int
    height: int
    boxes: tuple[Box, ...]
    """For each task."""
    columns: tuple[tuple[int, ...], ...]
    """The tasks of each column from top to bottom."""
    pieces: tuple[Piece, ...]
    last_pieces: dict[tuple[int, int], int]
    """For each edge (from, to) the piece that ends with its arrow head."""

    def pieces_of(self, edges: Sequence[tuple[int, int]]) -> set[int]:
        """All pieces that these edges go along."""
        found: set[int] = set()
        for edge in edges:
            piece = self.last_pieces[edge]
            while piece >= 0 and piece not in found:
                found.add(piece)
                piece = self.pieces[piece].before
        return found


def lay_out(upstream: Graph, widths: Sequence[int], shape: Shape) -> Layout:
    """Lay out the tasks of those widths (cells, borders included) and the edges *upstream*, which have no cycle."""
    layers, orders = _ordered(tuple(tuple(dict.fromkeys(sources)) for sources in upstream))
    inputs = [len(sources) for sources in layers.left[: layers.tasks]]
    if not shape.is_down:
        heights = [max(shape.lines, count) + 2 * shape.border for count in inputs]
        return _Builder(layers, _place(layers, orders, shape, heights), widths, shape).build()
    wide = [max(width, count + 2 * shape.border) for width, count in zip(widths, inputs, strict=True)]
    heights = [shape.lines + 2 * shape.border] * layers.tasks
    return _turned(_Builder(layers, _place(layers, orders, shape, wide), heights, shape).build())


@lru_cache(2)
def _ordered(upstream: tuple[tuple[int, ...], ...]) -> tuple[Layers, list[list[list[int]]]]:
    """The columns, and the order in each of them, part by part: most of the work, and the same for every shape."""
    layers = make_layers(upstream)
    return layers, [order_columns(layers, component) for component in layers.components]


def _turned(layout: Layout) -> Layout:
    """The same with x and y exchanged, and the margin on the left still."""
    boxes = tuple(Box(box.y + MARGIN, box.x - MARGIN, box.height, box.width) for box in layout.boxes)
    pieces = tuple(
        Piece(piece.y0 + MARGIN, piece.x0 - MARGIN, piece.y1 + MARGIN, piece.x1 - MARGIN, piece.before)
        for piece in layout.pieces
    )
    width, height = layout.height + MARGIN, layout.width - MARGIN
    return Layout(layout.shape, width, height, boxes, layout.columns, pieces, layout.last_pieces)


class _Placed(NamedTuple):
    """Where the nodes stand."""

    rows: list[int]
    """The first row of each node."""
    heights: list[int]
    """The rows of each node."""
    columns: list[list[int]]
    """The nodes of each column from top to bottom."""


def _place(layers: Layers, orders: Sequence[Sequence[list[int]]], shape: Shape, task_heights: Sequence[int]) -> _Placed:
    """One connected part below the other, and last the isolated tasks."""
    size = len(layers.rank)
    heights = [*task_heights, *[1] * (size - layers.tasks)]
    placed = _Placed([0] * size, heights, [[] for _ in range(layers.column_count)])
    extents = Extents(heights, shape.border, shape.gap)
    below = 0
    for order in orders:
        found = assign_rows(layers, order, extents)
        for column, nodes in zip(placed.columns, order, strict=False):
            column.extend(nodes)
        for node, row in found.items():
            placed.rows[node] = row + below
        below = shape.gap + max(placed.rows[node] + heights[node] for node in found)
    for first in range(0, len(layers.isolated), max(1, layers.column_count)):
        line = layers.isolated[first : first + layers.column_count]
        for column, task in zip(placed.columns, line, strict=False):
            placed.rows[task] = below
            column.append(task)
        below += max(heights[task] for task in line) + shape.gap
    return placed


class _Builder:
    """Puts boxes and pieces where the steps before have found their columns, rows and tracks to be."""

    def __init__(self, layers: Layers, placed: _Placed, widths: Sequence[int], shape: Shape) -> None:
        self.layers, self.placed, self.widths, self.shape = layers, placed, widths, shape
        self.pieces: list[Piece] = []
        self.last_pieces: dict[tuple[int, int], int] = {}
        self.incoming: dict[int, int] = {}
        """For each passage, the piece that leads to it."""
        place = {node: position for column in placed.columns for position, node in enumerate(column)}
        self.entries = [sorted(layers.left[task], key=place.__getitem__) for task in range(layers.tasks)]
        """The nodes that enter each task, from top to bottom."""

    def build(self) -> Layout:
        """The whole."""
        tasks = self.layers.tasks
        xs, widths = [MARGIN], []
        for index, column in enumerate(self.placed.columns):
            widths.append(max((self.widths[node] for node in column if node < tasks), default=1))
            nets, goal = self._nets(index)
            routes, tracks = route(nets)
            # Beside the tracks a cell next to each box, and one for the arrow head.
            xs.append(xs[-1] + widths[-1] + tracks + 3)
            for net, found in zip(nets, routes, strict=True):
                self._draw(net, found, goal, _Gap(xs[index], widths[-1], xs[-1]))
        top = min([*self.placed.rows, *(piece.y1 for piece in self.pieces)], default=0)
        boxes = [self._box(task, xs, widths, top) for task in range(tasks)]
        pieces = [piece._replace(y0=piece.y0 - top, y1=piece.y1 - top) for piece in self.pieces]
        return Layout(
            self.shape,
            max((box.x + box.width for box in boxes), default=0),
            max([*(box.y + box.height for box in boxes), *(piece.y1 + 1 for piece in pieces)], default=0),
            tuple(boxes),
            tuple(tuple(node for node in column if node < tasks) for column in self.placed.columns),
            tuple(pieces),
            self.last_pieces,
        )

    def _box(self, task: int, xs: Sequence[int], widths: Sequence[int], top: int) -> Box:
        """Boxes of a column are equally wide; chips are as wide as their names."""
        index = self.layers.rank[task]
        width = widths[index] if self.shape.border else self.widths[task]
        return Box(xs[index], self.placed.rows[task] - top, width, self.placed.heights[task])

    def _first_line(self, node: int) -> int:
        """The row of a node's exit and of its first entry."""
        return self.placed.rows[node] + (self.shape.border if node < self.layers.tasks else 0)

    def _nets(self, index: int) -> tuple[list[Net], dict[int, int]]:
        """The nets after a column, and which node each row leads to."""
        nets, goal = [], {}
        for node in self.placed.columns[index]:
            exits = {}
            for follower in self.layers.right[node]:
                entry = self.entries[follower].index(node) if follower < self.layers.tasks else 0
                row = self._first_line(follower) + entry
                goal[row] = follower
                exits[row] = self.layers.load[follower]
            if exits:
                nets.append(Net(node, self._first_line(node), dict(sorted(exits.items()))))
        return nets, goal

    def _draw(self, net: Net, found: Route, goal: dict[int, int], gap: _Gap) -> None:
        """The pieces of a net between two columns."""
        before, start = -1, gap.x
        if net.node >= self.layers.tasks:
            before = self.incoming[net.node]
        else:
            start += gap.width - 1 if self.shape.border else self.widths[net.node]
        _NetPen(self, net, goal, gap).draw(found, start, before)


class _Gap(NamedTuple):
    """Two columns and what is between them."""

    x: int
    """The first cell of the one on the left."""
    width: int
    """Its cells."""
    next_x: int
    """The first cell of the one on the right."""


class _NetPen:
    """Draws the pieces of one net."""

    def __init__(self, builder: _Builder, net: Net, goal: dict[int, int], gap: _Gap) -> None:
        self.builder, self.net, self.goal = builder, net, goal
        self.first_track, self.end = gap.x + gap.width + 1, gap.next_x - 1

    def draw(self, found: Route, x: int, before: int) -> None:
        """From cell *x* on, to which the piece *before* leads."""
        row = self.net.entry
        if found.jog is not None:
            first, last = found.trunks
            before = self._piece(x, row, self._x(first), row, before)
            before = self._piece(self._x(first), row, self._x(first), found.jog, before)
            before = self._piece(self._x(first), found.jog, self._x(last), found.jog, before)
            self._draw_trunk(last, found.jog, before)
            return
        for trunk in sorted(found.trunks, key=lambda trunk: trunk.track):
            if self._x(trunk) != x:
                before = self._piece(x, row, self._x(trunk), row, before)
                x = self._x(trunk)
            self._draw_trunk(trunk, row, before)
        if row in self.net.exits:
            self._leave(x, row, before)

    def _x(self, trunk: Trunk) -> int:
        return self.first_track + trunk.track

    def _draw_trunk(self, trunk: Trunk, entry: int, before: int) -> None:
        """Upwards and downwards from the row by which the line comes to it, and what leaves it to the right."""
        x = self._x(trunk)
        for rows in ([row for row in trunk.rows if row > entry], [row for row in trunk.rows[::-1] if row < entry]):
            row, piece = entry, before
            for next_row in rows:
                piece = self._piece(x, row, x, next_row, piece)
                row = next_row
                self._leave(x, row, piece)

    def _leave(self, x: int, row: int, before: int) -> None:
        """From the cell to the task or the passage that the row leads to."""
        builder, node = self.builder, self.goal[row]
        if node < builder.layers.tasks:
            piece = self._piece(x, row, self.end, row, before)
            builder.last_pieces[builder.layers.source[self.net.node], node] = piece
        else:
            builder.incoming[node] = self._piece(x, row, self.end + 1, row, before)

    def _piece(self, x0: int, y0: int, x1: int, y1: int, before: int) -> int:
        self.builder.pieces.append(Piece(x0, y0, x1, y1, before))
        return len(self.builder.pieces) - 1
