"""The first step of the layout: which column each task stands in, and where lines pass through columns.

Columns are the ranks by longest path, tightened: a task moves right as far as that makes lines shorter. A line that
reaches beyond the next column passes through those between. There is one such passage per column and *source*, so the
lines of one source share a trunk for as long as they can (Sugiyama's dummy nodes, bundled).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, sqrt

Graph = Sequence[Sequence[int]]
"""For each task, the numbers of its neighbours on one side."""


@dataclass(slots=True)
class Layers:
    """A graph whose lines only ever go from one column to the next.

    A *node* is a task (below ``tasks``) or a passage.
    """

    tasks: int
    rank: list[int]
    """The column of each node."""
    source: list[int]
    """The task whose lines go out from the node: itself, or the one whose lines pass."""
    load: list[int]
    """How many edges come to the node together from the left by a line: one to a task by each of its lines."""
    left: list[list[int]]
    right: list[list[int]]
    components: list[list[list[int]]]
    """The nodes of each column of each connected part; the parts that are one task are not among them."""
    isolated: list[int]
    """The tasks without any line."""

    @property
    def column_count(self) -> int:
        """How many columns there are."""
        return max(self.rank, default=-1) + 1


def downstream_of(upstream: Graph) -> list[list[int]]:
    """The same edges, seen from their other end."""
    downstream: list[list[int]] = [[] for _ in upstream]
    for task, sources in enumerate(upstream):
        for source in sources:
            downstream[source].append(task)
    return downstream


def longest_path_ranks(upstream: Graph) -> list[int]:
    """The number of edges on the longest way to each task. The graph must have no cycle."""
    downstream = downstream_of(upstream)
    waiting = [len(sources) for sources in upstream]
    rank = [0] * len(waiting)
    order = [task for task, count in enumerate(waiting) if count == 0]
    for task in order:
        for follower in downstream[task]:
            rank[follower] = max(rank[follower], rank[task] + 1)
            waiting[follower] -= 1
            if waiting[follower] == 0:
                order.append(follower)
    return rank


def _tighten(rank: list[int], upstream: Graph, downstream: Graph) -> None:
    """Move tasks right, next to what waits for them, where that makes no other line longer."""
    for task in sorted(range(len(rank)), key=lambda task: -rank[task]):
        if downstream[task] and len(upstream[task]) <= 1:
            limit = min(rank[follower] for follower in downstream[task]) - 1
            for source in upstream[task]:
                limit = min(limit, max((rank[other] for other in downstream[source] if other != task), default=0))
            rank[task] = max(rank[task], limit)


def connected_parts(upstream: Graph, downstream: Graph) -> list[list[int]]:
    """The tasks of each connected part in ascending order; parts by their first task."""
    seen = [False] * len(upstream)
    parts = []
    for first in range(len(upstream)):
        if seen[first]:
            continue
        seen[first] = True
        part = [first]
        for task in part:
            for other in (*upstream[task], *downstream[task]):
                if not seen[other]:
                    seen[other] = True
                    part.append(other)
        parts.append(sorted(part))
    return parts


def make_layers(upstream: Graph) -> Layers:
    """Columns and passages for the edges *upstream* (no cycles, no edge twice)."""
    downstream = downstream_of(upstream)
    rank = longest_path_ranks(upstream)
    _tighten(rank, upstream, downstream)
    parts = connected_parts(upstream, downstream)
    isolated = [part[0] for part in parts if len(part) == 1]
    size = len(rank)
    layers = Layers(size, rank, list(range(size)), [1] * size, [[] for _ in rank], [[] for _ in rank], [], isolated)
    for part in parts:
        if len(part) > 1:
            layers.components.append(_connect(layers, part, downstream))
    columns = max(layers.column_count if layers.components else 0, ceil(sqrt(len(isolated))))
    for place, task in enumerate(isolated):
        rank[task] = place % columns
    return layers


def _connect(layers: Layers, part: list[int], downstream: Graph) -> list[list[int]]:
    """Add the lines and passages of one connected part; its nodes by column."""
    rank = layers.rank
    columns: list[list[int]] = [[] for _ in range(max(rank[task] for task in part) + 1)]
    for task in part:
        columns[rank[task]].append(task)
    for task in part:
        reached = {rank[task]: task}
        for follower in sorted(downstream[task], key=rank.__getitem__):
            for column in range(rank[task] + 1, rank[follower]):
                if column in reached:
                    layers.load[reached[column]] += 1
                else:
                    passage = len(rank)
                    rank.append(column)
                    layers.source.append(task)
                    layers.load.append(1)
                    layers.left.append([])
                    layers.right.append([])
                    columns[column].append(passage)
                    reached[column] = passage
                    _join(layers, reached[column - 1], passage)
            _join(layers, reached[rank[follower] - 1], follower)
    return columns


def _join(layers: Layers, left: int, right: int) -> None:
    layers.right[left].append(right)
    layers.left[right].append(left)
