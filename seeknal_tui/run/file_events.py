"""Which files below some folders are opened and written, by whomever: the system tells it as it happens (inotify).

It costs the one who opens a file nothing that can be measured, and misses nothing, however short. It does not tell who
it was: see :mod:`seeknal_tui.run.file_use`. Only Linux has it.
"""

from __future__ import annotations

import ctypes
import os
import struct
import sys
from collections.abc import Iterable
from typing import NamedTuple

IN_CLOSE_WRITE, IN_CLOSE_NOWRITE, IN_OPEN, IN_MOVED_TO, IN_CREATE = 0x8, 0x10, 0x20, 0x80, 0x100
IN_Q_OVERFLOW, IN_ONLYDIR, IN_ISDIR = 0x4000, 0x0100_0000, 0x4000_0000
WATCHED = IN_CLOSE_WRITE | IN_CLOSE_NOWRITE | IN_OPEN | IN_MOVED_TO | IN_CREATE | IN_ONLYDIR
HEADER = struct.Struct("iIII")
"""Watch, what happened, a cookie, the length of the name that follows."""
READ_BYTES = 1 << 16
MOST_FOLDERS = 512
MOST_ENTRIES = 20_000
"""Of the folders together: a pipeline that lies among a million files is not worth going through them all."""
SKIPPED = frozenset({"__pycache__", "node_modules", "site-packages"})


class Happened(NamedTuple):
    """What was done with files, by whomever."""

    opened: set[str]
    read: set[str]
    """Opened for reading only, and closed again."""
    written: set[str]


class FileEvents:
    """The files opened and written in some folders and all below them. Not thread-safe, but for :attr:`descriptor`."""

    def __init__(self, folders: Iterable[str], flat: Iterable[str] = ()) -> None:
        """Of those in *flat* nothing below. Raises OSError where the system does not tell."""
        if sys.platform != "linux":
            raise OSError("this system does not tell who opens files")
        self._libc = ctypes.CDLL(None, use_errno=True)
        self.descriptor: int = self._libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        """Becomes readable when something has happened."""
        if self.descriptor < 0:
            raise OSError(ctypes.get_errno(), "inotify_init1")
        self._folders: dict[int, str] = {}
        self._entries = 0
        self.complete = True
        """Whether nothing was missed so far."""
        self._flat = frozenset(flat)
        for folder in (*folders, *self._flat):
            self._watch(folder)

    def _watch(self, folder: str) -> None:
        """Watch a folder and those below it, as far as there may be so many."""
        todo = [folder]
        for path in todo:
            if len(self._folders) >= MOST_FOLDERS or self._entries >= MOST_ENTRIES:
                self.complete = False
                return
            watch = self._libc.inotify_add_watch(self.descriptor, os.fsencode(path), WATCHED)
            if watch < 0:
                self.complete = self.complete and not os.path.isdir(path)
                continue
            self._folders[watch] = path
            if path not in self._flat:
                todo += self._below(path)

    def _below(self, folder: str) -> list[str]:
        found = []
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    self._entries += 1
                    if entry.is_dir(follow_symlinks=False) and not _is_skipped(entry.path, entry.name):
                        found.append(entry.path)
        except OSError:  # it may not be read, or has gone
            pass
        return found

    def take(self) -> Happened:
        """What has happened since the last call."""
        happened = Happened(set(), set(), set())
        while data := self._read():
            place = 0
            while place < len(data):
                watch, what, _, length = HEADER.unpack_from(data, place)
                place += HEADER.size
                name = os.fsdecode(data[place : place + length].rstrip(b"\0"))
                place += length
                self._note(watch, what, name, happened)
        return happened

    def _note(self, watch: int, what: int, name: str, happened: Happened) -> None:
        if what & IN_Q_OVERFLOW:
            self.complete = False
        folder = self._folders.get(watch)
        if folder is None or not name:
            return
        path = f"{folder}/{name}"
        if what & IN_ISDIR:
            if what & (IN_CREATE | IN_MOVED_TO) and folder not in self._flat and not _is_skipped(path, name):
                self._watch(path)
                # What was written into it before it was watched is there now.
                happened.written.update(_files_in(path))
        elif what & IN_OPEN:
            happened.opened.add(path)
        elif what & IN_CLOSE_NOWRITE:
            happened.read.add(path)
        elif what & (IN_CLOSE_WRITE | IN_MOVED_TO):
            happened.written.add(path)

    def _read(self) -> bytes:
        try:
            return os.read(self.descriptor, READ_BYTES)
        except BlockingIOError:
            return b""

    def close(self) -> None:
        """Watch no more."""
        os.close(self.descriptor)


def _is_skipped(path: str, name: str) -> bool:
    """Whether a folder holds no data: hidden ones (ours among them), and those of programs."""
    return name.startswith(".") or name in SKIPPED or os.path.exists(f"{path}/pyvenv.cfg")


def _files_in(folder: str) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            return [entry.path for entry in entries if entry.is_file(follow_symlinks=False)]
    except OSError:
        return []
