"""The file of the history: one SQLite database for all runs of the pipelines of a folder, whatever their environment.

It stands in ``target/.seeknal_tui/`` beside the pipeline file. SQLite's write-ahead log lets any number of processes
read while one writes. ``synchronous`` is ``FULL``: a commit is on the disk before the next thing happens, so that a
power cut takes no more than a kill does. It costs an fsync a commit, a few times a second, in a thread for which nobody
waits; ``NORMAL`` would cost none, and lose what the system had not written yet.

The number of the schema is SQLite's ``user_version``: how many of :data:`MIGRATIONS` were applied. A new file goes
through all of them, so that none of them is ever untried. A file of a later version is left alone.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from seeknal_tui.run.results import PRIVATE

MIGRATIONS = (
    """
    CREATE TABLE definitions (hash TEXT PRIMARY KEY, data BLOB NOT NULL);
    CREATE TABLE vocabularies (number INTEGER PRIMARY KEY, words TEXT NOT NULL UNIQUE);
    CREATE TABLE runs (
        run_id TEXT PRIMARY KEY,
        file TEXT NOT NULL,
        pipeline TEXT NOT NULL,
        environment TEXT NOT NULL,
        started_at REAL NOT NULL,
        status TEXT NOT NULL,
        wall_s REAL NOT NULL DEFAULT 0,
        task_s REAL NOT NULL DEFAULT 0,
        max_parallel INTEGER NOT NULL,
        selected TEXT NOT NULL,
        counts TEXT NOT NULL DEFAULT '{}',
        holdup TEXT NOT NULL DEFAULT '',
        holdup_s REAL NOT NULL DEFAULT 0,
        bytes INTEGER NOT NULL DEFAULT 0,
        definition TEXT NOT NULL REFERENCES definitions,
        vocabulary INTEGER NOT NULL REFERENCES vocabularies
    );
    CREATE INDEX runs_by_time ON runs (started_at);
    CREATE TABLE batches (
        run_id TEXT NOT NULL REFERENCES runs ON DELETE CASCADE,
        number INTEGER NOT NULL,
        events BLOB NOT NULL,
        PRIMARY KEY (run_id, number)
    );
    CREATE TABLE outcomes (run_id TEXT PRIMARY KEY REFERENCES runs ON DELETE CASCADE, data BLOB NOT NULL);
    """,
    """
    CREATE TABLE results (
        file TEXT NOT NULL,
        environment TEXT NOT NULL,
        task TEXT NOT NULL,
        data TEXT NOT NULL,
        PRIMARY KEY (file, environment, task)
    );
    CREATE TABLE outputs (
        environment TEXT NOT NULL,
        path TEXT NOT NULL,
        digest TEXT NOT NULL,
        PRIMARY KEY (environment, path)
    );
    """,
)
"""What makes a schema of each version out of the one before."""

PATIENCE_S = 2.0
"""How long to wait for another process that writes."""
HINTS = {
    "locked": ", which another program holds",
    "full": "; make room there",
    "readonly": "; make the folder writable",
    "unable to open": "; make the folder writable",
}
"""What SQLite's words for trouble mean for the user."""


class HistoryUnusable(Exception):  # noqa: N818 - it is a state of the file, told as it is
    """The history cannot be read or written, and trying again would not help; the message says why and what to do."""


def database_path(folder: Path) -> Path:
    """The history of the pipelines in *folder*."""
    return folder / "target" / PRIVATE / "history.sqlite"


def open_to_write(path: Path) -> sqlite3.Connection:
    """A connection that writes, the file made or brought to this version where needed.

    Raises HistoryUnusable, sqlite3.Error or OSError.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = _connect(f"{_uri(path)}?mode=rwc")
    try:
        if not _version(connection, path):
            connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        migrate(connection, path)
    except sqlite3.DatabaseError as error:
        connection.close()
        raise as_told(error, path) from error
    except BaseException:
        connection.close()
        raise
    return connection


def open_to_read(path: Path) -> sqlite3.Connection | None:
    """A connection that only reads; None if there is no history yet.

    Raises HistoryUnusable or sqlite3.Error.
    """
    if not path.exists():
        return None
    connection = _connect(f"{_uri(path)}?mode=ro")
    try:
        try:
            version = _version(connection, path)
        except sqlite3.OperationalError:  # the folder is read-only, and so there can be no shared memory for the log
            connection.close()
            connection = _connect(f"{_uri(path)}?immutable=1")
            version = _version(connection, path)
    except sqlite3.DatabaseError as error:
        connection.close()
        raise as_told(error, path) from error
    except BaseException:
        connection.close()
        raise
    if version < len(MIGRATIONS):
        connection.close()
        if version:
            open_to_write(path).close()
            return open_to_read(path)
        return None  # another process is just about to make it
    return connection


def _connect(uri: str) -> sqlite3.Connection:
    return sqlite3.connect(uri, uri=True, timeout=PATIENCE_S, isolation_level=None)


def _uri(path: Path) -> str:
    return path.absolute().as_uri()


def _version(connection: sqlite3.Connection, path: Path) -> int:
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if version > len(MIGRATIONS):
        raise HistoryUnusable(
            f"the history {path} was written by a later version of seeknal-tui "
            f"(schema {version}, and this one knows {len(MIGRATIONS)}): update seeknal-tui, or move the file away"
        )
    return version


def migrate(connection: sqlite3.Connection, path: Path) -> None:
    """Bring the schema to this version, each step as a whole or not at all. Raises HistoryUnusable or sqlite3.Error."""
    while (version := _version(connection, path)) < len(MIGRATIONS):
        connection.execute("BEGIN IMMEDIATE")
        try:
            if _version(connection, path) == version:  # or else another process was faster
                for statement in MIGRATIONS[version].split(";"):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {version + 1}")
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise


def as_told(error: sqlite3.DatabaseError, path: Path) -> Exception:
    """The error as the user is told of it, if the file is what is wrong."""
    if isinstance(error, sqlite3.OperationalError):
        return error  # the disk is full, or another process writes: no fault of the file
    return HistoryUnusable(f"the history {path} is damaged ({error}): move the file away, and a new one is begun")


def reason(error: Exception, path: Path) -> str:
    """Why it is not being recorded in that file, in words for the user."""
    if isinstance(error, OSError):
        return f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}"
    if isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.OperationalError):
        return str(as_told(error, path))
    hint = next((hint for part, hint in HINTS.items() if part in str(error)), "")
    return str(error) if isinstance(error, HistoryUnusable) else f"{error}: {path}{hint}"
