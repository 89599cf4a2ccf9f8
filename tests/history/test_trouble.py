"""Where the history cannot be written or read: the run goes on, and the user is told."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from seeknal_tui.history import database, records
from seeknal_tui.history.database import MIGRATIONS, HistoryUnusable, database_path, open_to_read, open_to_write
from seeknal_tui.history.journal import Journal
from seeknal_tui.history.past_runs import PastRuns
from seeknal_tui.history.records import read_records
from seeknal_tui.history.result_witness import ResultWitness
from seeknal_tui.pipeline.model import CommandAction, Pipeline, SleepAction, Task
from seeknal_tui.run.events import RunStatus
from seeknal_tui.run.runner import Runner
from tests.history.recorded import PATIENCE_S, past_runs, pipeline_in, record, wait_for

ONE = (Task(name="a", action=SleepAction(0.01)),)
SCHEMA_1 = Path(__file__).parent / "files" / "schema_1.sqlite"
"""Written by the first version that kept a history."""


@contextmanager
def recorder(pipeline: Pipeline) -> Iterator[tuple[Runner, Journal]]:
    runner, journal = Runner(pipeline), Journal(pipeline)
    journal.attach(runner)
    try:
        yield runner, journal
    finally:
        runner.close()
        journal.close()


def problem_of_run(pipeline: Pipeline) -> str:
    """Run everything, which must succeed; returns why it was not recorded."""
    with recorder(pipeline) as (runner, journal):
        runner.request(range(len(pipeline.tasks)))
        assert runner.wait_until_idle(PATIENCE_S)
        assert runner.crash is None
    return journal.problem


def history_in(folder: Path) -> Path:
    path = database_path(folder)
    path.parent.mkdir(parents=True)
    return path


def test_a_damaged_file_is_told_with_what_to_do(tmp_path: Path) -> None:
    history_in(tmp_path).write_bytes(b"this is no database, but long enough to look like one" * 100)
    assert "is damaged (file is not a database): move the file away" in problem_of_run(pipeline_in(tmp_path, ONE))
    with pytest.raises(HistoryUnusable, match=r"is damaged .*: move the file away, and a new one is begun"):
        PastRuns(tmp_path).runs()


def test_a_file_of_a_later_version_is_left_alone(tmp_path: Path) -> None:
    path = history_in(tmp_path)
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    connection.close()
    before = path.read_bytes()
    words = "was written by a later version of seeknal-tui .*: update seeknal-tui, or move the file away"
    assert "was written by a later version of seeknal-tui" in problem_of_run(pipeline_in(tmp_path, ONE))
    with pytest.raises(HistoryUnusable, match=words):
        PastRuns(tmp_path).runs()
    assert path.read_bytes() == before


def test_a_file_of_the_first_version_is_brought_up_to_date_and_nothing_is_lost(tmp_path: Path) -> None:
    path = history_in(tmp_path)
    shutil.copy(SCHEMA_1, path)
    dev, production = PastRuns(tmp_path).runs()
    assert (dev.environment, dev.selected, dev.status) == ("dev", "sales", RunStatus.SUCCEEDED)
    assert production.counts == {"succeeded": 2, "failed": 1, "skipped": 1, "cancelled": 0, "reused": 0}
    assert PastRuns(tmp_path).load(production.run_id).state().status is RunStatus.FAILED
    record(pipeline_in(tmp_path, ONE))
    assert len(PastRuns(tmp_path).runs()) == 3
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)
    connection.close()


def test_a_migration_that_fails_leaves_the_file_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = history_in(tmp_path)
    open_to_write(path).close()
    broken = (*MIGRATIONS, "CREATE TABLE new (a); CREATE TABLE runs (a)")
    monkeypatch.setattr("seeknal_tui.history.database.MIGRATIONS", broken)
    with pytest.raises(sqlite3.OperationalError, match="already exists"):
        open_to_write(path)
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)
    assert connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'new'").fetchone() == (0,)
    connection.close()


def test_a_place_in_which_nothing_can_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "target").mkdir()
    (tmp_path / "target" / ".seeknal_tui").write_text("in the way")
    assert "File exists" in problem_of_run(pipeline_in(tmp_path, ONE))


def test_a_file_that_is_damaged_behind_its_beginning_is_told_with_what_to_do(tmp_path: Path) -> None:
    pipeline = pipeline_in(tmp_path, ONE)
    record(pipeline)
    path = database_path(tmp_path)
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xa5" * (path.stat().st_size - 4096))
    with pytest.raises(HistoryUnusable, match=r"is damaged .*: move the file away, and a new one is begun"):
        PastRuns(tmp_path).runs()
    assert "move the file away" in problem_of_run(pipeline)


@contextmanager
def as_nobody() -> Iterator[None]:
    """With no more rights than anybody has: root may write anywhere."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_folder_that_is_read_only_is_told_and_what_is_in_it_can_be_read() -> None:
    with TemporaryDirectory() as name:  # which others may enter, as they may not the folders of the tests
        folder = Path(name)
        folder.chmod(0o755)
        pipeline = pipeline_in(folder, ONE)
        record(pipeline)
        private = database_path(folder).parent
        private.chmod(0o555)
        with as_nobody():
            assert problem_of_run(pipeline).endswith("history.sqlite; make the folder writable")
            assert len(PastRuns(folder).runs()) == 1
        private.chmod(0o755)


def held(pipeline: Pipeline) -> str:
    return f"database is locked: {database_path(pipeline.folder)}, which another program holds"


def test_a_file_that_another_program_holds_is_told_and_tried_again(tmp_path: Path) -> None:
    pipeline = pipeline_in(tmp_path, ONE)
    record(pipeline)
    other = sqlite3.connect(database_path(tmp_path), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with recorder(pipeline) as (runner, journal):
        runner.request([0])
        assert runner.wait_until_idle(PATIENCE_S)
        assert wait_for(lambda: journal.problem or None) == held(pipeline)
        other.execute("ROLLBACK")
    assert journal.problem == ""
    assert len(past_runs(pipeline).runs()) == 2
    other.close()


def test_what_results_are_made_from_waits_for_a_held_file_once_and_is_kept_when_it_is_let_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (Task(name=name, action=CommandAction(command=("true",))) for name in ("first", "second"))
    pipeline = pipeline_in(tmp_path, [first, second])
    earlier = ResultWitness(pipeline)
    for number in (0, 1):
        earlier.succeeded(number, "an earlier execution", earlier.begins(number))
    earlier.run_ended()
    tries: list[int] = []
    monkeypatch.setattr(records, "_write_batch", counted(getattr(records, "_write_batch"), tries))  # noqa: B009
    monkeypatch.setattr(database, "PATIENCE_S", 0.01)
    other = sqlite3.connect(database_path(tmp_path), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    witness = ResultWitness(pipeline)
    before = set(read_records(pipeline, "").tasks)
    begun = [witness.begins(number) for number in (0, 1)]
    assert len(tries) == 1
    assert witness.problem == held(pipeline)
    witness.succeeded(1, "an execution", begun[1])
    other.execute("ROLLBACK")
    witness.run_ended()
    assert witness.problem == ""
    assert (before, set(read_records(pipeline, "").tasks)) == ({"first", "second"}, {"second"})
    other.close()


def counted(do: Callable[..., None], calls: list[int]) -> Callable[..., None]:
    """The same, and each call is counted."""

    def do_and_count(*given: object) -> None:
        calls.append(1)
        do(*given)

    return do_and_count


def test_a_full_disk_is_told_and_what_was_recorded_before_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def with_little_room(path: Path) -> sqlite3.Connection:
        connection = open_to_write(path)
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}").fetchall()
        return connection

    record(pipeline_in(tmp_path, ONE))
    monkeypatch.setattr("seeknal_tui.history.recording.open_to_write", with_little_room)
    many = pipeline_in(tmp_path, [Task(name=f"task_{number}", description="x" * number) for number in range(2000)])
    assert "full" in problem_of_run(many)
    assert [run.status for run in PastRuns(tmp_path).runs()] == [RunStatus.SUCCEEDED]


def test_reading_while_another_process_is_about_to_make_the_file_finds_nothing(tmp_path: Path) -> None:
    history_in(tmp_path).touch()
    assert open_to_read(database_path(tmp_path)) is None
    assert PastRuns(tmp_path).runs() == []
