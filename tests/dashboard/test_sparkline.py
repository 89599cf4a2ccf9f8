"""Numbers as a row of small bars."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from seeknal_tui.dashboard.sparkline import BARS, sparkline


def test_the_largest_is_the_highest_and_the_bars_begin_at_zero() -> None:
    assert sparkline([0, 1, 1, 1, 7]) == "▁▂▂▂█"


def test_values_that_are_the_same_are_of_half_the_height() -> None:
    assert sparkline([3, 3, 3]) == sparkline([700, 700, 700]) == "▅▅▅"


def test_zeros_and_nothing_are_drawn_too() -> None:
    assert (sparkline([0, 0]), sparkline([0]), sparkline([])) == ("▁▁", "▁", "")


@given(st.lists(st.floats(0, 1e9), max_size=60))
def test_larger_values_have_no_lower_bars(values: list[float]) -> None:
    bars = [BARS.index(bar) for bar in sparkline(values)]
    assert len(bars) == len(values)
    in_order = [bar for _, bar in sorted(zip(values, bars, strict=True))]
    assert in_order == sorted(in_order)
