"""Noticing that a file has changed, however an editor writes it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from seeknal_tui.dashboard.file_watch import FileWatch


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "pipeline.yml"
    path.write_text("before")
    return path


@pytest.fixture
def watch(file: Path) -> FileWatch:
    made = FileWatch(file)
    made.note_reading()
    return made


def test_a_file_that_stays_as_it_is_has_not_changed(watch: FileWatch) -> None:
    assert [watch.has_changed() for _ in range(3)] == [False, False, False]


def test_a_change_counts_once_the_file_stood_still(watch: FileWatch, file: Path) -> None:
    file.write_text("half of what ")
    assert not watch.has_changed()
    file.write_text("half of what is to be written")
    assert not watch.has_changed()
    assert watch.has_changed()


def test_it_has_changed_until_it_is_read(watch: FileWatch, file: Path) -> None:
    file.write_text("after that")
    assert [watch.has_changed() for _ in range(3)] == [False, True, True]
    watch.note_reading()
    assert not watch.has_changed()


def test_a_file_that_is_replaced_by_another_of_the_same_size_and_time(watch: FileWatch, file: Path) -> None:
    other = file.with_suffix(".tmp")
    other.write_text("after!")
    status = file.stat()
    os.utime(other, ns=(status.st_atime_ns, status.st_mtime_ns))
    os.replace(other, file)
    assert [watch.has_changed() for _ in range(2)] == [False, True]


def test_the_moment_between_removing_and_renaming_is_no_change(watch: FileWatch, file: Path) -> None:
    backup = file.rename(file.with_suffix(".bak"))
    assert not watch.has_changed()
    backup.rename(file)
    assert [watch.has_changed() for _ in range(3)] == [False, False, False]


def test_a_file_that_is_gone_has_changed(watch: FileWatch, file: Path) -> None:
    file.unlink()
    assert [watch.has_changed() for _ in range(2)] == [False, True]


def test_what_is_written_while_it_is_read_is_a_change(watch: FileWatch, file: Path) -> None:
    watch.note_reading()
    file.write_text("written just after")
    assert watch.differs()
    assert [watch.has_changed() for _ in range(2)] == [False, True]
