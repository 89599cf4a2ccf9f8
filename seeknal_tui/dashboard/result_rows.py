"""The rows of a result, read from its Parquet file a page at a time. Knows no widget; may be used in any thread.

The file is held open, so that its rows stay the same when the task is run once more meanwhile and another file takes
its name. DuckDB reads it by the path that the system has for open files. A page is found by the numbers of its rows,
for which DuckDB passes over the row groups before it: the last of twenty million takes 10 ms.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from seeknal_tui.safe_text import one_line

if TYPE_CHECKING:
    import duckdb

LONGEST_VALUE = 200
"""Characters of a value that are read."""
ROW_NUMBER = "file_row_number"
NO_RESULT = "There is no result: the task left no rows, or has not run."

Row = tuple[str | None, ...]
Version = tuple[int, int, int]
"""Tells a file from the one that had its name before."""


class NotReadable(Exception):  # noqa: N818 - named as the user reads it
    """The rows cannot be read; the message says why."""


def version_of(path: Path) -> Version | None:
    """Which file has that name now; None if there is none."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns, status.st_size


class ResultRows:
    """The rows of one file. One thread at a time, but for :meth:`close`. Raises NotReadable."""

    def __init__(self, path: Path) -> None:
        import duckdb  # noqa: PLC0415 - takes 0.2 s to import

        self._connection: duckdb.DuckDBPyConnection | None = None
        try:
            self._file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError as error:
            raise NotReadable(NO_RESULT) from error
        try:
            self.bytes = os.fstat(self._file).st_size
            # One thread, as the run may need the others.
            self._connection = duckdb.connect(config={"threads": 1, "enable_external_file_cache": False})
            self._read_schema(self._connection)
        except duckdb.Error as error:
            self.close()
            raise NotReadable(_told(error)) from error

    def _read_schema(self, connection: duckdb.DuckDBPyConnection) -> None:
        source = connection.execute(f"FROM {self._source()} LIMIT 0")
        self.columns = tuple((str(column[0]), str(column[1])) for column in source.description or ())
        """Name and type of each."""
        counted = connection.execute(f"FROM {self._source()} SELECT count(*)").fetchone()
        self.row_count = int(counted[0]) if counted else 0
        self._by_number = all(name.lower() != ROW_NUMBER for name, _ in self.columns)

    def _source(self, options: str = "") -> str:
        return f"read_parquet('/dev/fd/{self._file}', hive_partitioning = false{options})"

    def page(self, first: int, count: int) -> list[Row]:
        """*count* rows from *first* (from 0) on, as text; None for a NULL."""
        import duckdb  # noqa: PLC0415

        if self._connection is None:
            raise NotReadable("the result was closed")
        if self._by_number:
            query = (
                f"FROM {self._source(f', {ROW_NUMBER} = true')} "
                f"SELECT left(COLUMNS(* EXCLUDE ({ROW_NUMBER}))::VARCHAR, {LONGEST_VALUE}) "
                f"WHERE {ROW_NUMBER} BETWEEN {first} AND {first + count - 1} ORDER BY {ROW_NUMBER}"
            )
        else:
            query = (
                f"FROM (FROM {self._source()} LIMIT {count} OFFSET {first}) "
                f"SELECT left(COLUMNS(*)::VARCHAR, {LONGEST_VALUE})"
            )
        try:
            return self._connection.execute(query).fetchall()
        except duckdb.Error as error:
            raise NotReadable(_told(error)) from error

    def interrupt(self) -> None:
        """End what is being read, from another thread."""
        if self._connection is not None:
            self._connection.interrupt()

    def close(self) -> None:
        """Let go of the file. To be called when nothing is being read."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        if self._file >= 0:
            with suppress(OSError):
                os.close(self._file)
            self._file = -1


def _told(error: Exception) -> str:
    return f"The result cannot be read: {one_line(str(error).splitlines()[0])}"
