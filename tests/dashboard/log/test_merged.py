"""The logs of several tasks as one."""

from __future__ import annotations

import random
import time
import tracemalloc
from pathlib import Path

import pytest

from seeknal_tui.dashboard.log import merged
from seeknal_tui.dashboard.log.merged import MergedLog
from seeknal_tui.dashboard.log.query import Query
from seeknal_tui.dashboard.log.search import Search
from seeknal_tui.run import task_log
from seeknal_tui.run.task_log import TaskLog

LONG_AGO = 1_000_000.0
PATIENCE_S = 60.0


class Clock:
    """The time at which logs are written."""

    def __init__(self) -> None:
        self.now = LONG_AGO

    def time(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(task_log, "time", made)
    return made


def read_all(log: MergedLog) -> None:
    deadline = time.monotonic() + PATIENCE_S
    log.catch_up(0.01)
    while not log.complete:
        assert time.monotonic() < deadline
        log.catch_up(0.01)


def shown(log: MergedLog) -> list[str]:
    return [f"{line.task} {line.text}" for line in log.lines(0, log.line_count)]


def random_logs(folder: Path, clock: Clock, count: int, pieces: int) -> tuple[MergedLog, list[str]]:
    """Some logs, written in turns, and the lines in the order of time."""
    chance = random.Random(7)
    log, expected = MergedLog(), []
    written = {}
    for number in range(count):
        written[f"t{number}"] = TaskLog(folder / f"t{number}.log")
        log.add(f"t{number}", folder / f"t{number}.log")
    for piece in range(pieces):
        clock.now += 0.001
        name = f"t{chance.randrange(count)}"
        lines = [f"piece {piece} line {line}" for line in range(chance.randint(1, 3))]
        written[name].write(chance.choice(("stdout", "stderr")), "".join(f"{line}\n" for line in lines).encode())
        expected += [f"{name} {line}" for line in lines]
    for each in written.values():
        each.close()
    return log, expected


def test_lines_are_in_the_order_of_time_with_their_task(tmp_path: Path, clock: Clock) -> None:
    log, expected = random_logs(tmp_path, clock, 5, 300)
    read_all(log)
    assert shown(log) == expected


def test_what_is_no_longer_held_is_put_in_the_same_order_again(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(merged, "BLOCK_PARTS", 10)
    monkeypatch.setattr(merged, "RECORDS_AT_ONCE", 4)
    monkeypatch.setattr(merged, "MOST_OPEN", 2)
    log, expected = random_logs(tmp_path, clock, 5, 300)
    read_all(log)
    assert shown(log) == expected
    assert [f"{line.task} {line.text}" for line in log.lines(100, 7)] == expected[100:107]


def test_lines_that_come_while_it_is_shown_follow(tmp_path: Path, clock: Clock) -> None:
    log, expected = random_logs(tmp_path, clock, 3, 50)
    read_all(log)
    clock.now += 1
    late = TaskLog(tmp_path / "late.log")
    late.write("stdout", b"late\nunfinished")
    log.add("late", tmp_path / "late.log")
    read_all(log)
    assert shown(log) == [*expected, "late late", "late unfinished"]
    clock.now += 1
    late.write("stdout", b" no longer\n")
    late.close()
    read_all(log)
    assert shown(log) == [*expected, "late late", "late unfinished no longer"]


def test_what_is_quite_new_waits_for_what_may_come_before_it(tmp_path: Path, clock: Clock) -> None:
    clock.now = time.time() + 30
    written = TaskLog(tmp_path / "a.log")
    written.write("stdout", b"new\n")
    written.close()
    log = MergedLog()
    log.add("a", tmp_path / "a.log")
    log.catch_up(0.1)
    log.catch_up(0.1)
    assert (log.line_count, log.complete) == (0, False)


def test_a_log_that_is_not_there_yet_is_empty(tmp_path: Path) -> None:
    log = MergedLog()
    log.add("a", tmp_path / "a.log")
    read_all(log)
    assert shown(log) == []


def test_it_is_searched_like_any_log(tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(merged, "BLOCK_PARTS", 10)
    log, expected = random_logs(tmp_path, clock, 5, 200)
    read_all(log)
    search = Search(Query("line 2"))
    deadline = time.monotonic() + PATIENCE_S
    search.look(log, 0.01)
    while search.is_busy:
        assert time.monotonic() < deadline
        search.look(log, 0.01)
    found = [search[number].line for number in range(len(search))]
    search.close()
    assert found == [number for number, line in enumerate(expected) if "line 2" in line]


def test_a_million_lines_of_three_hundred_tasks_take_little_memory(tmp_path: Path, clock: Clock) -> None:
    log = MergedLog()
    for number in range(300):
        written = TaskLog(tmp_path / f"t{number}.log")
        for part in range(34):
            clock.now = LONG_AGO + part + number / 1000
            written.write("stdout", b"a line of some forty characters or so ..\n" * 100)
        written.close()
        log.add(f"t{number}", tmp_path / f"t{number}.log")
    tracemalloc.start()
    read_all(log)
    lines = log.lines(500_000, 50)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert log.line_count == 1_020_000
    assert len(lines) == 50
    assert peak < 15_000_000
