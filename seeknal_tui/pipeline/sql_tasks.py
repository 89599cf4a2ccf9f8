"""Which tasks the SQL of a task reads: its tables matched with the names of the tasks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from seeknal_tui.pipeline import sql_dependencies
from seeknal_tui.pipeline.model import Place, SqlAction
from seeknal_tui.pipeline.problems import COMPARED, Problems, nearest_name, quote
from seeknal_tui.pipeline.sql_dependencies import TableRead
from seeknal_tui.pipeline.sql_names import comparable
from seeknal_tui.pipeline.sql_places import place_in_sql


def find(
    actions: Mapping[str, SqlAction], names: Sequence[str], problems: Problems
) -> dict[str, tuple[tuple[str, ...], bool]]:
    """For each task with SQL the tasks that it reads, and whether all of the SQL could be read; tells what is wrong."""
    by_table: dict[str, str] = {}
    for name in names:
        by_table.setdefault(comparable(name), name)
    exact = set(names)
    found = {}
    comparisons = COMPARED // max(1, len(names))
    reads = sql_dependencies.read_all([action.sql for action in actions.values()])
    for (task, action), read in zip(actions.items(), reads, strict=True):
        if read.error:
            at = place_in_sql(action, read.error.line, read.error.column)
            problems.error(at, read.error.message)
        tasks: dict[str, None] = {}
        for table in read.tables:
            read_task = table.name if table.name in exact else by_table.get(table.key)
            if read_task == task:
                message = f"the task {task} reads itself: read another task here, or rename this one"
                problems.error(_place(action, table.offset), message)
            elif read_task is not None:
                tasks[read_task] = None
            elif comparisons > 0:
                comparisons -= 1
                _tell_misspelt(table, _place(action, table.offset), names, problems)
        found[task] = tuple(tasks), read.complete
    return found


def _tell_misspelt(table: TableRead, at: Place, names: Sequence[str], problems: Problems) -> None:
    """A table that is no task may be DuckDB's own or attached, unless it is nearly a task's name."""
    near = nearest_name(table.name, names, 0.7)
    if near:
        problems.warning(at, f"there is no task {quote(table.name)}: did you mean {near}?")


def _place(action: SqlAction, offset: int) -> Place:
    return place_in_sql(action, *sql_dependencies.place_at(action.sql, offset))
