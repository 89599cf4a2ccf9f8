"""The third step of the layout: the row of each node, so that lines are straight where they can be.

Column after column, the nodes are put where the sum of the bends of their lines is least, while they keep their order
and their distance. That is an isotonic regression with absolute deviations; pooling adjacent violators solves it
exactly. Sums of absolute deviations have their least at a place where one of the lines is quite straight, which is
what the eye wants. Lines are weighed as in Gansner, Koutsofios, North and Vo (1993), but for the ends of long ones:
these have a corner anyway, and must not bend a chain of tasks.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from seeknal_tui.dashboard.graph.layers import Layers

ROUNDS = 4
WEIGHTS = (2, 1, 8)
"""Of a line between two tasks, a task and a passage, two passages."""
KEEP = 0.01
"""The weight of the place where a node stands already, for nodes that nothing else holds."""


@dataclass(frozen=True, slots=True)
class Extents:
    """How many rows tasks take, and where lines join them."""

    heights: Sequence[int]
    border: int
    """Rows of a task above its first entry, which is also the row of its exit."""
    gap: int
    """Empty rows between two tasks."""


def assign_rows(layers: Layers, order: Sequence[Sequence[int]], extents: Extents) -> dict[int, int]:
    """The first row of each node of one connected part; the least of them is 0."""
    return _Rows(layers, order, extents).solve()


class _Rows:
    """The search for the rows of one connected part."""

    def __init__(self, layers: Layers, order: Sequence[Sequence[int]], extents: Extents) -> None:
        self.order = order
        self.row: dict[int, int] = {}
        self.least: dict[int, int] = {}
        """The row of each node if its column were packed from row 0 on."""
        tasks, border = layers.tasks, extents.border
        packed = []
        for column in order:
            below = 0
            for position, node in enumerate(column):
                if position:
                    both_tasks = node < tasks and column[position - 1] < tasks
                    below += extents.gap if both_tasks else 0
                self.row[node] = self.least[node] = below
                below += extents.heights[node] if node < tasks else 1
            packed.append(below)
        # How far down the nodes of each column can go: the whole is no higher than its fullest column.
        self.room = [max(packed) - height for height in packed]
        # For each node and side: the neighbour, how far below its first row the line would have to be, and the weight.
        self.left: dict[int, list[tuple[int, int, int]]] = {node: [] for node in self.row}
        self.right: dict[int, list[tuple[int, int, int]]] = {node: [] for node in self.row}
        place = {node: position for column in order for position, node in enumerate(column)}
        for node in self.row:
            exits = border if node < tasks else 0
            for follower in layers.right[node]:
                sources = sorted(layers.left[follower], key=place.__getitem__)
                enters = border + sources.index(node) if follower < tasks else 0
                weight = WEIGHTS[(node >= tasks) + (follower >= tasks)]
                self.right[node].append((follower, enters - exits, weight))
                self.left[follower].append((node, exits - enters, weight))

    def solve(self) -> dict[int, int]:
        """The rows after all sweeps."""
        columns = range(len(self.order))
        for _ in range(ROUNDS):
            self._sweep(columns[1:], left=True, right=False)
            self._sweep(columns[-2::-1], left=False, right=True)
        for _ in range(ROUNDS // 2):
            self._sweep(columns, left=True, right=True)
            self._sweep(columns[::-1], left=True, right=True)
        top = min(self.row.values())
        return {node: row - top for node, row in self.row.items()}

    def _sweep(self, columns: Iterable[int], *, left: bool, right: bool) -> None:
        row, least = self.row, self.least
        for index in columns:
            column, room = self.order[index], self.room[index]
            wishes = []
            for node in column:
                lines = (self.left[node] if left else []) + (self.right[node] if right else [])
                shift = least[node]
                found = [(row[other] + offset - shift, float(weight)) for other, offset, weight in lines]
                found.append((row[node] - shift, KEEP))
                found.sort()
                wishes.append(found)
            for node, place in zip(column, monotone_medians(wishes), strict=True):
                row[node] = min(max(place, 0), room) + least[node]


def monotone_medians(wishes: Sequence[list[tuple[int, float]]]) -> list[int]:
    """For each element a value, none less than the one before, with the least sum of weighted distances to its wishes.

    *wishes* are value and weight, sorted, at least one for each element.
    """
    pools: list[tuple[int, int, list[tuple[int, float]]]] = []
    for found in wishes:
        value, size, pool = _median(found), 1, found
        while pools and pools[-1][0] > value:
            _, other_size, other = pools.pop()
            size += other_size
            pool = sorted(other + pool)
            value = _median(pool)
        pools.append((value, size, pool))
    return [value for value, size, _ in pools for _ in range(size)]


def _median(wishes: Sequence[tuple[int, float]]) -> int:
    half = sum([weight for _, weight in wishes]) / 2
    for value, weight in wishes:
        half -= weight
        if half <= 0:
            return value
    return wishes[-1][0]
