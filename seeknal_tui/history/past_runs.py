"""The runs of the past, and the one that goes on, read from the history of a folder.

Reading writes nothing, so that it works where nothing may be written, and never disturbs a run that is being recorded.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

from seeknal_tui.history import definition
from seeknal_tui.history.database import HistoryUnusable, as_told, database_path, open_to_read
from seeknal_tui.history.encoding import EventReader, unpack
from seeknal_tui.history.outcomes import HoldUp, Outcome, ending_of, measured_in, outcome_of, statuses_in
from seeknal_tui.pipeline.comparison import compare_pipelines
from seeknal_tui.pipeline.model import Pipeline
from seeknal_tui.run.events import Event, RunStatus
from seeknal_tui.run.expected import LATEST
from seeknal_tui.run.measured import Measured, Measurements
from seeknal_tui.run.run_lock import running_owner
from seeknal_tui.run.state import RunState
from seeknal_tui.safe_text import one_line

__all__ = ["HistoryUnusable", "NoSuchRun", "PastRun", "PastRuns", "RunRecord"]

LOOKED_THROUGH = 100
"""How many runs back is looked for what a task took, or how it ended."""
LATEST_RUNS, MOST_MEASURED = 20, 50_000
"""Of how many of its latest runs is told what a task took. Each takes 7 µs to be read: of many thousands of tasks
fewer are, but as many as are expected from."""


class NoSuchRun(Exception):  # noqa: N818 - named as the user reads it
    """There is no such run; the message says which there are."""


@dataclass(frozen=True, slots=True)
class RunRecord:
    """A run in the list of runs; times in seconds."""

    run_id: str
    file: str
    """The name of the pipeline file."""
    pipeline: str
    environment: str
    """Empty for production."""
    started_at: float
    """Seconds since 1970."""
    status: RunStatus
    wall_s: float
    task_s: float
    max_parallel: int
    selected: str
    """What was asked for, as ``--select`` would say it; empty for everything."""
    counts: dict[str, int]
    """How many tasks ended in each way."""
    holdup: str
    """The task that held the run up most: the longest on its critical path. Empty if none did, or the run lives."""
    holdup_s: float
    """How long it ran."""

    @property
    def speedup(self) -> float:
        """How much faster than one after the other: ``task_s / wall_s``."""
        return self.task_s / self.wall_s if self.wall_s > 0 else 1.0


@dataclass(frozen=True, slots=True)
class PastRun:
    """A run with all that happened in it."""

    record: RunRecord
    pipeline: Pipeline
    """As it was then."""
    events: list[Event]
    """As they were recorded, and for a run that was killed those that end it."""

    def state(self) -> RunState:
        """The fold of the events."""
        state = RunState(self.pipeline)
        state.apply_all(self.events)
        return state


class _Kept(NamedTuple):
    """What is kept of a run that ended."""

    run_id: str
    started_at: float
    definition: str
    """Stands for what its pipeline was."""
    tasks: dict[str, Any]


_COLUMNS = (
    "run_id, file, pipeline, environment, started_at, status, wall_s, task_s, max_parallel, selected, counts, holdup,"
    " holdup_s"
)


class PastRuns:
    """The history of the pipelines in a folder.

    Every method raises HistoryUnusable, with a message for the user, where the history cannot be read. A history that
    does not exist is one without runs.
    """

    def __init__(self, folder: Path) -> None:
        """*folder* is that of the pipeline file."""
        self._folder = folder
        self._path = database_path(folder)

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection | None]:
        connection = None
        try:
            connection = open_to_read(self._path)
            yield connection
        except (sqlite3.OperationalError, sqlite3.InterfaceError, ValueError) as error:
            raise HistoryUnusable(f"the history {self._path} cannot be read: {error}") from error
        except sqlite3.DatabaseError as error:
            raise as_told(error, self._path) from error
        finally:
            if connection is not None:
                connection.close()

    def runs(
        self, limit: int | None = None, environment: str | None = None, file: str | None = None
    ) -> list[RunRecord]:
        """The runs, newest first, of one environment or pipeline file (by its name) if that is asked for."""
        with self._reading() as connection:
            if connection is None:
                return []
            return [self._record(connection, row) for row in _rows(connection, limit, environment, file)]

    def find(self, beginning: str = "", file: str | None = None) -> RunRecord:
        """The run whose id begins so, the latest one without a beginning. Raises NoSuchRun."""
        with self._reading() as connection:
            if connection is None or not (latest := _rows(connection, 1, None, file)):
                raise NoSuchRun(self.none_of(file))
            if not beginning:
                return self._record(connection, latest[0])
            found = connection.execute(
                f"SELECT {_COLUMNS} FROM runs WHERE substr(run_id, 1, ?) = ? LIMIT 2",  # noqa: S608 - a constant of ours
                (len(beginning), beginning),
            ).fetchall()
            if not found:
                raise NoSuchRun(f"there is no run {one_line(beginning)}: seeknal-tui history lists them")
            if len(found) > 1:
                raise NoSuchRun(f"several runs begin with {one_line(beginning)}: write more of the run's id")
            return self._record(connection, found[0])

    def none_of(self, file: str | None) -> str:
        """What to tell where there is no run, of that pipeline file (by its name) or of any."""
        of = f" of {one_line(file)}" if file else ""
        do = f": run it with seeknal-tui run {one_line(str(self._folder / file))}" if file else ""
        where = one_line(str(self._path))
        return f"nothing has been run here yet, or it could not be recorded: there is no run{of} in {where}{do}"

    def load(self, run_id: str) -> PastRun:
        """A run with all its events. Raises NoSuchRun."""
        with self._reading() as connection:
            row = None if connection is None else _row(connection, run_id)
            if connection is None or row is None:
                raise NoSuchRun(f"there is no run {one_line(run_id)}: seeknal-tui history lists them")
            alive = self._is_alive(row)
            pipeline = self._pipeline(connection, run_id)
            events, _ = _events(connection, run_id, 0)
            if not alive:
                state = RunState(pipeline)
                state.apply_all(events)
                events += ending_of(state, row[6]) if state.is_running else []
            return PastRun(self._record(connection, row), pipeline, events)

    def events_after(self, run_id: str, batch: int = 0) -> tuple[list[Event], int]:
        """What has been recorded of a run from a batch on, and the batch to ask from the next time."""
        with self._reading() as connection:
            return ([], batch) if connection is None else _events(connection, run_id, batch)

    def measurements(self, pipeline: Pipeline, latest: int | None = None) -> Measurements:
        """What the tasks of a pipeline took in their *latest* runs in its environment: 20, or fewer of many tasks.

        A task that has not been run in it is given with what it took in production, and one that was edited with what
        it took before as long as it has not been run since. Where the history cannot be read, nothing is known.
        """
        if latest is None:
            latest = max(LATEST, min(LATEST_RUNS, MOST_MEASURED // max(1, len(pipeline.tasks))))
        found: dict[str, list[Measured]] = {}
        try:
            for environment in dict.fromkeys([pipeline.environment, ""]):
                found = {**self._measured(pipeline, environment, latest), **found}
        except HistoryUnusable:
            return {}
        return found

    def _measured(self, pipeline: Pipeline, environment: str, latest: int) -> dict[str, list[Measured]]:
        newest_first: dict[str, list[Measured]] = {}
        missing = set(pipeline.numbers)
        edits = {definition.digest_of(definition.to_text(pipeline)): frozenset[str]()}
        for run in self._outcomes(pipeline, environment):
            if run.definition not in edits:
                edits[run.definition] = self._edited(pipeline, run.run_id)
            for name, attempts in measured_in(run.tasks, run.run_id, run.started_at).items():
                if name in missing:
                    known = newest_first.setdefault(name, [])
                    edited = name in edits[run.definition]
                    known += (replace(one, edited=True) if edited else one for one in reversed(attempts))
                    if len(known) >= latest:
                        missing.discard(name)
            if not missing:
                break
        return {name: _of_now(known)[latest - 1 :: -1] for name, known in newest_first.items()}

    def _edited(self, pipeline: Pipeline, run_id: str) -> frozenset[str]:
        """The tasks that do something else now than in that run."""
        with self._reading() as connection:
            assert connection is not None
            return frozenset(compare_pipelines(self._pipeline(connection, run_id), pipeline).to_run)

    def statuses(self, pipeline: Pipeline) -> dict[str, str]:
        """How each task of a pipeline ended when it was last run in its environment; not of one that never was.

        Where the history cannot be read, nothing is known of any task.
        """
        found: dict[str, str] = {}
        try:
            for run in self._outcomes(pipeline, pipeline.environment):
                found = {**statuses_in(run.tasks), **found}
                if len(found) == len(pipeline.tasks):
                    break
        except HistoryUnusable:
            return {}
        return found

    def _outcomes(self, pipeline: Pipeline, environment: str) -> Iterator[_Kept]:
        """The latest runs that ended, newest first."""
        with self._reading() as connection:
            if connection is None:
                return
            file = pipeline.file.name if pipeline.file else ""
            for row in _rows(connection, LOOKED_THROUGH, environment, file):
                run_id, started_at = row[0], row[4]
                digest, kept = connection.execute(
                    "SELECT definition, data FROM runs LEFT JOIN outcomes USING (run_id) WHERE run_id = ?", (run_id,)
                ).fetchone()
                if kept is not None:
                    yield _Kept(run_id, started_at, digest, unpack(kept))
                elif not self._is_alive(row):
                    yield _Kept(run_id, started_at, digest, outcome_of(self._state(connection, row), None).tasks)

    def killed(self, hold_up: HoldUp | None) -> list[tuple[str, Outcome]]:
        """The runs that were killed and of which the numbers have not been written, with these."""
        with self._reading() as connection:
            if connection is None:
                return []
            rows = connection.execute(
                f"SELECT {_COLUMNS} FROM runs WHERE status = ?",  # noqa: S608
                (RunStatus.RUNNING,),
            ).fetchall()
            dead = [row for row in rows if not self._is_alive(row)]
            return [(row[0], outcome_of(self._state(connection, row), hold_up)) for row in dead]

    def _is_alive(self, row: tuple[Any, ...]) -> bool:
        """Whether the process that executes the run lives, and has not written all of it."""
        if row[5] != RunStatus.RUNNING:
            return False
        run_id, file, name, environment, *_ = row
        owner = running_owner(Pipeline(name, (), file=self._folder / file, environment=environment).target)
        return owner is not None and owner.run_id == run_id

    def _record(self, connection: sqlite3.Connection, row: tuple[Any, ...]) -> RunRecord:
        values = [*row[:5], RunStatus(row[5]), *row[6:10], json.loads(row[10]), *row[11:]]
        if row[5] == RunStatus.RUNNING:  # its numbers are written when it ends
            outcome = outcome_of(self._state(connection, row), None)
            values[5] = outcome.status
            values[6:9] = [max(row[6], outcome.wall_s), outcome.task_s, outcome.max_parallel]
            values[10] = outcome.counts
        return RunRecord(*values)

    def _state(self, connection: sqlite3.Connection, row: tuple[Any, ...]) -> RunState:
        """The state of a run whose numbers have not been written; ended, if it was killed."""
        alive = self._is_alive(row)  # asked first: a run that has let go of its lock has written all its events
        state = RunState(self._pipeline(connection, row[0]))
        state.apply_all(_events(connection, row[0], 0)[0])
        if state.is_running and not alive:
            state.apply_all(ending_of(state, row[6]))
        return state

    def _pipeline(self, connection: sqlite3.Connection, run_id: str) -> Pipeline:
        found = connection.execute(
            "SELECT data FROM definitions JOIN runs ON definition = hash WHERE run_id = ?", (run_id,)
        ).fetchone()
        if found is None:
            raise ValueError(f"the definition of the run {run_id} is gone")
        return definition.from_object(unpack(found[0]), self._folder)


def _of_now(known: list[Measured]) -> list[Measured]:
    """What the task took doing what it does now; all of it, if it never did."""
    return [one for one in known if not one.edited] or known


def _rows(
    connection: sqlite3.Connection, limit: int | None, environment: str | None, file: str | None
) -> list[tuple[Any, ...]]:
    return connection.execute(
        f"SELECT {_COLUMNS} FROM runs WHERE environment = ifnull(:environment, environment)"  # noqa: S608
        " AND file = ifnull(:file, file) ORDER BY started_at DESC, rowid DESC LIMIT :limit",
        {"environment": environment, "file": file, "limit": -1 if limit is None else limit},
    ).fetchall()


def _row(connection: sqlite3.Connection, run_id: str) -> tuple[Any, ...] | None:
    found: tuple[Any, ...] | None = connection.execute(
        f"SELECT {_COLUMNS} FROM runs WHERE run_id = ?",  # noqa: S608
        (run_id,),
    ).fetchone()
    return found


def _events(connection: sqlite3.Connection, run_id: str, batch: int) -> tuple[list[Event], int]:
    """The events of a run from a batch on, and the number of the batch after the last."""
    pieces = connection.execute(
        "SELECT events, number FROM batches WHERE run_id = ? AND number >= ? ORDER BY number", (run_id, batch)
    ).fetchall()
    found = connection.execute(
        "SELECT words FROM vocabularies JOIN runs ON vocabulary = vocabularies.number WHERE run_id = ?", (run_id,)
    ).fetchone()
    if found is None or not pieces:
        return [], batch
    return list(EventReader(found[0]).read(piece for piece, _ in pieces)), pieces[-1][1] + 1
