"""Which running task writes where. Two tasks that write the same path, or one inside the other, never run together."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import PurePath


class OutputLocks:
    """Paths taken by running tasks. Not thread-safe."""

    def __init__(self, outputs: Sequence[tuple[str, ...]]) -> None:
        declared: dict[str, int] = {}
        for paths in outputs:
            for path in paths:
                declared[path] = declared.get(path, 0) + 1
        folders: dict[str, list[str]] = {}
        above = {}
        for path in declared:
            folder = os.path.dirname(path)
            if folder not in folders:
                around = PurePath(folder)
                folders[folder] = [str(p) for p in (around, *around.parents) if str(p) in declared]
            above[path] = folders[folder]
        has_below = {parent for parents in above.values() for parent in parents}
        contested = {path for path, count in declared.items() if count > 1 or above[path] or path in has_below}
        self._paths = [[path for path in paths if path in contested] for paths in outputs]
        self._above = above
        self._taken: dict[str, int] = {}
        self._taken_below: dict[str, dict[int, None]] = {path: {} for path in has_below}

    def contested(self, number: int) -> bool:
        """Whether any other task writes where this one does."""
        return bool(self._paths[number])

    def holder(self, number: int) -> tuple[int, str] | None:
        """A running task that writes where this one would, and the path; None if the way is free."""
        for path in self._paths[number]:
            for shared in (path, *self._above[path]):
                if shared in self._taken:
                    return self._taken[shared], shared
            for rival in self._taken_below.get(path, ()):
                return rival, path
        return None

    def take(self, number: int) -> None:
        """The task starts."""
        for path in self._paths[number]:
            self._taken[path] = number
            for parent in self._above[path]:
                self._taken_below[parent][number] = None

    def release(self, number: int) -> None:
        """The task has ended."""
        for path in self._paths[number]:
            self._taken.pop(path, None)
            for parent in self._above[path]:
                self._taken_below[parent].pop(number, None)
