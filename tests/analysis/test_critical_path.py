"""What the finish hung on: by example, and by property over random runs."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seeknal_tui.analysis.critical_path import CriticalPath, critical_path, critical_path_so_far, slacks
from seeknal_tui.analysis.outlook import Outlook, simulation_of_rest
from seeknal_tui.analysis.schedule import Schedule
from seeknal_tui.analysis.simulation import TaskCost
from seeknal_tui.analysis.slack import slacks as slacks_by_dependencies
from seeknal_tui.pipeline.model import Execution, Pipeline, Task
from seeknal_tui.run.events import ENDED, Status
from seeknal_tui.run.state import RunState
from tests.analysis.test_waits import random_runs
from tests.strategies import random_pipelines
from tests.virtual_run import VirtualRun


def pipeline(*tasks: Task, **pools: int) -> Pipeline:
    return Pipeline("test", tasks, Execution(pools=pools))


def told(state: RunState, path: CriticalPath) -> list[tuple[str, float, float, str | None]]:
    tasks = state.pipeline.tasks
    return [(tasks[link.number].name, link.running_s, link.waited_s, link.reason) for link in path.links]


def path_of(run: VirtualRun) -> list[tuple[str, float, float, str | None]]:
    state = run.to_the_end()
    return told(state, critical_path_so_far(state, state.now))


A, B = Task(name="a"), Task(name="b")


class TestHangsOn:
    def test_the_dependency_that_ended_last(self) -> None:
        run = VirtualRun(pipeline(A, B, Task(name="c", depends_on=("a", "b"))), [1.0, 3.0, 2.0]).begin()
        assert path_of(run) == [("b", 3.0, 0.0, None), ("c", 2.0, 0.0, "dependency")]

    def test_whoever_freed_the_slot_it_waited_for(self) -> None:
        tasks = pipeline(Task(name="long", estimate=9), Task(name="a", estimate=5), Task(name="b", depends_on=("a",)))
        run = VirtualRun(tasks, [4.0, 1.0, 1.0], max_parallel=2).begin()
        run.set_max_parallel(1)
        assert path_of(run) == [("long", 4.0, 0.0, None), ("b", 1.0, 0.0, "slot")]

    def test_whoever_left_the_pool_it_waited_for(self) -> None:
        tasks = pipeline(*(Task(name=name, pools=(("db", 1),)) for name in "ab"), Task(name="c"), db=1)
        run = VirtualRun(tasks, [2.0, 3.0, 2.0]).begin()
        assert path_of(run) == [("a", 2.0, 0.0, None), ("b", 3.0, 0.0, "pool")]

    def test_whoever_wrote_where_it_would(self) -> None:
        tasks = pipeline(*(Task(name=name, outputs=("/out",)) for name in "ab"))
        assert path_of(VirtualRun(tasks, [2.0, 3.0]).begin()) == [("a", 2.0, 0.0, None), ("b", 3.0, 0.0, "output")]

    def test_its_own_attempt_that_failed_and_the_delay_after_it(self) -> None:
        tasks = pipeline(Task(name="a", retries=1, retry_delay=1.5))
        run = VirtualRun(tasks, [2.0], fails=lambda number, attempt: attempt == 1).begin()
        assert path_of(run) == [("a", 2.0, 0.0, None), ("a", 2.0, 1.5, "retry")]

    def test_nothing_but_being_asked_for_if_that_came_last(self) -> None:
        run = VirtualRun(pipeline(A, B), [5.0, 1.0]).begin([0])
        run.now = 4.5
        run.request([1])
        assert path_of(run) == [("b", 1.0, 4.5, None)]

    def test_a_pause_is_a_wait_on_the_path(self) -> None:
        run = VirtualRun(pipeline(A, Task(name="b", depends_on=("a",))), [1.0, 2.0]).begin()
        run.toggle_pause()
        run.step()
        run.now += 3.0
        run.toggle_pause()
        assert path_of(run) == [("a", 1.0, 0.0, None), ("b", 2.0, 3.0, "dependency")]

    def test_what_takes_no_time_hangs_on_nothing_later(self) -> None:
        run = VirtualRun(pipeline(A, *(Task(name=name) for name in "wxyz")), [1.0, 0.0, 0.0, 0.0, 0.0], max_parallel=1)
        state = run.begin().to_the_end()
        schedule = Schedule(state, state.now)
        hangs = [schedule.hangs_on(place) for place in range(len(schedule.stretches))]
        assert all(hang is None or hang.place < place for place, hang in enumerate(hangs))
        assert max(slacks(schedule).values()) == pytest.approx(0.0)


class TestToCome:
    def test_before_a_run_the_path_is_that_of_the_expected_one(self) -> None:
        tasks = pipeline(A, B, Task(name="c", depends_on=("a",)))
        state = RunState(tasks)
        costs = [TaskCost(1.0, 0.0), TaskCost(9.0, 0.0), TaskCost(2.0, 0.0)]
        simulation = simulation_of_rest(state, costs, 0.0, cores=2, max_parallel=4, chosen={0, 1, 2}).run()
        assert told(state, Outlook(state, simulation, 0.0).path) == [("b", 9.0, 0.0, None)]

    def test_while_it_runs_the_path_leads_from_what_was_to_what_will_be(self) -> None:
        tasks = pipeline(A, B, Task(name="c", depends_on=("a", "b")), Task(name="d", depends_on=("c",)))
        run = VirtualRun(tasks, [1.0, 3.0, 4.0, 1.0]).begin()
        run.step()
        costs = [TaskCost(seconds, 0.0) for seconds in (1.0, 3.0, 5.0, 2.0)]
        simulation = simulation_of_rest(run.state, costs, 2.0, cores=2, max_parallel=4).run()
        outlook = Outlook(run.state, simulation, 2.0)
        path = [("b", 3.0, 0.0, None), ("c", 5.0, 0.0, "dependency"), ("d", 2.0, 0.0, "dependency")]
        assert told(run.state, outlook.path) == path
        assert outlook.end.at == 10.0
        assert outlook.slacks == {0: 2.0, 1: 0.0, 2: 0.0, 3: 0.0}


class TestSlack:
    def test_is_how_much_later_a_task_could_have_ended(self) -> None:
        run = VirtualRun(pipeline(A, B, Task(name="c", depends_on=("a", "b"))), [1.0, 3.0, 2.0]).begin()
        assert slacks(Schedule(run.to_the_end(), run.now)) == {0: 2.0, 1: 0.0, 2: 0.0}

    def test_counts_what_waited_for_the_slot(self) -> None:
        run = VirtualRun(pipeline(A, B), [1.0, 3.0], max_parallel=1).begin()
        assert slacks(Schedule(run.to_the_end(), run.now)) == {0: 0.0, 1: 0.0}


@given(random_runs())
@settings(max_examples=200, deadline=None)
def test_the_shares_of_any_run_add_up_to_its_wall_time(state: RunState) -> None:
    path = critical_path_so_far(state, state.now)
    if not path.links:
        assert not any(state.attempts)
        return
    assert sum(link.share for link in path.links) == pytest.approx(1.0 if state.wall_s >= 1e-6 else 0.0)
    wall = sum(round(link.running_s * 1e6) + round(link.waited_s * 1e6) for link in path.links)
    assert wall == round(state.now * 1e6) - round(state.began * 1e6)
    assert all(link.waited_s >= 0 and link.running_s >= 0 for link in path.links)
    assert [link.reason for link in path.links].count(None) == (path.links[0].reason is None)


@given(random_runs())
@settings(max_examples=100, deadline=None)
def test_the_last_task_to_end_has_no_slack(state: RunState) -> None:
    schedule = Schedule(state, state.now)
    found = slacks(schedule)
    path = critical_path(schedule)
    assert all(spare >= 0 for spare in found.values())
    if path.links:
        assert found[path.links[-1].number] == pytest.approx(0.0)
        assert all(found[link.number] == pytest.approx(0.0) for link in path.links)


@given(random_pipelines(), st.data())
@settings(deadline=None)
def test_with_slots_for_all_slack_is_that_of_the_dependencies(pipeline: Pipeline, data: st.DataObject) -> None:
    durations = [float(data.draw(st.integers(1, 50))) for _ in pipeline.tasks]
    run = VirtualRun(pipeline, durations, max_parallel=99).begin()
    state = run.to_the_end()
    assert all(status in ENDED and status is Status.SUCCEEDED for status in state.statuses)
    expected = dict(enumerate(slacks_by_dependencies(pipeline, durations)))
    assert slacks(Schedule(state, state.now)) == pytest.approx(expected)
