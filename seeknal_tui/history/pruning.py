"""After a run: what a run that was killed left open is closed, and what is more than is to be kept is removed."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from seeknal_tui.history.limits import Limits
from seeknal_tui.history.outcomes import HoldUp
from seeknal_tui.history.past_runs import PastRuns
from seeknal_tui.history.recording import transaction, write_outcome
from seeknal_tui.pipeline.model import Pipeline
from seeknal_tui.run.events import RunStatus
from seeknal_tui.run.results import PRIVATE
from seeknal_tui.run.run_lock import running_owner

RUN_ID = re.compile(r"[0-9a-f]{8,64}")
UNRECORDED_FOR_S = 7 * 24 * 3600.0
"""How long the logs of a run are kept that could not be recorded, or whose history was moved away."""


def close_killed(connection: sqlite3.Connection, folder: Path, hold_up: HoldUp | None) -> None:
    """Write down what the runs of a folder that were killed came down to."""
    for run_id, outcome in PastRuns(folder).killed(hold_up):
        with transaction(connection):
            write_outcome(connection, run_id, outcome)


def prune(connection: sqlite3.Connection, folder: Path, limits: Limits) -> None:
    """Remove the oldest runs, with their logs, until what is left is within the limits.

    The latest run stays, and every run that lives.
    """
    ended = connection.execute(
        "SELECT run_id, environment, bytes FROM runs WHERE status != ? ORDER BY started_at DESC, rowid DESC",
        (RunStatus.RUNNING,),
    ).fetchall()
    size, removed = 0, []
    for place, (run_id, environment, own) in enumerate(ended):
        size += own
        if place and (place >= limits.keep_runs or size > limits.keep_size):
            remove_logs(folder, environment, run_id)
            removed.append((run_id,))
    if removed:
        with transaction(connection):
            connection.executemany("DELETE FROM runs WHERE run_id = ?", removed)
            connection.execute("DELETE FROM definitions WHERE hash NOT IN (SELECT definition FROM runs)")
        connection.execute("PRAGMA incremental_vacuum").fetchall()


def remove_unrecorded_logs(connection: sqlite3.Connection, folder: Path) -> None:
    """Remove the logs of which the history knows no run, and to which nothing was added for a week."""
    recorded = {run_id for (run_id,) in connection.execute("SELECT run_id FROM runs")}
    production = Pipeline("", (), file=folder / "-").target
    long_ago = time.time() - UNRECORDED_FOR_S
    for target in (production, *production.glob("environments/*")):
        owner = running_owner(target)
        alive = "" if owner is None else owner.run_id
        for logs in _folders(target / PRIVATE):
            is_ours = RUN_ID.fullmatch(logs.name) is not None and logs.name not in recorded and logs.name != alive
            if is_ours and logs.stat(follow_symlinks=False).st_mtime < long_ago:
                shutil.rmtree(logs, ignore_errors=True)


def _folders(folder: Path) -> Iterator[os.DirEntry[str]]:
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield entry


def log_folder(folder: Path, environment: str, run_id: str) -> Path | None:
    """Where the logs of a run are; None for what is no run of ours, as a file from elsewhere may name anything."""
    if RUN_ID.fullmatch(run_id) is None or os.sep in environment or environment in (".", ".."):
        return None
    return Pipeline("", (), file=folder / "-", environment=environment).target / PRIVATE / run_id


def remove_logs(folder: Path, environment: str, run_id: str) -> None:
    """Remove the logs of a run. Harmless if there are none."""
    logs = log_folder(folder, environment, run_id)
    if logs is not None:
        shutil.rmtree(logs, ignore_errors=True)


def size_of_logs(folder: Path, environment: str, run_id: str) -> int:
    """Bytes of the logs of a run."""
    logs = log_folder(folder, environment, run_id)
    return 0 if logs is None else sum(_sizes(logs))


def _sizes(folder: Path) -> Iterator[int]:
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                yield entry.stat(follow_symlinks=False).st_size
    except OSError:
        return
