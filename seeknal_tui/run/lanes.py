"""Lanes: which of the parallel lines of a timeline a running task is drawn in."""

from __future__ import annotations

from heapq import heappop, heappush


class Lanes:
    """Hands out the lowest free lane, from 0."""

    def __init__(self) -> None:
        self._free: list[int] = []
        self._made = 0

    def take(self) -> int:
        """The lowest lane that is free."""
        if self._free:
            return heappop(self._free)
        self._made += 1
        return self._made - 1

    def give_back(self, lane: int) -> None:
        """Its task has ended."""
        heappush(self._free, lane)
