"""What tasks take, as earlier runs tell."""

from __future__ import annotations

import pytest

from seeknal_tui.analysis.costs import closing_s, task_costs, with_session
from seeknal_tui.pipeline.model import CommandAction, Pipeline, Place, SleepAction, SqlAction, Task
from seeknal_tui.run.measured import Measured
from tests.virtual_run import VirtualRun

WORK = CommandAction("work")
ABC = Pipeline("abc", tuple(Task(name=name, action=WORK) for name in "abc"))


def took(run: str, at: float, wall_s: float, cpu_s: float | None = None) -> Measured:
    return Measured(run, at, wall_s, cpu_s)


class TestCosts:
    def test_are_the_median_of_the_latest_runs(self) -> None:
        costs = task_costs(ABC, {"a": [took(f"r{n}", 0.0, wall_s, 0.5) for n, wall_s in enumerate((1, 2, 9))]}, cores=2)
        assert (costs[0].wall_s, costs[0].cpu_s, costs[0].guessed) == (2.0, 0.5, False)

    def test_of_a_run_in_company_are_what_it_would_have_taken_alone(self) -> None:
        # Four that each keep one core busy for 2 s share two cores: each takes 4 s.
        together = {name: [took("r", 0.0, 4.0, 2.0)] for name in "abc"} | {"d": [took("r", 0.0, 4.0, 2.0)]}
        four = Pipeline("four", tuple(Task(name=name, action=WORK) for name in "abcd"))
        for cost in task_costs(four, together, cores=2):
            assert cost.wall_s == pytest.approx(2.0, rel=0.15)
            assert cost.cpu_s == 2.0

    def test_of_a_run_alone_go_before_those_of_runs_in_company(self) -> None:
        measured = {name: [took("crowd", 0.0, 4.0, 3.0)] for name in "bc"}
        measured["a"] = [took("crowd", 0.0, 4.0, 2.0), took("alone", 9.0, 2.1, 2.0)]
        assert task_costs(ABC, measured, cores=2)[0].wall_s == 2.1

    def test_of_a_query_after_one_that_took_no_time_are_those_of_one_alone(self) -> None:
        query = SqlAction("SELECT 1", Place("", 1, 1))
        both = Pipeline("both", tuple(Task(name=name, action=query) for name in "ab"))
        costs = task_costs(both, {"a": [took("r", 0.0, 0.0, 0.0)], "b": [took("r", 1.0, 2.0, 2.0)]}, cores=2)
        assert costs[1].wall_s == 2.0

    def test_of_an_estimate_are_a_guess_and_of_a_sleep_are_none(self) -> None:
        pipeline = Pipeline("two", (Task(name="a", action=WORK, estimate=3.0), Task(name="b", action=SleepAction(2.0))))
        guess, sleep = task_costs(pipeline)
        assert (guess.wall_s, guess.cpu_s, guess.guessed, guess.unknown) == (3.0, None, True, False)
        assert (sleep.wall_s, sleep.cpu_s, sleep.guessed) == (2.0, 0.0, False)

    def test_of_the_unknown_are_those_of_a_typical_task(self) -> None:
        costs = task_costs(ABC, {"a": [took("r", 0.0, 3.0)], "b": [took("r", 3.0, 5.0)]})
        assert (costs[2].wall_s, costs[2].guessed, costs[2].unknown) == (4.0, True, True)

    def test_tell_queries_apart(self) -> None:
        query = Pipeline("q", (Task(name="a", action=SqlAction("SELECT 1", Place("", 1, 1))),))
        assert task_costs(query, {"a": [took("r", 0.0, 1.0, 1.0)]})[0].is_query

    def test_spread_in_common_as_whole_runs_differ_and_each_as_its_own_times_do(self) -> None:
        def spreads(*b_walls: float) -> tuple[float, float]:
            known = {
                name: [took(f"r{n}", 0.0, wall_s) for n, wall_s in enumerate(walls)]
                for name, walls in (("a", (1, 2, 1.5, 1)), ("b", b_walls))
            }
            cost = task_costs(ABC, known)[0]
            return cost.spread, cost.common_spread

        together, apart = spreads(1, 2, 1.5, 1), spreads(2, 1, 1.5, 2)
        assert together[0] < apart[0]
        assert together[1] > apart[1]

    @pytest.mark.parametrize(("failures", "expected"), [((0, 0, 1), 0), ((1, 0, 1), 1), ((5, 5, 5), 2)])
    def test_expect_the_attempts_to_fail_that_fail_in_most_runs(self, failures: tuple[int, ...], expected: int) -> None:
        flaky = Pipeline("flaky", (Task(name="a", action=WORK, retries=2),))
        known = {"a": [Measured(f"r{n}", 9.0 * n, 1.0, failures=failed) for n, failed in enumerate(failures)]}
        assert task_costs(flaky, known)[0].failures == expected

    def test_of_a_sleep_do_not_spread(self) -> None:
        nap = Pipeline("nap", (Task(name="a", action=SleepAction(2.0)),))
        cost = task_costs(nap, {"a": [took("r", 0.0, 2.1), took("s", 9.0, 2.0)]})[0]
        assert (cost.spread, cost.common_spread) == (0.0, 0.0)


def test_what_the_session_has_measured_comes_after_the_history() -> None:
    state = VirtualRun(ABC, [1.0, 2.0, 3.0]).begin().to_the_end()
    found = with_session({"a": [took("r", 0.0, 7.0)]}, state)
    assert [one.wall_s for one in found["a"]] == [7.0, 1.0]
    assert [one.wall_s for one in found["c"]] == [3.0]


def test_what_the_session_has_seen_fail_before_it_succeeded_counts() -> None:
    flaky = Pipeline("flaky", (Task(name="a", action=WORK, retries=2),))
    state = VirtualRun(flaky, [1.0], fails=lambda _, attempt: attempt <= 2).begin().to_the_end()
    assert [one.failures for one in with_session({}, state)["a"]] == [2]


class TestClosing:
    def test_is_what_runs_took_after_their_last_task(self) -> None:
        measured = {"a": [took("r", 100.0, 2.0), took("s", 200.0, 1.0)], "b": [took("r", 101.0, 3.0)]}
        assert closing_s([("s", 199.0, 2.5), ("r", 100.0, 4.1)], measured) == pytest.approx(0.3)

    def test_is_nothing_where_no_run_is_known(self) -> None:
        assert closing_s([], {}) == 0.0
