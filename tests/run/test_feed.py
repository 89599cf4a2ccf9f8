"""The feed between the runner and a reader."""

from __future__ import annotations

import threading

from seeknal_tui.run.events import Paused, TaskOutput
from seeknal_tui.run.feed import ROOM, Feed


def never() -> bool:
    return False


def test_events_are_drained_in_their_order_and_only_once() -> None:
    feed = Feed()
    events = [Paused(float(n)) for n in range(3)]
    for event in events:
        feed.put(event)
    assert feed.drain() == events
    assert feed.drain() == []


def test_a_full_feed_lets_the_task_that_prints_wait_until_it_is_drained() -> None:
    feed = Feed()
    feed.make_room(ROOM, never)
    feed.put(TaskOutput(0.0, "t", "stdout", "x" * ROOM))
    has_room = threading.Event()

    def print_more() -> None:
        feed.make_room(10, never)
        has_room.set()

    thread = threading.Thread(target=print_more)
    thread.start()
    assert not has_room.wait(0.05)
    feed.drain()
    assert has_room.wait(10)
    thread.join()


def test_nobody_waits_for_a_reader_that_has_gone() -> None:
    feed = Feed()
    feed.make_room(ROOM, never)
    feed.put(TaskOutput(0.0, "t", "stdout", "x" * ROOM))
    feed.close()
    feed.make_room(ROOM, never)


def test_a_task_that_is_to_end_waits_for_no_reader() -> None:
    feed = Feed()
    feed.make_room(ROOM, never)
    feed.put(TaskOutput(0.0, "t", "stdout", "x" * ROOM))
    feed.make_room(10, lambda: True)
