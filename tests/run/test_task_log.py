"""The log of a task and its index."""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pytest

from seeknal_tui.run import task_log
from seeknal_tui.run.task_log import TaskLog, index_path, read_index
from tests.run.attempts import command


@pytest.fixture
def log(tmp_path: Path) -> Iterator[TaskLog]:
    log = TaskLog(tmp_path / "run7" / "sales.log")
    yield log
    log.close()


def test_a_task_that_prints_nothing_leaves_no_file(log: TaskLog) -> None:
    log.write("stdout", b"")
    log.close()
    assert not log.path.parent.exists()


def test_the_log_has_the_bytes_as_they_came(log: TaskLog) -> None:
    log.write("stdout", b"\xff\x00 one\r\n")
    log.write("stderr", b"two\n")
    assert log.path.read_bytes() == b"\xff\x00 one\r\ntwo\n"


def test_the_index_tells_when_and_on_which_stream_each_piece_came(log: TaskLog) -> None:
    with patch.object(time, "time", side_effect=[100.0, 101.5]):
        log.write("stdout", b"one\n")
        log.write("stderr", b"two\n")
    assert read_index(index_path(log.path)) == [(0, 100.0, "stdout"), (4, 101.5, "stderr")]


def test_the_index_can_be_read_on_from_where_it_was_read_to(log: TaskLog) -> None:
    for stream in task_log.STREAMS:
        log.write(stream, b"line\n")
    assert [piece.stream for piece in read_index(index_path(log.path), 1)] == ["stderr", "runner"]


def test_a_record_in_the_making_is_not_read(log: TaskLog) -> None:
    log.write("stdout", b"one\n")
    with index_path(log.path).open("ab") as index:
        index.write(b"\x05\x00")
    assert [piece.offset for piece in read_index(index_path(log.path))] == [0]


def test_there_are_no_records_of_a_log_that_was_never_written(log: TaskLog) -> None:
    assert read_index(index_path(log.path)) == []


def test_a_line_left_unfinished_ends_before_another_stream_goes_on(log: TaskLog) -> None:
    log.write("stdout", b"no newline")
    log.write("runner", "── attempt 2 ──\n".encode())
    assert log.path.read_text() == "no newline\n── attempt 2 ──\n"


def test_a_line_left_unfinished_by_an_earlier_attempt_ends_before_the_next_begins(log: TaskLog) -> None:
    log.write("stdout", b"no newline")
    log.close()
    again = TaskLog(log.path)
    again.write("stdout", b"again\n")
    again.close()
    assert log.path.read_bytes() == b"no newline\nagain\n"
    assert [piece.offset for piece in read_index(index_path(log.path))] == [0, 11]


def test_pieces_of_one_line_stay_one_line(log: TaskLog) -> None:
    log.write("stdout", b"one ")
    log.write("stdout", b"line\n")
    assert log.path.read_bytes() == b"one line\n"


def test_a_closed_log_goes_on_where_it_ended(log: TaskLog) -> None:
    log.write("stdout", b"one\n")
    log.close()
    log.write("stdout", b"two\n")
    assert log.path.read_bytes() == b"one\ntwo\n"
    assert [piece.offset for piece in read_index(index_path(log.path))] == [0, 4]


def test_a_log_that_cannot_be_made_is_given_up_and_says_so_once(tmp_path: Path) -> None:
    (tmp_path / "run7").write_text("in the way")
    log = TaskLog(tmp_path / "run7" / "sales.log")
    log.write("stdout", b"one\n")
    log.write("stdout", b"two\n")
    assert log.take_problem().startswith(f"the log {log.path} is no longer being written: ")
    assert log.take_problem() == ""


def test_a_full_disk_is_told_once_and_the_task_goes_on(tmp_path: Path) -> None:
    full = tmp_path / "full.log"
    full.symlink_to("/dev/full")
    attempt = command(tmp_path, "echo one; sleep 0.05; echo two", log=full)
    attempt.run()
    assert attempt.lines() == ["one", "two"]
    assert attempt.lines("runner") == [
        f"the log {full} is no longer being written: No space left on device; output is shown but not kept"
    ]


def test_what_had_room_before_the_disk_was_full_is_kept(log: TaskLog) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, hard))
    try:
        log.write("stdout", b"x" * 300)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert "File too large" in log.take_problem()
    assert log.path.read_bytes() == b"x" * 100


def test_no_file_stays_open_after_closing(log: TaskLog) -> None:
    log.write("stdout", b"one\n")
    before = len(os.listdir("/dev/fd"))
    log.close()
    log.close()
    assert len(os.listdir("/dev/fd")) == before - 2
