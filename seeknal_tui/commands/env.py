"""``seeknal-tui env``: the environments of a pipeline."""

from __future__ import annotations

import json
import os
import shlex
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from seeknal_tui.commands.common import (
    fail,
    find_file,
    has_terminal,
    json_option,
    load_pipeline,
    name_and_path,
    path_argument,
)
from seeknal_tui.pipeline.model import Pipeline
from seeknal_tui.pipeline.problems import counted, listed
from seeknal_tui.pipeline.sizes import format_bytes
from seeknal_tui.run.plan import NotRunnable
from seeknal_tui.safe_text import one_line

if TYPE_CHECKING:
    from seeknal_tui.environments.difference import ColumnDifference, Sides, TableDifference
    from seeknal_tui.environments.folders import Environment
    from seeknal_tui.history.past_runs import RunRecord

DIFFERENT, TROUBLE = 1, 2
NAMED = 6
yes_option = click.option("--yes", "-y", is_flag=True, help="Do not ask.")
name_argument = click.argument("name")


@click.group("env")
def command() -> None:
    """Environments: list them, compare one with production, promote it, delete it.

    NAME is the environment's; PATH the pipeline file or its folder, without it the current folder.
    """


@command.command("list")
@path_argument
@json_option
def list_environments(path: Path, *, as_json: bool) -> None:
    """The environments of PATH: those of the file, and those with results on the disk."""
    from seeknal_tui.environments.folders import environments_of, latest_run, production_of  # noqa: PLC0415

    pipeline = _pipeline(path)
    found = [(one, latest_run(pipeline, one)) for one in (production_of(pipeline), *environments_of(pipeline))]
    if as_json:
        production, *others = [_environment_object(*one) for one in found]
        click.echo(json.dumps({"production": production, "environments": others}))
        return
    rows = [_environment_row(*one) for one in found]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        click.echo("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip())


@command.command("diff")
@name_argument
@path_argument
@json_option
def diff(name: str, path: Path, *, as_json: bool) -> None:
    """How the results of NAME differ from production's: rows, columns, values.

    Exits with 0 if they do not, 1 if they do, 2 if they cannot be compared.
    """
    from seeknal_tui.environments.difference import compare_results, sides_of  # noqa: PLC0415 - DuckDB is slow to import
    from seeknal_tui.environments.folders import find_environment, production_of  # noqa: PLC0415

    name, path = _in_order(name, path)
    pipeline = _pipeline(path)
    try:
        environment, production = find_environment(pipeline, name), production_of(pipeline)
    except NotRunnable as refusal:
        fail(str(refusal))
    if not environment.results:
        makes_them = f"seeknal-tui run {shlex.quote(str(path))} --env {environment} makes them"
        fail(f"{environment} has no results to compare: {makes_them}")
    sides = sides_of(pipeline, environment, production)
    tables = []
    for table in compare_results(sides, environment, production):
        tables.append(table)
        if not as_json:
            _echo_lines(_table_lines(table, environment))
    if as_json:
        click.echo(json.dumps(_difference_object(environment, sides, tables)))
    else:
        _echo_lines(_sides_lines(sides, tables, environment))
    if any(table.problem for table in tables):
        sys.exit(TROUBLE)
    sys.exit(0 if _is_same(sides, tables) else DIFFERENT)


@command.command("promote")
@click.argument("name", default="")
@path_argument
@click.option("--undo", is_flag=True, help="Put back what the latest promotion replaced.")
@yes_option
def promote(name: str, path: Path, *, undo: bool, yes: bool) -> None:
    """Make the results of NAME those of production: all of them, or none.

    With --undo, the results that the latest promotion replaced are put back; NAME may be left out.
    """
    if undo:
        name, path = name_and_path(name, path)
    name, path = _in_order(name, path)
    pipeline = _pipeline(path)
    try:
        if undo:
            _undo(pipeline, name, yes=yes)
        else:
            _promote(pipeline, name, yes=yes)
    except NotRunnable as refusal:
        fail(str(refusal))


def _promote(pipeline: Pipeline, name: str, *, yes: bool) -> None:
    from seeknal_tui.environments import promoting  # noqa: PLC0415 - list needs none of it
    from seeknal_tui.environments.folders import find_environment  # noqa: PLC0415

    plan = promoting.plan_promotion(pipeline, find_environment(pipeline, name))
    new = f" ({len(plan.new):,} of them new)" if plan.new else ""
    results = f"{counted(len(plan.tasks), 'result')} of {name}{new}, {format_bytes(plan.environment.bytes) or '0 B'}"
    if plan.left_out:
        click.echo(f"left out, as no task of the file makes them: {listed(plan.left_out, NAMED)}", err=True)
    _confirm(f"Make the {results} those of production?", yes=yes)
    promoting.promote(pipeline, plan)
    click.echo(f"production has now the {results}; seeknal-tui env promote --undo puts the former ones back")


def _undo(pipeline: Pipeline, name: str, *, yes: bool) -> None:
    from seeknal_tui.environments import promoting  # noqa: PLC0415 - list needs none of it

    promoted = promoting.plan_undo(pipeline, name)
    results = f"{counted(len(promoted.tasks), 'result')} that {promoted.environment} replaced {_when(promoted.at)}"
    _confirm(f"Put back the {results}?", yes=yes)
    promoting.undo(pipeline)
    click.echo(f"production has again the {results}")


@command.command("delete")
@name_argument
@path_argument
@yes_option
def delete(name: str, path: Path, *, yes: bool) -> None:
    """Remove the results and logs of NAME; production is never touched."""
    from seeknal_tui.environments.folders import (  # noqa: PLC0415
        delete_environment,
        find_environment,
        refuse_if_one_runs,
    )

    name, path = _in_order(name, path)
    pipeline = _pipeline(path)
    try:
        environment = find_environment(pipeline, name)
        if not environment.exists:
            fail(f"{environment} has nothing on the disk that could be removed")
        refuse_if_one_runs([environment])
        size = format_bytes(environment.bytes)
        results = counted(len(environment.results), "result") + (f", {size}" if size else "")
        _confirm(f"Remove {environment} ({results}) from the disk?", yes=yes)
        delete_environment(pipeline, environment)
    except NotRunnable as refusal:
        fail(str(refusal))
    click.echo(f"{environment} is removed ({results})")


def _in_order(name: str, path: Path) -> tuple[str, Path]:
    """Name and path, also where the path was typed first, or alone."""
    if os.sep not in name and not name.endswith((".yml", ".yaml")):
        return name, path
    return "" if path == Path() else str(path), Path(name)


def _pipeline(path: Path) -> Pipeline:
    """The pipeline in production, where a promotion that was killed in the middle is ended first."""
    from seeknal_tui.run.promotion import settle  # noqa: PLC0415 - only now

    pipeline = load_pipeline(find_file(path), "")
    try:
        settle(pipeline.production_target)
    except NotRunnable as refusal:
        fail(str(refusal))
    return pipeline


def _confirm(question: str, *, yes: bool) -> None:
    """Ask; ends the program unless the answer is yes."""
    if yes:
        return
    if not has_terminal():
        fail("there is no terminal to ask in: add --yes if you are sure")
    if not click.confirm(question, default=False, err=True):
        fail("nothing was changed")


def _echo_lines(lines: list[str]) -> None:
    for line in lines:
        click.echo(one_line(line))


def _when(seconds: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(seconds))


# What is in a list


def _environment_object(environment: Environment, latest: RunRecord | None) -> dict[str, Any]:
    run = latest and {"run_id": latest.run_id, "started_at": latest.started_at, "status": latest.status}
    return {
        "name": str(environment),
        "declared": environment.is_declared,
        "results": len(environment.results),
        "bytes": environment.bytes,
        "last_run": run,
    }


def _environment_row(environment: Environment, latest: RunRecord | None) -> tuple[str, ...]:
    size = format_bytes(environment.bytes)
    return (
        str(environment),
        counted(len(environment.results), "result") if environment.results else "no results",
        size,
        "never run" if latest is None else f"{latest.status} {_when(latest.started_at)}",
        "" if environment.is_declared else "not in the file any more",
    )


# What is different


def _is_same(sides: Sides, tables: list[TableDifference]) -> bool:
    return not sides.only_here and all(table.is_same for table in tables)


def _table_lines(table: TableDifference, environment: Environment) -> list[str]:
    if table.is_same:
        return []
    if table.problem:
        return [f"! {table.task}: cannot be compared: {table.problem}"]
    here, there = table.rows
    told = []
    if here != there:
        told.append(f"{counted(here, 'row')}, {there:,} in production ({here - there:+,})")
    told += [_column_text(column, environment) for column in table.columns]
    if table.reordered:
        told.append("the same columns in another order")
    if table.recombined:
        told.append("every column has the same values, but in other rows")
    return [f"≠ {table.task}", *(f"    {line}" for line in told)]


def _column_text(column: ColumnDifference, environment: Environment) -> str:
    here, there = column.types
    if there is None:
        return f"column {column.name}: only in {environment} ({here})"
    if here is None:
        return f"column {column.name}: only in production ({there})"
    if here != there:
        return f"column {column.name}: {here}, in production {there}"
    if column.nearly:
        return f"column {column.name}: other values, but only in the last digits of floating point numbers"
    nulls = column.nulls
    missing = "" if nulls[0] == nulls[1] else f"; missing in {counted(nulls[0], 'row')}, in production {nulls[1]:,}"
    return f"column {column.name}: other values{missing}"


def _sides_lines(sides: Sides, tables: list[TableDifference], environment: Environment) -> list[str]:
    same = sum(table.is_same for table in tables)
    told = [
        (f"+ only in {environment}", sides.only_here),
        (f"· only in production, and read from there in {environment}", sides.only_in_production),
    ]
    lines = [f"{words}: {listed(names, NAMED)}" for words, names in told if names]
    counts = [f"{counted(same, 'result')} the same", f"{len(tables) - same:,} different" if same < len(tables) else ""]
    return [*lines, f"{environment} against production: {', '.join(count for count in counts if count)}"]


def _difference_object(environment: Environment, sides: Sides, tables: list[TableDifference]) -> dict[str, Any]:
    return {
        "environment": environment.name,
        "same": _is_same(sides, tables),
        "results": [
            {
                "task": table.task,
                "same": table.is_same,
                "rows": _pair(table.rows),
                "columns": [
                    {
                        "name": column.name,
                        "type": _pair(column.types),
                        "nulls": _pair(column.nulls),
                        "nearly": column.nearly,
                    }
                    for column in table.columns
                ],
                "reordered": table.reordered,
                "recombined": table.recombined,
                "problem": table.problem,
            }
            for table in tables
        ],
        "only_in_environment": list(sides.only_here),
        "only_in_production": list(sides.only_in_production),
    }


def _pair(values: tuple[Any, Any]) -> dict[str, Any]:
    return dict(zip(("environment", "production"), values, strict=True))
