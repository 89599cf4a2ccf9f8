"""A computed run: by example, and against the scheduler under a virtual clock."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seeknal_tui.analysis.shared_cores import COLD_CACHES, slowdown_of
from seeknal_tui.analysis.simulation import Simulation, Standing, TaskCost
from seeknal_tui.pipeline.model import Execution, Pipeline, Task
from tests.strategies import random_pipelines
from tests.virtual_run import VirtualRun

DIAMOND = Pipeline(
    "diamond",
    (
        Task(name="a"),
        Task(name="b", depends_on=("a",)),
        Task(name="c", depends_on=("a",)),
        Task(name="d", depends_on=("b", "c")),
    ),
)
DURATIONS = [1.0, 2.0, 3.0, 4.0]


def sleeping(*seconds: float) -> list[TaskCost]:
    return [TaskCost(one, 0.0) for one in seconds]


def computing(*seconds: float) -> list[TaskCost]:
    return [TaskCost(one, one) for one in seconds]


def side_by_side(count: int, **pools: int) -> Pipeline:
    tasks = tuple(Task(name=f"t{number}", pools=tuple((pool, 1) for pool in pools)) for number in range(count))
    return Pipeline("side by side", tasks, Execution(pools=pools))


def makespan(
    pipeline: Pipeline,
    costs: list[TaskCost],
    slots: int,
    *,
    cores: float = 2,
    numbers: list[int] | None = None,
    standing: Standing | None = None,
) -> float:
    chosen = range(len(costs)) if numbers is None else numbers
    return Simulation(pipeline, costs, slots, cores, numbers=chosen, standing=standing or Standing()).run().makespan_s


class TestSlots:
    @pytest.mark.parametrize(("slots", "seconds"), [(1, 10.0), (2, 8.0), (9, 8.0)])
    def test_tasks_wait_for_what_they_need_and_for_slots(self, slots: int, seconds: float) -> None:
        assert makespan(DIAMOND, sleeping(*DURATIONS), slots) == seconds

    def test_what_is_not_asked_for_counts_as_done(self) -> None:
        assert makespan(DIAMOND, sleeping(*DURATIONS), 4, numbers=[1, 3]) == 6.0

    def test_pools_are_kept(self) -> None:
        assert makespan(side_by_side(3, db=1), sleeping(1, 1, 1), 4) == 3.0

    def test_nobody_writes_where_another_does(self) -> None:
        pipeline = Pipeline("two", tuple(Task(name=name, outputs=("/out",)) for name in "ab"))
        assert makespan(pipeline, sleeping(1, 2), 4) == 3.0

    def test_nothing_takes_no_time(self) -> None:
        assert makespan(DIAMOND, sleeping(*DURATIONS), 4, numbers=[]) == 0.0


class TestCores:
    def test_are_enough_as_long_as_no_more_is_wanted(self) -> None:
        assert makespan(side_by_side(2), computing(3, 3), 4) == 3.0

    def test_are_shared_evenly_when_more_is_wanted(self) -> None:
        assert makespan(side_by_side(4), computing(3, 3, 3, 3), 4) == pytest.approx(6.0)

    def test_are_shared_by_what_runs_at_the_moment_only(self) -> None:
        # Four share two cores until the short two have ended, then the long two go on at full speed.
        assert makespan(side_by_side(4), computing(1, 1, 3, 3), 4) == pytest.approx(4.0)

    def test_slow_nobody_down_who_does_not_compute(self) -> None:
        costs = [*computing(3, 3, 3, 3), *sleeping(2)]
        simulation = Simulation(side_by_side(5), costs, 5, 2, numbers=range(5)).run()
        assert simulation.ended[4] == 2.0

    def test_slow_down_only_the_part_that_computes(self) -> None:
        costs = [TaskCost(4.0, 2.0), *computing(40, 40, 40)]
        simulation = Simulation(side_by_side(4), costs, 4, 2, numbers=range(4)).run()
        slowdown = slowdown_of([0.5, 1, 1, 1], 2)
        assert 1.5 < slowdown < 2.0
        assert simulation.ended[0] == pytest.approx(2.0 + 2.0 * slowdown)

    def test_all_busy_with_one_query_gain_nothing_from_a_second(self) -> None:
        queries = [TaskCost(1.0, 2.0)] * 4
        assert makespan(side_by_side(4), queries, 1) == pytest.approx(4.0)
        assert makespan(side_by_side(4), queries, 4) == pytest.approx(4.0)

    def test_are_used_a_little_worse_by_queries_that_share_their_database(self) -> None:
        query = TaskCost(1.0, 1.0, is_query=True)
        assert makespan(side_by_side(2), [query] * 2, 1) == pytest.approx(2.0)
        assert makespan(side_by_side(2), [query] * 2, 2) == pytest.approx(1.0 + COLD_CACHES / 2)
        assert makespan(side_by_side(4), [query] * 4, 4, cores=4) == pytest.approx(1.0 + COLD_CACHES * 3 / 4)
        assert makespan(side_by_side(2), [query, *sleeping(1)], 2) == pytest.approx(1.0)

    def test_are_not_missed_by_queries_that_only_wait(self) -> None:
        waiting = [TaskCost(1.0, 0.0, is_query=True)] * 2
        assert makespan(side_by_side(2), waiting, 2) == pytest.approx(1.0)

    def test_are_not_wanted_by_what_was_never_measured(self) -> None:
        assert makespan(side_by_side(8), [TaskCost(1.0, None)] * 8, 8, cores=1) == 1.0

    @given(st.lists(st.floats(0.05, 4), min_size=1, max_size=20), st.floats(1, 8))
    def test_are_just_used_up_whatever_is_wanted(self, wanted: list[float], cores: float) -> None:
        slowdown = slowdown_of(wanted, cores)
        used = sum(one / (1 - min(1, one) + min(1, one) * slowdown) for one in wanted)
        assert used == pytest.approx(min(sum(wanted), cores), rel=1e-4)
        assert slowdown >= 1.0


class TestRetries:
    def test_that_are_expected_take_their_time_and_delay(self) -> None:
        pipeline = Pipeline("one", (Task(name="a", retries=2, retry_delay=0.5),))
        assert makespan(pipeline, [TaskCost(1.0, 0.0, failures=2)], 4) == 4.0

    def test_leave_the_slot_to_others_meanwhile(self) -> None:
        tasks = (Task(name="a", retries=1, retry_delay=2.0, estimate=9), Task(name="b"))
        costs = [TaskCost(1.5, 0.0, failures=1), TaskCost(1.0, 0.0)]
        assert makespan(Pipeline("two", tasks), costs, 1) == 5.0


class TestStanding:
    """A run that goes on."""

    def test_what_runs_holds_its_slot_until_it_ends(self) -> None:
        assert makespan(side_by_side(2), sleeping(9, 2), 1, numbers=[1], standing=Standing({0: 1.5})) == 3.5

    def test_what_runs_and_is_asked_for_runs_once_more(self) -> None:
        assert makespan(side_by_side(1), sleeping(2), 1, numbers=[0], standing=Standing({0: 1.5})) == 3.5

    def test_more_may_run_now_than_there_will_be_slots(self) -> None:
        standing = Standing({0: 1.0, 1: 3.0})
        assert makespan(side_by_side(3), sleeping(9, 9, 2), 1, numbers=[2], standing=standing) == 5.0

    def test_a_retry_waits_for_its_delay(self) -> None:
        assert makespan(side_by_side(1), sleeping(2), 1, numbers=[], standing=Standing(delayed={0: 3.0})) == 5.0

    def test_what_depends_on_a_retry_waits_for_it(self) -> None:
        standing = Standing(delayed={0: 3.0})
        assert makespan(DIAMOND, sleeping(*DURATIONS), 4, numbers=[1, 2, 3], standing=standing) == 11.0


@given(random_pipelines(max_tasks=15), st.integers(1, 5), st.data())
@settings(deadline=None)
def test_without_company_on_the_cores_it_is_what_the_scheduler_does(
    pipeline: Pipeline, slots: int, data: st.DataObject
) -> None:
    size = len(pipeline.tasks)
    draw = random.Random(data.draw(st.integers()))  # no two ends at the same moment: which comes first is open
    durations = [draw.uniform(0.1, 9.0) for _ in range(size)]
    run = VirtualRun(pipeline, durations, max_parallel=slots)
    run.scheduler = type(run.scheduler)(pipeline, durations, slots)
    simulation = Simulation(pipeline, sleeping(*durations), slots, 1, numbers=range(size)).run()
    assert simulation.makespan_s == pytest.approx(run.begin().to_the_end().now)


@given(random_pipelines(max_tasks=15), st.integers(1, 6), st.integers(1, 4), st.data())
@settings(deadline=None)
def test_no_run_is_shorter_than_its_work_on_the_cores(
    pipeline: Pipeline, slots: int, cores: int, data: st.DataObject
) -> None:
    walls = [data.draw(st.floats(0, 5)) for _ in pipeline.tasks]
    costs = [TaskCost(wall_s, wall_s * data.draw(st.floats(0, cores))) for wall_s in walls]
    seconds = makespan(pipeline, costs, slots, cores=cores)
    assert seconds >= sum(cost.cpu_s or 0.0 for cost in costs) / cores - 1e-3 * (1 + seconds)
    assert seconds <= sum(walls) * max(1, slots) + 1e-6
