"""How long a run would take at each max_parallel, and what the answer says of itself."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seeknal_tui.analysis.forecast import NEAR_BEST, forecast
from seeknal_tui.analysis.simulation import TaskCost
from seeknal_tui.pipeline.model import Execution, Pipeline, Task
from tests.strategies import random_pipelines

FOUR = Pipeline("four", tuple(Task(name=name) for name in "abcd"))


def sleeping(*seconds: float) -> list[TaskCost]:
    return [TaskCost(one, 0.0) for one in seconds]


class TestPredictions:
    def test_tell_makespan_speedup_and_efficiency_for_each_value(self) -> None:
        found = forecast(FOUR, sleeping(1, 1, 1, 1), [1, 2, 3, 4], cores=2)
        assert [(one.max_parallel, one.makespan_s, one.speedup) for one in found.predictions] == [
            (1, 4.0, 1.0),
            (2, 2.0, 2.0),
            (3, 2.0, 2.0),
            (4, 1.0, 4.0),
        ]
        assert [one.efficiency for one in found.predictions] == pytest.approx([1.0, 1.0, 2 / 3, 1.0])

    def test_promise_no_more_than_the_cores_can_do(self) -> None:
        found = forecast(FOUR, [TaskCost(1.0, 1.0)] * 4, [1, 2, 8], cores=2)
        assert [one.makespan_s for one in found.predictions] == pytest.approx([4.0, 2.0, 2.0])
        assert found.floor_s == 2.0

    def test_say_what_they_do_not_know(self) -> None:
        costs = [TaskCost(1.0, 1.0), TaskCost(1.0, 0.0), TaskCost(1.0, guessed=True), TaskCost(1.0)]
        found = forecast(FOUR, costs, [4], cores=2)
        assert (found.guessed, found.unmeasured) == (1, 2)

    def test_are_of_the_chosen_tasks_only(self) -> None:
        assert forecast(FOUR, sleeping(1, 2, 3, 4), [1], numbers=[1, 2]).predictions[0].makespan_s == 5.0

    def test_include_what_a_run_takes_to_end_after_its_last_task(self) -> None:
        found = forecast(FOUR, sleeping(1, 1, 1, 1), [1], closing_s=0.5)
        assert (found.predictions[0].makespan_s, found.floor_s) == (4.5, 1.5)

    def test_of_nothing_take_no_time(self) -> None:
        found = forecast(Pipeline("empty", ()), [], [1, 2])
        assert [(one.makespan_s, one.speedup, one.efficiency) for one in found.predictions] == [(0.0, 1.0, 1.0)] * 2
        assert found.recommended == 1


class TestFloor:
    def test_is_the_longest_chain(self) -> None:
        chain = Pipeline("chain", (Task(name="a"), Task(name="b", depends_on=("a",)), Task(name="c")))
        assert forecast(chain, sleeping(1, 2, 2), [1]).floor_s == 3.0

    def test_is_what_a_pool_lets_through(self) -> None:
        pooled = tuple(Task(name=name, pools=(("db", 2),)) for name in "abc")
        assert forecast(Pipeline("p", pooled, Execution(pools={"db": 3})), sleeping(3, 3, 3), [9]).floor_s == 6.0


class TestRecommended:
    def test_is_the_smallest_value_within_5_percent_of_the_best(self) -> None:
        found = forecast(FOUR, [*sleeping(1, 1, 1), TaskCost(1.02, 0.0)], range(1, 9))
        assert (found.recommended, found.best.max_parallel) == (4, 4)
        found = forecast(FOUR, sleeping(1.0, 20.0, 1.0, 1.0), range(1, 9))
        assert found.recommended == 2


@given(random_pipelines(max_tasks=15), st.data())
@settings(deadline=None)
def test_no_prediction_is_below_the_floor(pipeline: Pipeline, data: st.DataObject) -> None:
    walls = [data.draw(st.floats(0, 5)) for _ in pipeline.tasks]
    costs = [TaskCost(wall_s, wall_s * data.draw(st.floats(0, 3))) for wall_s in walls]
    found = forecast(pipeline, costs, range(1, 7), cores=2)
    assert all(one.makespan_s >= found.floor_s * 0.999 - 1e-6 for one in found.predictions)
    assert all(0 <= one.efficiency <= 1 for one in found.predictions)
    chosen = found.at(found.recommended)
    assert chosen is not None
    assert chosen.makespan_s <= NEAR_BEST * found.best.makespan_s + 1e-9
