"""The folder of results, and what a run keeps beside them.

::

    target/
      TASK.parquet                         the rows of a task, always whole
      .seeknal_tui/
        RUN_ID/TASK.log                    what it printed
        RUN_ID/TASK.profile.json           what its query did
        tmp/RUN_ID/TASK.ATTEMPT.parquet    rows being written, in the same file system, so that a rename is all it takes
        tmp/RUN_ID.lock                    locked while the run lives

A task's name may be ``.`` or ``..`` or begin with a dot. With a suffix each is a file's name like any other.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import threading
from contextlib import suppress
from pathlib import Path

from seeknal_tui.pipeline.model import Pipeline
from seeknal_tui.run.actions.attempt import ActionFailed

SUFFIX = ".parquet"
PRIVATE = ".seeknal_tui"


class Results:
    """The results in *target*, as the run *run_id* reads and writes them; without an id they can only be read.

    Thread-safe. Nothing is created before something is to be written. What is not in *target* is read from
    *production*, where that is given: an environment reads what it does not make.
    """

    def __init__(self, target: Path, run_id: str = "", production: Path | None = None) -> None:
        self.target = target.absolute()
        self._production = None if production is None else production.absolute()
        self._run_folder = self.target / PRIVATE / run_id
        self._all_temporary = self.target / PRIVATE / "tmp"
        self.temporary_folder = self._all_temporary / run_id
        """For whatever is of no use after the run."""
        self._lock_path = self._all_temporary / f"{run_id}.lock"
        self._lock = -1
        self._making = threading.Lock()

    @classmethod
    def of(cls, pipeline: Pipeline, run_id: str = "") -> Results:
        """The results of a pipeline in its environment."""
        production = pipeline.production_target if pipeline.environment else None
        return cls(pipeline.target, run_id, production)

    def path_of(self, name: str) -> Path:
        """Where the rows of a task are, if it has any."""
        own = self._own_path(name)
        if self._production is not None and not own.is_file():
            inherited = self._production / own.name
            if inherited.is_file():
                return inherited
        return own

    def _own_path(self, name: str) -> Path:
        return self.target / f"{name}{SUFFIX}"

    def exists(self, name: str) -> bool:
        """Whether a task has left rows."""
        return self.path_of(name).is_file()

    def log_path(self, name: str) -> Path:
        """Where the run keeps what a task prints."""
        return self._run_folder / f"{name}.log"

    def profile_path(self, name: str) -> Path:
        """Where the run keeps the profile of a task's query."""
        return self._run_folder / f"{name}.profile.json"

    def new_temporary(self, name: str, attempt: int) -> Path:
        """A path at which no file is, for the rows of an attempt. Raises ActionFailed if there can be no file."""
        try:
            with self._making:
                if self._lock < 0:
                    self.remove_leftovers()
                    self._lock = _locked(self._lock_path)
            self.temporary_folder.mkdir(parents=True, exist_ok=True)
            path = self.temporary_folder / f"{name}.{attempt}{SUFFIX}"
            path.unlink(missing_ok=True)
        except OSError as error:
            raise ActionFailed(_unwritable(self.target, error)) from error
        return path

    def publish(self, temporary: Path, name: str) -> int:
        """Put the whole file *temporary* in the place of the task's former result, in one step; its size in bytes.

        Raises ActionFailed.
        """
        try:
            size = temporary.stat().st_size
            temporary.replace(self._own_path(name))
        except OSError as error:
            raise ActionFailed(_unwritable(self.target, error)) from error
        return size

    def remove_leftovers(self) -> None:
        """Remove the temporary files of runs that were killed; those of runs that live stay."""
        try:
            entries = list(self._all_temporary.iterdir())
        except OSError:
            return
        locks = {entry.stem for entry in entries if entry.suffix == ".lock"}
        for entry in entries:
            if entry.suffix == ".lock":
                _remove_if_dead(entry)
            elif entry.name not in locks and not entry.with_name(f"{entry.name}.lock").exists():
                shutil.rmtree(entry, ignore_errors=True)

    def close(self) -> None:
        """Remove the temporary files of this run. Harmless if there are none."""
        with self._making:
            if self._lock < 0:
                return
            shutil.rmtree(self.temporary_folder, ignore_errors=True)
            self._lock_path.unlink(missing_ok=True)
            os.close(self._lock)
            self._lock = -1
        for folder in (self._all_temporary, self.target / PRIVATE):
            with suppress(OSError):  # another run is at work in it, or it holds logs
                folder.rmdir()


def _locked(path: Path) -> int:
    """A descriptor that holds the lock file until it is closed, by the end of the process at the latest."""
    while True:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        with suppress(OSError):  # a file system without locks: then nobody can tell that the run is dead, either
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        if path.exists() and path.stat().st_ino == os.fstat(descriptor).st_ino:
            return descriptor
        os.close(descriptor)  # another run took the new file for a leftover before it was locked


def _remove_if_dead(lock: Path) -> None:
    try:
        descriptor = os.open(lock, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(lock.with_suffix(""), ignore_errors=True)
        lock.unlink(missing_ok=True)
    except OSError:
        return  # its run lives
    finally:
        os.close(descriptor)


def _unwritable(target: Path, error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return f"the folder of results {target} vanished while the task ran: run the task again"
    reason = error.strerror or str(error)
    return f"cannot write the result into {target}: {reason}: make room there, or make the folder writable"
