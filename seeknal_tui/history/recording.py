"""Writing one run into the history, piece by piece.

A run has a row from its beginning. Its events follow in batches, each a transaction, so that what the file holds is the
beginning of the run at any instant. The row says ``running`` until the run has ended: if nobody holds the lock of the
run any more, it was killed.
"""

from __future__ import annotations

import hashlib
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
        self._bytes = 0
        self._began = time.monotonic()
        self._written_at = self._began
        self._connection = open_to_write(database_path(pipeline.folder))
        try:
            with transaction(self._connection):
                self._write_row(started)
        except BaseException:
            self.close()
            raise

    @property
    def has_ended(self) -> bool:
        """Whether all events of the run have been written."""
        return bool(self._state.runs) and not self._state.is_running

    def _write_row(self, started: RunStarted) -> None:
        execute = self._connection.execute
        text = json.dumps(definition.to_object(self._pipeline), separators=(",", ":"))
        digest = hashlib.sha256(text.encode()).hexdigest()
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
        """Add the next events of the run."""
        pieces = list(pack_events(events))
        with transaction(self._connection):
            rows = [(self._run_id, self._batches + number, piece) for number, piece in enumerate(pieces)]
            self._connection.executemany("INSERT INTO batches VALUES (?, ?, ?)", rows)
        self._batches += len(pieces)
        self._bytes += sum(map(len, pieces))
        self._state.apply_all(events)
        self._written_at = time.monotonic()

    def finish(self) -> None:
        """Add what the run came down to, after its last event."""
        with transaction(self._connection):
            write_outcome(self._connection, self._run_id, outcome_of(self._state, self._hold_up), self._bytes)

    def keep_alive(self) -> None:
        """Write down now and then that the run lives still, although nothing happens in it."""
        now = time.monotonic()
        if now - self._written_at >= ALIVE_EVERY_S:
            self._written_at = now
            self._connection.execute("UPDATE runs SET wall_s = ? WHERE run_id = ?", (now - self._began, self._run_id))

    def close(self) -> None:
        """Let go of the file, whether the run has ended or not."""
        self._connection.close()


def write_outcome(connection: sqlite3.Connection, run_id: str, outcome: Outcome, size: int) -> None:
    """Fill in what is known of a run only when it has ended; *size* is that of its events in bytes."""
    tasks = pack(outcome.tasks)
    connection.execute("INSERT OR REPLACE INTO outcomes VALUES (?, ?)", (run_id, tasks))
    connection.execute(
        "UPDATE runs SET status = ?, wall_s = ?, task_s = ?, max_parallel = ?, counts = ?, holdup = ?, holdup_s = ?,"
        " bytes = ? WHERE run_id = ?",
        (
            outcome.status,
            outcome.wall_s,
            outcome.task_s,
            outcome.max_parallel,
            json.dumps(outcome.counts),
            outcome.holdup,
            outcome.holdup_s,
            size + len(tasks),
            run_id,
        ),
    )
