"""Which part of the screen is brought up to date when: the one in front with every frame, the others in turn.

The eye rests on one pane. To paint all of them with each frame took half of a processor, and to paint them all now and
then made a key that came just then wait for it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

Show = Callable[[set[int]], None]
"""Brings a part of the screen up to date; it is told the tasks that were touched since it last was."""

BESIDE_EVERY = 2
"""With every so many frames one of the parts beside the one in front is shown: each of four about four times a second.
One with each frame took 60 % of a core while a log grew in front, this takes 49 %."""


class Turns:
    """The parts of a screen. A part is shown only if what it shows has become another thing."""

    def __init__(self, parts: Sequence[Show]) -> None:
        self._parts = parts
        self._touched: list[set[int]] = [set() for _ in parts]
        self._shown: list[object] = [None] * len(parts)
        self._next = 0
        self._frames = 0

    def touch(self, numbers: set[int]) -> None:
        """Something has happened to these tasks."""
        for touched in self._touched:
            touched.update(numbers)

    def show_all(self, moment: object) -> None:
        """Every part shows that moment."""
        for place in range(len(self._parts)):
            self._show(place, moment)

    def show_front(self, front: Collection[int], moment: object, *, beside_every: int = BESIDE_EVERY) -> None:
        """The parts in front show that moment, and with every so many frames one of the others, whose turn it is."""
        for place in front:
            self._show(place, moment)
        self._frames += 1
        if front and self._frames % beside_every:
            return
        for _ in self._parts:
            self._next = (self._next + 1) % len(self._parts)
            if self._next not in front:
                self._show(self._next, moment)
                return

    def show_again(self) -> None:
        """The same moment looks different now."""
        self._shown = [None] * len(self._parts)

    def _show(self, place: int, moment: object) -> None:
        if self._shown[place] != moment:
            self._shown[place] = moment
            touched, self._touched[place] = self._touched[place], set()
            self._parts[place](touched)
