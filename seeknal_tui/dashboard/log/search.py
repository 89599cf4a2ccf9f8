"""A search in a log that may be long and may grow: asked of another process, its answers taken in as they come."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import subprocess
import sys
import time
from array import array
from bisect import bisect_left
from typing import NamedTuple

from seeknal_tui.dashboard.log.file import LogSource
from seeknal_tui.dashboard.log.query import Query
from seeknal_tui.dashboard.log.search_child import DONE, PROGRESS, RECORD

MOST_MATCHES = 1_000_000
STUCK_S = 6.0
"""An expression that is at one line for longer is given up."""
PIPE_BYTES = 1 << 20
AT_ONCE = RECORD.size * 4096


class Match(NamedTuple):
    """Characters of a line."""

    line: int
    begin: int
    end: int


class Search:
    """All matches of a query, in order, as far as they are known. Raises BadQuery when made."""

    def __init__(self, query: Query) -> None:
        self.query = query
        self.pattern = query.compiled()
        self.current: int | None = None
        """The number of the match that the user is at."""
        self.problem = ""
        """Why it was given up."""
        self.is_busy = True
        """Whether there are lines that are not searched yet."""
        self.is_cut = False
        """Whether there are more matches than are kept."""
        self.searched_lines = 0
        """How many lines, from the first on, are searched or asked for."""
        self._lines = array("Q")
        self._begins = array("I")
        self._ends = array("I")
        self._process: subprocess.Popen[bytes] | None = None
        self._waiting = False
        self._asked_at = 0
        """How large the log was when it was last asked."""
        self._asked_bytes = 0
        self._searched_bytes = 0
        self._heard_at = 0.0
        self._rest = b""

    def __len__(self) -> int:
        return len(self._lines)

    def __getitem__(self, number: int) -> Match:
        return Match(self._lines[number], self._begins[number], self._ends[number])

    @property
    def share(self) -> float:
        """How much of what was asked for last is searched."""
        return self._searched_bytes / self._asked_bytes if self._waiting and self._asked_bytes else 1.0

    @property
    def words(self) -> str:
        """What is to be told of it: ``3 of 1,204``, how far it is, why it ended."""
        if self.problem:
            return self.problem
        count = f"{len(self._lines):,}{'+' if self.is_cut else ''}"
        found = f"{count} found" if self.current is None else f"{self.current + 1:,} of {count}"
        if self.is_busy:
            return f"{found}, searching {self.share:.0%}"
        return found if self._lines else "nothing found"

    def first_from(self, line: int) -> int:
        """The number of the first match in that line or behind it; how many there are if there is none."""
        return bisect_left(self._lines, line)

    def in_line(self, line: int) -> list[tuple[int, int, bool]]:
        """First and last character of each match in a line, and whether it is the current one."""
        number = self.first_from(line)
        found = []
        while number < len(self._lines) and self._lines[number] == line:
            found.append((self._begins[number], self._ends[number], number == self.current))
            number += 1
        return found

    # What is asked and answered

    def look(self, source: LogSource, seconds: float) -> bool:
        """Take in answers for at most about so long, and ask for what is new; whether anything has changed."""
        if self.problem or self.is_cut:
            self.is_busy = False
            return False
        before = (len(self._lines), self._searched_bytes, self.is_busy)
        if self._waiting:
            self._take_in(time.monotonic() + seconds)
        if not self._waiting and not self.problem and not self.is_cut:
            self._ask(source, time.monotonic() + seconds)
        unsearched = self._waiting or not source.complete or self.searched_lines < source.line_count
        self.is_busy = unsearched and not self.problem and not self.is_cut
        return before != (len(self._lines), self._searched_bytes, self.is_busy) or bool(self.problem)

    def _ask(self, source: LogSource, deadline: float) -> None:
        grown = source.size != self._asked_at
        line = max(0, self.searched_lines - 1) if grown else self.searched_lines  # the last may have been unfinished
        if line >= source.line_count:
            return
        ranges, searched = source.ranges(line)
        while searched < source.line_count and time.monotonic() < deadline:
            more, searched = source.ranges(searched)
            ranges += more
        if not ranges:
            return
        self._asked_at, self.searched_lines = source.size, searched
        self._forget_from(ranges[0].line)
        self._asked_bytes = sum(part.end - part.begin for part in ranges)
        self._searched_bytes = 0
        self._heard_at = time.monotonic()
        self._waiting = True
        self._send([(os.fspath(part.path), part.begin, part.end, part.line) for part in ranges])

    def _forget_from(self, line: int) -> None:
        """A line without its end was searched, and is searched again."""
        kept = bisect_left(self._lines, line)
        for column in (self._lines, self._begins, self._ends):
            del column[kept:]

    def _send(self, request: object) -> None:
        try:
            process = self._process or self._start()
            assert process.stdin is not None
            process.stdin.write(json.dumps(request).encode() + b"\n")
            process.stdin.flush()
        except OSError as error:
            self._give_up(f"the search has ended early: {error.strerror}")

    def _start(self) -> subprocess.Popen[bytes]:
        environ = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
        self._process = process = subprocess.Popen(
            [sys.executable, "-P", "-m", "seeknal_tui.dashboard.log.search_child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environ,
            start_new_session=True,
        )
        assert process.stdin is not None
        assert process.stdout is not None
        os.set_blocking(process.stdout.fileno(), False)
        if hasattr(fcntl, "F_SETPIPE_SZ"):
            for pipe in (process.stdin, process.stdout):
                with contextlib.suppress(OSError):  # more at a time is good, and not needed
                    fcntl.fcntl(pipe.fileno(), fcntl.F_SETPIPE_SZ, PIPE_BYTES)
        process.stdin.write(json.dumps((self.pattern.pattern, self.pattern.flags, self.query.hint)).encode() + b"\n")
        return process

    def _take_in(self, deadline: float) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        while self._waiting and time.monotonic() < deadline:
            try:
                data = os.read(self._process.stdout.fileno(), AT_ONCE)
            except BlockingIOError:
                if time.monotonic() - self._heard_at > STUCK_S:
                    self._give_up("the expression takes too long on one line; try a simpler one")
                return
            if not data:
                self._give_up("the search has ended early")
                return
            self._heard_at = time.monotonic()
            self._fold(self._rest + data)

    def _fold(self, data: bytes) -> None:
        whole = len(data) - len(data) % RECORD.size
        self._rest = data[whole:]
        for line, begin, end in RECORD.iter_unpack(memoryview(data)[:whole]):
            if line == PROGRESS:
                self._searched_bytes = begin << 32 | end
            elif line == DONE:
                self._waiting = False
            elif len(self._lines) < MOST_MATCHES:
                self._lines.append(line)
                self._begins.append(begin)
                self._ends.append(end)
            else:
                self.is_cut = True
                self.close()
                self._waiting = False
                return

    def _give_up(self, problem: str) -> None:
        self.problem = problem
        self._waiting = False
        self.close()

    def close(self) -> None:
        """Stop searching; what was found is kept."""
        if self._process is not None:
            process, self._process = self._process, None
            process.kill()
            process.communicate()
