"""When a run and its tasks will end, and within which range."""

from __future__ import annotations

from dataclasses import replace

import pytest

from seeknal_tui.analysis.costs import task_costs
from seeknal_tui.analysis.outlook import LEAST_MARGIN_S, Outlook, Range, simulation_of_rest
from seeknal_tui.analysis.simulation import TaskCost
from seeknal_tui.pipeline.model import CommandAction, Pipeline, SleepAction, Task
from seeknal_tui.run.events import TaskProgress
from seeknal_tui.run.measured import Measured
from seeknal_tui.run.state import RunState
from tests.virtual_run import VirtualRun

WORK = CommandAction("work")
CHAIN = Pipeline(
    "chain", tuple(Task(name=f"t{n}", depends_on=(f"t{n - 1}",) if n else (), action=WORK) for n in range(4))
)


def outlook(state: RunState, costs: list[TaskCost], now: float, max_parallel: int = 4) -> Outlook:
    chosen = frozenset() if state.is_running else frozenset(range(len(costs)))
    simulation = simulation_of_rest(state, costs, now, cores=4, max_parallel=max_parallel, chosen=chosen)
    return Outlook(state, simulation.run(), now)


def end(pipeline: Pipeline, costs: list[TaskCost]) -> Range:
    return outlook(RunState(pipeline), costs, 0.0).end


def margin(cost: TaskCost) -> float:
    return end(CHAIN, [cost] * 4).margin_s


class TestRange:
    def test_of_what_is_each_task_s_own_adds_up_as_variances(self) -> None:
        assert margin(TaskCost(10.0, spread=0.1)) == pytest.approx(1.2816 * 2.0, rel=0.01)

    def test_of_what_all_have_in_common_adds_up_along_the_chain(self) -> None:
        assert margin(TaskCost(10.0, common_spread=0.1)) == pytest.approx(1.2816 * 4.0, rel=0.01)

    def test_is_of_the_chain_that_the_end_hangs_on(self) -> None:
        pair = Pipeline("pair", (Task(name="short", action=WORK), Task(name="long", action=WORK)))
        assert end(pair, [TaskCost(1.0, spread=9.0), TaskCost(5.0)]).margin_s == LEAST_MARGIN_S

    def test_is_wide_where_times_are_only_estimated_and_narrower_with_each_run_that_is_recorded(self) -> None:
        estimated = Pipeline("chain", tuple(replace(task, estimate=10.0) for task in CHAIN.tasks))
        margins = []
        for runs in (0, 1, 3, 5):
            known = {
                task.name: [Measured(f"r{run}", 50.0 * run + 10 * place, 10.0, 5.0) for run in range(runs)]
                for place, task in enumerate(CHAIN.tasks)
            }
            found = end(estimated, task_costs(estimated, known, cores=4))
            assert found.at == pytest.approx(40.0)
            margins.append(found.margin_s)
        assert margins == sorted(margins, reverse=True)
        assert margins[0] > 2 * margins[1]

    def test_of_sleeps_is_the_least_that_is_told(self) -> None:
        naps = Pipeline("naps", (Task(name="a", action=SleepAction(30.0)),))
        assert end(naps, task_costs(naps)) == Range(30.0, LEAST_MARGIN_S)

    def test_of_thousands_of_sleeps_in_a_row_knows_that_what_lies_between_them_adds_up(self) -> None:
        naps = Pipeline("naps", tuple(Task(name=f"t{n}", action=SleepAction(0.01)) for n in range(2000)))
        found = outlook(RunState(naps), task_costs(naps), 0.0, max_parallel=2).end
        assert 1.0 < found.margin_s < 2.0

    def test_narrows_as_the_run_goes_on(self) -> None:
        costs = [TaskCost(10.0, spread=0.1, common_spread=0.05)] * 4
        run = VirtualRun(CHAIN, [10.0] * 4, max_parallel=1).begin()
        margins = [outlook(run.state, costs, run.now).end.margin_s]
        for _ in range(3):
            run.step()
            margins.append(outlook(run.state, costs, run.now).end.margin_s)
        assert margins == sorted(margins, reverse=True)
        assert margins[-1] < margins[0] / 2


class TestWhatRuns:
    ONE = Pipeline("one", (Task(name="a", action=WORK),))

    def left_s(self, cost: TaskCost, at: float, progress: float) -> float:
        """Seconds that a task is expected to go on for, that has run for *at* and told how far it is."""
        run = VirtualRun(self.ONE, [100.0]).begin()
        run.state.apply(TaskProgress(at, "a", progress))
        return outlook(run.state, [cost], at).end.at - at

    def test_by_its_progress_is_expected_to_end_where_nothing_was_measured(self) -> None:
        assert self.left_s(TaskCost(1.0, guessed=True), 2.0, 0.25) == pytest.approx(6.0)

    def test_by_its_progress_and_its_history_where_it_was(self) -> None:
        assert self.left_s(TaskCost(4.0), 2.0, 0.25) == pytest.approx((6.0 + 2.0) / 2)

    def test_by_its_history_alone_if_it_is_a_query_that_was_measured(self) -> None:
        assert self.left_s(TaskCost(4.0, is_query=True), 2.0, 0.25) == pytest.approx(2.0)


class TestRetries:
    FLAKY = Pipeline("flaky", (Task(name="a", action=WORK, retries=2, retry_delay=3.0),))
    COSTS = (TaskCost(10.0, failures=1),)

    def test_that_are_expected_are_waited_for(self) -> None:
        assert end(self.FLAKY, list(self.COSTS)).at == 23.0

    def test_that_have_been_seen_are_not_expected_once_more(self) -> None:
        run = VirtualRun(self.FLAKY, [10.0], fails=lambda _, attempt: attempt == 1).begin()
        run.step()
        assert outlook(run.state, list(self.COSTS), 10.0).end.at == 23.0
        run.step()
        assert outlook(run.state, list(self.COSTS), 13.0).end.at == 23.0
