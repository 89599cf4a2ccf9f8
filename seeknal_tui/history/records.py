"""How the latest result of each task came to be: kept in the history, read to find out what has changed.

A record stands for one *execution* of a task, names those of the upstream tasks whose results it read, and knows the
stat of the result file that it wrote. Whatever becomes of the file otherwise (a kill between the renaming and the
record, another program, a run that was not recorded) shows in the stat.
"""

from __future__ import annotations

import json
import queue
import sqlite3
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from seeknal_tui.history.database import HistoryUnusable, database_path, open_to_read, open_to_write, reason
from seeknal_tui.history.file_states import FileState, Stat
from seeknal_tui.history.fingerprints import Fingerprint
from seeknal_tui.pipeline.model import Pipeline

PRODUCTION = ""
RETRY_EVERY_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One execution of a task that succeeded."""

    execution: str
    made_from: Fingerprint
    upstream: Mapping[str, str]
    """The execution of each upstream task whose result it read; empty where that was not known."""
    result: Stat | None
    """Of the file of its rows; None if there was none."""


@dataclass(slots=True)
class Records:
    """What is known of the results of one environment."""

    tasks: dict[str, Record] = field(default_factory=dict)
    outputs: dict[str, str] = field(default_factory=dict)
    """The digest of each path of ``outputs``, as the task left it that wrote there last."""


def read_records(pipeline: Pipeline, environment: str) -> Records:
    """What the history knows of an environment; nothing if there is none that can be read."""
    found = Records()
    if pipeline.file is None:
        return found
    try:
        connection = open_to_read(database_path(pipeline.folder))
        if connection is None:
            return found
        try:
            query = "SELECT task, data FROM results WHERE file = ? AND environment = ?"
            for task, data in connection.execute(query, (pipeline.file.name, environment)):
                found.tasks[task] = from_json(data)
            query = "SELECT path, digest FROM outputs WHERE environment = ?"
            found.outputs.update(connection.execute(query, (environment,)).fetchall())
        finally:
            connection.close()
    except (HistoryUnusable, sqlite3.Error, OSError, ValueError, KeyError, TypeError):
        return Records()  # what cannot be read is not known, and is made anew
    return found


def forget_environment(pipeline: Pipeline, environment: str) -> None:
    """Remove what is known of the results of an environment, whichever file of the folder they are of.

    Raises HistoryUnusable, sqlite3.Error or OSError.
    """
    path = database_path(pipeline.folder)
    if not path.is_file():
        return
    connection = open_to_write(path)
    try:
        of_it = [(environment,)]
        statements = ("DELETE FROM results WHERE environment = ?", "DELETE FROM outputs WHERE environment = ?")
        _write_batch(connection, [(statement, of_it) for statement in statements])
    finally:
        connection.close()


class RecordWriter:
    """Writes records in a thread of its own, for which nobody waits but who asks for it.

    What cannot be written is tried again, in its order, now and then and when the thread ends. Nobody waits for that.
    What could not be written then is given up: the task is run again next time.
    """

    def __init__(self, pipeline: Pipeline) -> None:
        self.problem = ""
        """Why the latest records could not be written; empty if they could."""
        self._file = pipeline.file.name if pipeline.file else ""
        self._environment = pipeline.environment
        self._path = database_path(pipeline.folder)
        self._queue: queue.SimpleQueue[tuple[str, Iterable[Any]] | threading.Event | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def keep(self, records: Mapping[str, Record], outputs: Mapping[str, str]) -> None:
        """Write those records, by task, and the states of paths of ``outputs``."""
        rows = [(self._file, self._environment, task, to_json(record)) for task, record in records.items()]
        self._put("INSERT OR REPLACE INTO results VALUES (?, ?, ?, ?)", rows)
        if outputs:
            states = [(self._environment, path, digest) for path, digest in outputs.items()]
            self._put("INSERT OR REPLACE INTO outputs VALUES (?, ?, ?)", states)

    def forget(self, task: str) -> None:
        """Remove what is known of a task; it is gone from the disk when this returns, if that can be written."""
        row = (self._file, self._environment, task)
        self._put("DELETE FROM results WHERE file = ? AND environment = ? AND task = ?", [row])
        self.wait()

    def wait(self) -> None:
        """Wait until everything has been written, or has been tried."""
        if self._thread is not None:
            written = threading.Event()
            self._queue.put(written)
            written.wait()

    def _put(self, statement: str, rows: Iterable[Any]) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._write, name="records", daemon=True)
            self._thread.start()
        self._queue.put((statement, rows))

    def end(self) -> None:
        """End the thread; a later record starts another."""
        if self._thread is not None:
            self._queue.put(None)
            self._thread.join()
            self._thread = None

    def _write(self) -> None:
        connection: sqlite3.Connection | None = None
        unwritten: list[tuple[str, Iterable[Any]]] = []
        retry_at = 0.0
        over = False
        while not over:
            batch = [self._queue.get()]
            while not self._queue.empty():
                batch.append(self._queue.get())
            over = None in batch
            unwritten += [one for one in batch if isinstance(one, tuple)]
            if over or time.monotonic() >= retry_at:  # each try may take a while, in which a task does not begin
                try:
                    connection = connection or self._connect()
                    _write_batch(connection, unwritten)
                    self.problem, unwritten, retry_at = "", [], 0.0
                except (HistoryUnusable, sqlite3.Error, OSError) as error:
                    self.problem, retry_at = reason(error, self._path), time.monotonic() + RETRY_EVERY_S
            for event in [one for one in batch if isinstance(one, threading.Event)]:
                event.set()
        if connection is not None:
            connection.close()

    def _connect(self) -> sqlite3.Connection:
        connection = open_to_write(self._path)
        # A kill loses nothing of what was committed, and after a power cut the results' stats tell what is missing.
        connection.execute("PRAGMA synchronous = NORMAL")
        return connection


def _write_batch(connection: sqlite3.Connection, batch: list[tuple[str, Iterable[Any]]]) -> None:
    if not batch:
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        for statement, rows in batch:
            connection.executemany(statement, rows)
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def to_json(record: Record) -> str:
    """A record as text."""
    made = record.made_from
    found: dict[str, Any] = {name: getattr(made, name) for name in Fingerprint.__slots__}
    found["files"] = {file: [state.stat, state.settled, state.digest] for file, state in made.files.items()}
    found = {name: value for name, value in found.items() if value}
    return json.dumps(
        {"execution": record.execution, "made_from": found, "upstream": record.upstream, "result": record.result},
        separators=(",", ":"),
    )


def from_json(text: str) -> Record:
    """The record. Raises ValueError, KeyError or TypeError for a text that is none."""
    found: dict[str, Any] = json.loads(text)
    made = found["made_from"]
    files = {
        file: FileState(tuple(stat), settled, digest) for file, (stat, settled, digest) in made.get("files", {}).items()
    }
    for name in ("paths", "maybe"):
        made[name] = tuple(made.get(name, ()))
    result = found["result"]
    return Record(
        execution=found["execution"],
        made_from=Fingerprint(**{**made, "files": files}),
        upstream=found["upstream"],
        result=None if result is None else tuple(result),
    )
