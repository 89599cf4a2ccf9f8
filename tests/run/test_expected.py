"""How long tasks are expected to take."""

from __future__ import annotations

from seeknal_tui.pipeline.model import CommandAction, Pipeline, SleepAction, Task
from seeknal_tui.run.events import TaskStarted
from seeknal_tui.run.expected import LATEST, UNKNOWN_S, expected_durations
from seeknal_tui.run.feed import Feed
from seeknal_tui.run.measured import Measured
from seeknal_tui.run.runner import Runner

WORK = CommandAction("true")


def took(*seconds: float) -> list[Measured]:
    return [Measured("r", float(place), wall_s) for place, wall_s in enumerate(seconds)]


def expected_of(task: Task, *seconds: float) -> float:
    return expected_durations(Pipeline("p", (task,)), {task.name: took(*seconds)} if seconds else {})[0]


class TestOneTask:
    def test_takes_the_median_of_its_latest_runs_so_that_one_slow_run_changes_nothing(self) -> None:
        assert expected_of(Task(name="a", action=WORK, estimate=9.0), 2.0, 2.2, 60.0) == 2.2

    def test_is_not_told_by_runs_of_long_ago(self) -> None:
        assert expected_of(Task(name="a", action=WORK), *[50.0] * 20, *[1.0] * LATEST) == 1.0

    def test_takes_its_estimate_where_there_is_no_history(self) -> None:
        assert expected_of(Task(name="a", action=SleepAction(3.0), estimate=9.0)) == 9.0

    def test_takes_as_long_as_it_sleeps_where_there_is_no_estimate(self) -> None:
        assert expected_of(Task(name="a", action=SleepAction(3.0))) == 3.0

    def test_takes_no_time_if_it_does_nothing(self) -> None:
        assert expected_of(Task(name="a")) == 0.0


class TestUnknown:
    PIPELINE = Pipeline("p", (Task(name="a", action=WORK), Task(name="b", action=WORK), Task(name="c", action=WORK)))

    def test_is_taken_for_typical(self) -> None:
        assert expected_durations(self.PIPELINE, {"a": took(2.0), "c": took(6.0)}) == [2.0, 4.0, 6.0]

    def test_is_a_second_when_nothing_is_known_at_all(self) -> None:
        assert expected_durations(self.PIPELINE) == [UNKNOWN_S] * 3


def test_a_run_starts_first_what_took_longest_before() -> None:
    pipeline = Pipeline("p", tuple(Task(name=name, action=SleepAction(0.001)) for name in "abc"))
    runner = Runner(pipeline, max_parallel=1, measurements={"a": took(1.0), "b": took(3.0), "c": took(2.0)})
    feed = Feed()
    runner.subscribe(feed)
    runner.request(range(3))
    runner.wait_until_idle()
    runner.close()
    assert [event.task for event in feed.drain() if type(event) is TaskStarted] == ["b", "c", "a"]
