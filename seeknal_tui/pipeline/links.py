"""Where paths lead to: two that are spelt differently may be one file, by a symbolic link."""

from __future__ import annotations

import os
import re
from functools import cache
from glob import iglob
from itertools import islice

GLOB = re.compile(r"[*?\[]")
SIGNS = re.compile(r"(\*\*/|\*+|\?|\[[^\]]+\])")
"""What stands for other characters in a pattern."""
MOST_MATCHES = 1000
"""Of a pattern, of which it is asked whether they are links."""


class RealPaths:
    """The real paths of files; each folder is asked for once."""

    def __init__(self) -> None:
        self._folders: dict[str, str] = {}

    def of(self, path: str) -> str:
        """The file that the path leads to, whether it is there or not; of a pattern, with the folders' real names."""
        folder, name = os.path.split(path)
        real = self._folders.get(folder)
        if real is None:
            real = self._folders[folder] = os.path.realpath(folder)
        joined = os.path.join(real, name)
        return os.path.realpath(joined) if os.path.islink(joined) else joined

    def linked(self, pattern: str) -> set[str]:
        """The files that links lead to whose names a pattern matches; nothing of one that goes through all folders."""
        if "**" in pattern:
            return set()
        return {os.path.realpath(path) for path in islice(iglob(pattern), MOST_MATCHES) if os.path.islink(path)}


def is_pattern(path: str) -> bool:
    """Whether the path may stand for several files."""
    return GLOB.search(path) is not None


def matches(path: str, pattern: str) -> bool:
    """Whether a path is one of those that a pattern stands for, as DuckDB reads it: only ``**`` goes into folders."""
    return _regular(pattern).fullmatch(path) is not None


@cache
def _regular(pattern: str) -> re.Pattern[str]:
    return re.compile("".join(_sign(part) for part in SIGNS.split(pattern)), re.DOTALL)


def _sign(part: str) -> str:
    if part == "**/":
        return "(?:.*/)?"
    if part.startswith("*"):
        return "[^/]*" if part == "*" else ".*"
    if part == "?":
        return "[^/]"
    if SIGNS.fullmatch(part):
        inside = part[1:-1].replace("\\", "\\\\").replace("[", "\\[")
        return f"[^/{inside[1:]}]" if inside.startswith("!") else f"[{inside}]"
    return re.escape(part)
