"""A log as rows: its lines, and a rule where an attempt begins, up to the time that is looked at. Knows no widget."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from seeknal_tui.dashboard.log.file import Line, LogFile, LogSource, Separator, separators


class LogRows:
    """The rows of one source at a time. For one thread."""

    def __init__(self) -> None:
        self.source: LogSource | None = None
        self._attempts: tuple[tuple[int, float], ...] = ()
        self._separators: list[Separator] = []
        self._until: float | None = None
        self._lines_until = 0
        self._read: list[Line | Separator] = []
        self._read_of: tuple[object, ...] = ()
        """The rows read last, and what they depend on."""

    def show(self, source: LogSource | None) -> None:
        """Another source; the one before is closed."""
        if self.source is not None:
            self.source.close()
        self.source = source
        self._attempts = ()
        self._separators = []
        self._lines_until = 0

    def set_attempts(self, attempts: Sequence[tuple[int, float]]) -> None:
        """Number and start (seconds since 1970) of all attempts in the log but the first."""
        if self._attempts != tuple(attempts):
            self._attempts = tuple(attempts)
            self._find_separators()

    def catch_up(self, seconds: float) -> bool:
        """Count what is new, for at most about so long; whether anything was."""
        if self.source is None or not self.source.catch_up(seconds):
            return False
        self._find_end()
        self._find_separators()
        return True

    def show_until(self, at: float | None) -> bool:
        """Have only what had been printed by then (seconds since 1970), None for everything; whether that is new."""
        if at == self._until:
            return False
        self._until = at
        self._find_end()
        return True

    def _find_end(self) -> None:
        if self._until is not None and self.source is not None:
            self._lines_until = self.source.lines_until(self._until)

    def _find_separators(self) -> None:
        if isinstance(self.source, LogFile):
            self._separators = separators(self.source, self._attempts)

    @property
    def line_count(self) -> int:
        """Lines counted so far, up to the time that is looked at."""
        if self.source is None:
            return 0
        return self.source.line_count if self._until is None else self._lines_until

    @property
    def row_count(self) -> int:
        """Lines, and a row for the beginning of each attempt but the first."""
        return self.line_count + len(self._separators)

    def row_of(self, line: int) -> int:
        """The row of a line."""
        return line + sum(1 for separator in self._separators if separator.line <= line)

    def line_of(self, row: int) -> int:
        """The number of the line of a row, or of the one behind it if it is a rule."""
        rows = [separator.line + position for position, separator in enumerate(self._separators)]
        return row - bisect_left(rows, row)

    def read(self, row: int, count: int, *, skip: int, width: int) -> list[Line | Separator]:
        """What is in the *count* rows from *row* on; of over-long lines a window of *width* cells after *skip*."""
        source = self.source
        if source is None:
            return []
        key = (source, source.size, self.row_count, tuple(self._separators), row, count, skip, width)
        if key != self._read_of:  # what is painted was measured just before
            self._read_of, self._read = key, self._read_from(source, row, count, skip, width)
        return self._read

    def _read_from(self, source: LogSource, row: int, count: int, skip: int, width: int) -> list[Line | Separator]:
        marks = {separator.line + position: separator for position, separator in enumerate(self._separators)}
        lines = iter(source.lines(self.line_of(row), count, skip=skip, width=width))
        found: list[Line | Separator] = []
        for number in range(row, min(row + count, self.row_count)):
            item = marks.get(number) or next(lines, None)
            if item is None:
                break
            found.append(item)
        return found
