"""The CPU time of what runs inside this process: DuckDB's queries, whose threads it shares out among them as it likes.

The profile of a query tells less: it leaves out the writing of the result, and what it adds up are times by the clock,
which grow when the query has to wait for a core. What the process as a whole computes is known exactly. So that is
split, between any two beginnings and ends of queries, evenly among those that run. A query that is alone gets it all.

The main thread is left out where the system tells its part: it reads events and paints the screen, and runs no task.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(slots=True)
class CpuTime:
    """What one query has used."""

    seconds: float = 0.0


class CpuShare:
    """Splits the CPU time of this process among its queries. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: dict[int, CpuTime] = {}
        self._seen = 0.0

    @contextmanager
    def measured(self) -> Iterator[CpuTime]:
        """Count what is computed until the context is left as used by one query; complete when it has been left."""
        used = CpuTime()
        with self._lock:
            self._settle()
            self._running[id(used)] = used
        try:
            yield used
        finally:
            with self._lock:
                self._settle()
                del self._running[id(used)]

    def _settle(self) -> None:
        now = _computed_s()
        for used in self._running.values():
            used.seconds += max(0.0, now - self._seen) / len(self._running)
        self._seen = now


def _computed_s() -> float:
    """CPU seconds of all threads of this process but the main one, as far as that can be told apart."""
    total = time.process_time()
    main = threading.main_thread().ident
    if main is None or threading.get_ident() == main or not hasattr(time, "pthread_getcpuclockid"):
        return total
    return total - time.clock_gettime(time.pthread_getcpuclockid(main))
