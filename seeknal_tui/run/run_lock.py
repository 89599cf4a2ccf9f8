"""One run at a time of a pipeline in an environment, and who executes it.

The file ``.seeknal_tui/run.lock`` in the folder of results is locked (flock) while a run lives. However its process
ends, the system lets go of its locks. What stands in the file says who holds the lock, and means nothing when nobody
does. The file itself is never removed, so that all lock the same one.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from seeknal_tui.run.plan import NotRunnable

TRIES, PAUSE_S = 10, 0.01
"""Whoever looks who runs holds the lock for a moment, too: that is no reason to refuse a run."""
MOST_BYTES = 4096
TAKEN = (errno.EWOULDBLOCK, errno.EACCES)


class Owner(NamedTuple):
    """Who executes a run."""

    pid: int
    run_id: str
    since: float
    """Seconds since 1970 at which it began."""


class AlreadyRunning(NotRunnable):
    """Another run of the pipeline in this environment goes on; the message says whose."""

    def __init__(self, owner: Owner) -> None:
        began = time.strftime("%H:%M:%S", time.localtime(owner.since))
        super().__init__(
            f"it is being run already: run {owner.run_id} of process {owner.pid}, since {began}. "
            "seeknal-tui watch shows it; another can begin when it has ended"
        )
        self.owner = owner


class RunLock:
    """The right to run a pipeline in an environment. Thread-safe.

    Where there can be no such file, or the file system knows no locks, it is granted to everyone.
    """

    def __init__(self, target: Path) -> None:
        self._path = lock_path(target)
        self._descriptor = -1
        self._holds = 0
        self._shares = 0
        self._guard = threading.Lock()

    def share(self) -> None:
        """Hold each run from now on once more: for a reader that is not done when its last task is.

        Of such a run :meth:`release` is to be called once more.
        """
        with self._guard:
            self._shares += 1

    def take(self, run_id: str, since: float) -> None:
        """Begin a run at *since* (seconds since 1970). Raises AlreadyRunning if another process executes one."""
        with self._guard:
            if self._descriptor < 0:
                self._descriptor = _locked(self._path)
            self._holds += 1 + self._shares
            if self._descriptor >= 0:
                line = json.dumps({"pid": os.getpid(), "run_id": run_id, "since": since}).encode() + b"\n"
                with suppress(OSError):  # a full disk: then nobody can be told who runs, but the lock holds
                    os.pwrite(self._descriptor, line, 0)
                    os.ftruncate(self._descriptor, len(line))

    def release(self) -> None:
        """The run has ended, or a reader is done with it. Without a run, harmless."""
        with self._guard:
            self._holds = max(0, self._holds - 1)
            if not self._holds and self._descriptor >= 0:
                os.close(self._descriptor)
                self._descriptor = -1


def lock_path(target: Path) -> Path:
    """The file that is locked while a run into that folder of results lives."""
    return target / ".seeknal_tui" / "run.lock"


def running_owner(target: Path) -> Owner | None:
    """Who runs into that folder of results now; None if nobody does, or that cannot be known."""
    try:
        descriptor = os.open(lock_path(target), os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError as error:
            return _owner(descriptor) if error.errno in TAKEN else None
        return None
    finally:
        os.close(descriptor)


def refuse_second_run(target: Path) -> None:
    """Raise AlreadyRunning if a run into that folder of results goes on."""
    owner = running_owner(target)
    if owner is not None:
        raise AlreadyRunning(owner)


def _owner(descriptor: int) -> Owner:
    """What the file says; process 0 if it says nothing, as it may in the moment in which a run begins."""
    try:
        told = json.loads(os.pread(descriptor, MOST_BYTES, 0).split(b"\n")[0])
        return Owner(int(told["pid"]), str(told["run_id"]), float(told["since"]))
    except (OSError, ValueError, TypeError, KeyError):
        return Owner(0, "?", time.time())


def _locked(path: Path) -> int:
    """A descriptor that holds the lock until it is closed; -1 where there can be no lock. Raises AlreadyRunning."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    except OSError:
        return -1
    for _ in range(TRIES):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno not in TAKEN:
                os.close(descriptor)
                return -1
            time.sleep(PAUSE_S)
        else:
            return descriptor
    owner = _owner(descriptor)
    os.close(descriptor)
    raise AlreadyRunning(owner)
