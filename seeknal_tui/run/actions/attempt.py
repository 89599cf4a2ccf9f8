"""What an action is given and what it gives back: the interface between the runner and the actions.

The runner calls ``run_command(context)``, ``run_python(context)`` and their like in a worker thread, once per attempt.
The call returns an :class:`Outcome`, or raises :class:`ActionFailed` or :class:`Stopped`. When it is over, nothing that
the attempt started is running any more.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from seeknal_tui.pipeline.model import Task
from seeknal_tui.run.task_log import TaskLog


class Stopped(Exception):  # noqa: N818 - it is no error
    """The attempt was stopped on request."""


class ActionFailed(Exception):  # noqa: N818 - named as the user reads it
    """The attempt failed; the message says what happened and, where that is known, what to do."""


class StopToken:
    """Asks a running attempt to end. Safe to use from any thread; one for each attempt."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requested = threading.Event()
        self._killed = False
        self._callback: Callable[[], None] | None = None

    @property
    def requested(self) -> bool:
        """Whether the attempt is to end."""
        return self._requested.is_set()

    @property
    def killed(self) -> bool:
        """Whether it is to end without being given time for it."""
        return self._killed

    def request(self, *, kill: bool = False) -> None:
        """Ask the attempt to end; *kill* gives it no time. Asking again changes nothing, but for *kill*."""
        with self._lock:
            if self.requested and (self._killed or not kill):
                return
            self._killed = kill
            self._requested.set()
            if self._callback is not None:
                self._callback()

    def on_request(self, callback: Callable[[], None]) -> None:
        """Have *callback* called at the request and at its escalation, at once if there was a request already.

        It is called from the thread that requests, with the token's lock held: it must be quick, must not raise and
        must not call the token's methods. One callback at a time; another one takes its place.
        """
        with self._lock:
            self._callback = callback
            if self.requested:
                callback()

    def clear_callback(self) -> None:
        """Forget the callback; when this returns it is not running and never will."""
        with self._lock:
            self._callback = None

    def wait(self, seconds: float) -> bool:
        """Sleep until the request, at most *seconds*; whether there was one."""
        return self._requested.wait(seconds)


def _to_nobody(*_: object) -> None:
    """Nobody wants to know."""


@dataclass(slots=True)
class Outcome:
    """What a successful attempt produced and used; None where that is not known."""

    rows: int | None = None
    bytes: int | None = None
    """Size of the result's file."""
    cpu_s: float | None = None
    rss_bytes: int | None = None
    """Highest resident memory."""
    read_bytes: int | None = None
    written_bytes: int | None = None

    def add_seen(self, cpu_s: float, rss_bytes: int, read_bytes: int, written_bytes: int) -> None:
        """Take in what was seen while it went on, of all its processes together: it used no less than that."""
        if rss_bytes:
            self.cpu_s = max(self.cpu_s or 0.0, cpu_s)
            self.rss_bytes = max(self.rss_bytes or 0, rss_bytes)
            self.read_bytes = max(self.read_bytes or 0, read_bytes)
            self.written_bytes = max(self.written_bytes or 0, written_bytes)


@dataclass(slots=True, kw_only=True)
class AttemptContext:
    """One attempt at a task, and the way back to its runner."""

    task: Task
    number: int
    """Counts from 1."""
    run_id: str
    cookie: str
    """Marks everything that the run starts, so that it can be found again; see :mod:`seeknal_tui.run.strays`."""
    pipeline_name: str
    environment: str
    folder: Path
    """The folder of the pipeline file."""
    target: Path
    """The folder of the results."""
    result_path: Path
    """Where the attempt writes its rows, as Parquet; the runner renames the file when it is whole."""
    profile_path: Path
    """Where the profile of the task's query is kept."""
    inputs: Mapping[str, Path]
    """The existing result files of the upstream tasks, by task name."""
    log: TaskLog
    stop: StopToken
    deadline: float | None
    """The time.monotonic() at which the attempt has timed out."""
    emit_output: Callable[[str, str], None]
    """Takes a stream (``stdout``, ``stderr``, ``runner``) and the text of whole lines without the last newline."""
    emit_progress: Callable[[float], None]
    """Takes a fraction from 0 to 1."""
    process_started: Callable[[int], object] = _to_nobody
    """Takes the pid of the attempt's first process."""
    file_used: Callable[[str, bool], object] = _to_nobody
    """Takes the absolute path of a file that the attempt is known to have opened, and whether to write."""

    def output(self, stream: str, data: bytes) -> None:
        """Pass on whole lines (or a piece of one over-long line): raw to the log, as text to the runner."""
        self.log.write(stream, data)
        text = data.decode("utf-8", errors="replace").replace("\r\n", "\n")
        self.emit_output(stream, text.removesuffix("\n"))
        if problem := self.log.take_problem():
            self.emit_output("runner", problem)

    def say(self, text: str) -> None:
        """Tell the user something about the attempt, in its output and its log."""
        self.output("runner", f"{text}\n".encode("utf-8", errors="replace"))
