"""Searches log files in a process of its own: ``python -m`` this module.

An expression may take for ever on a line, and nothing can stop it within a process: so it runs in one that can be
killed. Reads lines of JSON from stdin: first the pattern, its flags and the query's hint, then any number of requests,
each a list of ranges as in ``log.file.Range``. Writes records of 16 bytes: line, first and last character of a match;
see the numbers below for what else they tell. Ends with stdin. Imports neither Textual nor Rich.
"""

from __future__ import annotations

import json
import os
import re
import struct
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from seeknal_tui.dashboard.log.colours import plain

RECORD = struct.Struct("<QII")
"""The line's number, and where in its shown text the match begins and ends."""
PROGRESS, DONE = (1 << 64) - 1, (1 << 64) - 2
"""Instead of a line's number: so many bytes of the request are searched (high and low half); it is done."""
BLOCK = 1 << 16
"""So many bytes are passed over at once where the hint is not in them. Of a million lines that takes half a second;
one after the other they take four."""
LONG = 4096
LONGEST = 1 << 23
"""Of longer lines, in bytes, only the beginning is searched."""
TELL_EVERY_S = 0.05
MOST_IN_A_LINE = 1000
NICENESS = 10
"""The screen and the tasks go first."""


def matches(pattern: re.Pattern[str], text: str) -> Iterator[tuple[int, int]]:
    """The matches in a line that are not empty."""
    count = 0
    for match in pattern.finditer(text):
        begin, end = match.span()
        if begin < end:
            yield begin, end
            count += 1
            if count == MOST_IN_A_LINE:
                return


class Searcher:
    """Answers requests."""

    def __init__(self, pattern: re.Pattern[str], hint: re.Pattern[str] | None = None) -> None:
        self._pattern = pattern
        self._hint = hint
        self._answer = bytearray()
        self._searched = 0
        self._told_at = time.monotonic()

    def answer(self, ranges: list[tuple[str, int, int, int]]) -> None:
        """Search those ranges."""
        self._searched = 0
        for path, begin, end, line in ranges:
            try:
                self._search(path, begin, end, line)
            except OSError:
                continue  # the log was deleted: nothing is found in it
        self._tell()
        self._answer += RECORD.pack(DONE, 0, 0)
        self._send()

    def _search(self, path: str, begin: int, end: int, line: int) -> None:
        with Path(path).open("rb") as file:
            file.seek(max(0, begin - 1))
            position = begin
            if begin and file.read(1) != b"\n":
                position += self._skip_line(file)
            while position < end:
                block = file.read(min(BLOCK, end - position))
                if not block:
                    return
                size = len(block)
                if not block.endswith(b"\n"):
                    rest = file.readline(LONGEST)
                    size += len(rest)
                    if len(rest) == LONGEST and not rest.endswith(b"\n"):
                        size += self._skip_line(file)
                    block += rest
                self._search_block(block, line)
                line += block.count(b"\n")
                position += size
                self._searched += size
                self._tell_in_time()

    def _search_block(self, block: bytes, line: int) -> None:
        """Search whole lines, the first of which has that number."""
        text = block.decode("utf-8", "replace")
        if self._hint is not None and not self._hint.search(plain(text.replace("\n", " "))):
            return
        for number, part in enumerate(text.removesuffix("\n").split("\n"), line):
            for first, last in matches(self._pattern, plain(part.removesuffix("\r")[:LONGEST])):
                self._answer += RECORD.pack(number, first, last)
            if not number & 0xFF or len(part) > LONG:
                self._tell_in_time()

    @staticmethod
    def _skip_line(file: BinaryIO) -> int:
        size = 0
        while data := file.readline(LONGEST):
            size += len(data)
            if data.endswith(b"\n"):
                break
        return size

    def _tell_in_time(self) -> None:
        now = time.monotonic()
        if now - self._told_at >= TELL_EVERY_S:
            self._told_at = now
            self._tell()
            self._send()

    def _tell(self) -> None:
        self._answer += RECORD.pack(PROGRESS, self._searched >> 32, self._searched & 0xFFFFFFFF)

    def _send(self) -> None:
        sys.stdout.buffer.write(self._answer)
        sys.stdout.buffer.flush()
        self._answer.clear()


def main() -> None:
    """Answer until stdin ends."""
    os.nice(NICENESS)
    stdin = sys.stdin.buffer
    pattern, flags, hint = json.loads(stdin.readline())
    searcher = Searcher(re.compile(pattern, flags), re.compile(hint, flags) if hint else None)
    for request in iter(stdin.readline, b""):
        searcher.answer(json.loads(request))


if __name__ == "__main__":
    main()
