"""Writing one run into the history, piece by piece.

A run has a row from its beginning. Its events follow in batches, each a transaction, so that what the file holds is the
beginning of the run at any instant. The row says ``running`` until the run has ended: if nobody holds the lock of the
run any more, it was killed.
"""

from __future__ import annotations

import json
import sqlite3
import time
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from seeknal_tui.history import definition
from seeknal_tui.history.database import database_path, open_to_write
from seeknal_tui.history.encoding import FASTEST, VOCABULARY, pack, pack_events
from seeknal_tui.history.outcomes import HoldUp, Outcome, outcome_of
from seeknal_tui.pipeline.model import Pipeline
from seeknal_tui.run.events import Event, RunStarted, RunStatus
from seeknal_tui.run.state import RunState

ALIVE_EVERY_S = 5.0
"""How often a run without events is known to live still, and so how exactly it is known when it was killed."""


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All of it or nothing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # SQLite itself rolls back after some errors
            connection.execute("ROLLBACK")
        raise


class Recording:
    """One run on its way into the history; to be used by one thread.

    Whatever cannot be written raises HistoryUnusable, sqlite3.Error or OSError, and may be tried again with the same
    events.
    """

    def __init__(self, pipeline: Pipeline, started: RunStarted, hold_up: HoldUp | None) -> None:
        self._pipeline = pipeline
        self._hold_up = hold_up
        self._state = RunState(pipeline)
        self._run_id = started.run_id
        self._batches = 0
        self._began = time.monotonic()
        self._written_at = self._began
        self._started = started
        self._connection = open_to_write(database_path(pipeline.folder))

    @property
    def has_ended(self) -> bool:
        """Whether all events of the run have been written."""
        return bool(self._state.runs) and not self._state.is_running

    def _write_row(self) -> None:
        started, execute = self._started, self._connection.execute
        text = definition.to_text(self._pipeline)
        digest = definition.digest_of(text)
        if not execute("SELECT 1 FROM definitions WHERE hash = ?", (digest,)).fetchone():
            execute("INSERT INTO definitions VALUES (?, ?)", (digest, zlib.compress(text.encode(), FASTEST)))
        execute("INSERT OR IGNORE INTO vocabularies (words) VALUES (?)", (VOCABULARY,))
        execute("DELETE FROM runs WHERE run_id = ?", (started.run_id,))  # ids are drawn: once in an age one comes twice
        execute(
            "INSERT INTO runs (run_id, file, pipeline, environment, started_at, status, max_parallel, selected,"
            " definition, vocabulary) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?,"
            " (SELECT number FROM vocabularies WHERE words = ?))",
            (
                started.run_id,
                self._pipeline.file.name if self._pipeline.file else "",
                started.pipeline,
                started.environment,
                started.started_at,
                RunStatus.RUNNING,
                started.max_parallel,
                started.selected,
                digest,
                VOCABULARY,
            ),
        )

    def write(self, events: Sequence[Event]) -> None:
        """Add the next events of the run; the row comes with the first, so that none is ever without its beginning."""
        pieces = list(pack_events(events))
        with transaction(self._connection):
            if not self._batches:
                self._write_row()
            rows = [(self._run_id, self._batches + number, piece) for number, piece in enumerate(pieces)]
            self._connection.executemany("INSERT INTO batches VALUES (?, ?, ?)", rows)
        self._batches += len(pieces)
        self._state.apply_all(events)
        self._written_at = time.monotonic()

    def finish(self) -> str:
        """Add what the run came down to, after its last event; then tidy up behind runs that were killed, or too many.

        Returns what the user is to be told of that; nothing if all is well.
        """
        # Imported here: they read what is written here.
        from seeknal_tui.history.limits import load_limits  # noqa: PLC0415
        from seeknal_tui.history.pruning import (  # noqa: PLC0415
            close_killed,
            prune,
            remove_unrecorded_logs,
            size_of_logs,
        )

        folder = self._pipeline.folder
        logs = size_of_logs(folder, self._pipeline.environment, self._run_id)
        with transaction(self._connection):
            write_outcome(self._connection, self._run_id, outcome_of(self._state, self._hold_up), logs)
        close_killed(self._connection, folder, self._hold_up)
        limits, problem = load_limits()
        if problem:
            return f"old runs are not being removed, as the config file is not clear about which: {problem}"
        prune(self._connection, folder, limits)
        remove_unrecorded_logs(self._connection, folder)
        return ""

    def keep_alive(self) -> None:
        """Write down now and then that the run lives still, although nothing happens in it."""
        now = time.monotonic()
        if now - self._written_at >= ALIVE_EVERY_S:
            self._written_at = now
            self._connection.execute("UPDATE runs SET wall_s = ? WHERE run_id = ?", (now - self._began, self._run_id))

    def close(self) -> None:
        """Let go of the file, whether the run has ended or not."""
        self._connection.close()


def write_outcome(connection: sqlite3.Connection, run_id: str, outcome: Outcome, size_of_logs: int = 0) -> None:
    """Fill in what is known of a run only when it has ended."""
    tasks = pack(outcome.tasks)
    connection.execute("INSERT OR REPLACE INTO outcomes VALUES (?, ?)", (run_id, tasks))
    connection.execute(
        "UPDATE runs SET status = ?, wall_s = ?, task_s = ?, max_parallel = ?, counts = ?, holdup = ?, holdup_s = ?,"
        " bytes = ? + (SELECT ifnull(sum(length(events)), 0) FROM batches WHERE batches.run_id = runs.run_id)"
        " WHERE run_id = ?",
        (
            outcome.status,
            outcome.wall_s,
            outcome.task_s,
            outcome.max_parallel,
            json.dumps(outcome.counts),
            outcome.holdup,
            outcome.holdup_s,
            size_of_logs + len(tasks),
            run_id,
        ),
    )
