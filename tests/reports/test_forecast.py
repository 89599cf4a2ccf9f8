"""A forecast as a table."""

from __future__ import annotations

from seeknal_tui.analysis.costs import task_costs
from seeknal_tui.analysis.forecast import forecast
from seeknal_tui.analysis.what_if import Plan
from seeknal_tui.pipeline.model import CommandAction, Pipeline, SleepAction, Task
from seeknal_tui.reports.forecast import forecast_lines

NAPS = Pipeline("naps", tuple(Task(name=name, action=SleepAction(2.0)) for name in "abcd"))


def rows(values: list[int], current: int = 1) -> list[str]:
    """The first word of each row of the table."""
    costs = tuple(task_costs(NAPS))
    plan = Plan(NAPS, costs, frozenset(range(4)))
    lines = forecast_lines(plan, forecast(NAPS, costs, values, cores=2), current, None, 80)
    return [line.split()[0] for line in lines[lines.index("") + 2 :] if line]


def test_values_beyond_the_best_that_say_the_same_are_one_row() -> None:
    assert rows(list(range(1, 9))) == ["1", "2", "3", "4", "5–8"]


def test_what_is_marked_has_a_row_of_its_own() -> None:
    assert rows(list(range(1, 9)), current=6) == ["1", "2", "3", "4", "5", "6", "7–8"]


def test_values_that_do_not_follow_each_other_are_not_told_as_if_those_between_were_tried() -> None:
    assert rows([4, 6, 8, 9]) == ["4", "6", "8–9"]


def test_where_nothing_is_known_of_any_task_it_says_that_the_seconds_mean_nothing() -> None:
    unknown = Pipeline("new", tuple(Task(name=name, action=CommandAction("work")) for name in "ab"))
    costs = tuple(task_costs(unknown))
    told = forecast_lines(Plan(unknown, costs, frozenset({0, 1})), forecast(unknown, costs, [1], cores=2), 1, None, 80)
    assert "The seconds mean nothing" in "\n".join(told)
