"""How much of the past is kept, and what becomes of runs that were killed."""

from __future__ import annotations

import os
import sqlite3
import time
from pathlib import Path

import pytest

from seeknal_tui.analysis.holdup import hold_up
from seeknal_tui.config_path import VARIABLE
from seeknal_tui.history.database import database_path, open_to_write
from seeknal_tui.history.limits import Limits, load_limits
from seeknal_tui.history.pruning import close_killed, log_folder, prune, remove_logs
from seeknal_tui.history.recording import Recording
from seeknal_tui.pipeline.model import CommandAction, Pipeline, Task
from seeknal_tui.run.events import RunStarted, RunStatus, Status, TaskReady, TaskStarted
from tests.history.recorded import past_runs, pipeline_in, record

LOUD = (Task(name="loud", action=CommandAction("head -c 5000 /dev/zero | tr '\\0' 'x'")),)


def config(monkeypatch: pytest.MonkeyPatch, folder: Path, text: str) -> None:
    (folder / "config.yml").write_text(text)
    monkeypatch.setenv(VARIABLE, str(folder / "config.yml"))


def kept(pipeline: Pipeline) -> list[str]:
    return [run.selected for run in past_runs(pipeline).runs()]


def logs(pipeline: Pipeline) -> set[str]:
    folder = pipeline.target / ".seeknal_tui"
    return {entry.name for entry in folder.iterdir() if entry.is_dir() and entry.name != "tmp"}


def killed(pipeline: Pipeline, run_id: str) -> None:
    """Leave behind what a run that was killed leaves behind."""
    recording = Recording(pipeline, started := RunStarted(0.0, run_id, "retail", "", 2, ("sales", "clean"), 5.0), None)
    recording.write([started, TaskReady(0.0, "sales"), TaskStarted(0.5, "sales", 1, 0)])
    recording.close()


def test_the_oldest_runs_are_removed_with_their_logs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config(monkeypatch, tmp_path, "history: {keep_runs: 2}\n")
    pipeline = pipeline_in(tmp_path, LOUD)
    for number in range(4):
        record(pipeline, selected=str(number))
    assert kept(pipeline) == ["3", "2"]
    assert logs(pipeline) == {run.run_id for run in past_runs(pipeline).runs()}


@pytest.mark.parametrize("environment", ["", "dev"])
def test_logs_of_runs_that_were_not_recorded_are_kept_for_a_week(tmp_path: Path, environment: str) -> None:
    pipeline = pipeline_in(tmp_path, LOUD, environment=environment)
    record(pipeline)
    (recorded,) = logs(pipeline)
    ages = {"recorded": recorded, "old": "0" * 8, "young": "1" * 8, "not ours": "results"}
    for name in ages.values():
        folder = pipeline.target / ".seeknal_tui" / name
        folder.mkdir(exist_ok=True)
        os.utime(folder, (0, time.time() if name == ages["young"] else 0))
    record(pipeline_in(tmp_path, LOUD))
    assert logs(pipeline) >= {recorded, ages["young"], ages["not ours"]}
    assert ages["old"] not in logs(pipeline)


def test_the_size_of_all_runs_counts_with_their_logs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config(monkeypatch, tmp_path, "history: {keep_size: 14KB}\n")
    pipeline = pipeline_in(tmp_path, LOUD)
    for number in range(4):
        record(pipeline, selected=str(number))
    assert kept(pipeline) == ["3", "2"]


def test_the_latest_run_stays_however_large_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config(monkeypatch, tmp_path, "history: {keep_size: 0}\n")
    pipeline = pipeline_in(tmp_path, LOUD)
    for number in range(2):
        record(pipeline, selected=str(number))
    assert kept(pipeline) == ["1"]


def test_a_run_that_has_not_ended_is_never_removed(tmp_path: Path) -> None:
    pipeline = pipeline_in(tmp_path)
    killed(pipeline, "aaaaaaaa")  # nobody has closed it, as nobody has of one that lives
    record(pipeline, [0])
    connection = open_to_write(database_path(tmp_path))
    connection.execute("UPDATE runs SET status = 'running' WHERE run_id = 'aaaaaaaa'")
    prune(connection, tmp_path, Limits(keep_runs=1))
    assert connection.execute("SELECT count(*) FROM runs WHERE run_id = 'aaaaaaaa'").fetchone() == (1,)
    connection.close()


def test_a_definition_goes_with_its_last_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config(monkeypatch, tmp_path, "history: {keep_runs: 1}\n")
    record(pipeline_in(tmp_path))
    record(pipeline_in(tmp_path, LOUD))
    connection = sqlite3.connect(database_path(tmp_path))
    assert connection.execute("SELECT count(*) FROM definitions").fetchone() == (1,)
    for table in ("batches", "outcomes"):
        assert connection.execute(f"SELECT count(DISTINCT run_id) FROM {table}").fetchone() == (1,)
    connection.close()


def test_a_config_file_with_errors_removes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config(monkeypatch, tmp_path, "history: {keep_runs: 1, keep_sise: 1GB}\n")
    limits, problem = load_limits()
    assert limits.keep_runs == 1
    assert "did you mean keep_size" in problem
    pipeline = pipeline_in(tmp_path)
    for _ in range(2):
        record(pipeline, [0])
    assert len(kept(pipeline)) == 2


@pytest.mark.parametrize(
    ("text", "size"), [("0", 0), ("1500", 1500), ("2kb", 2000), ("1.5 GB", 1_500_000_000), ("1TB", 10**12)]
)
def test_a_size_is_a_number_or_one_with_a_unit(
    text: str, size: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config(monkeypatch, tmp_path, f"history: {{keep_size: {text}}}\n")
    assert load_limits() == (Limits(keep_size=size), "")


@pytest.mark.parametrize("text", ["history: {keep_size: much}", "history: 3", "history: {keep_runs: 0}", "{"])
def test_what_is_no_limit_is_told(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config(monkeypatch, tmp_path, text)
    limits, problem = load_limits()
    assert limits == Limits()
    assert "config.yml:" in problem


@pytest.mark.parametrize(
    ("environment", "run_id"), [("", "../.."), ("..", "aaaaaaaa"), ("../x", "aaaaaaaa"), ("", "tmp")]
)
def test_a_history_from_elsewhere_cannot_have_other_folders_removed(
    environment: str, run_id: str, tmp_path: Path
) -> None:
    assert log_folder(tmp_path, environment, run_id) is None
    remove_logs(tmp_path, environment, run_id)
    assert tmp_path.exists()


class TestAKilledRun:
    def test_is_interrupted_and_so_is_the_task_that_was_running(self, tmp_path: Path) -> None:
        pipeline = pipeline_in(tmp_path)
        killed(pipeline, "aaaaaaaa")
        past = past_runs(pipeline)
        assert past.find().status is RunStatus.INTERRUPTED
        state = past.load("aaaaaaaa").state()
        assert state.status is RunStatus.INTERRUPTED
        assert state.statuses[:2] == [Status.CANCELLED] * 2
        assert state.errors[:2] == ["the run was killed while it ran", "the run was killed while it waited"]

    def test_is_closed_by_the_next_run_with_all_its_numbers(self, tmp_path: Path) -> None:
        pipeline = pipeline_in(tmp_path)
        killed(pipeline, "aaaaaaaa")
        before = past_runs(pipeline).find()
        record(pipeline, [0])
        closed = past_runs(pipeline).find("aaaaaaaa")
        assert (closed.status, closed.counts, closed.wall_s) == (before.status, before.counts, before.wall_s)
        assert past_runs(pipeline).killed(None) == []
        assert past_runs(pipeline).load("aaaaaaaa").state().status is RunStatus.INTERRUPTED

    def test_says_which_task_held_it_up_as_long_as_it_lived(self, tmp_path: Path) -> None:
        pipeline = pipeline_in(tmp_path)
        killed(pipeline, "aaaaaaaa")
        connection = open_to_write(database_path(tmp_path))
        connection.execute(
            "UPDATE runs SET wall_s = 8.5"
        )  # as the recording writes now and then, while nothing happens
        close_killed(connection, tmp_path, hold_up)
        connection.close()
        run = past_runs(pipeline).find()
        assert (run.holdup, run.holdup_s, run.wall_s) == ("sales", 8.0, 8.5)
