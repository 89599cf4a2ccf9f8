"""Two runs side by side, row by row."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from seeknal_tui.analysis.comparison import RunComparison, compare_runs
from seeknal_tui.dashboard.history.comparison_screen import row_segments, rows_of
from seeknal_tui.dashboard.look import DARK
from seeknal_tui.run.state import RunState
from tests.analysis.test_comparison import diamond
from tests.analysis.test_waits import random_runs
from tests.dashboard.runs import text_of


@pytest.fixture
def comparison() -> RunComparison:
    """b got faster by 0.5 s, c slower by 2 s."""
    return compare_runs(diamond(b=3, c=2), diamond(b=2.5, c=4))


def lines(comparison: RunComparison, width: int = 110) -> list[str]:
    return [text_of(row_segments(row, comparison, width, DARK)) for row in rows_of(comparison)]


def test_each_task_has_a_bar_for_each_run_on_one_axis(comparison: RunComparison) -> None:
    before, after = lines(comparison)[:2]
    assert before.startswith("▲ c")
    assert (before.index("▒"), after.index("█")) == (before.index("▒"), before.index("▒"))
    assert after.count("█") == pytest.approx(2 * before.count("▒"), abs=1)


def test_what_got_slower_or_faster_is_told_by_sign_and_words(comparison: RunComparison) -> None:
    told = lines(comparison)
    assert "+2.0s  +4.0s (+80 %)" in told[1]
    assert told[2].startswith("▼ b")
    assert "−0.5s  −3.0s (−60 %)" in told[3]


def test_what_changed_the_makespan_most_comes_first_or_what_started_first(comparison: RunComparison) -> None:
    assert [row.task.name for row in rows_of(comparison)[::2]] == ["c", "b", "a", "d"]
    assert [row.task.name for row in rows_of(comparison, by_start=True)[::2]] == ["a", "c", "b", "d"]


@given(before=random_runs(), after=random_runs(), width=st.integers(16, 220))
def test_every_row_fills_its_width(before: RunState, after: RunState, width: int) -> None:
    comparison = compare_runs(before, after)
    assert all(cell_len(line) == width for line in lines(comparison, width))
