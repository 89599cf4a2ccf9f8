"""In which order tasks stand in rows."""

from __future__ import annotations

import pytest

from seeknal_tui.dashboard.row_order import RowOrder, Sort
from seeknal_tui.pipeline.model import Pipeline, Task
from seeknal_tui.run.events import Event, RunFinished, RunStatus, Status, TaskFinished, TaskReady, TaskStarted
from tests.dashboard.runs import begun, folded, pipeline_of, started


def names(pipeline: Pipeline, *events: Event, sort: Sort = Sort.START, now: float = 10.0) -> str:
    state = folded(pipeline, *events)
    return "".join(pipeline.tasks[number].name for number in RowOrder(pipeline, state).ordered(sort, now))


ABCD = pipeline_of("a", "b", "c", "d")


class TestByStart:
    def test_the_started_come_first_then_the_ready_then_the_pending(self) -> None:
        events = [begun(ABCD), *started(1.0, "d"), TaskReady(2.0, "c"), *started(3.0, "b")]
        assert names(ABCD, *events) == "dbca"

    def test_the_pending_stand_in_topological_order(self) -> None:
        pipeline = Pipeline(
            "p",
            (Task(name="z", depends_on=("x", "y")), Task(name="y", depends_on=("x",)), Task(name="x")),
        )
        assert names(pipeline, begun(pipeline)) == "xyz"

    def test_those_that_never_ran_stand_below_the_pending(self) -> None:
        events: list[Event] = [
            begun(ABCD),
            TaskFinished(0.0, "a", Status.REUSED),
            TaskFinished(0.5, "b", Status.SKIPPED),
        ]
        assert names(ABCD, *events) == "cdab"

    def test_a_retry_stays_where_its_first_attempt_was(self) -> None:
        events = [begun(ABCD), *started(1.0, "c"), *started(2.0, "d"), TaskStarted(3.0, "c", 2, 0)]
        assert names(ABCD, *events) == "cdab"

    def test_a_new_run_orders_by_its_own_starts(self) -> None:
        first = [begun(ABCD), *started(1.0, "d"), TaskFinished(2.0, "d", Status.SUCCEEDED)]
        assert names(ABCD, *first, RunFinished(2.0, RunStatus.SUCCEEDED), begun(ABCD), *started(1.0, "c")) == "cabd"

    def test_tasks_in_a_cycle_have_rows_too(self) -> None:
        pipeline = Pipeline("p", (Task(name="a", depends_on=("b",)), Task(name="b", depends_on=("a",)), Task(name="c")))
        assert names(pipeline) == "cab"


class TestByOthers:
    def test_by_duration_the_longest_comes_first_the_running_up_to_now(self) -> None:
        events = [begun(ABCD), *started(0.0, "b"), TaskFinished(5.0, "b", Status.SUCCEEDED), *started(6.0, "d")]
        assert names(ABCD, *events, sort=Sort.DURATION, now=10.0) == "bdac"
        assert names(ABCD, *events, sort=Sort.DURATION, now=12.0) == "dbac"

    def test_by_wait_the_one_held_up_longest_comes_first_the_ready_up_to_now(self) -> None:
        events: list[Event] = [begun(ABCD), TaskReady(0.0, "d"), TaskReady(1.0, "c"), TaskStarted(4.0, "c", 1, 0)]
        assert names(ABCD, *events, sort=Sort.WAIT, now=10.0) == "dcab"

    def test_by_slack_the_critical_path_comes_first(self) -> None:
        pipeline = Pipeline(
            "p",
            (
                Task(name="a", estimate=1.0),
                Task(name="b", estimate=5.0),
                Task(name="c", depends_on=("b",), estimate=2.0),
                Task(name="d", estimate=4.0),
            ),
        )
        assert names(pipeline, begun(pipeline), sort=Sort.SLACK, now=0.0) == "bcda"

    def test_by_slack_goes_by_what_ran_once_the_run_is_over(self) -> None:
        pipeline = Pipeline("p", (Task(name="a", estimate=1.0), Task(name="b", estimate=5.0)))
        state = folded(pipeline, begun(pipeline))
        order = RowOrder(pipeline, state)
        assert order.ordered(Sort.SLACK, 0.0) == [1, 0]
        done = [*started(0.0, "b"), TaskFinished(0.001, "b", Status.SUCCEEDED), *started(0.0, "a")]
        for event in [*done, TaskFinished(0.002, "a", Status.SUCCEEDED), RunFinished(0.002, RunStatus.SUCCEEDED)]:
            state.apply(event)
        assert order.ordered(Sort.SLACK, 0.002) == [0, 1]

    def test_by_name(self) -> None:
        assert names(pipeline_of("c", "a", "b"), sort=Sort.NAME) == "abc"

    def test_the_sorts_go_around(self) -> None:
        assert [sort.next for sort in Sort] == [Sort.DURATION, Sort.WAIT, Sort.SLACK, Sort.NAME, Sort.START]


class TestNote:
    def test_tells_whether_a_status_is_another(self) -> None:
        state = folded(ABCD, begun(ABCD))
        order = RowOrder(ABCD, state)
        assert not order.note({0, 1})
        state.apply(TaskReady(1.0, "a"))
        assert order.note({0})
        assert not order.note({0})

    def test_tells_that_a_run_began(self) -> None:
        state = folded(ABCD)
        order = RowOrder(ABCD, state)
        state.apply(begun(ABCD))
        assert order.note(set())

    @pytest.mark.parametrize("sort", list(Sort))
    def test_keeps_what_a_new_order_would_find(self, sort: Sort) -> None:
        state = folded(ABCD)
        order = RowOrder(ABCD, state)
        events: list[Event] = [
            begun(ABCD),
            *started(1.0, "b"),
            *started(2.0, "a", ready_at=1.0),
            TaskFinished(3.0, "b", Status.FAILED),
        ]
        for event in events:
            state.apply(event)
            order.note(state.touched)
            state.touched = set()
            assert order.ordered(sort, 5.0) == RowOrder(ABCD, state).ordered(sort, 5.0)
