"""What a task usually takes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from seeknal_tui.analysis.usual import LATEST, usual

durations = st.lists(st.floats(0, 1000), min_size=1, max_size=40)


def test_is_the_median_of_the_latest_runs() -> None:
    found = usual([100.0] + [1.0] * (LATEST - 1) + [9.0])
    assert found is not None
    assert (len(found.durations), found.median) == (LATEST, 1.0)


def test_of_a_task_that_never_succeeded_is_not_known() -> None:
    assert usual([]) is None


def trend_of(*values: float) -> tuple[float, float] | None:
    found = usual(values)
    assert found is not None
    return found.trend


def test_has_a_trend_when_the_latest_runs_take_another_time_than_those_before() -> None:
    assert trend_of(1, 1.1, 0.9, 1, 2, 2.1, 1.9) == (2, 1)
    assert trend_of(2, 2, 2, 1, 1, 1) == (1, 2)


def test_one_slow_run_is_no_trend() -> None:
    assert trend_of(1, 1, 1, 1, 1, 9, 1) is None
    assert trend_of(1, 1, 1, 1, 1, 1, 9) is None


def test_small_changes_and_few_runs_are_no_trend() -> None:
    assert trend_of(1, 1, 1, 1.2, 1.2, 1.2) is None
    assert trend_of(0.01, 0.01, 0.01, 0.04, 0.04, 0.04) is None
    assert trend_of(1, 1, 5, 5, 5) is None


@given(durations)
def test_lies_between_the_shortest_and_the_longest(values: list[float]) -> None:
    found = usual(values)
    assert found is not None
    assert min(values) <= found.median <= max(values)
