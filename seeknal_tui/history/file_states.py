"""Whether a file is the one that it was: by its stat first, and by its content where that says nothing.

A file's times are as coarse as its file system's clock. One that was written a moment ago may be written once more
within the same tick, and look the same; as git does, we trust the stat only of files that had been left alone for a
while when they were looked at. ``ctime`` is part of it: no program can set that back.
"""

from __future__ import annotations

import hashlib
import os
import stat
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass

from seeknal_tui.run.own_reads import own_read

SETTLED_S = 2.0
"""The coarsest clock of a file system in use (FAT)."""
HASHED_UP_TO = 1 << 30
"""Bytes. Of a larger file only the stat is kept, if that can be trusted, since reading it would take seconds."""
TRIES = 3

Stat = tuple[int, int, int, int, int]
"""Size, mtime and ctime in nanoseconds, inode, device."""


@dataclass(frozen=True, slots=True)
class FileState:
    """A file at one moment."""

    stat: Stat
    settled: bool
    """Whether another content would have shown in the stat."""
    digest: str
    """Of the content; empty where that was not read."""

    @property
    def is_known(self) -> bool:
        """Whether it can be told of any other state if it is the same."""
        return self.settled or bool(self.digest)


UNSTEADY = FileState((0, 0, 0, 0, 0), False, "")
"""A file that changed while it was being read: nothing is the same as that."""


def stat_of(path: str) -> Stat | None:
    """The stat of a regular file; None if there is none."""
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return None
    return _stat(found) if stat.S_ISREG(found.st_mode) else None


def _stat(found: os.stat_result) -> Stat:
    return found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino, found.st_dev


class FileStates:
    """Looks at files, and reads each content once. Thread-safe."""

    def __init__(self, *, contents: bool = True) -> None:
        """Without *contents* no file is read: it is the same if its stat is, and else not known."""
        self._contents = contents
        self._lock = threading.Lock()
        self._known: dict[str, FileState] = {}

    def learn(self, states: Iterable[tuple[str, FileState]]) -> None:
        """Take over what an earlier process knew, so that files that are the same need not be read again."""
        with self._lock:
            for path, state in states:
                if state.digest and (state.settled or not self._contents):
                    self._known.setdefault(path, state)

    def look(self, path: str) -> FileState | None:
        """The state of a file now; None if there is none that can be read."""
        found = stat_of(path)
        if found is None:
            return None
        with self._lock:
            known = self._known.get(path)
        if known is not None and known.stat == found:
            return known
        if not self._contents:
            return FileState(found, settled=False, digest="")
        state = _read(path)
        if state is not None and state.settled:
            with self._lock:
                self._known[path] = state
        return state

    def is_same(self, path: str, before: FileState) -> bool:
        """Whether the file has the content that it had."""
        found = stat_of(path)
        if found is None or not before.is_known:
            return False
        if before.settled and found == before.stat:
            return True
        if not before.digest or found[0] != before.stat[0]:
            return False
        now = self.look(path)
        return now is not None and now.digest == before.digest


def _read(path: str) -> FileState | None:
    """The state of a file, its content read; UNSTEADY if it never holds still."""
    try:
        with own_read(path), open(path, "rb", buffering=0) as file:
            for _ in range(TRIES):
                found = _stat(os.fstat(file.fileno()))
                settled = max(found[1], found[2]) + SETTLED_S * 1e9 < time.time() * 1e9
                if settled and found[0] > HASHED_UP_TO:
                    return FileState(found, settled, "")
                file.seek(0)
                digest = hashlib.file_digest(file, "sha256").hexdigest()
                if _stat(os.fstat(file.fileno())) == found:
                    return FileState(found, settled, digest)
    except (OSError, ValueError):
        return None
    return UNSTEADY


def tree_digest(path: str) -> str:
    """A digest of the stats of a file, or of all files in a folder; empty if there is nothing.

    What a task writes is looked at right behind it, and no reason to read it all once more.
    """
    digest = hashlib.sha256()
    try:
        for name, found in _walk(path, ""):
            digest.update(f"{name}\0{found}\0".encode("utf-8", "surrogateescape"))
    except (OSError, ValueError):
        return ""
    return digest.hexdigest()


def _walk(path: str, name: str) -> Iterable[tuple[str, Stat | str]]:
    found = os.stat(path)
    if not stat.S_ISDIR(found.st_mode):
        yield name, _stat(found)
        return
    yield name, "folder"
    for entry in sorted(os.listdir(path)):
        try:
            yield from _walk(os.path.join(path, entry), f"{name}/{entry}")
        except FileNotFoundError:  # a link to nowhere
            yield f"{name}/{entry}", "gone"
