"""Lanes: which attempt ran in which slot, how that is painted, and the cursor that walks over it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st
from rich.segment import Segment

from seeknal_tui.dashboard.look import DARK
from seeknal_tui.dashboard.timeline.axis import Scale
from seeknal_tui.dashboard.timeline.lane_rows import LaneLook, LanePainter, lane_label
from seeknal_tui.dashboard.timeline.lanes import LaneCursor, Lanes
from seeknal_tui.pipeline.model import Pipeline
from seeknal_tui.run.events import (
    Event,
    MaxParallelChanged,
    Paused,
    Resumed,
    RunFinished,
    RunStatus,
    Status,
    TaskFinished,
    TaskRetrying,
    TaskStarted,
)
from seeknal_tui.run.state import RunState
from tests.dashboard.runs import begun, folded, pipeline_of, text_of

PIPELINE = pipeline_of("sales", "routes", "planes", "weather", max_parallel=2)
SCALE = Scale(0.0, 4.0, 40)
"""Ten cells a second."""


def ran(name: str, lane: int, begin: float, end: float, status: Status = Status.SUCCEEDED) -> list[Event]:
    return [TaskStarted(begin, name, 1, lane), TaskFinished(end, name, status)]


def session(*events: Iterable[Event], pipeline: Pipeline = PIPELINE) -> RunState:
    return folded(
        pipeline,
        begun(pipeline, max_parallel=2),
        *sorted((event for found in events for event in found), key=lambda event: event.at),
    )


def lane_segments(
    state: RunState, lane: int = 0, *, now: float = 4.0, scale: Scale = SCALE, **look: Any
) -> list[Segment]:
    return LanePainter(state, Lanes(state)[lane]).segments(now, scale, LaneLook(DARK, **look))


def lane_text(state: RunState, lane: int = 0, *, now: float = 4.0, scale: Scale = SCALE, **look: Any) -> str:
    """What a lane reads, without the lines below the ticks."""
    segments = lane_segments(state, lane, now=now, scale=scale, **look)
    return text_of(segments).replace("┊", " ").rstrip()


class TestLanes:
    def test_are_as_many_as_there_are_slots_and_more_if_more_were_used(self) -> None:
        assert len(Lanes(session())) == 2
        assert len(Lanes(session(ran("sales", 6, 0.0, 1.0)))) == 7
        assert len(Lanes(session([MaxParallelChanged(1.0, 5)]))) == 5

    def test_hold_the_attempts_in_the_order_of_their_beginning_all_runs_and_retries_among_them(self) -> None:
        state = session(
            [TaskStarted(0.0, "sales", 1, 0), TaskRetrying(1.0, "sales", 1, "no", 0.0)],
            ran("routes", 0, 1.0, 2.0),
            ran("sales", 0, 2.0, 3.0),
            [RunFinished(3.0, RunStatus.SUCCEEDED)],
        )
        state.apply_all([begun(PIPELINE, max_parallel=2), *ran("planes", 0, 0.5, 1.0)])
        assert [bar.number for bar in Lanes(state)[0].bars] == [0, 1, 0, 2]

    def test_tell_which_of_them_changed(self) -> None:
        state = session()
        lanes = Lanes(state)
        state.apply_all(ran("sales", 0, 0.0, 1.0))
        assert lanes.note({0}) == {0}
        assert lanes.note({0}) == set()
        state.apply_all([TaskStarted(1.0, "sales", 2, 1)])
        assert lanes.note({0, 1}) == {1}
        assert lanes[1].running is not None

    def test_have_what_runs_at_the_end_even_if_others_began_at_the_same_moment(self) -> None:
        state = session(ran("weather", 0, 1.0, 1.0), [TaskStarted(1.0, "sales", 1, 0)], ran("planes", 1, 1.0, 1.0))
        running = Lanes(state)[0].running
        assert running is not None
        assert running.number == 0

    @given(st.data())
    def test_kept_up_to_date_are_what_new_ones_would_be(self, data: st.DataObject) -> None:
        state = session()
        lanes = Lanes(state)
        at, running = 0.0, dict[int, str]()
        for _ in range(data.draw(st.integers(0, 25))):
            at += data.draw(st.floats(0, 1))
            lane = data.draw(st.integers(0, 3))
            if lane in running:
                status = data.draw(st.sampled_from([Status.SUCCEEDED, Status.FAILED]))
                state.apply(TaskFinished(at, running.pop(lane), status))
            else:
                free = [task.name for task in PIPELINE.tasks if task.name not in running.values()]
                running[lane] = data.draw(st.sampled_from(free))
                state.apply(TaskStarted(at, running[lane], 1, lane))
            if data.draw(st.booleans()):
                lanes.note(state.touched)
                state.touched = set()
        lanes.note(state.touched)
        fresh = Lanes(state)
        assert [lane.starts for lane in lanes.lanes] == [lane.starts for lane in fresh.lanes]
        assert [lane.failed for lane in lanes.lanes] == [lane.failed for lane in fresh.lanes]
        assert [{id(bar.attempt) for bar in lane.bars} for lane in lanes.lanes] == [
            {id(bar.attempt) for bar in lane.bars} for lane in fresh.lanes
        ]


class TestPainting:
    def test_has_the_name_of_the_task_in_its_bar(self) -> None:
        state = session(ran("sales", 0, 1.0, 2.0))
        assert lane_text(state) == " " * 10 + "sales█████"

    def test_has_a_thin_gap_between_neighbours(self) -> None:
        state = session(ran("sales", 0, 0.0, 1.0), ran("routes", 0, 1.0, 2.0))
        assert lane_text(state) == "sales█████▏routes███"

    def test_cuts_a_name_that_does_not_fit_and_leaves_out_what_would_tell_nothing(self) -> None:
        state = session(ran("weather", 0, 0.0, 0.6), ran("planes", 0, 1.0, 1.3))
        assert lane_text(state) == "weat…█    ███"

    def test_says_by_a_glyph_what_is_not_a_success(self) -> None:
        state = session(
            ran("sales", 0, 0.0, 1.0, Status.FAILED),
            ran("routes", 0, 1.0, 1.2, Status.FAILED),
            ran("planes", 0, 2.0, 3.0, Status.CANCELLED),
        )
        assert lane_text(state) == "✗sales████▏✗        ■planes███"

    def test_begins_and_ends_in_eighths_where_nothing_is_beside(self) -> None:
        state = session(ran("sales", 0, 0.05, 1.05))
        assert lane_text(state) == "▌sales████▌"

    def test_of_what_runs_ends_now(self) -> None:
        state = session([TaskStarted(0.0, "sales", 1, 0)])
        assert lane_text(state, now=1.0) == "◐sales████▶"

    def test_shows_the_cursor_the_marks_and_the_critical_path(self) -> None:
        state = session(ran("sales", 0, 0.0, 1.0))
        assert lane_text(state, bar=state.attempts[0][0]) == "▸sales████"
        assert lane_text(state, marked=frozenset({0}), critical=frozenset({0})) == "*┃sales███"

    def test_shows_the_cursor_on_the_shortest_bar(self) -> None:
        state = session(ran("sales", 0, 0.0, 1.0), ran("routes", 0, 1.0, 1.0), ran("planes", 0, 1.1, 2.0))
        assert lane_text(state, bar=state.attempts[1][0]) == "sales█████▸▏planes██"

    def test_shows_the_failed_one_of_many_in_a_cell(self) -> None:
        tiny = [ran(name, 0, 1.0 + at / 100, 1.01 + at / 100) for at, name in enumerate(["sales", "planes", "weather"])]
        state = session(*tiny, ran("routes", 0, 1.03, 1.04, Status.FAILED))
        cell = lane_segments(state)
        colours = {segment.style.color.name for segment in cell if segment.style and segment.style.color}
        assert DARK.failed in colours
        assert DARK.succeeded not in colours

    def test_shows_what_has_just_begun_to_run(self) -> None:
        state = session(ran("sales", 0, 0.0, 1.08), [TaskStarted(1.08, "routes", 1, 0)])
        assert lane_text(state, now=1.09) == "sales█████▏▶"

    def test_keeps_its_cells_when_names_are_wide_or_would_act(self) -> None:
        state = session(
            ran("漢字漢字漢字", 0, 0.0, 1.0),
            ran("\x1b[31m[b]x", 0, 1.0, 2.0),
            pipeline=pipeline_of("漢字漢字漢字", "\x1b[31m[b]x"),
        )
        segments = lane_segments(state)
        assert sum(segment.cell_length for segment in segments) == 40
        assert "␛[31m[b" in text_of(segments)

    def test_has_the_pauses_behind_it(self) -> None:
        state = session([Paused(1.0), Resumed(2.0)])
        segments = lane_segments(state)
        plain = [str(s.style.bgcolor.name) == DARK.background for s in segments if s.style and s.style.bgcolor]
        assert True in plain
        assert False in plain

    @example(ends=[(0.0, 0.0)] * 4 + [(0.0, 1.0)], start=0.0, span=1.0, cells=2)
    @given(
        ends=st.lists(st.tuples(st.floats(0, 2), st.floats(0, 2)), max_size=60),
        start=st.floats(0, 50),
        span=st.floats(0.01, 100),
        cells=st.integers(0, 120),
    )
    def test_always_has_exactly_its_cells_and_bars_only_where_something_ran(
        self, ends: list[tuple[float, float]], start: float, span: float, cells: int
    ) -> None:
        at, events = 0.0, list[list[Event]]()
        for place, (gap, seconds) in enumerate(ends):
            events.append(ran(PIPELINE.tasks[place % 4].name, 0, at + gap, at + gap + seconds))
            at += gap + seconds
        state, scale = session(*events), Scale(start, span, cells)
        segments = lane_segments(state, now=at, scale=scale)
        assert sum(segment.cell_length for segment in segments) == cells
        text = text_of(segments).replace("┊", " ")
        cell_s = span / max(1, cells)
        stretches = [(attempt.started_at, attempt.finished_at or 0.0) for of in state.attempts for attempt in of]
        for cell, glyph in enumerate(text):
            begin, end = start + cell * cell_s, start + (cell + 1) * cell_s
            inside = any(b <= begin + cell_s / 8 and e >= end - cell_s / 8 for b, e in stretches)
            touched = any(b <= end + cell_s / 8 and e >= begin - cell_s / 8 for b, e in stretches)
            assert glyph != " " or not inside
            assert glyph == " " or touched

    @given(data=st.data(), span=st.floats(0.5, 20), cells=st.integers(1, 60))
    def test_again_is_the_same_as_anew(self, data: st.DataObject, span: float, cells: int) -> None:
        state, scale, look = session(), Scale(0.0, span, cells), LaneLook(DARK)
        lanes = Lanes(state)
        painter, running = LanePainter(state, lanes[0]), ""
        at = 0.0
        for _ in range(data.draw(st.integers(0, 20))):
            at += data.draw(st.floats(0.001, 1))
            if running:
                state.apply(TaskFinished(at, running, data.draw(st.sampled_from([Status.SUCCEEDED, Status.FAILED]))))
                running = ""
            else:
                running = data.draw(st.sampled_from([task.name for task in PIPELINE.tasks]))
                state.apply(TaskStarted(at, running, 1, 0))
            lanes.note(state.touched)
            state.touched = set()
            if data.draw(st.booleans()):
                now = at + data.draw(st.floats(0, 0.1))
                fresh = LanePainter(state, Lanes(state)[0]).segments(now, scale, look)
                assert painter.segments(now, scale, look) == fresh


class TestLabel:
    def label(self, state: RunState, lane: int = 0) -> str:
        return text_of(lane_label(state, Lanes(state)[lane], lane, 20, LaneLook(DARK)))

    def test_names_the_lane_and_what_runs_in_it_now(self) -> None:
        assert self.label(session([TaskStarted(0.0, "sales", 1, 1)]), 1) == "   2 ◐ sales        "

    def test_says_that_a_slot_is_free_or_no_more(self) -> None:
        assert self.label(session()) == "   1 free           "
        gone = session(ran("sales", 1, 0.0, 1.0), [MaxParallelChanged(1.0, 1)])
        assert self.label(gone, 1) == "   2 no slot now    "

    def test_says_nothing_when_nothing_runs_at_all(self) -> None:
        assert self.label(session([RunFinished(0.0, RunStatus.SUCCEEDED)])).strip() == "1"


class TestCursor:
    STATE = session(
        ran("sales", 0, 0.0, 1.0), ran("routes", 0, 1.0, 3.0), ran("planes", 1, 0.5, 1.0), ran("weather", 1, 1.5, 2.5)
    )
    LANES = Lanes(STATE)

    def at(self, name: str) -> LaneCursor:
        cursor = LaneCursor()
        cursor.select(self.STATE, PIPELINE.numbers[name])
        return cursor

    def name(self, cursor: LaneCursor) -> str:
        assert cursor.bar is not None
        return PIPELINE.tasks[cursor.bar.number].name

    def test_walks_from_bar_to_bar_and_stops_at_the_ends(self) -> None:
        cursor = self.at("sales")
        cursor.walk(self.LANES, 1, 4.0)
        assert self.name(cursor) == "routes"
        cursor.walk(self.LANES, 1, 4.0)
        assert self.name(cursor) == "routes"
        cursor.walk(self.LANES, -5, 4.0)
        assert self.name(cursor) == "sales"

    def test_goes_up_and_down_to_what_ran_at_the_same_time_and_comes_back(self) -> None:
        cursor = self.at("routes")
        cursor.climb(self.LANES, 1, 4.0)
        assert self.name(cursor) == "weather"
        cursor.climb(self.LANES, 0, 4.0)
        assert self.name(cursor) == "routes"

    def test_has_no_bar_in_an_empty_lane_and_goes_on_from_there(self) -> None:
        state = session(ran("sales", 0, 0.0, 1.0))
        lanes, cursor = Lanes(state), LaneCursor()
        cursor.select(state, 0)
        cursor.climb(lanes, 1, 4.0)
        assert (cursor.lane, cursor.bar) == (1, None)
        cursor.walk(lanes, 1, 4.0)
        assert cursor.bar is None
        cursor.climb(lanes, 0, 4.0)
        assert cursor.bar is not None
