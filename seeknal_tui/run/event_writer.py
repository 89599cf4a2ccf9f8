"""The one writer of events: the clock of the run, and the feeds that events go to."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Sequence

from seeknal_tui.run.actions.attempt import Outcome
from seeknal_tui.run.events import Event, Status, TaskFinished, TaskOutput, TaskReady, TaskSampled
from seeknal_tui.run.feed import Feed
from seeknal_tui.run.sampler import Use


class EventWriter:
    """Gives each event to every feed. All but :meth:`put_output` is called with *lock* held, so that order is time."""

    def __init__(self, names: Sequence[str], lock: threading.Lock) -> None:
        self._names = names
        self._lock = lock
        self._feeds: list[Feed] = []
        self._began = 0.0
        self.puts: list[Callable[[Event], None]] = []
        """One for each feed; what is in a hurry calls them itself."""

    def add(self, feed: Feed) -> None:
        """Give all events from now on to a feed."""
        self._feeds.append(feed)
        self.puts.append(feed.put)

    def close(self) -> None:
        """Let no task wait for a reader any more."""
        for feed in self._feeds:
            feed.close()

    def start_clock(self) -> None:
        """A run begins now."""
        self._began = time.perf_counter()

    def tell_begun(self) -> None:
        """The first events of the run have been written: to readers that wait for that."""
        for feed in self._feeds:
            if feed.begins is not None:
                feed.begins()

    def now(self) -> float:
        """Seconds since the run began."""
        return time.perf_counter() - self._began

    def put(self, event: Event) -> None:
        """Write one event."""
        for put in self.puts:
            put(event)

    def put_ready(self, numbers: Iterable[int], now: float) -> None:
        """Write that tasks are ready."""
        for number in numbers:
            self.put(TaskReady(now, self._names[number]))

    def put_ended(self, numbers: Iterable[int], now: float, status: Status, error: str) -> None:
        """Write that tasks have ended without having been started."""
        for number in numbers:
            self.put(TaskFinished(now, self._names[number], status, error))

    def put_skipped(self, numbers: Iterable[int], now: float) -> None:
        """Write that tasks are skipped."""
        self.put_ended(numbers, now, Status.SKIPPED, "a task it depends on did not succeed")

    def put_use(self, number: int, outcome: Outcome, now: float) -> None:
        """Write what an attempt used, if that is known."""
        if outcome.cpu_s is not None:
            memory, read, written = outcome.rss_bytes or 0, outcome.read_bytes or 0, outcome.written_bytes or 0
            self.put(TaskSampled(now, self._names[number], outcome.cpu_s, memory, read, written))

    def put_sample(self, number: int, use: Use, now: float) -> None:
        """Write what an attempt that runs has used up to now."""
        self.put(TaskSampled(now, self._names[number], *use))

    def put_output(self, number: int, stream: str, text: str, give_up: Callable[[], bool]) -> None:
        """Write what a task printed. Called by the task's own thread, without the lock: it may wait for readers."""
        readers = [feed for feed in self._feeds if feed.output]
        for feed in readers:
            feed.make_room(len(text), give_up)
        with self._lock:
            event = TaskOutput(self.now(), self._names[number], stream, text)
            for feed in readers:
                feed.put(event)
