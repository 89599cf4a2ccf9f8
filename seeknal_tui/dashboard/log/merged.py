"""The logs of several tasks as one, by the time at which each line came, however long they are and while they grow.

Little is held: for each block of up to ``BLOCK_PARTS`` pieces, which bytes of which logs are in it. A block is put in
order again, from the indexes of its logs, when it is looked at. Blocks follow each other in time: what is new is taken
in only when it is older than ``SETTLE_S``, so that nothing comes later that belongs before it.
"""

from __future__ import annotations

import heapq
import os
import time
from bisect import bisect_right
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple

from seeknal_tui.dashboard.log.file import WIDEST_WHOLE, Line, Range, as_line
from seeknal_tui.run.task_log import Piece, index_path, read_index

BLOCK_PARTS = 2048
BLOCK_BYTES = 1 << 19
SETTLE_S = 0.25
WRONG_CLOCK_S = 60.0
"""What comes from further in the future is not waited for: the clock was set back."""
RECORDS_AT_ONCE = 64
MOST_OPEN = 64
NEAR = 4096
"""Bytes read at first for a line; most are shorter."""


class Part(NamedTuple):
    """Bytes of a log that one record of its index tells of. In order of time."""

    at: float
    log: int
    begin: int
    end: int
    stream: str


class Span(NamedTuple):
    """The bytes of a log that are in a block."""

    record: int
    """The record of the log's index that tells of the first of them."""
    begin: int
    end: int


@dataclass(slots=True)
class Block:
    """Parts, the number of the line that begins first in each (from 0 for the block), and whence they are."""

    parts: list[Part] = field(default_factory=list)
    firsts: list[int] = field(default_factory=list)
    spans: dict[int, Span] = field(default_factory=dict)
    line_count: int = 0
    size: int = 0

    def append(self, part: Part, record: int, lines: int) -> None:
        """One more part, in which so many lines begin."""
        self.parts.append(part)
        self.firsts.append(self.line_count)
        known = self.spans.get(part.log, Span(record, part.begin, part.begin))
        self.spans[part.log] = known._replace(end=part.end)
        self.line_count += lines
        self.size += part.end - part.begin


@dataclass(slots=True)
class _Log:
    name: str
    path: Path
    taken: int = 0
    """How many of its bytes are in blocks."""
    size: int = 0
    """How many there were at the last look."""
    record: int = 0
    """The number of the first record in ``ahead``, which tells of the byte at ``taken``, or of one before it."""
    ahead: deque[Piece] = field(default_factory=deque)


class MergedLog:
    """The logs that were added, as one. For one thread."""

    def __init__(self) -> None:
        self.size = 0
        self.complete = True
        self._logs: list[_Log] = []
        self._known: set[Path] = set()
        self._descriptors: dict[int, int] = {}
        self._spans: list[tuple[tuple[int, Span], ...]] = []
        """What is in each block but the last."""
        self._begins: list[float] = []
        """When the first part of each block came."""
        self._first_lines = [0]
        """The number of the first line of each block."""
        self._open = Block()
        self._cached: tuple[int, Block] = (-1, self._open)
        self._next: list[tuple[float, int]] = []
        """The logs that have more, by when it came: a heap."""
        self._round: Iterator[int] = iter(())
        """The logs that are still to be looked at before what is new in them can be put in order."""
        self._round_of = 0
        self._settled = 0.0
        """What is older than this (seconds since 1970) can be put in order."""

    @property
    def line_count(self) -> int:
        """Lines taken in so far."""
        return self._first_lines[-1] + self._open.line_count

    def add(self, name: str, path: Path) -> None:
        """Show that log too; harmless if it is there already."""
        if path not in self._known:
            self._known.add(path)
            self._logs.append(_Log(name, path))
            self.complete = False

    def close(self) -> None:
        """Close the files; a later look opens them again."""
        for descriptor in self._descriptors.values():
            os.close(descriptor)
        self._descriptors.clear()

    # Taking in what is new

    def catch_up(self, seconds: float) -> bool:
        """Take in what is new, for at most about so long; whether anything was."""
        deadline = time.monotonic() + seconds
        before = self.size
        while time.monotonic() < deadline:
            number = next(self._round, None)
            if number is not None:
                self._look_at(number)
            elif self._next and not 0 < self._next[0][0] - self._settled < WRONG_CLOCK_S:
                self._take()
            else:
                self.complete = self._round_of == len(self._logs) and all(log.taken == log.size for log in self._logs)
                self._begin_round()
                break
        return self.size != before

    def _begin_round(self) -> None:
        self._settled = time.time() - SETTLE_S
        self._next.clear()
        self._round_of = len(self._logs)
        self._round = iter(range(self._round_of))

    def _look_at(self, number: int) -> None:
        log = self._logs[number]
        try:
            log.size = max(log.taken, log.path.stat().st_size)
        except OSError:
            log.size = log.taken
        self._offer(number)

    def _offer(self, number: int) -> None:
        """Put a log among those that have more, if it has."""
        log = self._logs[number]
        if log.taken < log.size and (part := self._next_part(number)) is not None:
            heapq.heappush(self._next, (part.at, number))

    def _next_part(self, number: int) -> Part | None:
        log = self._logs[number]
        while True:
            if len(log.ahead) < 2:
                log.ahead = deque(_records(log.path, log.record, RECORDS_AT_ONCE))
            if not log.ahead:
                return None
            end = min(log.ahead[1].offset if len(log.ahead) > 1 else log.size, log.size)
            if log.taken < end:
                piece = log.ahead[0]
                return Part(piece.at, number, log.taken, end, piece.stream)
            if len(log.ahead) < 2:
                return None
            log.ahead.popleft()
            log.record += 1

    def _take(self) -> None:
        """Take in what came first of all that is new."""
        _, number = heapq.heappop(self._next)
        part = self._next_part(number)
        assert part is not None
        if len(self._open.parts) >= BLOCK_PARTS or self._open.size >= BLOCK_BYTES:
            self._first_lines.append(self.line_count)
            self._spans.append(tuple(self._open.spans.items()))
            self._open = Block()
        if not self._open.parts:
            self._begins.append(part.at)
        log = self._logs[number]
        self._open.append(part, log.record, self._count(part))
        log.taken = part.end
        self.size += part.end - part.begin
        self._offer(number)

    def _count(self, part: Part) -> int:
        """How many lines begin in a part: behind newlines up to before its last byte, and at the file's beginning."""
        begin = max(0, part.begin - 1)
        return self._read(part.log, begin, part.end - 1 - begin).count(b"\n") + (part.begin == 0)

    # Finding

    def _block(self, number: int) -> Block:
        if number == len(self._spans):
            return self._open
        if self._cached[0] != number:
            self._cached = (number, self._rebuilt(self._spans[number]))
        return self._cached[1]

    def _rebuilt(self, spans: tuple[tuple[int, Span], ...]) -> Block:
        parts = [
            (part, record) for number, span in spans for part, record in _parts(number, span, self._logs[number].path)
        ]
        block = Block()
        for part, record in sorted(parts):
            block.append(part, record, self._count(part))
        return block

    def lines(self, first: int, count: int, *, skip: int = 0, width: int = WIDEST_WHOLE) -> list[Line]:
        """Those of the *count* lines from number *first* that exist; of over-long ones a window of *width* cells."""
        found = []
        for line in range(first, min(first + count, self.line_count)):
            number = bisect_right(self._first_lines, line) - 1
            block = self._block(number)
            wanted = line - self._first_lines[number]
            at = bisect_right(block.firsts, wanted) - 1
            found.append(self._line(block.parts[at], wanted - block.firsts[at], skip, width))
        return found

    def _line(self, part: Part, number: int, skip: int, width: int) -> Line:
        """The line that begins in a part as number *number* of those that do."""
        before = max(0, part.begin - 1)
        data = self._read(part.log, before, part.end - before)
        position = -1 if part.begin == 0 else data.find(b"\n")
        for _ in range(number):
            position = data.find(b"\n", position + 1)
        begin = before + position + 1
        size = self._size_of_line(part.log, begin)
        skipped = 0 if size <= WIDEST_WHOLE else min(skip, size)
        data = self._read(part.log, begin + skipped, min(size - skipped, WIDEST_WHOLE if not skipped else 4 * width))
        return as_line(data, size, skipped, Piece(part.begin, part.at, part.stream), self._logs[part.log].name)

    def _size_of_line(self, number: int, begin: int) -> int:
        size = self._logs[number].size
        at, step = begin, NEAR
        while at < size:
            data = self._read(number, at, min(step, size - at))
            if (end := data.find(b"\n")) >= 0:
                return at + end - begin
            if not data:
                break
            at, step = at + len(data), WIDEST_WHOLE
        return at - begin

    def lines_until(self, at: float) -> int:
        """How many of the lines taken in so far had come by then (seconds since 1970)."""
        number = bisect_right(self._begins, at) - 1
        if number < 0:
            return 0
        block = self._block(number)
        place = bisect_right(block.parts, at, key=attrgetter("at"))
        return self._first_lines[number] + (block.firsts[place] if place < len(block.parts) else block.line_count)

    def ranges(self, line: int) -> tuple[list[Range], int]:
        """Where the lines from that number to the end of its block are, and how many there are up to there."""
        number = bisect_right(self._first_lines, line) - 1
        block, first = self._block(number), self._first_lines[number]
        at = max(0, bisect_right(block.firsts, line - first) - 1)
        ranges = [
            Range(self._logs[part.log].path, part.begin, part.end, first + before)
            for part, before in zip(block.parts[at:], block.firsts[at:], strict=True)
        ]
        return ranges, first + block.line_count

    def _read(self, number: int, offset: int, size: int) -> bytes:
        try:
            descriptor = self._descriptors.get(number)
            if descriptor is None:
                if len(self._descriptors) >= MOST_OPEN:
                    os.close(self._descriptors.pop(next(iter(self._descriptors))))
                descriptor = os.open(self._logs[number].path, os.O_RDONLY | os.O_CLOEXEC)
                self._descriptors[number] = descriptor
            return os.pread(descriptor, max(0, size), offset)
        except OSError:
            return b""


def _records(log: Path, start: int, count: int) -> list[Piece]:
    try:
        return read_index(index_path(log), start, count)
    except OSError:
        return []


def _parts(number: int, span: Span, log: Path) -> Iterator[tuple[Part, int]]:
    """The parts of a log that are in a span of it, each with the number of its record."""
    record = span.record
    pieces: list[Piece] = []
    while True:
        pieces = _records(log, record, RECORDS_AT_ONCE)
        for position, piece in enumerate(pieces):
            begin = max(piece.offset, span.begin)
            if position + 1 < len(pieces):
                end = min(pieces[position + 1].offset, span.end)
            elif len(pieces) == RECORDS_AT_ONCE and position:
                break  # where it ends is told by the record to come
            else:
                end = span.end
            if begin < end:
                yield Part(piece.at, number, begin, end, piece.stream), record + position
            if end >= span.end:
                return
        if len(pieces) < RECORDS_AT_ONCE:
            return
        record += len(pieces) - 1
