"""Searches log files in a process of its own: ``python -m`` this module.

An expression may take for ever on a line, and nothing can stop it within a process: so it runs in one that can be
killed. Reads lines of JSON from stdin: first the pattern and its flags, then any number of requests, each a list of
ranges as in ``log.file.Range``. Writes records of 16 bytes: line, first and last character of a match; see the numbers
below for what else they tell. Ends with stdin. Imports neither Textual nor Rich.
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

    def __init__(self, pattern: re.Pattern[str]) -> None:
        self._pattern = pattern
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
                data = file.readline(LONGEST)
                if not data:
                    return
                size = len(data)
                if size == LONGEST and not data.endswith(b"\n"):
                    size += self._skip_line(file)
                text = plain(data.rstrip(b"\n").removesuffix(b"\r").decode("utf-8", "replace"))
                for first, last in matches(self._pattern, text):
                    self._answer += RECORD.pack(line, first, last)
                line += 1
                position += size
                self._searched += size
                if not line & 0xFF or size > 4096:
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
    pattern, flags = json.loads(stdin.readline())
    searcher = Searcher(re.compile(pattern, flags))
    for request in iter(stdin.readline, b""):
        searcher.answer(json.loads(request))


if __name__ == "__main__":
    main()
