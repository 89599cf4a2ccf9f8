"""The journal: records every run of a runner, without the runner ever waiting for it.

One thread drains a feed of its own and writes what came in batches, a few times a second; the beginning of a run almost
at once, so that a run which is killed in its first moment is known, too. What cannot be written is kept in memory and
tried again, as a full disk or another process that writes may be a matter of seconds; the run goes on in any case, and
:attr:`Journal.problem` says why it is not being recorded.

The thread holds the lock of the run until the last event is written: so nobody takes a run for one that was killed
because its end is still on its way into the file.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from seeknal_tui.pipeline.model import Pipeline
from seeknal_tui.run.events import Event, RunFinished, RunStarted
from seeknal_tui.run.feed import Feed
from seeknal_tui.run.runner import Runner

if TYPE_CHECKING:
    from seeknal_tui.history.outcomes import HoldUp
    from seeknal_tui.history.recording import Recording

WRITE_EVERY_S = 0.2
FIRST_AFTER_S, FIRST_AFTER_S_A_TASK = 0.01, 2e-5
"""When the beginning of a run is written, at the latest with the first batch. To write down a pipeline takes 2 µs a
task: a run of many tasks that do nothing is over before that."""
RETRY_EVERY_S = 5.0
MOST_WAITING = 500_000
"""Events kept in memory while they cannot be written: about 100 MB. Beyond that the run is given up."""


class Journal:
    """Records the runs of one pipeline, if it is one of a file. Nothing is written or opened before a run begins."""

    def __init__(self, pipeline: Pipeline, *, hold_up: HoldUp | None = None) -> None:
        """*hold_up* finds out for each run that ends which task held it up."""
        self.problem = ""
        """Why the run is not being recorded, and what to do; empty if it is."""
        self.notice = ""
        """What else the user should know of the history; empty if there is nothing."""
        self._pipeline = pipeline
        self._hold_up = hold_up
        self._begun = threading.Event()
        self._feed = Feed(output=False, begins=self._begun.set)
        self._waiting: list[Event] = []
        self._recording: Recording | None = None
        self._given_up = False
        self._retry_at = 0.0
        self._locks = 0
        """How many runs have begun whose lock was not released."""
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def attach(self, runner: Runner) -> None:
        """Record everything that the runner does from now on; to be called before it runs anything."""
        if runner.run_lock is None:
            return
        runner.run_lock.share()
        runner.subscribe(self._feed)
        self._thread = threading.Thread(target=self._record, args=(runner,), name="journal", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Write what has not been written; after the runner was closed, so that nothing comes any more."""
        self._stop.set()
        self._begun.set()
        if self._thread is not None:
            self._thread.join()

    def _record(self, runner: Runner) -> None:
        assert runner.run_lock is not None
        from seeknal_tui.history import recording  # noqa: F401, PLC0415 - takes 20 ms, in which the run begins

        first_after = min(WRITE_EVERY_S, FIRST_AFTER_S + FIRST_AFTER_S_A_TASK * len(self._pipeline.tasks))
        stopping = False
        while not stopping:
            if self._begun.wait(WRITE_EVERY_S):
                self._begun.clear()
                self._stop.wait(first_after)
            stopping = self._stop.is_set()
            ended = self._take(self._feed.drain())
            if self._waiting or self._recording is not None:
                self._try_to_write(at_once=stopping or ended > 0)
            for _ in range(self._locks if stopping else ended):
                self._locks -= 1
                runner.run_lock.release()
        if self._recording is not None:
            self._recording.close()

    def _take(self, events: list[Event]) -> int:
        """Take in what has happened; returns how many runs have ended."""
        ended = 0
        for event in events:
            if type(event) is RunStarted:
                self._given_up = False
                self._locks += 1
            elif type(event) is RunFinished:
                ended += 1
            if not self._given_up:
                self._waiting.append(event)
        if len(self._waiting) > MOST_WAITING:
            self._give_up()
        return ended

    def _give_up(self) -> None:
        """Forget the run that goes on: what is in the file of it stays, as that of a run which was interrupted."""
        self._given_up = True
        self._waiting.clear()
        if self._recording is not None:
            self._recording.close()
            self._recording = None

    def _try_to_write(self, *, at_once: bool) -> None:
        import sqlite3  # noqa: PLC0415 - takes 10 ms

        from seeknal_tui.history.database import HistoryUnusable, database_path, reason  # noqa: PLC0415

        if time.monotonic() < self._retry_at and not at_once:
            return
        try:
            self._write()
        except HistoryUnusable as error:
            self.problem = str(error)
            self._give_up()
        except (sqlite3.Error, OSError) as error:
            self.problem = reason(error, database_path(self._pipeline.folder))
            self._retry_at = time.monotonic() + RETRY_EVERY_S
        else:
            self.problem, self._retry_at = "", 0.0

    def _write(self) -> None:
        from seeknal_tui.history.recording import Recording  # noqa: PLC0415

        waiting = self._waiting
        while waiting:
            first = waiting[0]
            if type(first) is RunStarted and self._recording is None:
                self._recording = Recording(self._pipeline, first, self._hold_up)
            assert self._recording is not None
            end = next((n for n, event in enumerate(waiting) if n and type(event) is RunStarted), len(waiting))
            self._recording.write(waiting[:end])
            del waiting[:end]
            self._finish_if_ended()
        self._finish_if_ended()
        if self._recording is not None:
            self._recording.keep_alive()

    def _finish_if_ended(self) -> None:
        if self._recording is not None and self._recording.has_ended:
            self.notice = self._recording.finish()
            self._recording.close()
            self._recording = None
