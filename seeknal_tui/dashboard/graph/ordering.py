"""The second step of the layout: in which order the nodes of each column stand, so that few lines cross.

Sweeps of barycenters (Sugiyama, Tagawa and Toda, 1981) from several beginnings, each followed by exchanges of
neighbours (the *transpose* of Gansner, Koutsofios, North and Vo, 1993); in the best order seen, single nodes are moved
to where they are best as long as that helps. In small graphs columns are then disturbed and improved again.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterable, Sequence
from random import Random

from seeknal_tui.dashboard.graph.layers import Layers
from seeknal_tui.dashboard.graph.sequence import improve_sequence

SWEEPS = 10
PATIENCE = 3
"""A beginning is given up after so many sweeps without gain."""
ROUNDS = 8
"""How often columns are gone over as long as something changes in or beside them."""
SHAKES = 24
"""How often a column of a small graph is disturbed, in the hope of a better order than the one found."""
SHAKEN = 0.6
"""How far its nodes are moved then, as a share of its length."""
SMALL = 300
"""With more nodes than that, disturbing columns takes longer than the dashboard should stand still."""
LARGE = 6000
"""With more nodes than that, one beginning and no polish have to do."""
LONG_COLUMN = 400
"""In longer columns nodes are not moved one by one, which takes time by the square of their number."""


def order_columns(layers: Layers, columns: Sequence[Sequence[int]]) -> list[list[int]]:
    """The nodes of each column of one connected part, from top to bottom."""
    sorter = _Sorter(layers)
    if sum(map(len, columns)) > LARGE:
        return sorter.sweep(_walked(columns, layers.right), forwards=True)[1]
    best: list[list[int]] = []
    fewest = -1
    for beginning in (_walked(columns, layers.right), _walked(columns[::-1], layers.left)[::-1]):
        for forwards in (True, False):
            count, order = sorter.sweep([list(column) for column in beginning], forwards=forwards)
            if fewest < 0 or count < fewest:
                fewest, best = count, order
            if fewest == 0:
                return best
    fewest = sorter.polish(best)
    return sorter.shake(best, fewest) if fewest and sum(map(len, columns)) <= SMALL else best


def count_crossings(layers: Layers, order: Sequence[list[int]]) -> int:
    """How many pairs of edges of different tasks cross."""
    sorter = _Sorter(layers)
    sorter.take(order)
    return sorter.crossings(order)


def _walked(columns: Sequence[Sequence[int]], neighbours: Sequence[Sequence[int]]) -> list[list[int]]:
    """Each column in the order in which its nodes are reached, going on from the nodes of the columns before."""
    seen: set[int] = set()
    order: list[list[int]] = [[] for _ in columns]
    for index, column in enumerate(columns):
        for first in column:
            stack = [(first, index)]
            while stack:
                node, depth = stack.pop()
                if node not in seen:
                    seen.add(node)
                    order[depth].append(node)
                    stack.extend((other, depth + 1) for other in reversed(neighbours[node]))
    return order


class _Sorter:
    """The search in one connected part; ``place`` is where each node stands in its column."""

    def __init__(self, layers: Layers) -> None:
        # A line that bundles several edges counts for each of them.
        load = layers.load
        self.left = [others * load[node] for node, others in enumerate(layers.left)]
        self.right = [[other for other in others for _ in range(load[other])] for others in layers.right]
        self.place = [0] * len(layers.rank)

    def take(self, order: Iterable[Iterable[int]]) -> None:
        """Note where the nodes stand."""
        for column in order:
            self._settle(column)

    def sweep(self, order: list[list[int]], *, forwards: bool) -> tuple[int, list[list[int]]]:
        """The fewest crossings that sweeps from *order* on come to, and their order."""
        self.take(order)
        fewest, best, idle = self.crossings(order), [list(column) for column in order], 0
        for number in range(SWEEPS):
            self._sort_by_barycenter(order, from_left=(number % 2 == 0) == forwards, flip=number % 4 >= 2)
            self._go_over(order, self._exchange, range(len(order)))
            count = self.crossings(order)
            if count < fewest:
                fewest, best, idle = count, [list(column) for column in order], 0
            else:
                idle += 1
            if fewest == 0 or idle == PATIENCE:
                break
        return fewest, best

    def polish(self, order: list[list[int]]) -> int:
        """Move single nodes in their column as long as lines cross less; how many do then."""
        self.take(order)
        self._go_over(order, self._move, range(len(order)))
        return self.crossings(order)

    def shake(self, best: list[list[int]], fewest: int) -> list[list[int]]:
        """Disturb one column after the other, improve what is around it, and keep that if no more lines cross."""
        random = Random(0)  # noqa: S311 - the same graph looks the same every time
        for _ in range(SHAKES):
            index = random.randrange(len(best))
            order = [list(column) for column in best]
            self.take(order)
            reach = SHAKEN * len(order[index])
            keys = {node: place + random.uniform(-reach, reach) for place, node in enumerate(order[index])}
            order[index].sort(key=keys.__getitem__)
            self._settle(order[index])
            self._go_over(order, self._exchange, [index])
            self._go_over(order, self._move, [index])
            count = self.crossings(order)
            if count <= fewest:
                fewest, best = count, order
        return best

    def _settle(self, column: Iterable[int]) -> None:
        place = self.place
        for position, node in enumerate(column):
            place[node] = position

    def _sort_by_barycenter(self, order: list[list[int]], *, from_left: bool, flip: bool) -> None:
        """Sort each column by where the neighbours on the side that is done stand in the mean."""
        place = self.place
        fixed = self.left if from_left else self.right
        for column in order[1:] if from_left else order[-2::-1]:
            keys = {}
            for node in column:
                others = fixed[node]
                keys[node] = sum([place[other] for other in others]) / len(others) if others else place[node]
            if flip:
                column.reverse()  # so that nodes of the same mean change places, which finds ways out of dead ends
            column.sort(key=keys.__getitem__)
            self._settle(column)

    def _go_over(self, order: list[list[int]], improve: Callable[[list[int]], bool], dirty: Iterable[int]) -> None:
        """Improve the columns *dirty*, and others as long as something changes beside them."""
        for _ in range(ROUNDS):
            changed = {index for index in dirty if improve(order[index])}
            if not changed:
                return
            dirty = sorted(
                near for near in {index + step for index in changed for step in (-1, 0, 1)} if 0 <= near < len(order)
            )

    def _sides(self, column: list[int]) -> list[tuple[list[int], list[int]]]:
        """For each node the places of its neighbours on the left and on the right, in order."""
        place, left, right = self.place, self.left, self.right
        return [
            (sorted([place[other] for other in left[node]]), sorted([place[other] for other in right[node]]))
            for node in column
        ]

    def _exchange(self, column: list[int]) -> bool:
        """Exchange nodes with the one below where that helps; whether anything changed."""
        sides = self._sides(column)
        changed = False
        for upper in range(len(column) - 1):
            (left, right), (lower_left, lower_right) = sides[upper], sides[upper + 1]
            if _price(left, lower_left) + _price(right, lower_right) > 0:
                column[upper], column[upper + 1] = column[upper + 1], column[upper]
                sides[upper], sides[upper + 1] = sides[upper + 1], sides[upper]
                changed = True
        if changed:
            self._settle(column)
        return changed

    def _move(self, column: list[int]) -> bool:
        """Move nodes to where they are best; whether anything changed."""
        size = len(column)
        if size > LONG_COLUMN:
            return self._exchange(column)
        price = [[0] * size for _ in column]
        sides = self._sides(column)
        for upper, (left, right) in enumerate(sides):
            for lower in range(upper + 1, size):
                more = _price(left, sides[lower][0]) + _price(right, sides[lower][1])
                price[upper][lower], price[lower][upper] = more, -more
        sequence = list(range(size))
        changed = improve_sequence(price, sequence)
        if changed:
            column[:] = [column[index] for index in sequence]
            self._settle(column)
        return changed

    def crossings(self, order: Sequence[list[int]]) -> int:
        """How many pairs of edges cross."""
        return sum(self._crossings_after(column) for column in order[:-1])

    def _crossings_after(self, column: list[int]) -> int:
        place, count = self.place, 0
        seen: list[int] = []
        for node in column:
            ends = [place[other] for other in self.right[node]]
            for end in ends:
                count += len(seen) - bisect_right(seen, end)
            for end in ends:
                insort(seen, end)
        return count


def _price(upper: list[int], lower: list[int]) -> int:
    """How many crossings more there are with one node above another than below, by their neighbours on one side."""
    if not upper or not lower:
        return 0
    if len(upper) == len(lower) == 1:
        return (upper[0] > lower[0]) - (upper[0] < lower[0])
    size = len(lower)
    return sum([bisect_left(lower, end) - size + bisect_right(lower, end) for end in upper])
