"""What the dashboard knows of the time to come, and how it says it."""

from __future__ import annotations

import random

import pytest

from seeknal_tui.dashboard.forecast_words import by_slots, ends_in
from seeknal_tui.dashboard.foresight import SLICE_S, Foresight
from seeknal_tui.pipeline.model import CommandAction, Execution, Pipeline, SleepAction, Task
from seeknal_tui.run.state import RunState
from tests.virtual_run import VirtualRun


def sleeping(*seconds: float) -> Pipeline:
    tasks = tuple(Task(name=f"t{number}", action=SleepAction(one)) for number, one in enumerate(seconds))
    return Pipeline("test", tasks, Execution())


def looked_ahead(foresight: Foresight, now: float, max_parallel: int) -> Foresight:
    """Give it the moments that it needs."""
    clock = now
    for _ in range(20):
        clock += 1.0
        foresight.look_ahead(now, max_parallel, clock)
    return foresight


class TestWords:
    @pytest.mark.parametrize(
        ("left_s", "margin_s", "text"),
        [
            (6.2, 1.3, "ends in 6 s ± 1"),
            (1.84, 0.21, "ends in 1.8 s ± 0.2"),
            (0.3, 0.01, "ends in 0.3 s ± 0.1"),
            (-2.0, 0.5, "ends in 0.0 s ± 0.5"),
            (250.0, 20.0, "ends in 4m10s ± 20.0s"),
        ],
    )
    def test_an_end_is_told_no_more_exactly_than_it_is_known(self, left_s: float, margin_s: float, text: str) -> None:
        assert ends_in(left_s, margin_s) == text

    def test_other_slots_are_told_beside_the_current_ones_the_most_first(self) -> None:
        texts = by_slots({3: 17.1, 4: 14.2, 5: 13.6, 8: 13.2}, 4, 8, 13.1)
        assert texts == [
            "3 → 17.1 s   ▸4 → 14.2 s   5 → 13.6 s   enough 8 → 13.2 s   floor 13.1 s",
            "3 → 17.1 s   ▸4 → 14.2 s   5 → 13.6 s   enough 8 → 13.2 s",
            "3 → 17.1 s   ▸4 → 14.2 s   5 → 13.6 s",
            "▸4 → 14.2 s",
        ]

    def test_nothing_is_told_while_nothing_is_known(self) -> None:
        assert by_slots({}, 4, None, None) == []


class TestForesight:
    def test_before_a_run_it_tells_how_long_one_would_take(self) -> None:
        foresight = looked_ahead(Foresight(RunState(sleeping(1, 1, 1, 1))), 0.0, 2)
        assert {value: foresight.finish_s[value] for value in (1, 2, 3)} == {1: 4.0, 2: 2.0, 3: 2.0}
        assert (foresight.best, foresight.floor_s, foresight.ends_in(0.0)) == (4, 1.0, "")

    def test_while_it_runs_it_tells_when_the_run_ends_with_what_has_passed(self) -> None:
        run = VirtualRun(sleeping(1, 1, 1, 1), [1.0] * 4, max_parallel=1).begin()
        run.step()
        run.wait(0.5)
        foresight = looked_ahead(Foresight(run.state), 1.5, 1)
        assert foresight.finish_s[1] == 4.0
        assert foresight.finish_s[2] == 3.0
        assert foresight.ends_in(1.5).startswith("ends in 2.5 s ± 0.")

    def test_says_nothing_of_tasks_of_which_nothing_is_known(self) -> None:
        pipeline = Pipeline("new", (Task(name="a", action=CommandAction("true")),))
        foresight = looked_ahead(Foresight(RunState(pipeline)), 0.0, 2)
        assert foresight.by_slots() == []

    def test_takes_the_unknown_for_what_the_run_has_shown_so_far(self) -> None:
        tasks = tuple(Task(name=name, action=CommandAction("true")) for name in "abc")
        run = VirtualRun(Pipeline("new", tasks), [3.0] * 3, max_parallel=1).begin()
        run.step()
        assert [cost.wall_s for cost in Foresight(run.state).costs()] == [3.0, 3.0, 3.0]

    def test_of_a_run_that_has_ended_it_tells_what_the_end_hung_on(self) -> None:
        run = VirtualRun(sleeping(1, 3), [1.0, 3.0]).begin()
        foresight = looked_ahead(Foresight(run.to_the_end()), run.now, 4)
        assert foresight.path.numbers == {1}
        assert (foresight.slack_of(0), foresight.slack_of(1)) == (2.0, 0.0)

    def test_what_a_hand_on_the_slider_waits_for_comes_at_once_however_little_it_may_take_while_a_run_goes_on(
        self,
    ) -> None:
        run = VirtualRun(sleeping(*[1.0] * 80), [1.0] * 80, max_parallel=2).begin()
        foresight = looked_ahead(Foresight(run.state), 0.0, 2)
        foresight.look_ahead(0.0, 40, 21.0)
        assert foresight.finish_s[40] == 2.0

    def test_many_tasks_are_looked_at_in_a_thread_that_does_not_see_the_run_go_on(self) -> None:
        run = VirtualRun(sleeping(*[1.0] * 300), [1.0] * 300, max_parallel=3).begin()
        foresight, clock = Foresight(run.state), 0.0
        foresight.look_ahead(0.0, 3, clock)
        run.to_the_end()
        while foresight.outlook is None:
            clock += 1.0
            foresight.look_ahead(0.0, 3, clock)
        assert foresight.outlook.end.at == 100.0

    def test_what_takes_long_is_computed_in_slices(self) -> None:
        draw = random.Random(1)
        names = [f"t{number}" for number in range(3000)]
        tasks = tuple(
            Task(name=name, action=SleepAction(1.0), depends_on=tuple(draw.sample(names[:number], min(number, 2))))
            for number, name in enumerate(names)
        )
        foresight = Foresight(RunState(Pipeline("large", tasks)))
        foresight.look_ahead(0.0, 4, 0.0)
        assert foresight.outlook is None
        assert SLICE_S < 0.01
        clock = 0.0
        while foresight.best is None:
            clock += 1.0
            foresight.look_ahead(0.0, 4, clock)
        assert foresight.finish_s[4] > 700
