"""Which part of the screen is brought up to date when: the one in front with every frame, the others in turn.

The eye rests on one pane. To paint all of them with each frame took half of a processor, and to paint them all now and
then made a key that came just then wait for it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Mapping

Show = Callable[[set[int]], None]
"""Brings a part of the screen up to date; it is told the tasks that were touched since it last was."""

BESIDE_EVERY = 2
"""With every so many frames one of the parts beside the one in front is shown: each of four about four times a second.
One with each frame took 60 % of a core while a log grew in front, this takes 49 %."""


class Turns:
    """The parts of a screen, by their names. A part is shown only if what it shows has become another thing."""

    def __init__(self, parts: Mapping[str, Show]) -> None:
        self._parts = parts
        self._touched: dict[str, set[int]] = {name: set() for name in parts}
        self._shown: dict[str, object] = {}
        self._waiting = deque(parts)
        """The part whose turn it is comes first."""
        self._frames = 0

    def touch(self, numbers: set[int]) -> None:
        """Something has happened to these tasks."""
        for touched in self._touched.values():
            touched.update(numbers)

    def show_all(self, moment: object) -> None:
        """Every part shows that moment."""
        for name in self._parts:
            self._show(name, moment)

    def show_front(self, front: Collection[str], moment: object, *, beside_every: int = BESIDE_EVERY) -> None:
        """The parts in front show that moment, and with every so many frames one of the others, whose turn it is."""
        for name in front:
            self._show(name, moment)
        self._frames += 1
        if front and self._frames % beside_every:
            return
        beside = next((name for name in self._waiting if name not in front), None)
        if beside is not None:
            self._waiting.remove(beside)
            self._waiting.append(beside)
            self._show(beside, moment)

    def show_again(self) -> None:
        """The same moment looks different now."""
        self._shown.clear()

    def _show(self, name: str, moment: object) -> None:
        if name not in self._shown or self._shown[name] != moment:
            self._shown[name] = moment
            touched, self._touched[name] = self._touched[name], set()
            self._parts[name](touched)
