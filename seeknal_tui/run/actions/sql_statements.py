"""A task's SQL taken apart into statements."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from seeknal_tui.run.actions.attempt import ActionFailed


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL to execute, and where it comes from."""

    text: str
    lines_above: int = 0
    """The lines of the task's SQL above the first line of the text."""

    def wrapped(self, before: str, after: str) -> Statement:
        """The statement with *after* on a line of its own, so that a comment at its end does no harm."""
        return Statement(f"{before}{self.text}\n{after}", self.lines_above)


@dataclass(frozen=True, slots=True)
class Statements:
    """The statements of a task, in two parts."""

    before: tuple[Statement, ...]
    """What runs first."""
    query: Statement
    """The last: a query, without a semicolon behind it."""
    is_plain_query: bool
    """Whether there is nothing but one query, which creates nothing that others could see."""


def split_statements(cursor: duckdb.DuckDBPyConnection, sql: str) -> Statements:
    """The statements of *sql*. Raises ActionFailed if the last is no query, duckdb.Error if they cannot be parsed."""
    parsed = cursor.extract_statements(sql)
    if not parsed:
        raise ActionFailed("the SQL is empty: end it with a SELECT, whose rows become the task's result")
    kinds = duckdb.StatementType
    last = parsed[-1]
    # A PIVOT whose columns come from the data is several statements to DuckDB, and still a query.
    if last.type not in (kinds.SELECT, kinds.MULTI):
        raise ActionFailed(
            f"the last statement is {last.type.name}, no query: end the SQL with a SELECT, whose rows are the result"
        )
    statements = []
    end = 0
    for one in parsed:
        start = max(end, sql.find(one.query, end))
        end = start + len(one.query)
        statements.append(Statement(one.query, sql.count("\n", 0, start)))
    query = statements.pop()
    return Statements(
        before=tuple(statements),
        query=Statement(_without_semicolons(query.text), query.lines_above),
        is_plain_query=not statements and last.type is kinds.SELECT,
    )


def _without_semicolons(query: str) -> str:
    """The query up to the first of the semicolons at its end; those in strings and comments are none."""
    data = query.encode()
    end = len(data)
    for offset, kind in reversed(duckdb.tokenize(query)):
        if kind is duckdb.token_type.operator and data[offset : offset + 1] == b";":
            end = offset
        elif kind is not duckdb.token_type.comment:
            break
    return data[:end].decode()
