"""What a run would be like if something were different."""

from __future__ import annotations

import pytest

from seeknal_tui.analysis.forecast import forecast
from seeknal_tui.analysis.simulation import TaskCost
from seeknal_tui.analysis.what_if import NoSuchChange, Plan, changed
from seeknal_tui.pipeline.model import Execution, Pipeline, Task

PIPELINE = Pipeline(
    "test",
    (
        Task(name="load", pools=(("db", 1),)),
        Task(name="load-2", pools=(("db", 1),)),
        Task(name="clean", depends_on=("load",), found_dependencies=("load-2",)),
        Task(name="report", depends_on=("clean",)),
    ),
    Execution(pools={"db": 1}),
)
PLAN = Plan(PIPELINE, tuple(TaskCost(seconds, 0.0) for seconds in (2.0, 3.0, 4.0, 1.0)), frozenset(range(4)))


def makespan(*changes: str) -> float:
    plan = PLAN
    for change in changes:
        plan = changed(plan, change)
    return forecast(plan.pipeline, plan.costs, [8], cores=2, numbers=plan.members).predictions[0].makespan_s


class TestChanges:
    def test_without_any_it_takes_what_it_takes(self) -> None:
        assert makespan() == 10.0

    def test_a_task_may_be_faster(self) -> None:
        assert makespan("clean=2x") == 8.0

    def test_a_task_may_take_so_long(self) -> None:
        assert makespan("clean=500ms") == 6.5

    def test_what_computes_less_wants_no_more_cores(self) -> None:
        plan = changed(Plan(PIPELINE, (TaskCost(2.0, 3.0),) * 4, frozenset(range(4))), "clean=2x")
        assert plan.costs[2] == TaskCost(1.0, 1.5)

    def test_a_task_may_be_split(self) -> None:
        assert makespan("clean/4") == 7.0

    def test_a_dependency_may_be_gone_and_names_may_have_dashes(self) -> None:
        assert makespan("clean-load-2") == 7.0

    def test_a_pool_may_be_larger(self) -> None:
        assert makespan("pool:db=2") == 8.0

    def test_several_add_up(self) -> None:
        assert makespan("pool:db=2", "load-2=1s", "clean/2") == 5.0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("claen=2x", "is clean meant"),
        ("clean=fast", "no change that can be tried"),
        ("clean=2y", "not a duration"),
        ("report-load", "report does not depend on load itself"),
        ("pool:dbs=2", "is db meant"),
        ("pool:db=0", "needs 1 slots or more"),
        ("clean/0", "no change that can be tried"),
    ],
)
def test_what_cannot_be_tried_is_told(text: str, message: str) -> None:
    with pytest.raises(NoSuchChange, match=message):
        changed(PLAN, text)
