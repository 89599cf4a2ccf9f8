"""When the results of an environment may become production's."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from seeknal_tui.environments.folders import (
    Environment,
    Refused,
    delete_environment,
    environments_of,
    find_environment,
    production_of,
)
from seeknal_tui.environments.promoting import plan_promotion, plan_undo, promote, undo
from seeknal_tui.history.past_runs import PastRuns
from seeknal_tui.pipeline.model import Pipeline, Place, SqlAction, Task
from seeknal_tui.run.events import RunStatus
from seeknal_tui.run.last_statuses import keep_statuses, last_statuses
from seeknal_tui.run.run_lock import RunLock
from tests.dashboard.history.records import record

SQL = SqlAction("SELECT 1", Place("", 0, 0))


@pytest.fixture
def pipeline(tmp_path: Path) -> Pipeline:
    """a → b → c, and d beside them."""
    return Pipeline(
        "shop",
        (
            Task(name="a", action=SQL),
            Task(name="b", action=SQL, depends_on=("a",)),
            Task(name="c", action=SQL, depends_on=("b",)),
            Task(name="d", action=SQL),
        ),
        file=tmp_path / "shop.yml",
        environments=("dev", "staging"),
    )


def put(pipeline: Pipeline, names: str, environment: str = "") -> None:
    target = pipeline.production_target / "environments" / environment if environment else pipeline.production_target
    target.mkdir(parents=True, exist_ok=True)
    for name in names.split():
        (target / f"{name}.parquet").write_text(environment or "production")


def dev(pipeline: Pipeline) -> Environment:
    return find_environment(pipeline, "dev")


def contents(pipeline: Pipeline) -> dict[str, str]:
    return {file.stem: file.read_text() for file in pipeline.production_target.glob("*.parquet")}


class TestEnvironments:
    def test_are_those_of_the_file_and_those_on_the_disk(self, pipeline: Pipeline) -> None:
        put(pipeline, "a b", "old")
        put(pipeline, "a", "dev")
        found = environments_of(pipeline)
        assert [(one.name, one.is_declared, len(one.results), one.bytes) for one in found] == [
            ("dev", True, 1, 3),
            ("staging", True, 0, 0),
            ("old", False, 2, 6),
        ]

    def test_of_an_unknown_name_are_told_with_the_nearest(self, pipeline: Pipeline) -> None:
        with pytest.raises(Refused, match="did you mean staging"):
            find_environment(pipeline, "stageing")

    @pytest.mark.parametrize("name", ["..", ".", "../..", "/", "", "dev/..", ".seeknal_tui"])
    def test_are_found_by_their_names_only(self, pipeline: Pipeline, name: str) -> None:
        put(pipeline, "a", "dev")
        put(pipeline, "a")
        with pytest.raises(Refused):
            find_environment(pipeline, name)


class TestPromotion:
    def test_makes_the_results_productions(self, pipeline: Pipeline) -> None:
        put(pipeline, "a b c d")
        put(pipeline, "b c", "dev")
        plan = plan_promotion(pipeline, dev(pipeline))
        assert (plan.tasks, plan.new) == (("b", "c"), ())
        promote(pipeline, plan)
        assert contents(pipeline) == {"a": "production", "b": "dev", "c": "dev", "d": "production"}

    def test_counts_the_tasks_as_succeeded_in_production(self, pipeline: Pipeline) -> None:
        put(pipeline, "a b c d", "dev")
        keep_statuses(pipeline.production_target, {"a": "failed"})
        promote(pipeline, plan_promotion(pipeline, dev(pipeline)))
        assert set(last_statuses(pipeline.production_target).values()) == {"succeeded"}

    def test_leaves_out_what_no_task_makes_any_more(self, pipeline: Pipeline) -> None:
        put(pipeline, "a b c d gone", "dev")
        plan = plan_promotion(pipeline, dev(pipeline))
        assert plan.left_out == ("gone",)
        promote(pipeline, plan)
        assert contents(pipeline).keys() == {"a", "b", "c", "d"}

    def test_is_refused_without_results(self, pipeline: Pipeline) -> None:
        with pytest.raises(Refused, match=r"dev has no results: seeknal-tui run shop.yml --env dev makes them"):
            plan_promotion(pipeline, dev(pipeline))

    def test_is_refused_where_what_reads_a_result_was_not_run(self, pipeline: Pipeline) -> None:
        put(pipeline, "a b c d")
        put(pipeline, "a b", "dev")
        with pytest.raises(Refused, match=r"c reads b and has no result in dev.*--select c\+ makes it"):
            plan_promotion(pipeline, dev(pipeline))

    def test_is_refused_where_neither_has_a_result(self, pipeline: Pipeline) -> None:
        put(pipeline, "a b c", "dev")
        with pytest.raises(Refused, match="neither dev nor production has a result of d"):
            plan_promotion(pipeline, dev(pipeline))

    @pytest.mark.parametrize(
        ("status", "words"), [("failed", "failed"), ("skipped", "was skipped"), ("cancelled", "was cancelled")]
    )
    def test_is_refused_where_a_result_may_be_of_an_earlier_run(
        self, pipeline: Pipeline, status: str, words: str
    ) -> None:
        put(pipeline, "a b c d", "dev")
        keep_statuses(dev(pipeline).target, {"a": "succeeded", "c": status})
        with pytest.raises(Refused, match=f"c {words} when it was last run in dev"):
            plan_promotion(pipeline, dev(pipeline))

    def test_is_refused_when_the_latest_run_in_the_environment_was_killed(
        self, pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        put(pipeline, "a b c d", "dev")
        killed = record("8f3c", status=RunStatus.INTERRUPTED, environment="dev")
        monkeypatch.setattr(PastRuns, "runs", lambda _, limit, environment, file: [killed])
        with pytest.raises(Refused, match=r"the latest run in dev was interrupted \(8f3c\).*--resume"):
            plan_promotion(pipeline, dev(pipeline))

    @pytest.mark.parametrize("where", ["", "dev", "staging"])
    def test_is_refused_while_a_run_lives_that_writes_or_reads_these_results(
        self, pipeline: Pipeline, where: str
    ) -> None:
        put(pipeline, "a b c d")
        put(pipeline, "a b c d", "dev")
        put(pipeline, "a", "staging")
        plan = plan_promotion(pipeline, dev(pipeline))
        lock = RunLock(find_environment(pipeline, where).target if where else pipeline.production_target)
        lock.take("run1", 0.0)
        try:
            words = rf"{where or 'production'} is being run \(run run1 of process \d+\)"
            with pytest.raises(Refused, match=words):
                plan_promotion(pipeline, dev(pipeline))
            with pytest.raises(Refused, match=words):
                promote(pipeline, plan)
            with pytest.raises(Refused, match=words):
                undo(pipeline)
        finally:
            lock.release()
        assert set(contents(pipeline).values()) == {"production"}


class TestUndoing:
    def test_puts_back_what_was_replaced(self, pipeline: Pipeline) -> None:
        put(pipeline, "a b c")
        put(pipeline, "a b c d", "dev")
        promote(pipeline, plan_promotion(pipeline, dev(pipeline)))
        assert plan_undo(pipeline, "dev").environment == "dev"
        undo(pipeline)
        assert contents(pipeline) == {"a": "production", "b": "production", "c": "production"}

    def test_is_refused_when_production_was_run_since(self, pipeline: Pipeline) -> None:
        put(pipeline, "a b c d")
        put(pipeline, "d", "dev")
        promote(pipeline, plan_promotion(pipeline, dev(pipeline)))
        (pipeline.production_target / "a.parquet").write_text("newer than that")
        with pytest.raises(Refused, match=r"production was run since dev was promoted \(a changed\)"):
            plan_undo(pipeline)

    def test_of_another_environment_is_refused(self, pipeline: Pipeline) -> None:
        put(pipeline, "a b c d", "dev")
        promote(pipeline, plan_promotion(pipeline, dev(pipeline)))
        with pytest.raises(Refused, match="the latest promotion was that of dev, not of staging"):
            plan_undo(pipeline, "staging")

    def test_without_a_promotion_is_refused(self, pipeline: Pipeline) -> None:
        with pytest.raises(Refused, match="there is no promotion to undo"):
            plan_undo(pipeline)


class TestDeleting:
    def test_removes_the_folder_and_nothing_else(self, pipeline: Pipeline) -> None:
        put(pipeline, "a b")
        put(pipeline, "a", "dev")
        put(pipeline, "a", "staging")
        delete_environment(pipeline, dev(pipeline))
        assert [one.name for one in environments_of(pipeline) if one.exists] == ["staging"]
        assert production_of(pipeline).results == {"a", "b"}

    def test_is_refused_while_a_run_lives_in_it(self, pipeline: Pipeline) -> None:
        put(pipeline, "a", "dev")
        lock = RunLock(dev(pipeline).target)
        lock.take("run1", 0.0)
        try:
            with pytest.raises(Refused, match="dev is being run"):
                delete_environment(pipeline, dev(pipeline))
        finally:
            lock.release()
        assert dev(pipeline).results == {"a"}

    def test_of_a_link_removes_the_link_only(self, pipeline: Pipeline) -> None:
        put(pipeline, "a")
        link = pipeline.production_target / "environments" / "dev"
        link.parent.mkdir()
        link.symlink_to(pipeline.production_target, target_is_directory=True)
        delete_environment(pipeline, dev(pipeline))
        assert production_of(pipeline).results == {"a"}
        assert not link.exists()

    def test_takes_along_what_a_killed_one_has_left(self, pipeline: Pipeline) -> None:
        put(pipeline, "a", "dev")
        rest = pipeline.production_target / ".seeknal_tui" / "removed-1234"
        shutil.copytree(dev(pipeline).target, rest)
        delete_environment(pipeline, dev(pipeline))
        assert not rest.exists()
