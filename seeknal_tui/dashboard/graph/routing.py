"""The fourth step of the layout: the tracks of the vertical lines between two columns.

Between two columns, the lines of a source come in by one row on the left and go out by one or more rows on the right.
A vertical line on a track of its own joins them. Lines of two sources must not share cells, so where the row by which
one comes in is a row by which another goes out, the first one's track is left of the other's. Where such wishes go in a
circle, one of the lines is led by two tracks and a free row between them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from seeknal_tui.dashboard.graph.sequence import improve_sequence

NEVER = 1_000_000
"""More than all crossings together."""


@dataclass(slots=True)
class Net:
    """The lines of one source between two columns."""

    node: int
    """Where they come from: a task or a passage."""
    entry: int
    """The row by which it comes in from the left."""
    exits: dict[int, int]
    """The rows by which it goes out to the right, in ascending order, and how many edges go by each."""


class Trunk:
    """A vertical line: one of a net's, or the only one."""

    def __init__(self, net: int, entry: int, exits: Mapping[int, int], *, is_half: bool = False) -> None:
        self.net = net
        self.entry = entry
        """The row by which it is reached from the left."""
        self.exits = exits
        """The rows by which something leaves it to the right, and how many edges do."""
        self.is_half = is_half
        """Whether it may share its track, and its entry, with the other trunk of its net."""
        self.top, self.bottom = min(entry, *exits), max(entry, *exits)
        self.edges = sum(exits.values())
        self.track = -1

    @property
    def rows(self) -> list[int]:
        """All rows at which something joins it, in ascending order."""
        return sorted({self.entry, *self.exits})

    def overlaps(self, other: Trunk) -> bool:
        """Whether the two cannot be on the same track."""
        if self.is_half and self.net == other.net:
            return False
        return self.top <= other.bottom and other.top <= self.bottom

    def passing(self, row: int) -> int:
        """How many edges go along it in that row."""
        if row > self.entry:
            return sum([edges for leaves, edges in self.exits.items() if leaves >= row])
        return sum([edges for leaves, edges in self.exits.items() if leaves <= row])


@dataclass(slots=True)
class Route:
    """How a net goes: its trunks, of which there are none (straight on), one or two."""

    trunks: list[Trunk]
    jog: int | None = None
    """The row that joins two trunks, where it is not the row by which the net comes in."""


def route(nets: Sequence[Net]) -> tuple[list[Route], int]:
    """A route for each net, and how many tracks they take. No two nets share an entry, nor an exit."""
    exit_of = {row: index for index, net in enumerate(nets) for row in net.exits}
    jogs = _break_circles(nets, exit_of)
    routes = [_trunks(index, net, jogs.get(index)) for index, net in enumerate(nets)]
    trunks = [trunk for found in routes for trunk in found.trunks]
    before = _must_be_left(nets, routes, exit_of)
    return routes, _assign_tracks(_sequence(trunks, before), before)


def _follower(nets: Sequence[Net], exit_of: Mapping[int, int], index: int) -> int | None:
    """The net whose track must be to the right of this one's entry; None if there is none."""
    other = exit_of.get(nets[index].entry)
    return None if other == index else other


def _break_circles(nets: Sequence[Net], exit_of: Mapping[int, int]) -> dict[int, int]:
    """The free row by which a net is led, for one net of each circle."""
    taken = {net.entry for net in nets} | set(exit_of)
    jogs: dict[int, int] = {}
    done: set[int] = set()
    for first in range(len(nets)):
        way: dict[int, None] = {}
        index: int | None = first
        while index is not None and index not in done and index not in way:
            way[index] = None
            index = _follower(nets, exit_of, index)
        done.update(way)
        if index is not None and index in way:
            circle = list(way)[list(way).index(index) :]
            row, chosen = min((_free_row(nets[member], taken), member) for member in circle)[0:2]
            jogs[chosen] = row[1]
            taken.add(row[1])
    return jogs


def _free_row(net: Net, taken: set[int]) -> tuple[int, int]:
    """The nearest row in which nothing comes in or goes out, after how far it is from the middle of the net's way."""
    middle = (net.entry + next(iter(net.exits))) // 2
    distance = next(
        distance
        for distance in range(len(taken) + 1)
        if middle + distance not in taken or middle - distance not in taken
    )
    row = middle + distance if middle + distance not in taken else middle - distance
    return distance, row


def _trunks(index: int, net: Net, jog: int | None) -> Route:
    if jog is not None:
        return Route([Trunk(index, net.entry, {jog: sum(net.exits.values())}), Trunk(index, jog, net.exits)], jog)
    # What goes up and what goes down each has the track that suits it best. If something goes straight on as well, the
    # two tracks are not the same, so that there is never a four-way cross.
    above = {row: edges for row, edges in net.exits.items() if row < net.entry}
    below = {row: edges for row, edges in net.exits.items() if row > net.entry}
    is_half = net.entry not in net.exits
    return Route([Trunk(index, net.entry, exits, is_half=is_half) for exits in (above, below) if exits])


def _must_be_left(nets: Sequence[Net], routes: Sequence[Route], exit_of: Mapping[int, int]) -> dict[Trunk, list[Trunk]]:
    """For each trunk, those that must be left of it."""
    before: dict[Trunk, list[Trunk]] = {trunk: [] for found in routes for trunk in found.trunks}
    for index, net in enumerate(nets):
        other = _follower(nets, exit_of, index)
        if other is not None:
            entered = [trunk for trunk in routes[index].trunks if trunk.entry == net.entry]
            for trunk in routes[other].trunks:
                if net.entry in trunk.exits:
                    before[trunk].extend(entered)
    return before


def _sequence(trunks: list[Trunk], before: Mapping[Trunk, list[Trunk]]) -> list[Trunk]:
    """The trunks from left to right, so that few lines cross."""
    number = {trunk: index for index, trunk in enumerate(trunks)}
    # What it costs more to have one left of the other than right of it.
    price = [[0] * len(trunks) for _ in trunks]
    for i, one in enumerate(trunks):
        for j in range(i + 1, len(trunks)):
            other = trunks[j]
            if one.overlaps(other):
                more = _crossings(one, other) - _crossings(other, one)
                price[i][j], price[j][i] = more, -more
    for trunk, others in before.items():
        for other in others:
            price[number[other]][number[trunk]], price[number[trunk]][number[other]] = -NEVER, NEVER
    sequence = _first_sequence(price, trunks, before)
    improve_sequence(price, sequence)
    return [trunks[index] for index in sequence]


def _first_sequence(
    price: Sequence[Sequence[int]], trunks: list[Trunk], before: Mapping[Trunk, list[Trunk]]
) -> list[int]:
    """Chosen one after the other from left to right: the one that costs least before all that are left."""
    number = {trunk: index for index, trunk in enumerate(trunks)}
    waiting = [len(before[trunk]) for trunk in trunks]
    followers: list[list[int]] = [[] for _ in trunks]
    for trunk in trunks:
        for other in before[trunk]:
            followers[number[other]].append(number[trunk])
    cost = [sum(prices) for prices in price]
    free = {index for index, count in enumerate(waiting) if count == 0}
    sequence = []
    while free:
        index = min(free, key=lambda candidate: (cost[candidate], trunks[candidate].top, candidate))
        free.remove(index)
        sequence.append(index)
        cost = [before_all + more for before_all, more in zip(cost, price[index], strict=True)]
        for follower in followers[index]:
            waiting[follower] -= 1
            if waiting[follower] == 0:
                free.add(follower)
    return sequence


def _crossings(left: Trunk, right: Trunk) -> int:
    """How many pairs of edges of two trunks cross if *left* is left of *right*."""
    count = 0
    if left.top <= right.entry <= left.bottom:
        count += right.edges * left.passing(right.entry)
    for row, edges in left.exits.items():
        if right.top <= row <= right.bottom:
            count += edges * right.passing(row)
    return count


def _assign_tracks(sequence: list[Trunk], before: Mapping[Trunk, list[Trunk]]) -> int:
    """Give each trunk the leftmost track that keeps the sequence where it matters; returns how many there are."""
    tracks = 0
    for index, trunk in enumerate(sequence):
        track = max((other.track + 1 for other in before[trunk]), default=0)
        for other in sequence[:index]:
            if other.track >= track and trunk.overlaps(other):
                track = other.track + 1
        trunk.track = track
        tracks = max(tracks, track + 1)
    _join_halves(sequence)
    return tracks


def _join_halves(sequence: list[Trunk]) -> None:
    """Where a net goes up and down on two tracks, move the left one to the right one if nothing stands between."""
    halves: dict[int, Trunk] = {}
    for trunk in sequence:
        other = halves.setdefault(trunk.net, trunk)
        if trunk.is_half and trunk is not other:
            left, right = sorted((trunk, other), key=lambda half: half.track)
            if not any(left.track < between.track <= right.track and left.overlaps(between) for between in sequence):
                left.track = right.track
