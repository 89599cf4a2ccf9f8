"""Whether a file is the one that it was."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from pathlib import Path

import pytest

from seeknal_tui.history import file_states
from seeknal_tui.history.file_states import FileState, FileStates, tree_digest


def written(path: Path, text: str, age_s: float = 0.0) -> str:
    path.write_text(text)
    os.utime(path, (time.time() - age_s,) * 2)
    return str(path)


def state_of(path: str) -> FileState:
    state = FileStates().look(path)
    assert state is not None
    return state


def settled(state: FileState) -> FileState:
    """The same file, looked at when it had been left alone for long."""
    return replace(state, settled=True)


def test_a_file_that_was_just_written_is_known_by_its_content_only(tmp_path: Path) -> None:
    state = state_of(written(tmp_path / "a", "1"))
    assert not state.settled
    assert state.digest


def test_a_time_that_was_set_back_does_not_settle_a_file(tmp_path: Path) -> None:
    assert not state_of(written(tmp_path / "a", "1", age_s=3600)).settled


def test_a_file_that_was_left_alone_is_known_by_its_stat(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path / "a", "1")
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 10)
    assert state_of(path).settled


def test_a_settled_file_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path / "a", "1")
    states = FileStates()
    states.learn([(path, settled(state_of(path)))])
    monkeypatch.setattr("builtins.open", lambda *_, **__: pytest.fail("it was read"))
    assert states.look(path) is not None


def test_a_large_file_is_not_read_where_its_stat_can_be_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path / "a", "12345")
    now = time.time()
    monkeypatch.setattr(file_states, "HASHED_UP_TO", 4)
    assert state_of(path).digest
    monkeypatch.setattr(time, "time", lambda: now + 10)
    assert not state_of(path).digest


def test_there_is_no_state_of_what_is_no_file(tmp_path: Path) -> None:
    assert FileStates().look(str(tmp_path)) is None
    assert FileStates().look(str(tmp_path / "gone")) is None
    assert FileStates().look("a\0b") is None


def test_the_digest_of_a_folder_tells_of_each_file_in_it(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    assert tree_digest(str(folder)) == ""
    (folder / "deep").mkdir(parents=True)
    seen = {tree_digest(str(folder))}
    (folder / "deep" / "a").write_text("1")
    seen.add(tree_digest(str(folder)))
    os.utime(folder / "deep" / "a", ns=(0, 0))
    seen.add(tree_digest(str(folder)))
    (folder / "deep" / "a").unlink()
    (folder / "nowhere").symlink_to("gone")
    seen.add(tree_digest(str(folder)))
    assert len(seen) == 4
