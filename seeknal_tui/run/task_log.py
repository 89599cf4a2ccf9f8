"""The log of a task: all that it printed, byte for byte, and beside it when and on which stream.

``TASK.log`` has what the task printed, as it printed it, whole lines at a time, so that any editor can read it.
``TASK.log.index`` has one record of 17 bytes for each piece that was appended: where in the log it begins (unsigned
64-bit), the seconds since 1970 at which it came (double) and its stream (unsigned 8-bit, the position in
``STREAMS``), all little-endian. A piece ends where the next one begins. A record is written before its piece, so
whoever reads the log first and the index second knows of each byte where it came from.
"""

from __future__ import annotations

import os
import struct
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

STREAMS = ("stdout", "stderr", "runner")
"""What a task prints on its two streams, and what the runner has to say of it."""

_RECORD = struct.Struct("<QdB")
_RECORDS_AT_ONCE = 128
_NUMBERS = {stream: number for number, stream in enumerate(STREAMS)}


class Piece(NamedTuple):
    """A record of the index."""

    offset: int
    """The position of its first byte in the log."""
    at: float
    """Seconds since 1970."""
    stream: str


def index_path(log: Path) -> Path:
    """Where the index of that log is."""
    return log.with_name(f"{log.name}.index")


def read_index(path: Path, start: int = 0, count: int | None = None) -> list[Piece]:
    """The records of an index from number *start* on, at most *count*; none if there is no index.

    Raises OSError if it is unreadable.
    """
    try:
        with path.open("rb") as file:
            file.seek(start * _RECORD.size)
            data = file.read(-1 if count is None else count * _RECORD.size)
    except FileNotFoundError:
        return []
    return _pieces(data)


def _pieces(data: bytes) -> list[Piece]:
    whole = len(data) - len(data) % _RECORD.size  # the last record may be in the making
    records = _RECORD.iter_unpack(memoryview(data)[:whole])
    return [Piece(offset, at, STREAMS[number]) for offset, at, number in records]


class LogIndex:
    """The index of a log that is looked at again and again: the file stays open.

    One that is not there, or is unreadable, is like an empty one. For one thread.
    """

    def __init__(self, log: Path) -> None:
        self._path = index_path(log)
        self._descriptor = -1

    def close(self) -> None:
        """Close the file; a later look opens it again."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def records(self, start: int, count: int) -> list[Piece]:
        """Those of the *count* records from number *start* on that exist."""
        try:
            if self._descriptor < 0:
                self._descriptor = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
            return _pieces(os.pread(self._descriptor, count * _RECORD.size, start * _RECORD.size))
        except OSError:
            return []

    def first(self, wanted: Callable[[Piece], bool]) -> int:
        """The number of the first record that is *wanted*, where all behind it are too; how many there are if none."""
        low, high = 0, self._count()
        while low < high:
            middle = (low + high) // 2
            found = self.records(middle, 1)
            if not found or wanted(found[0]):
                high = middle
            else:
                low = middle + 1
        return low

    def of_bytes(self, begin: int, end: int) -> list[Piece]:
        """The records for the bytes from *begin* to *end* of the log."""
        start = max(0, self.first(lambda piece: piece.offset > begin) - 1)
        found: list[Piece] = []
        while True:
            more = self.records(start + len(found), _RECORDS_AT_ONCE)
            found += more
            if len(more) < _RECORDS_AT_ONCE or more[-1].offset >= end:
                return found

    def _count(self) -> int:
        self.records(0, 1)
        try:
            return 0 if self._descriptor < 0 else os.fstat(self._descriptor).st_size // _RECORD.size
        except OSError:
            return 0


class TaskLog:
    """Appends to a task's log. Nothing is buffered; no file is made before the first write.

    A log that cannot be written is given up, as the task is worth more than its log: see :meth:`take_problem`.
    To be used by one thread at a time.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._log = -1
        self._index = -1
        self._offset = 0
        self._open_line = ""
        self._given_up = False
        self._problem = ""

    def write(self, stream: str, data: bytes) -> None:
        """Append *data*. A line that another stream or attempt left unfinished gets its newline first."""
        if self._given_up or not data:
            return
        try:
            if self._log < 0:
                self._open()
            if self._open_line and self._open_line != stream:
                _write_all(self._log, b"\n")  # belongs to the piece before, which needs no other record
                self._offset += 1
            self._append(stream, data)
            self._open_line = "" if data.endswith(b"\n") else stream
        except OSError as error:
            self._given_up = True
            self._problem = (
                f"the log {self.path} is no longer being written: {error.strerror or error}; "
                "output is shown but not kept"
            )
            self.close()

    def take_problem(self) -> str:
        """Why the log is no longer written, for the user to be told; empty if it is, or if this was asked before."""
        problem, self._problem = self._problem, ""
        return problem

    def close(self) -> None:
        """Close the files; a later write opens them again. Harmless if they are not open."""
        for descriptor in (self._log, self._index):
            if descriptor >= 0:
                os.close(descriptor)
        self._log = self._index = -1

    def _open(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
        self._log = os.open(self.path, flags, 0o666)
        self._index = os.open(index_path(self.path), flags, 0o666)
        self._offset = os.fstat(self._log).st_size
        if self._offset and os.pread(self._log, 1, self._offset - 1) != b"\n":
            self._open_line = "earlier"

    def _append(self, stream: str, data: bytes) -> None:
        _write_all(self._index, _RECORD.pack(self._offset, time.time(), _NUMBERS[stream]))
        _write_all(self._log, data)
        self._offset += len(data)


def _write_all(descriptor: int, data: bytes) -> None:
    """Write all of *data*; a full disk takes what has room and raises OSError at the rest."""
    written = os.write(descriptor, data)
    while written < len(data):
        written += os.write(descriptor, memoryview(data)[written:])
