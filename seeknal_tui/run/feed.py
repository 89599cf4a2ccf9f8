"""How events get from the runner to a reader, without either waiting for the other.

The runner appends, the reader drains. Appending to a deque needs no lock and takes 30 ns. What happens to tasks is
never dropped. What tasks print can be far more than a reader can take: a feed with ``output`` holds at most ``ROOM``
characters of it. Then the task that prints waits, as it does when it prints into any pipe that nobody empties, while
every other task and the runner go on. A feed without ``output`` is for readers that read the logs from their files.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable

from seeknal_tui.run.events import Event, TaskOutput

ROOM = 4_000_000
GIVE_UP_EVERY_S = 0.1
"""How often a task that waits for room looks whether it is to end."""


class Feed:
    """The events that a reader has not read yet. One reader, many writers."""

    def __init__(self, *, output: bool = True, begins: Callable[[], None] | None = None) -> None:
        """*begins* is called when a run has begun and its first events are here, by whoever asked for it."""
        self.output = output
        self.begins = begins
        self._events: deque[Event] = deque()
        self.put = self._events.append
        """Add an event. Never blocks."""
        self._held = 0
        self._room = threading.Condition()
        self._closed = False

    def make_room(self, characters: int, give_up: Callable[[], bool]) -> None:
        """Wait until that much output may be put, or *give_up* says that the task is to end, room or not.

        Called by the thread of the task that prints, with no lock held.
        """
        with self._room:
            while self._held > 0 and self._held + characters > ROOM and not self._closed and not give_up():
                self._room.wait(GIVE_UP_EVERY_S)
            self._held += characters

    def drain(self) -> list[Event]:
        """All events since the last call, in their order."""
        events = self._events
        drained = [events.popleft() for _ in range(len(events))]
        if self.output and self._held:
            size = sum(len(event.text) for event in drained if type(event) is TaskOutput)
            if size:
                with self._room:
                    self._held -= size
                    self._room.notify_all()
        return drained

    def close(self) -> None:
        """The reader has gone: nobody waits for it any more."""
        with self._room:
            self._closed = True
            self._room.notify_all()
