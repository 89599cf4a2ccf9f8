"""The cells of a row, by example and by property."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from seeknal_tui.dashboard.look import DARK
from seeknal_tui.dashboard.row_label import RowLook, label_segments
from seeknal_tui.dashboard.timeline.axis import Scale
from seeknal_tui.dashboard.timeline.rows import EIGHTHS, label_width, time_segments
from seeknal_tui.dashboard.timeline.spans import HeldUp, Wait, waits
from seeknal_tui.run.events import (
    Event,
    RunFinished,
    RunStatus,
    Status,
    TaskFinished,
    TaskProgress,
    TaskQueued,
    TaskReady,
    TaskRetrying,
    TaskStarted,
)
from seeknal_tui.run.state import RunState
from seeknal_tui.run.wait import Waited
from tests.dashboard.runs import begun, folded, pipeline_of, started, text_of

PIPELINE = pipeline_of("a", "b")
LOOK = RowLook(DARK)
SCALE = Scale(0.0, 4.0, 40)
"""Ten cells a second."""
FOR_A_SLOT = HeldUp()


def a_row(*events: Event, now: float, scale: Scale = SCALE, held_up: HeldUp = FOR_A_SLOT, number: int = 0) -> str:
    state = folded(PIPELINE, begun(PIPELINE), *events)
    row = time_segments(state, number, now=now, scale=scale, look=LOOK, held_up=lambda _: held_up)
    return text_of(row).replace("┊", " ").rstrip()


class TestWaiting:
    def test_is_drawn_before_the_bar_with_a_glyph_for_each_reason(self) -> None:
        events: list[Event] = [
            TaskReady(1.0, "a"),
            TaskStarted(2.0, "a", 1, 0, pool_s=0.3, output_s=0.2, slot_after_s=0.4),
            TaskFinished(3.0, "a", Status.SUCCEEDED),
        ]
        assert a_row(*events, now=3.0) == "┄┄┄┄┄┄┄┄┄┄░▒▒▒▓▓░░░░██████████ 1.0s"

    def test_for_dependencies_lasts_up_to_now_while_the_task_is_pending(self) -> None:
        assert a_row(now=0.75) == "┄┄┄┄┄┄┄┄"

    def test_of_a_ready_task_says_what_it_waits_for_now(self) -> None:
        in_pool = HeldUp("pool", Waited(pool_s=0.5))
        assert a_row(TaskReady(0.5, "a"), now=1.0, held_up=in_pool) == "┄┄┄┄┄▒▒▒▒▒  pool 0.5s"

    def test_of_a_ready_task_is_split_by_reason_as_after_it_has_started(self) -> None:
        ready = TaskReady(0.5, "a")
        in_pool = HeldUp("pool", Waited(pool_s=0.5))
        assert a_row(ready, now=1.3, held_up=in_pool) == "┄┄┄┄┄░░░▒▒▒▒▒  pool 0.5s"
        for_slot = HeldUp("slot", Waited(pool_s=0.5, slot_after_s=0.2))
        assert a_row(ready, now=1.5, held_up=for_slot) == "┄┄┄┄┄░░░▒▒▒▒▒░░  slot 0.2s"
        started_now = TaskStarted(1.5, "a", 1, 0, pool_s=0.5, slot_after_s=0.2)
        assert a_row(ready, started_now, now=1.6) == "┄┄┄┄┄░░░▒▒▒▒▒░░█▶ 0.1s"

    def test_ends_with_what_the_task_waits_for_now(self) -> None:
        ready, waited = TaskReady(0.5, "a"), Waited(pool_s=0.3, output_s=0.2)
        assert a_row(ready, now=1.0, held_up=HeldUp("pool", waited)) == "┄┄┄┄┄▓▓▒▒▒  pool 0.3s"
        assert a_row(ready, now=1.0, held_up=HeldUp("output", waited)) == "┄┄┄┄┄▒▒▒▓▓  output 0.2s"

    def test_for_a_retry_is_no_waiting_for_anything_until_its_delay_is_over(self) -> None:
        events = [*started(0.0, "a"), TaskRetrying(1.0, "a", 1, "no", 0.5)]
        assert a_row(*events, now=1.2) == "██████████    retry in 0.3s"
        assert a_row(*events, now=2.0) == "██████████     ░░░░░  slot 0.5s"

    def test_ends_when_the_run_ends(self) -> None:
        assert a_row(RunFinished(0.5, RunStatus.CANCELLED), now=2.0) == ""

    def test_for_dependencies_begins_when_a_task_is_asked_for_while_the_run_goes_on(self) -> None:
        events = [
            *started(0.0, "a"),
            TaskFinished(0.5, "a", Status.SUCCEEDED),
            TaskQueued(1.0, "a"),
            *started(2.0, "a", 2, ready_at=1.5),
        ]
        state = folded(PIPELINE, begun(PIPELINE), *events)
        assert waits(state, 0, 2.0) == [Wait(1.0, 1.5, "dependency"), Wait(1.5, 2.0, "slot")]


class TestBar:
    def test_ends_in_eighths_of_a_cell(self) -> None:
        ends = [a_row(*started(0.0, "a"), TaskFinished(1.0 + k / 80, "a", Status.SUCCEEDED), now=3.0) for k in range(8)]
        assert [row[10] for row in ends] == [" ", *"▏▎▍▌▋▊▉"]

    def test_begins_in_eighths_of_a_cell_by_swapped_colours(self) -> None:
        state = folded(PIPELINE, begun(PIPELINE), *started(0.05, "a", ready_at=0.0))
        first = time_segments(state, 0, now=2.0, scale=SCALE, look=LOOK)[0]
        assert first.text == "▌"
        assert first.style is not None
        assert first.style.reverse

    def test_of_a_task_that_took_no_time_is_still_seen(self) -> None:
        assert a_row(*started(1.0, "a", ready_at=0.0), TaskFinished(1.0, "a", Status.SUCCEEDED), now=1.0)[10] == "▏"

    def test_of_a_running_task_ends_now_with_an_edge_and_how_long_it_has_been_running(self) -> None:
        assert a_row(*started(0.0, "a"), now=1.0) == "██████████▶ 1.0s"

    def test_of_a_running_task_says_its_progress(self) -> None:
        assert a_row(*started(0.0, "a"), TaskProgress(0.5, "a", 0.625), now=1.0) == "██████████▶ 1.0s 62%"

    def test_is_one_segment_for_each_attempt_the_failed_ones_in_red(self) -> None:
        events = [
            *started(0.0, "a"),
            TaskRetrying(1.0, "a", 1, "no", 0.5),
            TaskStarted(1.5, "a", 2, 0),
            TaskFinished(2.0, "a", Status.SUCCEEDED),
        ]
        assert a_row(*events, now=2.0) == "██████████     █████ 0.5s · attempt 2"
        state = folded(PIPELINE, begun(PIPELINE), *events)
        row = time_segments(state, 0, now=2.0, scale=SCALE, look=LOOK)
        colours = [segment.style.color for segment in row if segment.style and segment.text.startswith("█")]
        assert [colour.name for colour in colours if colour] == [DARK.failed, DARK.succeeded]

    def test_has_its_duration_inside_where_there_is_no_room_behind_it(self) -> None:
        events = [*started(2.0, "a", ready_at=0.0), TaskFinished(3.9, "a", Status.SUCCEEDED)]
        assert a_row(*events, now=3.9) == "░" * 20 + "██████████████1.9s█"

    def test_has_its_duration_before_it_where_it_is_too_short(self) -> None:
        events = [*started(3.7, "a", ready_at=0.0), TaskFinished(3.9, "a", Status.SUCCEEDED)]
        assert a_row(*events, now=3.9) == "░" * 31 + " 0.2s " + "██"

    def test_that_is_out_of_view_is_told_by_an_arrow(self) -> None:
        events = [*started(1.0, "a"), TaskFinished(1.5, "a", Status.SUCCEEDED)]
        assert a_row(*events, now=9.0, scale=Scale(5.0, 4.0, 40)) == "◂ 0.5s"
        assert a_row(*events, now=9.0, scale=Scale(0.0, 0.5, 40)).endswith("0.5s ▸")

    def test_of_a_run_before_is_fainter_than_that_of_the_current_one(self) -> None:
        state = folded(
            PIPELINE,
            begun(PIPELINE),
            *started(0.0, "a"),
            TaskFinished(1.0, "a", Status.SUCCEEDED),
            RunFinished(1.0, RunStatus.SUCCEEDED),
            begun(PIPELINE),
            *started(0.0, "a"),
            TaskFinished(1.0, "a", Status.SUCCEEDED),
        )
        row = time_segments(state, 0, now=2.0, scale=SCALE, look=LOOK)
        styles = [segment.style for segment in row if segment.text == "█" * 10]
        assert len(styles) == 2
        assert styles[0] != styles[1]


class TestWords:
    def test_stand_where_a_skipped_task_has_no_bar(self) -> None:
        assert a_row(TaskFinished(1.0, "a", Status.SKIPPED), now=2.0) == "          ⊘ skipped"

    def test_stand_where_a_reused_task_has_no_bar(self) -> None:
        assert a_row(TaskFinished(0.0, "a", Status.REUSED), now=2.0) == "◆ reused"

    def test_stay_inside_of_the_row(self) -> None:
        assert a_row(TaskFinished(3.9, "a", Status.SKIPPED), now=3.9) == " " * 31 + "⊘ skipped"

    def test_tell_a_cancelled_retry_from_a_cancelled_attempt(self) -> None:
        waiting = [*started(0.0, "a"), TaskRetrying(1.0, "a", 1, "no", 5.0), TaskFinished(1.5, "a", Status.CANCELLED)]
        assert a_row(*waiting, now=2.0) == "██████████     ■ cancelled"
        running = [*started(0.0, "a"), TaskFinished(1.0, "a", Status.CANCELLED)]
        assert a_row(*running, now=2.0) == "██████████ 1.0s"


class TestLabel:
    STATE = folded(pipeline_of("clean_flights", "b"))

    def test_has_status_and_name(self) -> None:
        assert text_of(label_segments(self.STATE, 0, 20, LOOK)) == " ○ clean_flights    "

    def test_shows_cursor_mark_and_critical_path_without_colour(self) -> None:
        look = RowLook(DARK, selected=True, marked=True, critical=True)
        assert text_of(label_segments(self.STATE, 0, 20, look)) == "▸○*clean_flights  ┃ "

    def test_cuts_a_long_name(self) -> None:
        assert text_of(label_segments(self.STATE, 0, 12, LOOK)) == " ○ clean_…  "

    def test_takes_three_tenths_of_the_width_at_most_28_cells(self) -> None:
        assert [label_width(width) for width in (40, 80, 112, 200)] == [12, 24, 28, 28]

    def test_shows_what_a_name_would_do_to_a_terminal(self) -> None:
        state = folded(pipeline_of("\x1b[31m[red]x", "漢字漢字漢字漢字"))
        assert text_of(label_segments(state, 0, 20, LOOK)) == " ○ ␛[31m[red]x      "
        wide = text_of(label_segments(state, 1, 12, LOOK))
        assert cell_len(wide) == 12
        assert "…" in wide


@st.composite
def runs(draw: st.DrawFn) -> tuple[RunState, float]:
    """A state after any order of what may happen to one task, and a later moment."""
    events: list[Event] = [begun(PIPELINE)]
    at, attempt = 0.0, 0
    for step in draw(
        st.lists(st.sampled_from(["ready", "start", "retry", "end", "skip", "queue", "rerun"]), max_size=12)
    ):
        at += draw(st.floats(0, 5))
        if step == "ready":
            events.append(TaskReady(at, "a"))
        elif step == "start":
            attempt += 1
            events.append(TaskStarted(at, "a", attempt, 0, draw(st.floats(0, 3)), draw(st.floats(0, 3))))
        elif step == "retry":
            events.append(TaskRetrying(at, "a", attempt, "no", draw(st.floats(0, 9))))
        elif step == "end":
            events.append(TaskFinished(at, "a", draw(st.sampled_from([Status.SUCCEEDED, Status.FAILED]))))
        elif step == "skip":
            events.append(
                TaskFinished(at, "a", draw(st.sampled_from([Status.SKIPPED, Status.REUSED, Status.CANCELLED])))
            )
        elif step == "queue":
            events.append(TaskQueued(at, "a"))
        else:
            events += [RunFinished(at, RunStatus.FAILED), begun(PIPELINE)]
            at, attempt = 0.0, 0
    state = folded(PIPELINE, *events)
    return state, state.now + draw(st.floats(0, 5))


class TestEveryRow:
    @given(run=runs(), start=st.floats(0, 50), span=st.floats(0.001, 100), cells=st.integers(0, 120))
    def test_has_exactly_the_cells_of_its_scale(
        self, run: tuple[RunState, float], start: float, span: float, cells: int
    ) -> None:
        state, now = run
        row = time_segments(state, 0, now=now, scale=Scale(start, span, cells), look=LOOK)
        assert sum(segment.cell_length for segment in row) == cells

    @given(
        begin=st.floats(0, 50),
        seconds=st.floats(0, 50),
        start=st.floats(0, 50),
        span=st.floats(1, 100),
        cells=st.integers(1, 120),
    )
    def test_has_its_bar_within_an_eighth_of_where_it_belongs(
        self, begin: float, seconds: float, start: float, span: float, cells: int
    ) -> None:
        scale = Scale(start, span, cells)
        state = folded(
            PIPELINE,
            begun(PIPELINE),
            *started(begin, "a", ready_at=0.0),
            TaskFinished(begin + seconds, "a", Status.SUCCEEDED),
        )
        row = time_segments(state, 0, now=begin + seconds, scale=scale, look=LOOK)
        painted = [
            place
            for place, (glyph, is_bar) in enumerate(
                (glyph, segment.style is not None and DARK.succeeded in str(segment.style))
                for segment in row
                for glyph in segment.text
            )
            if is_bar
        ]
        first, last = scale.eighth(begin), max(scale.eighth(begin + seconds), scale.eighth(begin) + 1)
        expected = [cell for cell in range(cells) if first < (cell + 1) * 8 and last > cell * 8]
        assert painted == expected

    @given(width=st.integers(6, 60), name=st.text(min_size=1, max_size=40), critical=st.booleans())
    def test_has_a_label_of_exactly_its_width(self, width: int, name: str, critical: bool) -> None:
        state = folded(pipeline_of(name))
        row = label_segments(state, 0, width, RowLook(DARK, critical=critical))
        assert sum(segment.cell_length for segment in row) == width

    def test_uses_the_blocks_of_the_terminal(self) -> None:
        assert EIGHTHS == " ▏▎▍▌▋▊▉█"
