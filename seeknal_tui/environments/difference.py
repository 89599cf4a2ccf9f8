"""How the results of an environment differ from production's: rows, columns and their types, values.

Values are compared by sums of hashes, which do not depend on the order of rows: each file is read once, from its
beginning to its end, and no table is held in memory. Two sums of 64-bit hashes that agree by chance are one case in
10^19.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from seeknal_tui.environments.folders import Environment
from seeknal_tui.pipeline.model import Pipeline
from seeknal_tui.run.results import SUFFIX

FLOATING = ("FLOAT", "DOUBLE")


@dataclass(frozen=True, slots=True)
class ColumnDifference:
    """What is different in a column; the first of two is the environment's, None where it has no such column."""

    name: str
    types: tuple[str | None, str | None]
    nulls: tuple[int, int] = (0, 0)
    """Rows without a value, where both have the column."""
    nearly: bool = False
    """Whether the values differ by no more than the last digits of floating point numbers."""


@dataclass(frozen=True, slots=True)
class TableDifference:
    """What is different in the result of a task; the first of two is the environment's."""

    task: str
    rows: tuple[int, int] = (0, 0)
    columns: tuple[ColumnDifference, ...] = ()
    reordered: bool = False
    """Whether the same columns stand in another order."""
    recombined: bool = False
    """Whether every column has the same values, but not in the same rows."""
    problem: str = ""
    """Why they could not be compared."""

    @property
    def is_same(self) -> bool:
        """Whether nothing is different."""
        same_rows = self.rows[0] == self.rows[1]
        return same_rows and not (self.columns or self.reordered or self.recombined or self.problem)


@dataclass(frozen=True, slots=True)
class Sides:
    """Which results there are to compare. Names of tasks, in the order of the file, then those no longer in it."""

    both: tuple[str, ...]
    only_here: tuple[str, ...]
    only_in_production: tuple[str, ...]
    """The environment reads production's."""


def sides_of(pipeline: Pipeline, environment: Environment, production: Environment) -> Sides:
    """Which results are in the environment, in production, in both."""
    here, there = environment.results, production.results
    known = pipeline.numbers
    names = [*known, *sorted((here | there) - known.keys())]
    return Sides(
        both=tuple(name for name in names if name in here and name in there),
        only_here=tuple(name for name in names if name in here and name not in there),
        only_in_production=tuple(name for name in names if name in there and name not in here),
    )


def compare_results(sides: Sides, environment: Environment, production: Environment) -> Iterator[TableDifference]:
    """The results that both have, compared one after the other."""
    settings: dict[str, str | bool | int | float | list[str]] = {"preserve_insertion_order": False}
    connection = duckdb.connect(config=settings)
    try:
        for name in sides.both:
            files = environment.target / f"{name}{SUFFIX}", production.target / f"{name}{SUFFIX}"
            try:
                yield _compare(connection, name, *files)
            except (duckdb.Error, OSError) as error:
                yield TableDifference(name, problem=str(error).splitlines()[0])
    finally:
        connection.close()


def _compare(connection: duckdb.DuckDBPyConnection, task: str, here: Path, there: Path) -> TableDifference:
    if os.path.samefile(here, there):  # promoted, and not made anew since
        return TableDifference(task)
    types = _types(connection, here), _types(connection, there)
    names = dict.fromkeys([*types[0], *types[1]])
    comparable = [name for name in names if types[0].get(name) == types[1].get(name)]
    numbers = [name for name in comparable if types[0][name] in FLOATING]
    whole = len(comparable) == len(names)
    one, other = (_summed(connection, file, comparable, numbers, whole=whole) for file in (here, there))
    columns = []
    for name in names:
        pair = types[0].get(name), types[1].get(name)
        if name not in one.hashes:
            columns.append(ColumnDifference(name, pair))
        elif one.hashes[name] != other.hashes[name]:
            nearly = name in numbers and one.rounded[name] == other.rounded[name]
            columns.append(ColumnDifference(name, pair, (one.nulls[name], other.nulls[name]), nearly))
    return TableDifference(
        task,
        rows=(one.rows, other.rows),
        columns=tuple(columns),
        reordered=whole and list(types[0]) != list(types[1]),
        recombined=whole and not columns and one.whole != other.whole,
    )


@dataclass(frozen=True, slots=True)
class _Sums:
    """What one pass over a file gives."""

    rows: int
    nulls: dict[str, int]
    hashes: dict[str, int | None]
    rounded: dict[str, int | None]
    """The hashes of floating point numbers of half the digits."""
    whole: int | None
    """The hash of whole rows."""


def _types(connection: duckdb.DuckDBPyConnection, file: Path) -> dict[str, str]:
    described = connection.execute(f"DESCRIBE FROM {_table(file)}").fetchall()
    return {row[0]: row[1] for row in described}


def _summed(
    connection: duckdb.DuckDBPyConnection, file: Path, columns: list[str], numbers: list[str], *, whole: bool
) -> _Sums:
    quoted = {name: _identifier(name) for name in columns}
    wanted = [
        "count(*)",
        *(f"count({quoted[name]})" for name in columns),
        *(f"sum(hash({quoted[name]}))" for name in columns),
        *(f"sum(hash(TRY_CAST({quoted[name]} AS FLOAT)))" for name in numbers),
        f"sum(hash({', '.join(quoted[name] for name in sorted(columns))}))" if whole and columns else "NULL",
    ]
    row = connection.execute(f"SELECT {', '.join(wanted)} FROM {_table(file)}").fetchone()  # noqa: S608 - names quoted
    assert row is not None
    rows, values = row[0], iter(row[1:])
    return _Sums(
        rows=rows,
        nulls={name: rows - next(values) for name in columns},
        hashes={name: next(values) for name in columns},
        rounded={name: next(values) for name in numbers},
        whole=next(values),
    )


def _table(file: Path) -> str:
    return "read_parquet('" + str(file).replace("'", "''") + "', hive_partitioning = false)"


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
