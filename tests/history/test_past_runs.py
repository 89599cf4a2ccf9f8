"""Past runs, as they are read back."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from seeknal_tui.history import past_runs as past_runs_module
from seeknal_tui.history.past_runs import NoSuchRun, PastRuns
from seeknal_tui.pipeline.model import CommandAction, Pipeline, SleepAction, Task
from seeknal_tui.run.events import RunStatus, Status
from seeknal_tui.run.expected import LATEST
from tests.history.recorded import TASKS, past_runs, pipeline_in, record


def test_a_folder_in_which_nothing_was_run_has_no_runs(tmp_path: Path) -> None:
    past = PastRuns(tmp_path)
    assert past.runs() == []
    assert past.measurements(pipeline_in(tmp_path)) == {}
    with pytest.raises(NoSuchRun) as told:
        past.find(file="retail.yml")
    assert str(told.value) == (
        f"nothing has been run here yet, or it could not be recorded: there is no run of retail.yml in "
        f"{tmp_path}/target/.seeknal_tui/history.sqlite: run it with seeknal-tui run {tmp_path}/retail.yml"
    )
    assert past.none_of(None).endswith(f"there is no run in {tmp_path}/target/.seeknal_tui/history.sqlite")


def test_a_run_is_listed_with_its_numbers(tmp_path: Path) -> None:
    pipeline = pipeline_in(tmp_path)
    events = record(pipeline, selected="+mail")
    run = past_runs(pipeline).find()
    assert (run.file, run.pipeline, run.environment, run.selected) == ("retail.yml", "retail", "", "+mail")
    assert (run.status, run.max_parallel, run.wall_s) == (RunStatus.FAILED, 2, events[-1].at)
    assert run.counts == {"succeeded": 2, "failed": 1, "cancelled": 0, "skipped": 1, "reused": 0}
    assert 0 < run.task_s < run.wall_s * 2
    assert run.speedup == run.task_s / run.wall_s


def test_a_run_names_the_task_that_held_it_up(tmp_path: Path) -> None:
    tasks = [Task(name="short", action=SleepAction(0.01)), Task(name="long", action=SleepAction(0.2))]
    pipeline = pipeline_in(tmp_path, tasks)
    record(pipeline)
    run = past_runs(pipeline).find()
    assert run.holdup == "long"
    assert run.holdup_s >= 0.2


def test_runs_are_listed_newest_first_up_to_a_limit(tmp_path: Path) -> None:
    pipeline = pipeline_in(tmp_path)
    for task in range(3):
        record(pipeline, [task], selected=str(task))
    assert [run.selected for run in past_runs(pipeline).runs()] == ["2", "1", "0"]
    assert [run.selected for run in past_runs(pipeline).runs(limit=2)] == ["2", "1"]


def test_runs_are_listed_by_environment_and_by_file(tmp_path: Path) -> None:
    for environment, file in (("", "a.yml"), ("dev", "a.yml"), ("", "b.yml")):
        record(pipeline_in(tmp_path, TASKS[:1], environment=environment, file=file))
    past = PastRuns(tmp_path)
    assert [(run.environment, run.file) for run in past.runs()] == [("", "b.yml"), ("dev", "a.yml"), ("", "a.yml")]
    assert [run.environment for run in past.runs(environment="dev")] == ["dev"]
    assert [run.environment for run in past.runs(file="a.yml")] == ["dev", ""]


def test_a_run_is_found_by_the_beginning_of_its_id(tmp_path: Path) -> None:
    pipeline = pipeline_in(tmp_path, TASKS[:1])
    record(pipeline)
    past = past_runs(pipeline)
    only = past.find()
    assert past.find(only.run_id[:3]) == only
    with pytest.raises(NoSuchRun, match="there is no run xyz"):
        past.find("xyz")
    with pytest.raises(NoSuchRun, match="there is no run %"):
        past.find("%" + only.run_id)


def test_a_beginning_that_several_runs_have_is_refused(tmp_path: Path) -> None:
    pipeline = pipeline_in(tmp_path, TASKS[:1])
    for _ in range(17):  # there are but sixteen digits to begin with
        record(pipeline)
    past = past_runs(pipeline)
    beginnings = [run.run_id[0] for run in past.runs()]
    twice = next(digit for digit in beginnings if beginnings.count(digit) > 1)
    with pytest.raises(NoSuchRun, match=f"several runs begin with {twice}"):
        past.find(twice)


def test_a_past_run_opens_as_it_was_although_its_folder_was_moved(tmp_path: Path) -> None:
    pipeline = pipeline_in(tmp_path / "before")
    record(pipeline)
    shutil.move(tmp_path / "before", tmp_path / "after")
    past = PastRuns(tmp_path / "after")
    run = past.load(past.find().run_id)
    assert run.pipeline.folder == tmp_path / "after"
    assert run.pipeline.tasks == pipeline.tasks
    statuses = [Status.SUCCEEDED, Status.SUCCEEDED, Status.FAILED, Status.SKIPPED]
    assert run.state().statuses == statuses


def test_what_tasks_took_is_known_of_those_that_succeeded_oldest_first(tmp_path: Path) -> None:
    pipeline = pipeline_in(tmp_path)
    for _ in range(3):
        record(pipeline)
    past = past_runs(pipeline)
    measured = past.measurements(pipeline)
    assert set(measured) == {"sales", "clean"}
    assert [one.run_id for one in measured["sales"]] == [run.run_id for run in reversed(past.runs())]
    assert all(one.wall_s >= 0.01 for one in measured["sales"])
    assert all(one.cpu_s is not None for one in measured["clean"])
    assert [one.run_id for one in past.measurements(pipeline, latest=2)["clean"]] == [
        run.run_id for run in reversed(past.runs(limit=2))
    ]


def test_how_many_attempts_failed_before_one_succeeded_is_known(tmp_path: Path) -> None:
    second = CommandAction(f"test -e {tmp_path}/mark || {{ touch {tmp_path}/mark; exit 1; }}")
    pipeline = pipeline_in(tmp_path, [Task(name="flaky", action=second, retries=1, retry_delay=0.0)])
    record(pipeline)
    record(pipeline)
    assert [one.failures for one in past_runs(pipeline).measurements(pipeline)["flaky"]] == [1, 0]


def test_what_a_task_took_before_it_was_edited_counts_until_it_has_been_run_since(tmp_path: Path) -> None:
    def doing(command: str) -> Pipeline:
        return pipeline_in(tmp_path, [Task(name="a", action=CommandAction(command)), Task(name="b", depends_on=("a",))])

    def known(pipeline: Pipeline, name: str) -> list[bool]:
        return [one.edited for one in past_runs(pipeline).measurements(pipeline)[name]]

    old, new = doing("true"), doing("true; true")
    record(old)
    record(old)
    assert (known(old, "a"), known(new, "a"), known(new, "b")) == ([False] * 2, [True] * 2, [False] * 2)
    record(new)
    assert (known(old, "a"), known(new, "a"), known(new, "b")) == ([False] * 2, [False], [False] * 3)


def test_of_many_tasks_fewer_runs_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(past_runs_module, "MOST_MEASURED", 6 * 4)
    pipeline = pipeline_in(tmp_path)
    for _ in range(7):
        record(pipeline, [0])
    assert [len(attempts) for attempts in past_runs(pipeline).measurements(pipeline).values()] == [6]
    monkeypatch.setattr(past_runs_module, "MOST_MEASURED", 1)
    assert [len(attempts) for attempts in past_runs(pipeline).measurements(pipeline).values()] == [LATEST]


def test_an_environment_knows_what_production_took_until_it_has_run_itself(tmp_path: Path) -> None:
    production, dev = pipeline_in(tmp_path), pipeline_in(tmp_path, environment="dev")
    record(production)
    record(dev, [0])
    past = past_runs(dev)
    newest, oldest = past.runs()
    measured = past.measurements(dev)
    assert [one.run_id for one in measured["sales"]] == [newest.run_id]
    assert [one.run_id for one in measured["clean"]] == [oldest.run_id]


def test_the_latest_status_of_each_task_is_known_over_several_runs(tmp_path: Path) -> None:
    pipeline = pipeline_in(tmp_path)
    record(pipeline)
    record(pipeline, [0])
    statuses = {"sales": "succeeded", "clean": "succeeded", "report": "failed", "mail": "skipped"}
    assert past_runs(pipeline).statuses(pipeline) == statuses
