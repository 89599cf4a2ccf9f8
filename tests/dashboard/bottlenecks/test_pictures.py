"""The pictures of the screen of bottlenecks."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.text import Text

from seeknal_tui.analysis.diagnosis import diagnose
from seeknal_tui.dashboard.bottlenecks.look_into import Curve, busy_slots, shares
from seeknal_tui.dashboard.bottlenecks.pictures import breakdown_lines, column, curve_lines, path_line
from seeknal_tui.dashboard.look import DARK
from seeknal_tui.pipeline.model import Task
from tests.analysis.findings.made_up import Ran, case_of, command, pipeline

CURVE = Curve((1, 2, 3, 4), (8.0, 4.0, 3.0, 3.0))
CASE = case_of(
    pipeline(Task(name="a", action=command("a")), Task(name="b", action=command("b"), depends_on=("a",))),
    {"a": Ran(0, 2), "b": Ran(3, 4, ready=2)},
)


def plain(lines: list[Text]) -> list[str]:
    return [line.plain for line in lines]


def test_a_bar_is_drawn_in_eighths_of_a_cell() -> None:
    assert column(0.5, 2) == [" ", "█"]
    assert column(0.5625, 2) == ["▁", "█"]
    assert column(1.0, 2) == ["█", "█"]


def test_the_curve_marks_the_present_and_as_many_as_are_enough() -> None:
    lines = curve_lines(CURVE, None, 2, (30, 8), DARK)
    assert plain(lines)[-2].split() == ["1", "2", "3", "4"]
    assert plain(lines)[-1] == "now 2 slots 4.0s   enough 3: 3.0s"
    assert plain(lines)[0].startswith("  8.0s ████")


def test_what_is_tried_is_drawn_with_what_was_before() -> None:
    tried = Curve((1, 2, 3, 4), (2.0, 1.0, 1.0, 1.0))
    assert any("╌" in line for line in plain(curve_lines(CURVE, tried, 2, (30, 12), DARK)))


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=7), st.integers(0, 300))
def test_shares_add_up_to_all_the_cells(parts: list[float], cells: int) -> None:
    found = shares(parts, cells)
    assert sum(found) == (cells if sum(parts) > 0 else 0)
    assert all(count >= 0 for count in found)


def test_the_breakdown_is_as_wide_as_the_pane_and_its_percents_are_a_hundred() -> None:
    bar, legend = breakdown_lines(diagnose(CASE), 60, DARK)
    assert bar.cell_len == 60
    assert sum(int(word) for word in legend.plain.split() if word.isdigit()) == 100


def test_slots_busy_over_time_are_means_of_equal_parts() -> None:
    assert busy_slots(CASE.state, CASE.now, 4) == [1.0, 1.0, 0.0, 1.0]


def test_the_critical_path_tells_the_waits_in_it() -> None:
    assert path_line(diagnose(CASE), DARK).plain == "a 2.0s → ┄1.0s┄ b 1.0s"
