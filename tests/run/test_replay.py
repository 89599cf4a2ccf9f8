"""A run as it was at each of its moments."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seeknal_tui.pipeline.model import Pipeline, Task
from seeknal_tui.run import replay as module
from seeknal_tui.run.events import (
    Event,
    HostSampled,
    MaxParallelChanged,
    RunFinished,
    RunStarted,
    RunStatus,
    Status,
    TaskFiles,
    TaskFinished,
    TaskProgress,
    TaskReady,
    TaskRetrying,
    TaskSampled,
    TaskStarted,
)
from seeknal_tui.run.replay import Replay
from seeknal_tui.run.state import NOT_KEPT, RunState

NAMES = ("a", "b", "c")
PIPELINE = Pipeline("test", tuple(Task(name=name) for name in NAMES))
RUN: list[Event] = [
    RunStarted(0.0, "8f3c", "test", "", 2, NAMES, 1000.0),
    TaskReady(0.0, "a"),
    TaskStarted(0.5, "a", 1, 0),
    TaskProgress(1.0, "a", 0.5),
    TaskFiles(1.2, "a", ("/read",), ("/written",), (), complete=True),
    HostSampled(1.3, 1.5, 2, 100, 200, 0, 0, 1.0),
    TaskSampled(1.5, "a", 1.0, 100, 0, 0),
    TaskRetrying(2.0, "a", 1, "no luck", 0.0),
    TaskStarted(2.5, "a", 2, 0),
    TaskFinished(3.0, "a", Status.SUCCEEDED, rows=7),
    TaskReady(3.0, "b"),
    TaskStarted(3.5, "b", 1, 1),
    MaxParallelChanged(4.0, 5),
    TaskFinished(5.0, "b", Status.FAILED, "broken"),
    TaskFinished(5.0, "c", Status.SKIPPED),
    RunFinished(5.0, RunStatus.FAILED),
]
SECOND: list[Event] = [
    RunStarted(0.0, "9999", "test", "", 1, ("b",), 2000.0),
    TaskFinished(0.0, "a", Status.REUSED),
    TaskReady(0.0, "b"),
    TaskStarted(1.0, "b", 1, 0),
    TaskFinished(2.0, "b", Status.SUCCEEDED),
    RunFinished(2.0, RunStatus.SUCCEEDED),
]


def folded(events: list[Event]) -> RunState:
    state = RunState(PIPELINE)
    state.apply_all(events)
    return state


def known(state: RunState) -> dict[str, Any]:
    """All that a state knows."""
    values = {name: value for name, value in vars(state).items() if name not in NOT_KEPT}
    return copy.deepcopy({**values, "files": vars(state.files)})


def replayed(events: list[Event]) -> tuple[RunState, Replay]:
    state = folded(events)
    return state, Replay(state, events)


@pytest.fixture(autouse=True)
def a_keyframe_every_three_events(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "EVENTS_PER_KEYFRAME", 3)


class TestSeeking:
    @pytest.mark.parametrize("time", [0.0, 0.4, 0.5, 1.2, 2.0, 2.7, 3.0, 4.5, 4.999])
    def test_the_state_is_the_fold_of_what_had_happened_by_then(self, time: float) -> None:
        state, replay = replayed(RUN)
        replay.seek(time)
        assert known(state) == known(folded([event for event in RUN if event.at <= time]))
        assert replay.moment == time
        assert not replay.is_at_end

    @given(st.lists(st.floats(-1, 9), max_size=8))
    @settings(deadline=None)
    def test_whatever_way_was_taken_the_same_moment_looks_the_same(self, times: list[float]) -> None:
        state, replay = replayed(RUN + SECOND)
        for time in times:
            replay.seek(time)
        alone, directly = replayed(RUN + SECOND)
        directly.seek(replay.moment)
        assert known(state) == known(alone)

    @given(st.lists(st.floats(0, 7), max_size=6))
    @settings(deadline=None)
    def test_every_task_that_looks_otherwise_is_told(self, times: list[float]) -> None:
        state, replay = replayed(RUN + SECOND)
        for time in times:
            before = [(state.statuses[i], len(state.attempts[i]), state.progress[i], state.in_run[i]) for i in range(3)]
            told = replay.seek(time)
            after = [(state.statuses[i], len(state.attempts[i]), state.progress[i], state.in_run[i]) for i in range(3)]
            assert {i for i in range(3) if before[i] != after[i]} <= told

    def test_back_at_the_end_everything_is_as_before(self) -> None:
        state, replay = replayed(RUN)
        before = known(state)
        replay.seek(1.0)
        assert replay.to_end() == {0, 1, 2}
        assert known(state) == before
        assert replay.is_at_end

    def test_a_time_outside_of_the_run_is_its_beginning_or_its_end(self) -> None:
        _, replay = replayed(RUN)
        replay.seek(-3)
        assert replay.moment == 0.0
        replay.seek(100)
        assert replay.moment == replay.end == 5.0

    def test_what_the_events_do_not_tell_of_the_end_is_there_again_at_the_end(self) -> None:
        state = folded(RUN)
        replay = Replay(state, [event for event in RUN if type(event) is not TaskSampled])
        replay.seek(1.0)
        replay.to_end()
        assert state.attempts[0][0].cpu_s == 1.0


class TestStepping:
    def moments(self, replay: Replay, by: int, count: int) -> list[float]:
        found = []
        for _ in range(count):
            replay.step(by)
            found.append(replay.moment)
        return found

    def test_a_step_back_goes_to_the_change_before_and_stays_at_the_first(self) -> None:
        _, replay = replayed(RUN)
        assert self.moments(replay, -1, 9) == [4.0, 3.5, 3.0, 2.5, 2.0, 0.5, 0.0, 0.0, 0.0]

    def test_a_step_on_goes_to_the_next_change_and_stays_at_the_last(self) -> None:
        _, replay = replayed(RUN)
        replay.seek(0.0)
        assert self.moments(replay, 1, 9) == [0.5, 2.0, 2.5, 3.0, 3.5, 4.0, 5.0, 5.0, 5.0]
        assert replay.is_at_end

    def test_what_happened_at_one_moment_is_one_step(self) -> None:
        state, replay = replayed(RUN)
        replay.seek(2.9)
        replay.step(1)
        assert state.statuses[:2] == [Status.SUCCEEDED, Status.READY]

    def test_from_between_two_changes_back_is_the_one_just_passed(self) -> None:
        _, replay = replayed(RUN)
        replay.seek(3.2)
        replay.step(-1)
        assert replay.moment == 3.0

    def test_steps_go_over_the_border_of_two_runs(self) -> None:
        state, replay = replayed(RUN + SECOND)
        replay.seek(5.5)
        assert state.run_id == "9999"
        replay.step(-1)
        replay.step(-1)
        assert state.run_id == "8f3c"
        assert state.statuses == [Status.SUCCEEDED, Status.RUNNING, Status.PENDING]

    def test_nothing_has_no_past(self) -> None:
        _, replay = replayed([])
        assert replay.step(-1) == replay.seek(3.0) == set()
        assert replay.is_at_end
