"""Two runs side by side."""

from __future__ import annotations

import pytest
from hypothesis import given

from seeknal_tui.analysis.comparison import Pair, compare_runs, makespan_shares
from seeknal_tui.pipeline.model import Pipeline, SleepAction, Task
from seeknal_tui.run.events import Event, RunFinished, RunStarted, RunStatus, Status, TaskFinished, TaskRetrying
from seeknal_tui.run.state import RunState
from tests.analysis.test_summary import ran
from tests.analysis.test_waits import random_runs
from tests.dashboard.runs import started


def pipeline_of(*tasks: Task) -> Pipeline:
    return Pipeline("shop", tasks)


DIAMOND = pipeline_of(
    Task(name="a"),
    Task(name="b", depends_on=("a",)),
    Task(name="c", depends_on=("a",)),
    Task(name="d", depends_on=("b", "c")),
)


def run_of(pipeline: Pipeline, *events: Event, end: float) -> RunState:
    state = RunState(pipeline)
    names = tuple(task.name for task in pipeline.tasks)
    state.apply_all([RunStarted(0.0, "r", "shop", "", 4, names, 0.0), *events, RunFinished(end, RunStatus.SUCCEEDED)])
    return state


def diamond(b: float, c: float) -> RunState:
    """A run of 1 s for a and for d, and that long for b and c beside each other."""
    longest = 1 + max(b, c)
    events = [
        *ran("a", 0, 0, 1),
        *ran("b", 1, 1, 1 + b),
        *ran("c", 1, 1, 1 + c),
        *ran("d", longest, longest, longest + 1),
    ]
    finished = sorted(events, key=lambda event: event.at)
    return run_of(DIAMOND, *finished, end=longest + 1)


class TestMakespan:
    def test_is_what_the_chain_ran_that_the_end_hung_on(self) -> None:
        assert makespan_shares(diamond(b=3, c=2)) == {"a": 1, "b": 3, "c": 0, "d": 1}

    def test_of_a_task_that_waited_for_a_slot_goes_on_with_the_one_that_freed_it(self) -> None:
        state = run_of(pipeline_of(Task(name="x"), Task(name="y")), *ran("x", 0, 0, 2), *ran("y", 0, 2, 3), end=3)
        assert makespan_shares(state) == {"x": 2, "y": 1}

    def test_of_a_task_that_was_tried_again_is_all_its_own(self) -> None:
        events = [*started(0.0, "x"), TaskRetrying(1.0, "x", 1, "no", 2.0), *started(3.0, "x", 2)]
        state = run_of(pipeline_of(Task(name="x")), *events, TaskFinished(4.0, "x", Status.SUCCEEDED), end=4.0)
        assert makespan_shares(state) == {"x": 4}

    @given(state=random_runs())
    def test_is_divided_without_remainder_but_for_what_lies_behind_the_last_end(self, state: RunState) -> None:
        shares = makespan_shares(state)
        ends = [
            state.now if attempt.finished_at is None else attempt.finished_at
            for number in range(len(state.pipeline.tasks))
            for attempt in state.attempts_of_run(number)
        ]
        assert sum(shares.values()) == pytest.approx(max(ends, default=state.began) - state.began)
        assert all(share >= 0 for share in shares.values())


class TestComparison:
    def test_tells_what_got_slower_and_faster_and_by_how_much_of_the_makespan(self) -> None:
        found = compare_runs(diamond(b=3, c=2), diamond(b=2.5, c=4))
        assert found.wall == Pair(5, 6)
        assert [(task.name, task.running.delta, task.makespan.delta) for task in found.slower] == [("c", 2, 4)]
        assert [(task.name, task.running.delta, task.makespan.delta) for task in found.faster] == [("b", -0.5, -3)]
        assert sum(task.makespan.delta for task in found.tasks) == found.wall.delta

    def test_puts_first_what_changed_the_makespan_most(self) -> None:
        assert [task.name for task in compare_runs(diamond(b=3, c=2), diamond(b=2.5, c=4)).tasks[:2]] == ["c", "b"]

    def test_makes_nothing_of_differences_that_are_none(self) -> None:
        found = compare_runs(diamond(b=3, c=2), diamond(b=3.1, c=2.005))
        assert (found.slower, found.faster) == ([], [])

    def test_tells_what_was_added_is_gone_and_was_changed(self) -> None:
        before = pipeline_of(Task(name="x"), Task(name="y"), Task(name="z"))
        after = pipeline_of(Task(name="x"), Task(name="y", action=SleepAction(1)), Task(name="new"))
        found = compare_runs(
            run_of(before, *ran("x", 0, 0, 1), *ran("z", 1, 1, 2), end=2),
            run_of(after, *ran("y", 0, 0, 1), *ran("new", 1, 1, 2), end=2),
        )
        assert (found.definition.new, found.definition.gone, found.definition.changed) == (("new",), ("z",), ("y",))
        assert (found.only_before, found.only_after) == (["x"], ["y"])
        assert (found.slower, found.faster) == ([], [])

    @given(before=random_runs(), after=random_runs())
    def test_knows_every_task_that_ran_in_either(self, before: RunState, after: RunState) -> None:
        found = compare_runs(before, after)
        assert {task.name for task in found.tasks} == {
            state.pipeline.tasks[number].name
            for state in (before, after)
            for number in range(len(state.pipeline.tasks))
            if state.attempts_of_run(number)
        }

    @given(state=random_runs())
    def test_of_a_run_with_itself_finds_nothing(self, state: RunState) -> None:
        found = compare_runs(state, state)
        assert not any((found.slower, found.faster, found.only_before, found.only_after, *found.definition.new))
        assert found.wall.delta == 0
