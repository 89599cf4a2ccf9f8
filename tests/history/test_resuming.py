"""Going on where the latest run stopped."""

from __future__ import annotations

from pathlib import Path

import pytest

from seeknal_tui.history.resuming import latest_state, plan_resume
from seeknal_tui.pipeline.model import CommandAction, Pipeline, Place, SqlAction, Task
from seeknal_tui.run.plan import NothingToRun, NotRunnable, RerunPlan
from seeknal_tui.run.results import Results
from tests.history.recorded import past_runs, pipeline_in, record

HERE = Place("retail.yml", 1, 1)


def sql(name: str, text: str, *upstream: str) -> Task:
    return Task(name=name, action=SqlAction(text, HERE), depends_on=upstream)


def tasks(report: str = "exit 1") -> list[Task]:
    """A report that fails, in the middle of what does not."""
    return [
        sql("sales", "select 1 as amount"),
        sql("clean", "select * from sales", "sales"),
        Task(name="report", action=CommandAction(report), depends_on=("clean",)),
        Task(name="mail", action=CommandAction("true"), depends_on=("report",)),
    ]


def resumed(pipeline: Pipeline) -> RerunPlan:
    return plan_resume(pipeline, latest_state(pipeline))


def names(pipeline: Pipeline, numbers: tuple[int, ...]) -> list[str]:
    return [pipeline.tasks[number].name for number in numbers]


def test_what_failed_and_what_was_skipped_runs_and_the_rest_is_reused(tmp_path: Path) -> None:
    pipeline = pipeline_in(tmp_path, tasks())
    record(pipeline)
    plan = resumed(pipeline)
    assert names(pipeline, plan.run) == ["report", "mail"]
    assert names(pipeline, plan.reuse) == ["sales", "clean"]
    assert plan.selected == "--resume"


def test_a_corrected_task_succeeds_and_nothing_is_left(tmp_path: Path) -> None:
    record(pipeline_in(tmp_path, tasks()))
    corrected = pipeline_in(tmp_path, tasks("true"))
    plan = resumed(corrected)
    record(corrected, plan.run, plan.selected, plan.reuse)
    latest = past_runs(corrected).find()
    assert latest.counts == {"succeeded": 2, "reused": 2, "failed": 0, "skipped": 0, "cancelled": 0}
    with pytest.raises(NothingToRun, match=f"all tasks of the latest run, {latest.run_id}, have succeeded"):
        resumed(corrected)


def test_a_run_that_was_resumed_can_be_resumed_again(tmp_path: Path) -> None:
    pipeline = pipeline_in(tmp_path, tasks())
    record(pipeline)
    for _ in range(2):
        plan = resumed(pipeline)
        assert (names(pipeline, plan.run), plan.selected) == (["report", "mail"], "--resume")
        record(pipeline, plan.run, plan.selected, plan.reuse)


def test_a_run_of_a_selection_is_gone_on_with_as_one_of_that_selection(tmp_path: Path) -> None:
    pipeline = pipeline_in(tmp_path, tasks())
    record(pipeline)
    record(pipeline, [2], "report", [0, 1])
    plan = resumed(pipeline)
    assert names(pipeline, plan.run) == ["report"]
    assert plan.selected == "--resume report"


def test_a_result_that_is_gone_is_made_again(tmp_path: Path) -> None:
    pipeline = pipeline_in(tmp_path, tasks("true"))
    record(pipeline)
    Results.of(pipeline).path_of("clean").unlink()
    assert names(pipeline, resumed(pipeline).run) == ["clean"]


def test_a_result_that_is_not_whole_is_made_again(tmp_path: Path) -> None:
    pipeline = pipeline_in(tmp_path, tasks("true"))
    record(pipeline)
    Results.of(pipeline).path_of("sales").write_bytes(b"")
    assert names(pipeline, resumed(pipeline).run) == ["sales"]


def test_a_task_that_is_new_in_the_file_belongs_to_a_run_of_everything(tmp_path: Path) -> None:
    record(pipeline_in(tmp_path, tasks("true")))
    more = pipeline_in(tmp_path, [*tasks("true"), sql("extra", "select 2")])
    assert names(more, resumed(more).run) == ["extra"]


def test_a_task_that_is_gone_from_the_file_is_not_missed(tmp_path: Path) -> None:
    record(pipeline_in(tmp_path, tasks()))
    less = pipeline_in(tmp_path, tasks("true")[:3])
    assert names(less, resumed(less).run) == ["report"]


def test_each_environment_resumes_its_own_latest_run(tmp_path: Path) -> None:
    production, dev = pipeline_in(tmp_path, tasks()), pipeline_in(tmp_path, tasks("true"), environment="dev")
    record(production)
    record(dev)
    assert names(production, resumed(production).run) == ["report", "mail"]
    with pytest.raises(NothingToRun):
        resumed(dev)


def test_without_a_run_there_is_nothing_to_resume(tmp_path: Path) -> None:
    with pytest.raises(NotRunnable, match="no run of the pipeline is recorded; run it first"):
        resumed(pipeline_in(tmp_path))
    with pytest.raises(NotRunnable, match="no run of the pipeline in the environment dev is recorded"):
        resumed(pipeline_in(tmp_path, environment="dev"))
