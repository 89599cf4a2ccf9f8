"""How long a run would take."""

from __future__ import annotations

import pytest

from seeknal_tui.analysis.simulation import simulated_makespan
from seeknal_tui.pipeline.model import Execution, Pipeline, Task

DIAMOND = Pipeline(
    "diamond",
    (
        Task(name="a"),
        Task(name="b", depends_on=("a",)),
        Task(name="c", depends_on=("a",)),
        Task(name="d", depends_on=("b", "c")),
    ),
    Execution(),
)
DURATIONS = [1.0, 2.0, 3.0, 4.0]


class TestMakespan:
    @pytest.mark.parametrize(("slots", "seconds"), [(1, 10.0), (2, 8.0), (9, 8.0)])
    def test_tasks_wait_for_what_they_need_and_for_slots(self, slots: int, seconds: float) -> None:
        assert simulated_makespan(DIAMOND, DURATIONS, slots, range(4)) == seconds

    def test_what_is_not_asked_for_counts_as_done(self) -> None:
        assert simulated_makespan(DIAMOND, DURATIONS, 4, [1, 3]) == 6.0

    def test_pools_are_kept(self) -> None:
        tasks = tuple(Task(name=name, pools=(("db", 1),)) for name in "abc")
        pipeline = Pipeline("pooled", tasks, Execution(pools={"db": 1}))
        assert simulated_makespan(pipeline, [1.0, 1.0, 1.0], 4, range(3)) == 3.0

    def test_what_runs_now_holds_its_slot_until_it_ends(self) -> None:
        pipeline = Pipeline("two", (Task(name="a"), Task(name="b")), Execution())
        assert simulated_makespan(pipeline, [9.0, 2.0], 1, [1], {0: 1.5}) == 3.5

    def test_what_runs_now_and_is_asked_for_runs_once_more(self) -> None:
        pipeline = Pipeline("one", (Task(name="a"),), Execution())
        assert simulated_makespan(pipeline, [2.0], 1, [0], {0: 1.5}) == 3.5

    def test_more_may_run_now_than_there_will_be_slots(self) -> None:
        pipeline = Pipeline("three", tuple(Task(name=name) for name in "abc"), Execution())
        assert simulated_makespan(pipeline, [9.0, 9.0, 2.0], 1, [2], {0: 1.0, 1: 3.0}) == 5.0

    def test_nothing_takes_no_time(self) -> None:
        assert simulated_makespan(DIAMOND, DURATIONS, 4, []) == 0.0
