"""The timeline driven by keys and mouse, in a small app."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from textual import events
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from seeknal_tui.dashboard.look import DARK
from seeknal_tui.dashboard.messages import TaskOpened, TaskSelected
from seeknal_tui.dashboard.row_order import Sort
from seeknal_tui.dashboard.task_rows import TaskRows
from seeknal_tui.dashboard.timeline import TimelineView
from seeknal_tui.pipeline.model import Kind, Pipeline, Task
from seeknal_tui.run.events import (
    Event,
    MaxParallelChanged,
    Paused,
    RunFinished,
    RunStatus,
    Status,
    TaskFinished,
    TaskStarted,
)
from seeknal_tui.run.state import RunState
from tests.dashboard.runs import begun, numbered, pipeline_of, started

WIDE, MIDDLE, SMALL = (200, 50), (80, 24), (40, 10)


class TimelineApp(App[None]):
    CSS = "TimelineView { border: round gray; }"

    def __init__(self, pipeline: Pipeline) -> None:
        super().__init__()
        self.state = RunState(pipeline)
        self.view = TimelineView(pipeline, self.state)
        self.selected: list[int] = []
        self.opened: list[int] = []
        self.captions: list[str] = []

    def compose(self) -> ComposeResult:
        yield self.view

    def on_task_selected(self, message: TaskSelected) -> None:
        self.selected.append(message.number)

    def on_task_opened(self, message: TaskOpened) -> None:
        self.opened.append(message.number)

    def on_timeline_view_caption_changed(self, message: TimelineView.CaptionChanged) -> None:
        self.captions.append(message.caption)

    def fold(self, *events: Event, now: float | None = None) -> None:
        self.state.apply_all(events)
        touched, self.state.touched = self.state.touched, set()
        self.view.state_changed(touched, self.state.now if now is None else now)

    def follows(self) -> bool:
        return self.view.following

    @property
    def lines(self) -> list[str]:
        """What stands on the lines of the view, the axis first."""
        return [self.view.render_line(y).text for y in range(self.view.size.height)]

    @property
    def names(self) -> list[str]:
        """The names on the rows in view."""
        return [line[3:].split(" ")[0].rstrip("…") for line in self.lines[1:] if line.strip()]


async def rows_are(pilot: Pilot[None], expected: str) -> None:
    """Wait until the first rows are those of these tasks; rows change places a few times a second."""
    view = pilot.app.query_one(TaskRows)
    for _ in range(200):
        names = "".join(view.pipeline.tasks[number].name for number in view.rows)
        if names.startswith(expected):
            return
        await pilot.pause(0.02)
    pytest.fail(f"rows are {names}, not {expected}")


def run_of(size: int, running: Iterable[int] = ()) -> list[Event]:
    """All tasks up to the running ones ended, a second each, one after the other."""
    pipeline = numbered(size)
    found: list[Event] = [begun(pipeline)]
    last = max(running, default=-1)
    for number in range(last + 1):
        name = f"t{number:04d}"
        found += started(float(number), name)
        if number not in running:
            found.append(TaskFinished(float(number) + 1, name, Status.SUCCEEDED))
    return sorted(found, key=lambda event: event.at)


class TestCursor:
    async def test_moves_by_arrows_and_letters_and_tells_the_screen(self) -> None:
        app = TimelineApp(numbered(100))
        async with app.run_test(size=MIDDLE) as pilot:
            await pilot.press("down", "j", "down", "k", "G", "g")
            assert app.selected == [0, 1, 2, 1, 99, 0]

    async def test_stays_in_view(self) -> None:
        app = TimelineApp(numbered(100))
        async with app.run_test(size=MIDDLE) as pilot:
            await pilot.press("G")
            assert "▸○ t0099" in app.lines[-1]
            await pilot.press(*["k"] * 30)
            assert "▸○ t0069" in app.lines[1]

    async def test_moved_elsewhere_is_shown_without_a_message(self) -> None:
        app = TimelineApp(numbered(100))
        async with app.run_test(size=MIDDLE) as pilot:
            app.view.select(70)
            await pilot.pause()
            assert any(line.startswith("▸○ t0070") for line in app.lines)
            assert app.selected == []

    async def test_goes_where_the_mouse_clicks_and_a_second_click_opens(self) -> None:
        app = TimelineApp(numbered(100))
        async with app.run_test(size=MIDDLE) as pilot:
            app.view.select(50)
            await pilot.pause()
            clicked = app.view.visible_rows()[4]
            await pilot.click(app.view, offset=(5, 6))
            assert (app.selected, app.opened) == ([clicked], [])
            await pilot.click(app.view, offset=(5, 6))
            assert (app.selected, app.opened) == ([clicked], [clicked])

    async def test_does_not_move_by_a_click_on_the_axis_the_border_or_below_the_rows(self) -> None:
        app = TimelineApp(numbered(3))
        async with app.run_test(size=MIDDLE) as pilot:
            for y in (0, 1, 10):
                await pilot.click(app.view, offset=(5, y))
            assert app.selected == []

    async def test_starts_at_the_first_row_in_view(self) -> None:
        app = TimelineApp(numbered(0))
        async with app.run_test(size=MIDDLE) as pilot:
            await pilot.press("j", "G", "right")
            assert app.selected == []


class TestRows:
    @pytest.mark.parametrize("size", [WIDE, MIDDLE, SMALL])
    async def test_have_their_names_at_every_scroll_position(self, size: tuple[int, int]) -> None:
        app = TimelineApp(numbered(60))
        async with app.run_test(size=size) as pilot:
            app.fold(*run_of(60, running=[20]))
            await pilot.pause()
            for top in range(0, app.view.max_scroll_y + 1, 7):
                app.view.scroll_to(y=top, animate=False)
                await pilot.pause()
                shown = [f"t{number:04d}" for number in app.view.visible_rows()]
                assert len(shown) == len(app.names)
                assert all(name.startswith(cut) for name, cut in zip(shown, app.names, strict=True))
                assert all(len(line) == app.view.row_width for line in app.lines)
                assert "│" in app.lines[0]

    async def test_that_do_not_match_are_hidden(self) -> None:
        app = TimelineApp(numbered(30))
        async with app.run_test(size=MIDDLE) as pilot:
            app.view.show_matches(frozenset({3, 14, 25}))
            await pilot.pause()
            assert app.names == ["t0003", "t0014", "t0025"]
            app.view.show_matches(None)
            assert len(app.view.rows) == 30

    async def test_follow_the_status_of_their_tasks(self) -> None:
        pipeline = pipeline_of("a", "b", "c")
        app = TimelineApp(pipeline)
        async with app.run_test(size=MIDDLE) as pilot:
            await rows_are(pilot, "abc")
            app.fold(begun(pipeline), *started(1.0, "c"))
            await rows_are(pilot, "cab")

    async def test_keep_the_cursor_on_its_line_when_they_change_places(self) -> None:
        pipeline = numbered(100)
        app = TimelineApp(pipeline)
        async with app.run_test(size=MIDDLE) as pilot:
            app.fold(begun(pipeline))
            app.view.select(50)
            await pilot.pause()
            line = app.view.visible_rows().index(50)
            app.fold(*(event for number in range(80, 90) for event in started(1.0, f"t{number:04d}")))
            for _ in range(200):
                if app.view.rows[0] == 80:
                    break
                await pilot.pause(0.02)
            assert app.view.rows[0] == 80
            assert app.view.visible_rows().index(50) == line

    async def test_keep_the_tasks_in_view_that_started_last_until_the_cursor_is_moved(self) -> None:
        app = TimelineApp(numbered(100))
        async with app.run_test(size=MIDDLE) as pilot:
            app.fold(*run_of(100, running=[60]))
            await pilot.pause()
            assert 60 in app.view.visible_rows()
            await pilot.press("g")
            app.fold(*started(70.0, "t0070"))
            await pilot.pause()
            assert 0 in app.view.visible_rows()
            app.view.follow()
            assert 70 in app.view.visible_rows() or 60 in app.view.visible_rows()

    async def test_show_marks_and_the_critical_path(self) -> None:
        app = TimelineApp(numbered(3))
        async with app.run_test(size=MIDDLE) as pilot:
            app.view.marked.add(1)
            app.view.critical = frozenset({2})
            await pilot.pause()
            assert "○*t0001" in app.lines[2]
            assert "┃" in app.lines[3]

    async def test_are_right_when_all_was_said_before_the_pane_is_on_the_screen(self) -> None:
        app = TimelineApp(pipeline_of("a"))
        other = numbered(100)
        app.state = RunState(other)
        app.view.set_pipeline(other, app.state)
        app.view.select(90)
        app.view.show_matches(frozenset(range(50, 100)))
        app.view.cycle_sort()
        app.fold(begun(other))
        async with app.run_test(size=MIDDLE) as pilot:
            await pilot.pause()
            assert "▸○ t0090" in app.lines[-1]

    async def test_of_another_pipeline_replace_them(self) -> None:
        app = TimelineApp(numbered(50))
        async with app.run_test(size=MIDDLE) as pilot:
            await pilot.press("G")
            other = pipeline_of("x", "y")
            app.view.set_pipeline(other, RunState(other))
            await pilot.pause()
            assert app.names == ["x", "y"]

    async def test_say_nothing_of_markup_in_names(self) -> None:
        app = TimelineApp(pipeline_of("[red]a[/red]"))
        async with app.run_test(size=MIDDLE) as pilot:
            await pilot.pause()
            assert "[red]a[/red]" in app.lines[1]


class TestSort:
    async def test_goes_around_and_is_told_for_the_title(self) -> None:
        pipeline = pipeline_of("c", "a", "b")
        app = TimelineApp(pipeline)
        async with app.run_test(size=MIDDLE) as pilot:
            app.fold(begun(pipeline), *started(0.0, "b"), TaskFinished(1.0, "b", Status.SUCCEEDED), *started(2.0, "c"))
            seen = []
            for _ in Sort:
                seen.append((app.view.sort.value, "".join(pipeline.tasks[number].name for number in app.view.rows)))
                app.view.cycle_sort()
            await pilot.pause()
            assert seen == [("start", "bca"), ("duration", "bca"), ("wait", "cab"), ("slack", "bca"), ("name", "abc")]
            assert app.captions[-2:] == ["name ▾ · follow", "start ▾ · follow"]


class TestTime:
    async def test_in_view_is_the_whole_run_until_the_user_pans(self) -> None:
        app = TimelineApp(numbered(50))
        async with app.run_test(size=MIDDLE) as pilot:
            app.fold(*run_of(50, running=[40]))
            assert app.follows()
            for _ in range(3):
                app.view.zoom_in()
            assert app.follows()
            await pilot.press("left")
            assert not app.follows()
            app.view.follow()
            await pilot.press("h", "l")
            await pilot.pause()
            assert app.captions == ["start ▾ · follow", "start ▾", "start ▾ · follow", "start ▾"]
            app.view.fit()
            assert app.follows()
            assert "│0s" in app.lines[0]

    async def test_is_zoomed_around_the_task_under_the_cursor(self) -> None:
        app = TimelineApp(numbered(50))
        async with app.run_test(size=MIDDLE):
            app.fold(*run_of(50, running=[40]))
            app.view.select(10)
            for _ in range(4):
                app.view.zoom_in()
            assert not app.follows()
            line = next(line for line in app.lines if "t0010" in line)
            assert line.count("█") > 5
            for _ in range(4):
                app.view.zoom_out()
            assert app.follows()

    async def test_is_panned_by_the_wheel_with_shift_while_the_wheel_alone_scrolls_rows(self) -> None:
        app = TimelineApp(numbered(100))
        async with app.run_test(size=MIDDLE) as pilot:
            app.fold(*run_of(100, running=[9]))
            app.view.scroll_to(y=0, animate=False)
            axis = app.lines[0]
            app.view.post_message(wheel(app.view, shift=False))
            await pilot.pause()
            assert app.view.scroll_offset.y > 0
            assert app.lines[0] == axis
            top = app.view.scroll_offset.y
            app.view.post_message(wheel(app.view, shift=True))
            await pilot.pause()
            assert app.view.scroll_offset.y == top
            assert app.lines[0] != axis
            assert not app.follows()


class TestPainting:
    async def test_of_a_running_row_is_done_anew_only_when_its_end_is_in_another_eighth(self) -> None:
        app = CountingApp(numbered(20))
        async with app.run_test(size=MIDDLE) as pilot:
            app.fold(*run_of(20, running=[3]), now=4.4)
            await pilot.pause()
            app.painted.clear()
            app.fold(now=4.4 + 1e-6)
            await pilot.pause()
            assert app.painted == []
            app.fold(now=4.6)
            await pilot.pause()
            assert 3 in app.painted
            assert not {0, 1, 2} & set(app.painted)

    async def test_of_rows_that_are_not_in_view_is_not_done(self) -> None:
        app = CountingApp(numbered(10_000))
        async with app.run_test(size=MIDDLE) as pilot:
            app.fold(begun(numbered(10_000)))
            await pilot.pause()
            assert 0 < len(set(app.painted)) <= 24

    async def test_lets_the_end_of_the_run_be_seen(self) -> None:
        app = TimelineApp(numbered(2))
        async with app.run_test(size=WIDE) as pilot:
            app.fold(*run_of(2, running=[1]), now=1.5)
            await pilot.pause()
            assert "▼" in app.lines[0]
            assert "▶" in app.lines[2]
            app.fold(TaskFinished(2.0, "t0001", Status.SUCCEEDED), RunFinished(2.0, RunStatus.SUCCEEDED))
            await pilot.pause()
            assert "▼" not in app.lines[0]
            assert "▶" not in app.lines[2]

    @pytest.mark.parametrize("size", [WIDE, MIDDLE, SMALL, (10, 4), (3, 3)])
    async def test_fits_any_size(self, size: tuple[int, int]) -> None:
        app = TimelineApp(numbered(20))
        async with app.run_test(size=size) as pilot:
            app.fold(*run_of(20, running=[3]), now=5.0)
            await pilot.pause()
            assert all(len(line) == app.view.row_width for line in app.lines)

    async def test_works_without_colours(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("NO_COLOR", "1")
        app = TimelineApp(numbered(20))
        async with app.run_test(size=MIDDLE) as pilot:
            app.fold(*run_of(20, running=[3]), now=5.0)
            await pilot.press("j", "right", "left")
            assert "▸" in app.lines[1]


class TestLanes:
    """Two lanes: t0000 and t0002 ran in the first, t0001 and t0003 in the second."""

    EVENTS: tuple[Event, ...] = (
        begun(numbered(5), max_parallel=2),
        TaskStarted(0.0, "t0000", 1, 0),
        TaskStarted(0.0, "t0001", 1, 1),
        TaskFinished(2.0, "t0000", Status.SUCCEEDED),
        TaskStarted(2.0, "t0002", 1, 0),
        TaskFinished(4.0, "t0001", Status.SUCCEEDED),
        TaskStarted(4.0, "t0003", 1, 1),
    )

    async def test_have_a_row_each_and_go_back_to_rows_of_tasks(self) -> None:
        app = TimelineApp(numbered(5))
        async with app.run_test(size=MIDDLE) as pilot:
            app.fold(*self.EVENTS, now=6.0)
            app.view.toggle_lanes()
            await pilot.pause()
            assert "lanes · follow" in app.captions
            assert len(app.view.rows) == 2
            assert "1 ◐ t0002" in app.lines[1]
            assert "2 ◐ t0003" in app.lines[2]
            assert "t0000" in app.lines[1]
            app.view.toggle_lanes()
            assert len(app.view.rows) == 5

    async def test_are_walked_by_the_cursor_which_is_that_of_the_screen(self) -> None:
        app = TimelineApp(numbered(5))
        async with app.run_test(size=MIDDLE) as pilot:
            app.fold(*self.EVENTS, now=6.0)
            app.view.select(0)
            app.view.toggle_lanes()
            await pilot.press("right", "left", "down", "l", "k")
            assert app.selected == [2, 0, 1, 3, 2]

    async def test_show_where_the_screen_puts_the_cursor(self) -> None:
        app = TimelineApp(numbered(5))
        async with app.run_test(size=MIDDLE) as pilot:
            app.fold(*self.EVENTS, now=6.0)
            app.view.toggle_lanes()
            app.view.select(1)
            await pilot.pause()
            assert "▸t0001" in app.lines[2]
            assert app.selected == []

    async def test_take_clicks_on_their_bars(self) -> None:
        app = TimelineApp(numbered(5))
        async with app.run_test(size=MIDDLE) as pilot:
            app.fold(*self.EVENTS, now=6.0)
            app.view.toggle_lanes()
            await pilot.pause()
            at = app.lines[1].index("t0000") + 3
            await pilot.click(app.view, offset=(at, 2))
            await pilot.click(app.view, offset=(at, 2))
            assert (app.selected, app.opened) == ([0], [0])

    async def test_grow_with_the_slots_and_what_starts_in_them(self) -> None:
        app = TimelineApp(numbered(5))
        async with app.run_test(size=MIDDLE) as pilot:
            app.fold(*self.EVENTS, now=6.0)
            app.view.toggle_lanes()
            app.fold(MaxParallelChanged(6.0, 3), TaskStarted(6.0, "t0004", 1, 2))
            await pilot.pause()
            assert "3 ◐ t0004" in app.lines[3]
            app.fold(TaskFinished(7.0, "t0004", Status.SUCCEEDED))
            await pilot.pause()
            assert "3 free" in app.lines[3]

    async def test_bring_a_bar_into_view_to_which_the_cursor_walks(self) -> None:
        app = TimelineApp(numbered(5))
        async with app.run_test(size=MIDDLE) as pilot:
            app.fold(*self.EVENTS, now=6.0)
            app.view.toggle_lanes()
            app.view.select(2)
            for _ in range(3):
                app.view.zoom_in()
            app.view.follow()
            assert "t0000" not in app.lines[1]
            await pilot.press("left")
            assert "▸t0000" in app.lines[1]
            assert not app.follows()

    async def test_are_of_the_new_pipeline_when_it_is_loaded_anew(self) -> None:
        app = TimelineApp(numbered(5))
        async with app.run_test(size=MIDDLE) as pilot:
            app.fold(*self.EVENTS, now=6.0)
            app.view.toggle_lanes()
            other = pipeline_of("x", max_parallel=3)
            app.view.set_pipeline(other, RunState(other))
            await pilot.press("right", "down", "G", "g")
            assert len(app.view.rows) == 3
            assert app.selected == []

    @pytest.mark.parametrize("size", [WIDE, MIDDLE, SMALL, (10, 4), (3, 3)])
    async def test_fit_any_size(self, size: tuple[int, int]) -> None:
        app = TimelineApp(numbered(5))
        async with app.run_test(size=size) as pilot:
            app.fold(*self.EVENTS, now=6.0)
            app.view.toggle_lanes()
            await pilot.pause()
            assert all(len(line) == app.view.row_width for line in app.lines)


class TestHiding:
    async def test_leaves_out_what_has_not_started_until_it_does(self) -> None:
        app = TimelineApp(numbered(5))
        async with app.run_test(size=MIDDLE) as pilot:
            app.fold(*run_of(5, running=[1]))
            app.view.toggle_started_only()
            await pilot.pause()
            assert app.names == ["t0000", "t0001"]
            assert app.captions[-1] == "start ▾ · started only · follow"
            app.fold(*started(2.0, "t0002"))
            await rows_are(pilot, "t0000t0001t0002")
            app.view.toggle_started_only()
            assert len(app.view.rows) == 5


class TestGroups:
    PIPELINE = Pipeline(
        "flights",
        (
            Task(name="flights", kind=Kind.SOURCE),
            Task(name="weather", kind=Kind.SOURCE),
            Task(name="report", kind=Kind.AGGREGATION),
        ),
    )

    async def test_have_a_row_with_their_name_and_how_many_are_done(self) -> None:
        app = TimelineApp(self.PIPELINE)
        async with app.run_test(size=WIDE) as pilot:
            app.fold(begun(self.PIPELINE), *started(0.0, "weather"), TaskFinished(2.0, "weather", Status.SUCCEEDED))
            app.view.cycle_grouping()
            await pilot.pause()
            assert app.captions[-1] == "start ▾ · by kind · follow"
            assert [line[3:17].split()[-1] for line in app.lines[1:6]] == [
                "source",
                "weather",
                "flights",
                "aggregation",
                "report",
            ]
            assert "1/2 2.0s" in app.lines[1]

    @pytest.mark.parametrize("by", ["enter", "fold", "click"])
    async def test_fold_and_unfold(self, by: str) -> None:
        app = TimelineApp(self.PIPELINE)
        async with app.run_test(size=MIDDLE) as pilot:
            app.view.cycle_grouping()
            await pilot.press("g")
            assert app.view.on_group
            for rows in (4, 5):
                if by == "click":
                    await pilot.click(app.view, offset=(5, 2))
                elif by == "enter":
                    await pilot.press("enter")
                else:
                    app.view.action_fold_group()  # as the screen does for space
                assert len(app.view.rows) == (3 if rows == 4 else 5)

    async def test_are_passed_by_the_cursor_without_changing_the_task(self) -> None:
        app = TimelineApp(self.PIPELINE)
        async with app.run_test(size=MIDDLE) as pilot:
            app.view.cycle_grouping()
            await pilot.press("g", "j", "j", "j", "j", "k", "k", "k")
            assert app.selected == [0, 1, 2, 1, 0]
            assert not app.view.on_group

    async def test_have_the_cursor_when_its_task_is_folded_away(self) -> None:
        app = TimelineApp(self.PIPELINE)
        async with app.run_test(size=MIDDLE) as pilot:
            app.view.cycle_grouping()
            await pilot.press("g", "enter")
            app.view.select(2)
            app.view.select(1)
            await pilot.pause()
            assert app.view.on_group
            assert app.lines[1].startswith("▸⊞")
            await pilot.press("j")
            assert app.lines[2].startswith("▸⊟")

    async def test_leave_enter_on_a_task_to_the_screen(self) -> None:
        app = TimelineApp(self.PIPELINE)
        async with app.run_test(size=MIDDLE) as pilot:
            app.view.cycle_grouping()
            await pilot.press("g", "j")
            assert not app.view.check_action("fold_group", ())
            await pilot.press("enter")
            assert len(app.view.rows) == 5

    async def test_without_a_match_are_hidden(self) -> None:
        app = TimelineApp(self.PIPELINE)
        async with app.run_test(size=MIDDLE) as pilot:
            app.view.cycle_grouping()
            app.view.show_matches(frozenset({2}))
            await pilot.pause()
            assert len(app.view.rows) == 2


class TestTotals:
    EVENTS: tuple[Event, ...] = (
        begun(numbered(2)),
        *started(1.5, "t0000", ready_at=1.0),
        TaskFinished(3.5, "t0000", Status.SUCCEEDED),
    )

    async def test_stand_at_the_right_end_of_a_wide_pane(self) -> None:
        app = TimelineApp(numbered(2))
        async with app.run_test(size=WIDE) as pilot:
            app.fold(*self.EVENTS)
            await pilot.pause()
            assert app.lines[0].endswith("     ran  waited ")
            assert app.lines[1].endswith("    2.0s    0.5s ")
            assert app.lines[2].endswith(" " * 17)

    async def test_leave_a_narrow_pane_to_the_bars(self) -> None:
        app = TimelineApp(numbered(2))
        async with app.run_test(size=(111, 24)) as pilot:
            app.fold(*self.EVENTS)
            await pilot.pause()
            assert "waited" not in app.lines[0]


class TestReadout:
    async def test_is_of_the_bar_under_the_mouse_else_of_that_under_the_cursor(self) -> None:
        app = TimelineApp(numbered(50))
        async with app.run_test(size=MIDDLE) as pilot:
            app.fold(*run_of(50, running=[4]))
            app.view.scroll_to(y=0, animate=False)
            app.view.select(3)
            await pilot.pause()
            assert str(app.view.border_subtitle).startswith("t0003 · 3.0s to 4.0s · succeeded 1.0s")
            await pilot.hover(app.view, offset=(30, 3))
            assert str(app.view.border_subtitle).startswith("t0001 · 1.0s to 2.0s · succeeded 1.0s")
            await pilot.hover(app.view, offset=(0, 23))
            assert str(app.view.border_subtitle).startswith("t0003")

    async def test_in_lanes_is_of_the_bar_at_the_time_under_the_mouse(self) -> None:
        app = TimelineApp(numbered(5))
        async with app.run_test(size=MIDDLE) as pilot:
            app.fold(*TestLanes.EVENTS, now=6.0)
            app.view.toggle_lanes()
            await pilot.pause()
            await pilot.hover(app.view, offset=(app.lines[1].index("t0000") + 3, 2))
            assert str(app.view.border_subtitle).startswith("t0000 · 0ms to 2.0s")
            await pilot.hover(app.view, offset=(app.lines[1].rindex("t0002") + 3, 2))
            assert str(app.view.border_subtitle).startswith("t0002 · 2.0s to now")

    async def test_goes_on_while_the_task_runs(self) -> None:
        app = TimelineApp(numbered(5))
        async with app.run_test(size=MIDDLE):
            app.fold(*run_of(5, running=[0]), now=1.0)
            app.view.select(0)
            app.fold(now=2.5)
            assert "running 2.5s" in str(app.view.border_subtitle)


class TestPauses:
    async def test_go_down_through_the_rows_while_they_last(self) -> None:
        app = TimelineApp(numbered(5))
        async with app.run_test(size=MIDDLE) as pilot:
            app.fold(*run_of(5, running=[0]), now=1.0)

            def tinted() -> list[int]:
                """How many cells of each row are tinted."""
                band = DARK.background
                return [
                    sum(
                        segment.cell_length
                        for segment in app.view.render_line(y)
                        if segment.style and segment.style.bgcolor and segment.style.bgcolor.name != band
                    )
                    for y in range(1, 6)
                ]

            await pilot.pause()
            assert tinted() == [0] * 5
            app.fold(Paused(1.0), now=1.2)
            await pilot.pause()
            first = tinted()
            assert all(first[1:])
            app.fold(now=1.5)
            await pilot.pause()
            assert all(after > before for before, after in zip(first[1:], tinted()[1:], strict=True))


class CountingApp(TimelineApp):
    def __init__(self, pipeline: Pipeline) -> None:
        super().__init__(pipeline)
        self.painted: list[int] = []
        row_segments = self.view.row_segments

        def counted(number: int, look, width: int):  # type: ignore[no-untyped-def]
            self.painted.append(number)
            return row_segments(number, look, width)

        self.view.row_segments = counted  # type: ignore[method-assign, assignment]


def wheel(view: TimelineView, *, shift: bool) -> events.MouseScrollDown:
    return events.MouseScrollDown(view, 5, 5, 0, 1, 0, shift, False, False)
