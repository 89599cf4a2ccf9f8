"""What DuckDB's errors say to the user: what went wrong, where in the pipeline file, and what to do."""

from __future__ import annotations

import os

import duckdb

from seeknal_tui.pipeline.model import PathAction, SqlAction
from seeknal_tui.pipeline.problems import nearest_name
from seeknal_tui.pipeline.sql_places import locate_error, place_in_sql
from seeknal_tui.run.actions.attempt import ActionFailed, AttemptContext
from seeknal_tui.run.actions.sql_statements import Statement


def failure_of(error: duckdb.Error, context: AttemptContext, statement: Statement) -> ActionFailed:
    """What to tell of an error that a statement ended with."""
    message = str(error)
    return ActionFailed(_about_the_disk(message, context) or _about_the_task(message, context, statement))


def headline(message: str) -> str:
    """A message of DuckDB on one line, without its excerpt of the SQL and its list of settings."""
    parts = [line.strip() for line in message.partition("\n\n")[0].split("\n")]
    told = [part for part in parts if part and not part.startswith(("LINE ", "Possible solution", "* "))]
    text = ""
    for part in told:
        text += ("" if not text else " " if text.endswith((".", "!", "?", ":")) else "; ") + part
    return text


def for_the_log(message: str) -> str:
    """A message of DuckDB with all it shows, but for tables of its own that it takes the task's to be meant for."""
    return "".join(f"{line}\n" for line in message.split("\n") if not line.startswith("Did you mean"))


def _about_the_disk(message: str, context: AttemptContext) -> str | None:
    if "No space left on device" in message or "max_temp_directory_size" in message:
        return f"no space left on the disk of {context.target}: make room, then run the task again"
    if message.startswith("Out of Memory Error"):
        what = headline(message)
        return f"{what}; run fewer tasks at once, or make the query smaller"
    if not context.result_path.parent.is_dir():
        return f"the folder of results {context.target} vanished while the task ran: run the task again"
    return None


def _about_the_task(message: str, context: AttemptContext, statement: Statement) -> str:
    match context.task.action:
        case PathAction() as action:
            return _about_data(message, action, context)
        case SqlAction() as action:
            where = _where(action, message, statement)
            missing = _missing_table(message)
            text = headline(message) if missing is None else _about_table(missing, context)
            if "No files found that match" in message:
                text += f": check the path, which starts from {context.folder}"
            return f"{text} ({where})"
        case _:
            return headline(message)


def _about_data(message: str, action: PathAction, context: AttemptContext) -> str:
    path = action.path if "://" in action.path else os.path.relpath(action.path, context.folder)
    if "No files found" in message:
        return f"there is no file {path}: check the path, which starts from {context.folder}"
    if "Permission denied" in message:
        return f"no permission to read {path}: make it readable (chmod +r), then run the task again"
    advice = ""
    if action.format == "csv":
        advice = (
            f": repair the data, or read them by sql, with read_csv('{path}', …) and its types, nullstr or encoding"
        )
    return f"{headline(message)} in {path}{advice}"


def _where(action: SqlAction, message: str, statement: Statement) -> str:
    position = locate_error(message, statement.text)
    place = action.place if position is None else place_in_sql(action, position[0] + statement.lines_above, 1)
    return f"{os.path.basename(place.file)}:{place.line}"


def _missing_table(message: str) -> str | None:
    before, _, rest = message.partition("Table with name ")
    name, found, _ = rest.partition(" does not exist!")
    return name if found and before.startswith("Catalog Error") else None


def _about_table(name: str, context: AttemptContext) -> str:
    upstream = {other.lower(): other for other in context.task.upstream}
    task = upstream.get(name.lower())
    if task in context.inputs:
        return f'there is no table {name} in the database that USE has chosen: write memory.main."{task}"'
    if task is not None:
        return f"there is no table {name}: the task {task} has left no rows, so there is nothing to read"
    if (context.target / f"{name}.parquet").exists():
        return f"there is no table {name} here: the task does not depend on {name}: add it to depends_on"
    near = nearest_name(name, context.inputs.keys())
    if near is not None:
        return f"there is no table {name}: did you mean {near}?"
    tables = ", ".join(context.inputs) or "none, as it depends on no task with rows"
    return f"there is no table {name}: the tables of this task are {tables}"
