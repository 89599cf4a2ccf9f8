"""The line that tells of a bar."""

from __future__ import annotations

from seeknal_tui.dashboard.timeline.readout import attempt_at, readout
from seeknal_tui.dashboard.timeline.spans import HeldUp
from seeknal_tui.pipeline.model import Pipeline, Task
from seeknal_tui.run.events import Event, Paused, Resumed, Status, TaskFinished, TaskReady, TaskRetrying, TaskStarted
from seeknal_tui.run.state import RunState
from tests.dashboard.runs import begun, folded, started

PIPELINE = Pipeline(
    "flights",
    (
        Task(name="flights"),
        Task(name="weather"),
        Task(name="joined", depends_on=("flights", "weather"), pools=(("warehouse", 1),)),
    ),
)


def session(*events: Event) -> RunState:
    return folded(PIPELINE, begun(PIPELINE), *events)


SOURCES: list[Event] = [
    *started(0.0, "flights"),
    *started(0.0, "weather"),
    TaskFinished(1.0, "flights", Status.SUCCEEDED),
    TaskFinished(2.0, "weather", Status.SUCCEEDED),
]
READY = TaskReady(2.0, "joined")


class TestReadout:
    def test_tells_begin_end_duration_and_how_long_it_waited_for_whom(self) -> None:
        state = session(*SOURCES, READY, TaskStarted(3.5, "joined", 1, 0, pool_s=0.5, slot_after_s=0.5))
        state.apply(TaskFinished(5.0, "joined", Status.SUCCEEDED))
        assert readout(state, 2, state.attempts[2][0], 6.0) == (
            "joined · 3.5s to 5.0s · succeeded 1.5s · waited 2.0s for weather, 1.0s for a slot, 0.5s for pool warehouse"
        )

    def test_a_pause_is_no_waiting_for_a_slot_and_what_it_cut_in_two_is_told_once(self) -> None:
        state = session(*SOURCES, READY, Paused(2.2), Resumed(3.2), TaskStarted(4.0, "joined", 1, 0, pool_s=0.5))
        state.apply(TaskFinished(5.0, "joined", Status.SUCCEEDED))
        assert readout(state, 2, state.attempts[2][0], 6.0).endswith(
            "waited 2.0s for weather, 0.5s for a slot, 1.0s for the run to go on, 0.5s for pool warehouse"
        )

    def test_of_what_waits_in_a_pause_tells_that(self) -> None:
        state = session(*SOURCES, READY, Paused(2.5))
        said = readout(state, 2, None, 4.0, lambda _: HeldUp("paused"))
        assert said.endswith("0.5s for a slot, 1.5s for the run to go on")

    def test_of_what_runs_goes_up_to_now(self) -> None:
        state = session(*started(1.0, "flights"))
        assert readout(state, 0, state.attempts[0][0], 3.0) == (
            "flights · 1.0s to now · running 2.0s · waited 1.0s for dependencies"
        )

    def test_of_what_has_not_begun_tells_what_it_waits_for(self) -> None:
        state = session(*SOURCES[:5])
        assert readout(state, 2, None, 1.5) == "joined · pending · waits 1.5s for weather"
        state.apply_all([SOURCES[5], READY])
        assert readout(state, 2, None, 2.5) == "joined · ready · waits 2.0s for weather, 0.5s for a slot"

    def test_of_what_is_not_in_the_run_says_so(self) -> None:
        assert readout(folded(PIPELINE), 0, None, 0.0) == "flights · not run"

    def test_tells_the_attempts_apart(self) -> None:
        state = session(
            *started(0.0, "flights"), TaskRetrying(1.0, "flights", 1, "no", 0.5), TaskStarted(2.0, "flights", 2, 0)
        )
        first, second = state.attempts[0]
        assert readout(state, 0, first, 3.0) == "flights · 0ms to 1.0s · failed 1.0s · attempt 1"
        assert readout(state, 0, second, 3.0) == (
            "flights · 2.0s to now · running 1.0s · waited 0.5s for a slot · attempt 2"
        )

    def test_makes_names_harmless(self) -> None:
        pipeline = Pipeline("p", (Task(name="a\x1b[31m\u202eb"),))
        assert "\x1b" not in readout(folded(pipeline), 0, None, 0.0)
        assert "\u202e" not in readout(folded(pipeline), 0, None, 0.0)


class TestAttemptAt:
    def test_is_the_one_that_had_not_ended_by_then_else_the_last(self) -> None:
        state = session(
            *started(0.0, "flights"), TaskRetrying(1.0, "flights", 1, "no", 0.5), TaskStarted(2.0, "flights", 2, 0)
        )
        first, second = state.attempts[0]
        assert attempt_at(state, 0, 0.5) is first
        assert attempt_at(state, 0, 1.5) is second
        assert attempt_at(state, 0, 9.0) is second
        assert attempt_at(state, 1, 0.5) is None
