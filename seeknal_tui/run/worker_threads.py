"""The threads that tasks run in, made when they are first needed."""

from __future__ import annotations

import threading
from collections.abc import Callable


class WorkerThreads:
    """Threads that all do *work*, and where those without a task wait. Used with *lock* held, but for :meth:`join`."""

    def __init__(self, lock: threading.Lock, work: Callable[[], None]) -> None:
        self._work = work
        self._wake = threading.Condition(lock)
        self._threads: list[threading.Thread] = []
        self._idle = 0

    def call(self, busy: int) -> None:
        """Wake one that waits, or make a new one if all there are are *busy*."""
        if self._idle:
            self._wake.notify()
        elif busy >= len(self._threads):
            self._add()

    def _add(self) -> None:
        thread = threading.Thread(target=self._work, name=f"worker-{len(self._threads)}", daemon=True)
        try:
            thread.start()
        except RuntimeError:  # the system gives us no more threads: those there are do it all
            if not self._threads:
                raise
            return
        self._threads.append(thread)

    def wait(self, seconds: float | None) -> None:
        """Wait, as a worker without a task, to be called; at most so many seconds."""
        self._idle += 1
        self._wake.wait(seconds)
        self._idle -= 1

    def call_all(self) -> None:
        """Wake all that wait."""
        self._wake.notify_all()

    def join(self) -> None:
        """Wait until all threads have ended."""
        for thread in self._threads:
            thread.join()
