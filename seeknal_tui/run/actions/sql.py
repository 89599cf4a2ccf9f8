"""What ``path`` and ``sql`` tasks do: one query each, its rows written once, as Parquet, on one embedded DuckDB.

A task has a cursor of its own, as a connection can do one thing at a time, and on it a temporary view for each task
that it depends on: such views belong to their cursor, so that no task sees what another one sees.

A task of several statements, which may create tables, attach databases and change settings, gets a DuckDB of its own.
It takes 10 ms to make, and is gone with all that was created when the attempt ends. So nothing that a task does can be
seen by another one or be in the way of its own retry.

``interrupt()`` ends a query that runs, and does nothing where none runs *yet*. So a request to stop interrupts at once,
and :meth:`SqlEngine.poll_progress` does it again for as long as it takes; so it does for attempts out of time.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePath

import duckdb

from seeknal_tui.pipeline.durations import format_duration
from seeknal_tui.pipeline.model import PathAction, SqlAction
from seeknal_tui.run.actions.attempt import ActionFailed, AttemptContext, Outcome, Stopped
from seeknal_tui.run.actions.query_profile import parse_profile, write_profile
from seeknal_tui.run.actions.sql_errors import failure_of, for_the_log
from seeknal_tui.run.actions.sql_statements import Statement, Statements, split_statements

CURSOR_SETTINGS = """
    SET enable_profiling = 'no_output'; SET profiling_coverage = 'ALL';
    SET enable_progress_bar = true; SET enable_progress_bar_print = false; SET progress_bar_time = 0;"""
CSV_BUFFER_BYTES = 8 << 20
"""A quarter of DuckDB's own: it saves 50 MB of memory and no time is lost."""
PROGRESS_STEP = 0.01
READERS = {
    "csv": f"read_csv({{paths}}, buffer_size = {CSV_BUFFER_BYTES}, hive_partitioning = {{hive}})",
    "parquet": "read_parquet({paths}, hive_partitioning = {hive})",
    "json": "read_json({paths}, hive_partitioning = {hive})",
    "jsonl": "read_json({paths}, format = 'newline_delimited', hive_partitioning = {hive})",
}
EXACT_TYPES = {"HUGEINT": "DECIMAL(38,0)"}
"""Types that Parquet lacks, for which DuckDB would write a DOUBLE: sum() of whole numbers is a HUGEINT."""


@dataclass(slots=True)
class _Attempt:
    """An attempt that runs, its cursor, and what is known of it so far."""

    context: AttemptContext
    cursor: duckdb.DuckDBPyConnection
    outcome: Outcome = field(default_factory=lambda: Outcome(cpu_s=0.0, rss_bytes=0, read_bytes=0, written_bytes=0))
    writing: bool = False
    """Whether the query runs whose rows are the result: the one whose progress counts."""
    progress: float = 0.0
    timed_out: bool = False

    def check(self) -> None:
        """Raise what ends the attempt, if anything does."""
        if self.context.stop.requested:
            raise Stopped
        if self.context.deadline is not None and time.monotonic() >= self.context.deadline:
            self.timed_out = True
        if self.timed_out:
            raise ActionFailed(f"timed out after {format_duration(self.context.task.timeout or 0)}")


class SqlEngine:
    """One embedded DuckDB for a run; a cursor per task. Thread-safe, but for :meth:`close`."""

    def __init__(self, folder: Path, spill: Path) -> None:
        """*folder* is where relative paths in SQL start; into *spill* goes what does not fit into memory."""
        self._folder = folder.absolute()
        self._spill = spill.absolute()
        self._database = self._connect("shared")
        self._lock = threading.Lock()
        self._attempts: dict[int, _Attempt] = {}

    def run(self, context: AttemptContext) -> Outcome:
        """Do what a ``path`` or ``sql`` task does. Raises Stopped or ActionFailed, and then leaves no file behind."""
        match context.task.action:
            case PathAction() as action:
                with self._attempt(context, self._database) as attempt:
                    reader = Statement(f"FROM {reader_of(action, self._folder)}")
                    self._write(attempt, reader.wrapped("COPY (", f") {_target(context)}"))
            case SqlAction() as action:
                statements = self._split(action, context)
                if statements.is_plain_query:
                    with self._attempt(context, self._database) as attempt:
                        self._run_sql(attempt, statements, "TEMP VIEW")
                else:
                    with (
                        closing(self._connect(f"{context.task.name}.{context.number}")) as database,
                        self._attempt(context, database) as attempt,
                    ):
                        self._run_sql(attempt, statements, "VIEW")
            case other:
                raise TypeError(f"no action for SQL: {other}")
        return attempt.outcome

    def poll_progress(self) -> None:
        """Tell how far the queries are, and interrupt those that are to end. To be called some times a second."""
        moved: list[tuple[_Attempt, float]] = []
        with self._lock:
            for attempt in self._attempts.values():
                context = attempt.context
                if context.deadline is not None and time.monotonic() >= context.deadline:
                    attempt.timed_out = True
                if attempt.timed_out or context.stop.requested:
                    attempt.cursor.interrupt()
                elif attempt.writing:
                    fraction = min(1.0, attempt.cursor.query_progress() / 100)
                    if fraction >= attempt.progress + PROGRESS_STEP:
                        attempt.progress = fraction
                        moved.append((attempt, fraction))
        for attempt, fraction in moved:
            attempt.context.emit_progress(fraction)

    def count_rows(self, path: Path) -> int:
        """The rows of a Parquet file that a task wrote by itself. Raises ActionFailed if it is none."""
        with closing(self._database.cursor()) as cursor:
            try:
                counted = cursor.execute(f"FROM {_parquet(path)} SELECT count(*)").fetchone()
            except duckdb.Error as error:
                raise ActionFailed(
                    "the result that the task wrote is no whole Parquet file: write Parquet to the path that the "
                    "task is given, and close the file"
                ) from error
        assert counted is not None
        return int(counted[0])

    def close(self) -> None:
        """End the DuckDB. To be called when no attempt runs."""
        self._database.close()

    @contextmanager
    def _attempt(self, context: AttemptContext, database: duckdb.DuckDBPyConnection) -> Iterator[_Attempt]:
        """An attempt with its cursor, which can be stopped as long as the context lasts."""
        attempt = _Attempt(context, database.cursor())
        with self._lock:
            self._attempts[id(attempt)] = attempt
        context.stop.on_request(attempt.cursor.interrupt)
        try:
            self._execute(attempt, Statement(CURSOR_SETTINGS))
            yield attempt
            attempt.check()
        except BaseException:
            context.result_path.unlink(missing_ok=True)
            raise
        finally:
            context.stop.clear_callback()
            with self._lock:
                del self._attempts[id(attempt)]
            attempt.cursor.close()

    def _split(self, action: SqlAction, context: AttemptContext) -> Statements:
        with closing(self._database.cursor()) as cursor:
            try:
                return split_statements(cursor, action.sql)
            except duckdb.Error as error:
                raise failure_of(error, context, Statement(action.sql)) from error

    def _run_sql(self, attempt: _Attempt, statements: Statements, view: str) -> None:
        _check_names(attempt.context)
        for name, path in attempt.context.inputs.items():
            self._execute(attempt, Statement(f"CREATE {view} {_identifier(name)} AS FROM {_parquet(path)}"))
        for statement in statements.before:
            self._execute(attempt, statement)
            self._add_costs(attempt)
        select = self._lossless_select(attempt, statements)
        self._write(attempt, statements.query.wrapped(*select))

    def _lossless_select(self, attempt: _Attempt, statements: Statements) -> tuple[str, str]:
        """What to write before and after the query, so that its rows are written without a loss."""
        described = self._execute(attempt, statements.query.wrapped("DESCRIBE (", ")")).fetchall()
        names = Counter(row[0].lower() for row in described)
        twice = sorted(name for name, count in names.items() if count > 1)
        if twice:
            attempt.context.say(f"columns of the same name: {', '.join(twice)}; all but the first get a number")
        exact = [
            f"CAST({_identifier(name)} AS {EXACT_TYPES[kind]}) AS {_identifier(name)}"
            for name, kind, *_ in described
            if kind in EXACT_TYPES and names[name.lower()] == 1
        ]
        end = f") {_target(attempt.context)}"
        if not exact or twice:
            return "COPY (", end
        return "COPY (FROM (", f") SELECT * REPLACE ({', '.join(exact)}){end}"

    def _write(self, attempt: _Attempt, copy: Statement) -> None:
        """Execute the query whose rows are the task's result."""
        attempt.writing = True
        counted = self._execute(attempt, copy).fetchall()
        attempt.writing = False
        path = attempt.context.result_path
        attempt.outcome.rows = int(counted[0][0]) if counted else self.count_rows(path)  # none for a PIVOT
        attempt.outcome.bytes = path.stat().st_size
        profile = self._add_costs(attempt)
        write_profile(attempt.context.profile_path, profile)

    def _execute(self, attempt: _Attempt, statement: Statement) -> duckdb.DuckDBPyConnection:
        attempt.check()
        try:
            return attempt.cursor.execute(statement.text)
        except duckdb.Error as error:
            attempt.check()  # whatever an interrupted query says, that is the reason
            attempt.context.log.write("runner", for_the_log(str(error)).encode(errors="replace"))
            raise failure_of(error, attempt.context, statement) from error

    def _add_costs(self, attempt: _Attempt) -> str:
        """Add what the last statement used to the outcome; returns its profile."""
        text = str(attempt.cursor.get_profiling_information())
        profile, outcome = parse_profile(text), attempt.outcome
        if profile is not None:
            outcome.cpu_s = (outcome.cpu_s or 0) + profile.cpu_s
            outcome.rss_bytes = max(outcome.rss_bytes or 0, profile.peak_bytes)
            outcome.read_bytes = (outcome.read_bytes or 0) + profile.read_bytes
            outcome.written_bytes = (outcome.written_bytes or 0) + profile.written_bytes
        return text

    def _connect(self, name: str) -> duckdb.DuckDBPyConnection:
        settings: dict[str, str | bool | int | float | list[str]] = {
            "temp_directory": str(self._spill / f"duckdb-{name}"),
            # Results are replaced under their names, and no cache may ever answer with what was there before.
            "enable_external_file_cache": False,
            # Else a name in SQL that is no table may stand for a variable of this program.
            "python_enable_replacements": False,
        }
        if "," not in str(self._folder):  # it would end the path; the process's own folder is searched anyway
            settings["file_search_path"] = str(self._folder)
        return duckdb.connect(config=settings)


def reader_of(action: PathAction, folder: Path) -> str:
    """The table function, with its arguments, that reads the data of a pipeline in *folder*."""
    # DuckDB would take any folder above the pipeline's that is named key=value for a column.
    path = PurePath(action.path)
    own = path.relative_to(folder) if path.is_relative_to(folder) else path
    hive = any("=" in part for part in own.parent.parts)
    return READERS[action.format].format(paths=_literal(action.path), hive=str(hive).lower())


def _check_names(context: AttemptContext) -> None:
    seen: dict[str, str] = {}
    for name in context.inputs:
        other = seen.setdefault(name.lower(), name)
        if other != name:
            raise ActionFailed(
                f"SQL cannot tell {other} from {name}, as it ignores upper and lower case: rename one of them"
            )


def _target(context: AttemptContext) -> str:
    return f"TO {_literal(str(context.result_path))} (FORMAT parquet)"


def _parquet(path: Path) -> str:
    return f"read_parquet({_literal(str(path))}, hive_partitioning = false)"


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
