"""The journal: what it records, and that it is in nobody's way."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

import seeknal_tui.history.journal
from seeknal_tui.history.database import database_path
from seeknal_tui.history.journal import Journal
from seeknal_tui.history.outcomes import outcome_of
from seeknal_tui.history.past_runs import PastRuns, RunRecord
from seeknal_tui.pipeline.model import Execution, Pipeline, SleepAction, Task
from seeknal_tui.run.events import RunStatus
from seeknal_tui.run.run_lock import running_owner
from seeknal_tui.run.runner import Runner
from seeknal_tui.run.state import RunState
from tests.history.recorded import PATIENCE_S, TASKS, past_runs, pipeline_in, record, wait_for


def test_all_events_of_a_run_are_recorded_as_they_were(tmp_path: Path) -> None:
    pipeline = pipeline_in(tmp_path)
    events = record(pipeline)
    past = past_runs(pipeline)
    assert past.load(past.find().run_id).events == events


def test_each_run_of_a_session_is_a_run_of_its_own(tmp_path: Path) -> None:
    pipeline = pipeline_in(tmp_path)
    runner, journal = Runner(pipeline), Journal(pipeline)
    journal.attach(runner)
    for numbers in ([0, 1, 2, 3], [0], [1]):
        runner.request(numbers)
        assert runner.wait_until_idle(PATIENCE_S)
    runner.close()
    journal.close()
    assert [sum(run.counts.values()) for run in past_runs(pipeline).runs()] == [1, 1, 4]


def nth_run(past: PastRuns, count: int) -> RunRecord | None:
    runs = past.runs()
    return runs[0] if len(runs) == count else None


def test_a_run_is_known_as_soon_as_it_has_begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seeknal_tui.history.journal, "WRITE_EVERY_S", 1000.0)
    pipeline = pipeline_in(tmp_path, [Task(name="long", action=SleepAction(1000.0))])
    runner, journal = Runner(pipeline), Journal(pipeline)
    journal.attach(runner)
    try:
        for count in (1, 2):
            runner.request([0])
            run = wait_for(partial(nth_run, past_runs(pipeline), count))
            assert run.status is RunStatus.RUNNING
            runner.stop_all(kill=True)
            assert runner.wait_until_idle(PATIENCE_S)
    finally:
        runner.close(kill=True)
        journal.close()


def test_nothing_is_written_before_something_runs(tmp_path: Path) -> None:
    pipeline = pipeline_in(tmp_path)
    journal, runner = Journal(pipeline), Runner(pipeline)
    journal.attach(runner)
    runner.close()
    journal.close()
    assert list(tmp_path.iterdir()) == []


def test_a_pipeline_without_a_file_is_not_recorded(tmp_path: Path) -> None:
    pipeline = Pipeline("simulated", (Task(name="a", action=SleepAction(0.0)),))
    record(pipeline)
    assert not database_path(pipeline.folder).exists()


def test_the_definition_is_kept_once_for_all_runs_of_it_and_anew_when_it_has_changed(tmp_path: Path) -> None:
    first, second = pipeline_in(tmp_path), pipeline_in(tmp_path, TASKS[:2])
    for pipeline in (first, first, second):
        record(pipeline)
    past = past_runs(first)
    assert [past.load(run.run_id).pipeline for run in past.runs()] == [second, first, first]


def test_a_run_that_was_recorded_has_let_go_of_its_lock(tmp_path: Path) -> None:
    pipeline = pipeline_in(tmp_path)
    record(pipeline)
    assert running_owner(pipeline.target) is None
    assert past_runs(pipeline).find().status is RunStatus.FAILED


def test_a_run_of_which_no_event_is_written_yet_has_the_slots_of_its_pipeline() -> None:
    pipeline = Pipeline("early", (Task(name="a"),), Execution(max_parallel=3))
    assert outcome_of(RunState(pipeline), None).max_parallel == 3


def test_a_run_that_goes_on_is_seen_to_be_running_from_elsewhere(tmp_path: Path) -> None:
    pipeline = pipeline_in(tmp_path, [Task(name="a", action=SleepAction(0.0)), Task(name="b", action=SleepAction(60))])
    runner, journal = Runner(pipeline), Journal(pipeline)
    journal.attach(runner)
    runner.request([0, 1])
    past = past_runs(pipeline)
    run = wait_for(lambda: next((run for run in past.runs() if run.counts["succeeded"] == 1), None))
    assert run.status is RunStatus.RUNNING
    runner.close(kill=True)
    journal.close()
    assert past.find().status is RunStatus.CANCELLED
