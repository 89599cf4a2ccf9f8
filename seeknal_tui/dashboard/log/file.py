"""A log on disk as numbered lines, however long it is, and while it grows. Knows no widget.

The file is the truth, and little of it is held: how many newlines there are before each block of 64 KiB (0.01 % of the
file). A line is found by looking that up and reading its block. What is new in the file is counted in slices of bounded
time, so that a log of a gigabyte opens at once and becomes complete while it is looked at.
"""

from __future__ import annotations

import os
import time
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple, Protocol

from seeknal_tui.dashboard.log.colours import Stretch, shown
from seeknal_tui.run.task_log import LogIndex, Piece

BLOCK = 1 << 16
WIDEST_WHOLE = 1 << 16
"""A line of more bytes is decoded only where it is looked at."""


class Line(NamedTuple):
    """A line of the log, or what is seen of it."""

    text: str
    size: int
    """Bytes of the whole line, without its newline."""
    stream: str
    skipped: int
    """Cells (about) of an over-long line that were left out before ``text``."""
    at: float | None = None
    """Seconds since 1970 at which it came, if that is known."""
    looks: tuple[Stretch, ...] = ()
    """Which characters of ``text`` the task coloured."""
    task: str = ""
    """Who printed it, where the logs of several tasks are shown."""


class Range(NamedTuple):
    """A stretch of a file; meant are the lines that begin in it."""

    path: Path
    begin: int
    end: int
    """The offset behind its last byte."""
    line: int
    """The number that its first line has where it is shown."""


class LogSource(Protocol):
    """Lines to be shown: of the log of one task, or of several in one."""

    @property
    def size(self) -> int:
        """Bytes counted so far."""

    @property
    def line_count(self) -> int:
        """Lines counted so far."""

    @property
    def complete(self) -> bool:
        """Whether all that was there at the last look is counted."""

    def catch_up(self, seconds: float) -> bool:
        """Count what is new, for at most about so long; whether anything was."""

    def lines(self, first: int, count: int, *, skip: int = 0, width: int = WIDEST_WHOLE) -> list[Line]:
        """Those of the *count* lines from number *first* that exist; of over-long ones a window of *width* cells."""

    def lines_until(self, at: float) -> int:
        """How many of the lines counted so far had come by then (seconds since 1970)."""

    def ranges(self, line: int) -> tuple[list[Range], int]:
        """Where the lines from that number on are (a few before it may be with them), as far as can be told at once.

        And how many lines, from the first on, there are up to their end.
        """

    def close(self) -> None:
        """Let go of the files; a later look opens them again."""


class Separator(NamedTuple):
    """The beginning of an attempt: stands before the line of that number."""

    line: int
    attempt: int


class LogFile:
    """The log of one task. Every method that reads treats a file that is not there as empty. For one thread."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = 0
        """Bytes counted so far."""
        self.line_count = 0
        """Lines counted so far, with the one that has no newline yet."""
        self.complete = True
        """Whether all that was in the file at the last look is counted."""
        self._before = array("Q", [0])
        """For each block, the newlines in all blocks before it."""
        self._newlines = 0
        self._ends_line = True
        self.index = LogIndex(path)
        self._descriptor = -1
        self._cached: tuple[tuple[int, int], bytes] = ((-1, -1), b"")
        """The block read last, and at which size of the file."""

    def close(self) -> None:
        """Close the file; a later look opens it again."""
        self.index.close()
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def catch_up(self, seconds: float) -> bool:
        """Count what is new, for at most about so long; whether anything was."""
        deadline = time.monotonic() + seconds
        before = self.size
        try:
            if self._descriptor < 0:
                self._descriptor = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)
            end = os.fstat(self._descriptor).st_size
            while self.size < end and time.monotonic() < deadline:
                self._count(os.pread(self._descriptor, BLOCK - self.size % BLOCK, self.size))
        except OSError:
            return False
        self.complete = self.size >= end
        return self.size != before

    def _count(self, data: bytes) -> None:
        self.size += len(data)
        self._newlines += data.count(b"\n")
        if data:
            self._ends_line = data.endswith(b"\n")
        if self.size % BLOCK == 0:
            self._before.append(self._newlines)
        self.line_count = self._newlines + (not self._ends_line)

    # Finding

    def lines(self, first: int, count: int, *, skip: int = 0, width: int = WIDEST_WHOLE) -> list[Line]:
        """Those of the *count* lines from number *first* (from 0) that exist.

        Of an over-long line only *width* characters after the first *skip* are read.
        """
        bounds = self._bounds(first, count)
        if not bounds:
            return []
        pieces = self.index.of_bytes(bounds[0][0], bounds[-1][1])
        starts = [piece.offset for piece in pieces]
        found = []
        for begin, end in bounds:
            at = bisect_right(starts, begin) - 1
            size = end - begin
            skipped = 0 if size <= WIDEST_WHOLE else min(skip, size)
            data = self._read(begin + skipped, size if size <= WIDEST_WHOLE else min(4 * width, size - skipped))
            found.append(as_line(data, size, skipped, pieces[at] if at >= 0 else None))
        return found

    def lines_until(self, at: float) -> int:
        """How many of the lines counted so far had come by then (seconds since 1970)."""
        return _line_of_first(self, partial(_is_after, at))

    def ranges(self, line: int) -> tuple[list[Range], int]:
        """Where the lines from that number on are."""
        begin = 0 if line == 0 else self._newline(line) + 1
        return ([Range(self.path, begin, self.size, line)] if begin < self.size else []), self.line_count

    def line_at(self, offset: int) -> int:
        """The number of the line in which the byte at that offset is."""
        offset = min(offset, self.size)
        block = offset // BLOCK
        start = block * BLOCK
        return self._before[block] + self._read(start, offset - start).count(b"\n")

    def _bounds(self, first: int, count: int) -> list[tuple[int, int]]:
        """First byte of each line, and the byte behind its last (its newline)."""
        count = min(count, self.line_count - first)
        if count <= 0:
            return []
        begin = 0 if first == 0 else self._newline(first) + 1
        found = []
        for number in range(first + 1, first + count + 1):
            end = self._next_newline(begin, number)
            found.append((begin, end))
            begin = end + 1
        return found

    def _newline(self, number: int) -> int:
        """Where newline *number* (from 1) is; the end of the file if there are fewer."""
        if number > self._newlines:
            return self.size
        block = bisect_left(self._before, number) - 1
        data = self._read(block * BLOCK, BLOCK)
        position = -1
        for _ in range(number - self._before[block]):
            position = data.index(b"\n", position + 1)
        return block * BLOCK + position

    def _next_newline(self, begin: int, number: int) -> int:
        """The same where it is known to be the first at or behind *begin*."""
        if number > self._newlines:
            return self.size
        block = begin // BLOCK
        position = self._block(block).find(b"\n", begin - block * BLOCK)
        return self._newline(number) if position < 0 else block * BLOCK + position

    def _block(self, block: int) -> bytes:
        if self._cached[0] != (block, self.size):
            self._cached = ((block, self.size), self._read(block * BLOCK, BLOCK))
        return self._cached[1]

    def _read(self, offset: int, size: int) -> bytes:
        size = min(size, self.size - offset)
        if size <= 0 or self._descriptor < 0:
            return b""
        try:
            return os.pread(self._descriptor, size, offset)
        except OSError:
            return b""


def separators(log: LogFile, attempts: Sequence[tuple[int, float]]) -> list[Separator]:
    """Where attempts begin in a log; *attempts* are number and start (seconds since 1970) of all but the first."""
    return [Separator(_line_of_first(log, partial(_is_from, started_at)), number) for number, started_at in attempts]


def _line_of_first(log: LogFile, wanted: Callable[[Piece], bool]) -> int:
    """The number of the line where the first piece begins that is *wanted*; how many lines there are if none is."""
    pieces = log.index.records(log.index.first(wanted), 1)
    return log.line_at(pieces[0].offset) if pieces and pieces[0].offset < log.size else log.line_count


def _is_from(at: float, piece: Piece) -> bool:
    return piece.at >= at


def _is_after(at: float, piece: Piece) -> bool:
    return piece.at > at


def as_line(data: bytes, size: int, skipped: int, piece: Piece | None, task: str = "") -> Line:
    """The line of *size* bytes of which *data* is there, after the first *skipped*; *piece* tells whence it came."""
    if skipped:
        data = _whole_characters(data)
    text, looks = shown(data.removesuffix(b"\r").decode("utf-8", "replace"))
    stream, at = ("stdout", None) if piece is None else (piece.stream, piece.at)
    return Line(text, size, stream, skipped, at, looks, task)


def _whole_characters(data: bytes) -> bytes:
    """*data* without the continuation bytes of a character whose beginning was cut off."""
    start = 0
    while start < min(3, len(data)) and data[start] & 0xC0 == 0x80:
        start += 1
    return data[start:]
