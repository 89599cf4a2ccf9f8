"""The columns that results have, and would have: found by DuckDB's binder, which executes nothing.

Each table that a query reads is an empty one with the right columns. So it costs about a millisecond to ask what a
query would give, or whether it could still be made if a column were gone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from types import TracebackType

import duckdb

from seeknal_tui.pipeline.model import PathAction, SqlAction, Task
from seeknal_tui.run.actions.attempt import ActionFailed
from seeknal_tui.run.actions.sql import reader_of
from seeknal_tui.run.actions.sql_statements import split_statements

Columns = Mapping[str, str]
"""Names and types of columns, in their order."""
IN_PARQUET = (
    (re.compile(r"^HUGEINT$"), "DECIMAL(38,0)"),
    (re.compile(r"\bU?HUGEINT\b"), "DOUBLE"),
    (re.compile(r"\bTIMESTAMP_M?S\b"), "TIMESTAMP"),
    (re.compile(r"\bENUM\([^)]*\)|\bBIT\b|\bBIGNUM\b"), "VARCHAR"),
    (re.compile(r"\[\d+\]"), "[]"),
)
"""Types that come back as others from a result's file."""


class NotBindable(Exception):  # noqa: N818 - it is a property of the query
    """A query could not be made of these tables; the message is DuckDB's."""


class Binder:
    """Asks a DuckDB of its own, with nothing in it. To be used by one thread, as a context."""

    def __init__(self, folder: Path) -> None:
        """*folder* is where relative paths in SQL start."""
        self._folder = folder
        settings: dict[str, str | bool | int | float | list[str]] = {"threads": 1}
        if "," not in str(folder):
            settings["file_search_path"] = str(folder)
        self._database = duckdb.connect(config=settings)

    def __enter__(self) -> Binder:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._database.close()

    def of_file(self, path: Path) -> Columns | None:
        """The columns of a result; None if there is no such file."""
        if not path.is_file():
            return None
        with closing(self._database.cursor()) as cursor:
            try:
                return _described(cursor, f"FROM read_parquet({_literal(str(path))}, hive_partitioning = false)")
            except duckdb.Error:
                return None

    def of_source(self, action: PathAction) -> Columns | None:
        """The columns of data as a source reads them; None if they cannot be read."""
        with closing(self._database.cursor()) as cursor:
            try:
                return _described(cursor, f"FROM {reader_of(action, self._folder)}")
            except duckdb.Error:
                return None

    def query_of(self, task: Task) -> str | None:
        """The query of a task that is nothing but one; None for any other task."""
        if not isinstance(task.action, SqlAction):
            return None
        with closing(self._database.cursor()) as cursor:
            try:
                statements = split_statements(cursor, task.action.sql)
            except (duckdb.Error, ActionFailed):
                return None
        return statements.query.text if statements.is_plain_query else None

    def of_query(self, query: str, tables: Mapping[str, Columns]) -> Columns:
        """The columns of what a query gives of tables with these columns. Raises NotBindable."""
        with closing(self._database.cursor()) as cursor:
            try:
                for name, columns in tables.items():
                    listed = ", ".join(f"{_identifier(column)} {kind}" for column, kind in columns.items())
                    made = f"({listed})" if columns else "AS SELECT 1 AS nothing LIMIT 0"
                    cursor.execute(f"CREATE TEMP TABLE {_identifier(name)} {made}")
                return _described(cursor, query)
            except duckdb.Error as error:
                raise NotBindable(str(error).partition("\n")[0]) from error


def _described(cursor: duckdb.DuckDBPyConnection, query: str) -> Columns:
    rows = cursor.execute(f"DESCRIBE ({query}\n)").fetchall()
    return {name: _in_parquet(kind) for name, kind, *_ in rows}


def _in_parquet(kind: str) -> str:
    for pattern, other in IN_PARQUET:
        kind = pattern.sub(other, kind)
    return kind


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
