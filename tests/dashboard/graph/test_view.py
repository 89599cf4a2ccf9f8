"""The widget of the graph, driven by keys and mouse."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from textual.app import App, ComposeResult
from textual.events import MouseScrollDown
from textual.message import Message
from textual.pilot import Pilot

from seeknal_tui.dashboard.graph import view as view_module
from seeknal_tui.dashboard.graph.boxes import BOX
from seeknal_tui.dashboard.graph.drawing import Direction
from seeknal_tui.dashboard.graph.elsewhere import LayoutFailed
from seeknal_tui.dashboard.graph.levels import Level
from seeknal_tui.dashboard.graph.view import GraphView
from seeknal_tui.dashboard.messages import TaskOpened, TaskSelected
from seeknal_tui.pipeline.model import Pipeline, Task
from seeknal_tui.run.events import Status, TaskFinished, TaskProgress, TaskReady, TaskStarted
from seeknal_tui.run.state import RunState
from tests.dashboard.graph.graphs import FRAUD, diagram_of, edges_of, pipeline_of, random_pipeline
from tests.dashboard.graph.reading import Picture
from tests.dashboard.runs import begun


class GraphApp(App[None]):
    """The graph alone."""

    def __init__(self, pipeline: Pipeline) -> None:
        super().__init__()
        self.state = RunState(pipeline)
        self.graph = GraphView(pipeline, self.state)
        self.told: list[Message] = []

    def compose(self) -> ComposeResult:
        yield self.graph

    def on_mount(self) -> None:
        self.graph.focus()

    def on_task_selected(self, message: TaskSelected) -> None:
        self.told.append(message)

    def on_task_opened(self, message: TaskOpened) -> None:
        self.told.append(message)

    @property
    def names_told(self) -> list[str]:
        tasks = self.graph.pipeline.tasks
        return [tasks[message.number].name for message in self.told if isinstance(message, TaskSelected | TaskOpened)]

    @property
    def selected(self) -> str | None:
        number = self.graph.selected
        return None if number is None else self.graph.pipeline.tasks[number].name


@asynccontextmanager
async def running(pipeline: Pipeline, size: tuple[int, int] = (120, 50)) -> AsyncIterator[tuple[GraphApp, Pilot[None]]]:
    app = GraphApp(pipeline)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        yield app, pilot


def fraud() -> Pipeline:
    return pipeline_of(FRAUD)


def seen(app: GraphApp) -> list[str]:
    """The text of the pane."""
    return [app.graph.render_line(y).text for y in range(app.graph.size.height)]


def place_of(app: GraphApp, name: str) -> tuple[int, int]:
    """Where a task's name stands on the screen."""
    return next((row.index(f" {name} ") + 1, y) for y, row in enumerate(seen(app)) if f" {name} " in row)


async def until(pilot: Pilot[None], happened: Callable[[], bool]) -> None:
    while not happened():
        await pilot.pause(0.01)


async def test_what_is_on_the_screen_reads_as_the_edges() -> None:
    async with running(fraud()) as (app, _):
        assert Picture(seen(app), list(FRAUD)).edges() == edges_of(fraud())


async def test_an_empty_pipeline_is_an_empty_pane() -> None:
    async with running(pipeline_of({})) as (app, pilot):
        await pilot.press("down", "g", "enter")
        assert set("".join(seen(app))) == {" "}
        assert app.told == []


async def test_a_click_selects_and_a_click_on_the_selected_opens() -> None:
    async with running(fraud()) as (app, pilot):
        await pilot.click(offset=place_of(app, "txn_enriched"))
        assert [type(message) for message in app.told] == [TaskSelected]
        await pilot.click(offset=place_of(app, "txn_enriched"))
        assert [type(message) for message in app.told] == [TaskSelected, TaskOpened]
        assert app.names_told == ["txn_enriched"] * 2


async def test_a_click_beside_all_tasks_does_nothing() -> None:
    async with running(fraud()) as (app, pilot):
        await pilot.click(offset=(118, 48))
        assert app.told == []


async def test_right_and_left_walk_along_edges() -> None:
    async with running(fraud()) as (app, pilot):
        app.graph.select(app.graph.pipeline.numbers["card_data"])
        await pilot.press("right", "l", "right", "right")
        assert app.names_told == ["card_velocity", "user_risk", "training_data"]
        await pilot.press("left", "h", "h", "h")
        assert app.selected in FRAUD
        assert FRAUD[app.selected or ""] == ()


async def test_up_and_down_walk_in_the_column() -> None:
    async with running(fraud()) as (app, pilot):
        app.graph.select(app.graph.pipeline.numbers["txn_features"])
        await pilot.press("down")
        assert app.selected == "user_risk"
        await pilot.press("k")
        assert app.selected == "txn_features"


async def test_where_a_column_ends_the_cursor_goes_on_beside_it() -> None:
    async with running(fraud()) as (app, pilot):
        app.graph.select(app.graph.pipeline.numbers["training_data"])
        await pilot.press(*["down"] * 10)
        assert app.selected != "training_data"


def test_every_task_is_reached_by_walking() -> None:
    diagram = diagram_of(random_pipeline(40, 5), BOX)
    reached = [0]
    for here in reached:
        beside = {diagram.neighbour(here, direction) for direction in Direction}
        reached += [task for task in beside if task is not None and task not in reached]
    assert sorted(reached) == list(range(40))


async def test_g_goes_to_the_first_and_shift_g_to_the_last() -> None:
    async with running(fraud()) as (app, pilot):
        await pilot.press("G", "g")
        assert app.names_told == ["training_data", "transactions"]


async def test_enter_opens_the_task_under_the_cursor() -> None:
    async with running(fraud()) as (app, pilot):
        await pilot.press("G", "enter")
        assert [type(message) for message in app.told] == [TaskSelected, TaskOpened]


async def test_select_tells_nobody() -> None:
    async with running(fraud()) as (app, pilot):
        app.graph.select(14)
        await pilot.pause()
        assert app.told == []


@pytest.mark.parametrize("size", [(40, 10), (80, 24), (250, 60)])
async def test_what_is_selected_is_in_view_at_every_size(size: tuple[int, int]) -> None:
    async with running(fraud(), size) as (app, pilot):
        for name, number in app.graph.pipeline.numbers.items():
            app.graph.select(number)
            await pilot.pause()
            assert any(name in row for row in seen(app)), name


async def test_what_is_selected_stays_in_view_when_the_terminal_is_resized() -> None:
    async with running(fraud(), (120, 50)) as (app, pilot):
        app.graph.select(app.graph.pipeline.numbers["training_data"])
        for size in ((60, 20), (40, 10), (100, 15), (30, 40)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
            assert any("training_data" in row for row in seen(app)), size


async def test_the_selected_box_has_a_double_border() -> None:
    async with running(fraud()) as (app, pilot):
        assert "║" not in "".join(seen(app))
        app.graph.select(3)
        await pilot.pause()
        assert "".join(seen(app)).count("╔") == 1


async def test_a_marked_task_has_a_mark() -> None:
    async with running(fraud()) as (app, pilot):
        marked = {2}
        app.graph.marked = marked
        marked.add(3)
        app.graph.refresh()
        await pilot.pause()
        assert "".join(app.graph.render_line(y).text for y in range(50)).count("✚") == 2


async def test_the_critical_path_is_heavy() -> None:
    async with running(fraud()) as (app, pilot):
        chain = ("transactions", "txn_enriched", "txn_features", "training_data")
        app.graph.critical = frozenset(app.graph.pipeline.numbers[name] for name in chain)
        await pilot.pause()
        drawn = "".join(seen(app))
        assert drawn.count("┏━━━━") == 4
        assert drawn.count("━▶") == 3


async def test_a_running_task_shows_its_bar_and_then_its_duration() -> None:
    async with running(fraud()) as (app, _):
        name = "transactions"
        app.state.apply_all([begun(fraud()), TaskReady(0.0, name), TaskStarted(0.0, name, 1, 0)])
        app.state.apply(TaskProgress(1.0, name, 0.5))
        app.graph.state_changed({0}, 1.0)
        assert "█████" in "".join(seen(app))
        app.state.apply(TaskFinished(2.5, name, Status.SUCCEEDED))
        app.graph.state_changed({0}, 2.5)
        assert "█" not in "".join(seen(app))
        assert "2.5s" in "".join(seen(app))


async def test_a_bar_is_painted_again_only_when_it_grows_by_an_eighth_of_a_cell() -> None:
    pipeline = Pipeline("p", (Task(name="load", estimate=1000.0), Task(name="next", depends_on=("load",))))
    async with running(pipeline) as (app, pilot):
        app.state.apply_all([begun(pipeline), TaskReady(0.0, "load"), TaskStarted(0.0, "load", 1, 0)])
        app.graph.state_changed({0}, 0.0)
        await pilot.pause()
        before = app.graph.render_line(2)
        app.graph.state_changed(set(), 1.0)
        assert app.graph.render_line(2) is before
        app.graph.state_changed(set(), 500.0)
        assert app.graph.render_line(2) is not before


async def test_a_change_keeps_the_lines_of_other_tasks() -> None:
    async with running(fraud()) as (app, _):
        strips = [app.graph.render_line(y) for y in range(40)]
        app.state.apply(TaskFinished(1.0, "merchant_data", Status.SUCCEEDED))
        app.graph.state_changed({2}, 1.0)
        changed = [y for y in range(40) if app.graph.render_line(y) is not strips[y]]
        assert 0 < len(changed) <= 4


async def test_what_the_filter_does_not_let_through_is_faint() -> None:
    async with running(fraud()) as (app, pilot):
        before = seen(app)
        strips = [app.graph.render_line(y) for y in range(40)]
        app.graph.show_matches(frozenset({0}))
        await pilot.pause()
        assert seen(app) == before
        assert [app.graph.render_line(y) for y in range(40)] != strips


async def test_zoom_goes_from_boxes_to_chips_to_braille_to_the_heat_map_and_back() -> None:
    async with running(fraud()) as (app, pilot):
        graph = app.graph
        levels = [graph.level]
        for _ in range(5):
            graph.zoom_out()
            await pilot.pause()
            levels.append(graph.level)
        assert levels == [*Level, Level.HEAT, Level.HEAT]
        for _ in range(4):
            graph.zoom_in()
        assert graph.level is Level.BOXES
        assert Picture(seen(app), list(FRAUD)).edges() == edges_of(fraud())


async def test_fit_takes_the_level_at_which_all_is_seen() -> None:
    async with running(fraud(), (120, 50)) as (app, pilot):
        assert app.graph.caption == "boxes · fit"
        await pilot.resize_terminal(120, 24)
        await pilot.pause()
        assert app.graph.caption == "chips · fit"
        await pilot.resize_terminal(40, 10)
        await pilot.pause()
        assert app.graph.caption == "boxes"


async def test_a_level_that_was_chosen_is_kept_when_the_terminal_is_resized() -> None:
    async with running(fraud(), (120, 50)) as (app, pilot):
        app.graph.zoom_out()
        await pilot.resize_terminal(150, 60)
        await pilot.pause()
        assert app.graph.caption == "chips"
        app.graph.fit()
        assert app.graph.caption == "boxes · fit"


async def test_the_wheel_with_shift_scrolls_sideways() -> None:
    async with running(fraud(), (40, 10)) as (app, pilot):
        await pilot._post_mouse_events([MouseScrollDown], widget=app.graph, offset=(10, 5), shift=True)
        await pilot.pause()
        assert app.graph.scroll_offset.x > 0
        assert app.graph.scroll_offset.y == 0


async def test_a_large_graph_is_a_heat_map_until_another_process_has_laid_it_out() -> None:
    pipeline = random_pipeline(1000, 1)
    async with running(pipeline) as (app, pilot):
        assert app.graph.level is Level.HEAT
        assert app.graph.caption == "heat · laying out 1,000 tasks…"
        app.graph.select(7)
        await until(pilot, lambda: app.graph.level is Level.BOXES)
        assert any(" t7 " in row for row in seen(app))


async def test_a_very_large_graph_is_a_heat_map_with_a_cursor() -> None:
    async with running(random_pipeline(2000, 1)) as (app, pilot):
        assert app.graph.level is Level.HEAT
        await pilot.press("g", "right", "down", "enter")
        assert len(app.told) == 4
        await pilot.click(offset=(0, 0))
        assert isinstance(app.told[-1], TaskSelected)


async def test_a_layout_that_fails_leaves_the_heat_map(monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(*_: object) -> None:
        raise LayoutFailed("no more processes")

    monkeypatch.setattr(view_module, "lay_out_elsewhere", fail)
    async with running(random_pipeline(200, 1)) as (app, pilot):
        await until(pilot, lambda: "no layout" in app.graph.caption)
        assert app.graph.level is Level.HEAT


async def test_another_pipeline_takes_the_place_of_the_first() -> None:
    async with running(fraud()) as (app, pilot):
        app.graph.select(14)
        other = pipeline_of({"a": (), "b": ("a",)})
        app.graph.set_pipeline(other, RunState(other))
        await pilot.pause()
        assert app.graph.selected is None
        assert Picture(seen(app), ["a", "b"]).edges() == {("a", "b")}


async def test_names_are_never_markup_nor_escape_sequences() -> None:
    pipeline = pipeline_of({"[red]x[/]": (), "\x1b[31mevil": ()})
    async with running(pipeline) as (app, _):
        drawn = "".join(seen(app))
        assert "[red]x[/]" in drawn
        assert "\x1b" not in drawn


async def test_turned_the_screen_reads_as_the_same_edges_from_the_top_down() -> None:
    async with running(fraud(), (200, 50)) as (app, pilot):
        app.graph.turn()
        await pilot.pause()
        assert app.graph.caption == "boxes · top-down · fit"
        assert Picture(seen(app), list(FRAUD), is_down=True).edges() == edges_of(fraud())


async def test_turned_down_walks_along_the_edges() -> None:
    async with running(fraud(), (200, 50)) as (app, pilot):
        app.graph.turn()
        app.graph.select(app.graph.pipeline.numbers["card_data"])
        await pilot.press("down", "down", "down", "up")
        assert app.names_told[:3] == ["card_velocity", "user_risk", "training_data"]
        app.graph.select(app.graph.pipeline.numbers["txn_features"])
        await pilot.press("right")
        assert app.selected == "user_risk"


async def test_centre_brings_the_task_into_the_middle() -> None:
    async with running(chain(30), (60, 20)) as (app, pilot):
        app.graph.select(15)
        app.graph.centre()
        await pilot.pause()
        x, _ = place_of(app, "t15")
        assert abs(x - 30) <= 5


def chain(size: int) -> Pipeline:
    """Wider than a pane, so that it scrolls."""
    return pipeline_of({f"t{number}": ([f"t{number - 1}"] if number else []) for number in range(size)})


def start(app: GraphApp, number: int) -> None:
    pipeline = app.graph.pipeline
    if not app.state.is_running:
        app.state.apply(begun(pipeline))
    for status in (TaskReady(0.0, f"t{number}"), TaskStarted(0.0, f"t{number}", 1, 0)):
        app.state.apply(status)
    app.graph.state_changed({number}, 0.0)


def in_view(app: GraphApp, name: str) -> bool:
    return any(f" {name} " in row for row in seen(app))


async def test_what_starts_to_run_is_brought_into_view() -> None:
    async with running(chain(30), (60, 20)) as (app, pilot):
        assert not in_view(app, "t20")
        start(app, 20)
        await pilot.pause()
        assert in_view(app, "t20")
        assert app.graph.caption.endswith("follow")


@pytest.mark.parametrize("key", ["left", "up", "g"])
async def test_a_key_that_leads_nowhere_brings_the_cursor_back_into_view(key: str) -> None:
    async with running(chain(30), (60, 20)) as (app, pilot):
        app.graph.select(0)
        app.graph.follow()
        start(app, 20)
        await pilot.pause()
        assert not in_view(app, "t0")
        await pilot.press(key)
        await pilot.pause()
        assert in_view(app, "t0")
        assert not app.graph.caption.endswith("follow")


@pytest.mark.parametrize("by", ["moving", "scrolling", "paging"])
async def test_following_stops_when_the_user_moves_and_goes_on_when_asked_to(by: str) -> None:
    async with running(chain(30), (60, 20)) as (app, pilot):
        start(app, 1)
        app.graph.select(0)
        if by == "moving":
            await pilot.press("right")
        elif by == "paging":
            await pilot.press("pagedown")
        else:
            await pilot._post_mouse_events([MouseScrollDown], widget=app.graph, offset=(10, 5))
        start(app, 20)
        await pilot.pause()
        assert not in_view(app, "t20")
        assert not app.graph.caption.endswith("follow")
        app.graph.follow()
        await pilot.pause()
        assert in_view(app, "t20")


async def test_folded_by_prefix_a_group_is_a_box_that_counts_and_enter_unfolds_it() -> None:
    pipeline = pipeline_of({"load_a": (), "load_b": (), "join": ("load_a", "load_b")})
    async with running(pipeline) as (app, pilot):
        app.graph.select(1)
        for caption in ("by kind", "by tag", "by prefix"):
            app.graph.cycle_fold()
            await pilot.pause()
            assert caption in app.graph.caption
        app.state.apply_all([TaskStarted(0.0, "load_a", 1, 0), TaskFinished(1.0, "load_a", Status.SUCCEEDED)])
        app.graph.state_changed({0}, 1.0)
        assert any("▸ load (2)" in row for row in seen(app))
        assert any("1/2 done" in row for row in seen(app))
        assert app.selected == "load_b"
        await pilot.press("enter")
        assert app.told == []
        assert Picture(seen(app), ["load_a", "load_b", "join"]).edges() == edges_of(pipeline)
        await pilot.press("enter")
        assert app.names_told == ["load_b"]


async def test_the_cursor_walks_over_groups() -> None:
    pipeline = pipeline_of({"load_a": (), "load_b": (), "join": ("load_a", "load_b")})
    async with running(pipeline) as (app, pilot):
        for _ in range(3):
            app.graph.cycle_fold()
        app.graph.select(2)
        await pilot.press("left")
        assert app.selected == "load_a"
        await pilot.press("down", "right")
        assert app.selected == "join"


async def test_the_fold_and_the_direction_outlive_a_reload() -> None:
    async with running(fraud()) as (app, pilot):
        app.graph.turn()
        app.graph.cycle_fold()
        app.graph.set_pipeline(fraud(), RunState(fraud()))
        await pilot.pause()
        assert "top-down · by kind" in app.graph.caption


@pytest.mark.parametrize("status", [Status.FAILED, Status.CANCELLED, Status.SKIPPED, Status.REUSED, Status.SUCCEEDED])
async def test_every_state_can_be_read_below_the_shortest_name(status: Status) -> None:
    async with running(pipeline_of({"a": []})) as (app, pilot):
        app.state.apply_all([begun(app.graph.pipeline), TaskFinished(1.0, "a", status)])
        app.graph.state_changed({0}, 1.0)
        await pilot.pause()
        assert any(str(status) in line for line in seen(app))
