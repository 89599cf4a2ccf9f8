"""How much times differ from run to run, and what that says of the next one."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seeknal_tui.analysis.spread import USUAL, Timed, common_factors, common_spread, own_spread


def of_one_task(*walls: float, typical_s: float = 1.0) -> list[Timed]:
    return [Timed(f"r{place}", wall_s, typical_s) for place, wall_s in enumerate(walls)]


def own(walls: Sequence[float]) -> float:
    """The spread of a task whose runs as a whole were as usual."""
    return own_spread(of_one_task(*walls), {f"r{place}": 1.0 for place in range(len(walls))})


class TestCommon:
    def test_is_what_the_tasks_of_a_run_took_together_beside_the_usual(self) -> None:
        slow = [Timed("slow", 1.2, 1.0), Timed("slow", 3.6, 3.0)]
        assert common_factors([*slow, Timed("usual", 1.0, 1.0)]) == pytest.approx({"slow": 1.2, "usual": 1.0})

    def test_is_unknown_of_a_run_whose_tasks_take_no_time(self) -> None:
        assert common_factors([Timed("r", 0.0, 0.0)]) == {}

    def test_grows_with_how_much_whole_runs_differ(self) -> None:
        assert common_spread([1.0, 1.0, 1.0]) < common_spread([1.0, 1.1, 0.9]) < common_spread([1.0, 1.5, 0.6])


class TestOwn:
    def test_leaves_out_what_all_tasks_of_the_run_have_in_common(self) -> None:
        timed = of_one_task(1.0, 2.0, 0.5)
        assert own_spread(timed, {"r0": 1.0, "r1": 2.0, "r2": 0.5}) < own_spread(
            timed, {"r0": 1.0, "r1": 1.0, "r2": 1.0}
        )

    def test_of_a_task_that_takes_no_time_is_the_usual(self) -> None:
        assert own_spread(of_one_task(0.0, typical_s=0.0), {"r0": 1.0}) == USUAL.own


class TestHistory:
    def test_without_one_differences_are_the_usual(self) -> None:
        assert own([]) == USUAL.own

    def test_of_one_run_leaves_the_typical_time_as_uncertain_as_the_next(self) -> None:
        assert own([1.0]) == pytest.approx(USUAL.own * 2**0.5)

    def test_that_repeats_itself_narrows_the_range(self) -> None:
        spreads = [own([1.0] * runs) for runs in range(1, 8)]
        assert spreads == sorted(spreads, reverse=True)
        assert spreads[-1] < USUAL.own / 2

    def test_that_differs_widens_it(self) -> None:
        assert own([1.0, 0.5, 1.5, 1.0, 1.4]) > 3 * own([1.0, 0.98, 1.02, 1.0, 1.01])

    def test_is_not_swayed_much_by_one_slow_run(self) -> None:
        assert own([1.0, 1.0, 1.0, 1.0, 3.0]) < 0.5

    @given(st.lists(st.floats(0.01, 100.0), min_size=1, max_size=8))
    def test_always_leaves_some_doubt(self, walls: list[float]) -> None:
        assert own(walls) > 0
