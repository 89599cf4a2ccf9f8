"""Time on cells: scale, window, ticks and marks."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seeknal_tui.dashboard.look import DARK
from seeknal_tui.dashboard.timeline.axis import Scale, TimeWindow, axis_segments, tick_step, ticks
from seeknal_tui.run.events import Event, MaxParallelChanged, Paused, Resumed, RunFinished, RunStatus
from tests.dashboard.runs import begun, folded, numbered, text_of


def axis_text(*events: Event, now: float, scale: Scale) -> str:
    return text_of(axis_segments(folded(numbered(2), *events), now, scale, DARK))


class TestTicks:
    @pytest.mark.parametrize(
        ("span", "labels"),
        [
            (0.05, ["0s", "5ms", "10ms"]),
            (0.5, ["0s", "50ms", "100ms"]),
            (2.0, ["0s", "0.2s", "0.4s"]),
            (8.0, ["0s", "1s", "2s"]),
            (150.0, ["0s", "20s", "40s"]),
            (600.0, ["0s", "1m", "2m"]),
            (9000.0, ["0s", "20m", "40m"]),
            (40000.0, ["0s", "1h", "2h"]),
        ],
    )
    def test_stand_at_round_times(self, span: float, labels: list[str]) -> None:
        assert [label for _, label in ticks(Scale(0.0, span, 100))][:3] == labels

    def test_between_minutes_say_both_units(self) -> None:
        assert [label for _, label in ticks(Scale(55.0, 20.0, 40))] == ["55s", "1m", "1m05", "1m10"]

    def test_between_hours_say_all_that_tells_them_apart(self) -> None:
        assert [label for _, label in ticks(Scale(7190.0, 40.0, 40))] == ["1h59m50", "2h", "2h00m10", "2h00m20"]

    def test_of_parts_of_a_second_keep_their_digits_beyond_a_minute(self) -> None:
        assert [label for _, label in ticks(Scale(72.9, 0.45, 60))] == [
            "1m12.9",
            "1m13.0",
            "1m13.1",
            "1m13.2",
            "1m13.3",
        ]

    @given(
        start=st.floats(0, 1e6),
        span=st.floats(0.001, 1e8),
        cells=st.integers(0, 400),
    )
    def test_never_touch_and_never_lie_outside(self, start: float, span: float, cells: int) -> None:
        found = ticks(Scale(start, span, cells))
        assert all(0 <= cell < cells for cell, _ in found)
        assert all(cell + len(label) < after for (cell, label), (after, _) in pairwise(found))

    @given(span=st.floats(0.001, 1e7), cells=st.integers(20, 400))
    def test_are_neither_crowded_nor_rare(self, span: float, cells: int) -> None:
        assert 9 <= tick_step(Scale(0.0, span, cells)) * cells / span <= 9 * 2.5


class TestAxis:
    SCALE = Scale(0.0, 10.0, 100)

    def test_says_the_times_at_their_cells(self) -> None:
        assert axis_text(now=0.0, scale=self.SCALE).startswith("│0s       │1s       │2s")

    def test_marks_where_max_parallel_became_another(self) -> None:
        text = axis_text(begun(numbered(2)), MaxParallelChanged(3.0, 7), now=5.0, scale=self.SCALE)
        assert text[30:32] == "▲7"

    def test_does_not_mark_what_max_parallel_was_at_first_or_that_it_stayed(self) -> None:
        text = axis_text(begun(numbered(2)), MaxParallelChanged(3.0, 4), now=5.0, scale=self.SCALE)
        assert "▲" not in text

    def test_marks_only_the_last_of_changes_that_are_too_near_to_each_other(self) -> None:
        changes = [MaxParallelChanged(3.0 + step / 100, 5 + step) for step in range(5)]
        text = axis_text(begun(numbered(2)), *changes, now=5.0, scale=self.SCALE)
        assert text[30:32] == "▲9"
        assert text.count("▲") == 1

    def test_marks_where_a_new_run_began_and_with_how_many_slots(self) -> None:
        pipeline = numbered(2)
        text = axis_text(
            begun(pipeline),
            RunFinished(5.0, RunStatus.SUCCEEDED),
            begun(pipeline, max_parallel=8),
            now=6.0,
            scale=self.SCALE,
        )
        assert text[50:53] == "↻▲8"

    def test_leaves_out_a_time_that_a_mark_would_cut(self) -> None:
        text = axis_text(begun(numbered(2)), MaxParallelChanged(3.1, 7), now=9.5, scale=self.SCALE)
        assert text[29:43] == "  ▲7       │4s"

    def test_shows_pauses(self) -> None:
        text = axis_text(begun(numbered(2)), Paused(2.0), Resumed(4.0), now=9.0, scale=self.SCALE)
        assert text[20:41] == "══════ paused ═══════"

    def test_shows_a_pause_that_lasts_up_to_now(self) -> None:
        text = axis_text(begun(numbered(2)), Paused(2.0), now=2.5, scale=self.SCALE)
        assert text[20:25] == "═════"

    def test_shows_now_while_the_run_goes_on(self) -> None:
        assert axis_text(begun(numbered(2)), now=4.55, scale=self.SCALE)[45] == "▼"
        finished = RunFinished(4.5, RunStatus.SUCCEEDED)
        assert "▼" not in axis_text(begun(numbered(2)), finished, now=4.5, scale=self.SCALE)

    @given(
        start=st.floats(0, 100),
        span=st.floats(0.001, 1000),
        cells=st.integers(0, 200),
        changes=st.lists(st.tuples(st.floats(0, 50), st.integers(1, 256)), max_size=20),
    )
    def test_always_has_exactly_its_cells(
        self, start: float, span: float, cells: int, changes: list[tuple[float, int]]
    ) -> None:
        events = [MaxParallelChanged(at, slots) for at, slots in sorted(changes)]
        text = axis_text(begun(numbered(2)), *events, Paused(50.0), now=60.0, scale=Scale(start, span, cells))
        assert len(text) == cells


class TestWindow:
    @staticmethod
    def at(now: float, window: TimeWindow | None = None) -> TimeWindow:
        window = window or TimeWindow()
        window.update(now, 100, running=True)
        return window

    def test_shows_the_whole_run_with_room_ahead_of_now(self) -> None:
        window = self.at(7.0)
        assert (window.start, window.span) == (0.0, 8.0)

    def test_grows_in_steps_only(self) -> None:
        window = TimeWindow()
        spans = {self.at(tick / 30, window).span for tick in range(30 * 100)}
        assert len(spans) <= 20

    @given(now=st.floats(0.0, 1e6))
    def test_has_now_in_view_while_it_follows(self, now: float) -> None:
        window = self.at(now)
        assert window.start <= now < window.start + window.span
        window.zoom(0.5, None)
        window.update(now, 100, running=True)
        assert window.following
        assert window.start <= now < window.start + window.span

    def test_zooms_around_the_given_time(self) -> None:
        window = self.at(9.0)
        window.zoom(0.5, 4.0)
        assert window.span == 5.0
        assert window.start == 2.0
        assert not window.following

    def test_zoomed_out_far_enough_shows_the_whole_run_and_follows_again(self) -> None:
        window = self.at(9.0)
        window.zoom(0.5, 4.0)
        window.zoom(2.0, 4.0)
        assert (window.start, window.span, window.following) == (0.0, 10.0, True)

    def test_panned_stops_following_until_told_to_follow(self) -> None:
        window = self.at(100.0)
        window.zoom(0.25, None)
        window.update(100.0, 100, running=True)
        window.pan(-0.5)
        start = window.start
        window.update(150.0, 100, running=True)
        assert (window.start, window.following) == (start, False)
        window.follow()
        window.update(150.0, 100, running=True)
        assert window.start <= 150.0 < window.start + window.span

    @given(steps=st.lists(st.floats(-3, 3), max_size=20))
    def test_is_never_panned_away_from_the_run(self, steps: list[float]) -> None:
        window = self.at(50.0)
        window.zoom(0.5, None)
        for step in steps:
            window.pan(step)
            assert 0.0 <= window.start < 50.0
