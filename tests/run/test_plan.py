"""What a rerun will run, reuse and skip."""

from __future__ import annotations

from seeknal_tui.pipeline.model import CommandAction, Pipeline, Place, SqlAction, Task
from seeknal_tui.run.plan import RerunPlan, plan_rerun

SQL = SqlAction("SELECT 1", Place("p.yml", 1, 1))
PIPELINE = Pipeline(
    "test",
    (
        Task(name="a", action=SQL),
        Task(name="b", action=SQL, depends_on=("a",)),
        Task(name="c", action=SQL, depends_on=("b",)),
        Task(name="send", action=CommandAction("true"), depends_on=("c",)),
        Task(name="after", depends_on=("send",)),
    ),
)


def test_what_was_not_chosen_is_reused_where_its_result_stands_and_skipped_where_not() -> None:
    assert plan_rerun(PIPELINE, {1}, {0, 1, 2}) == RerunPlan(run=(1,), reuse=(0, 2), skip=(3, 4), missing=())


def test_a_result_that_a_chosen_task_reads_and_that_is_not_there_is_missing() -> None:
    assert plan_rerun(PIPELINE, {2}, {0}).missing == (1,)


def test_a_command_that_was_never_run_is_not_missed_since_it_may_have_no_result() -> None:
    assert plan_rerun(PIPELINE, {4}, set()).missing == ()
