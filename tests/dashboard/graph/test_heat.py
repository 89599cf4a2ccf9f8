"""The heat map."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from textual.geometry import Region, Size

from seeknal_tui.dashboard.graph.drawing import Direction
from seeknal_tui.dashboard.graph.heat import MOST_CELLS, HeatMap, choose_lanes
from seeknal_tui.dashboard.graph.scene import Scene
from seeknal_tui.dashboard.look import DARK
from seeknal_tui.pipeline.model import Pipeline
from seeknal_tui.run.events import Status, TaskFinished, TaskStarted
from seeknal_tui.run.state import RunState
from tests.dashboard.graph.graphs import pipeline_of, random_pipeline


def heat_of(pipeline: Pipeline, width: int, height: int) -> HeatMap:
    return HeatMap(Scene(pipeline, RunState(pipeline), DARK), Size(width, height))


def colours(heat: HeatMap, x: int, y: int) -> tuple[str | None, str | None]:
    """The colours of the upper and the lower half of a cell."""
    for segment in heat.line(y, 0, heat.size.width).crop(x, x + 1):
        style = segment.style
        assert style is not None
        above, below = (colour and colour.triplet and colour.triplet.hex for colour in (style.color, style.bgcolor))
        if segment.text == "▀":
            return above or None, below or None
        return (above or None,) * 2 if segment.text == "█" else (below or None,) * 2
    raise AssertionError("no such cell")


def test_each_task_has_half_a_cell_where_there_is_room() -> None:
    assert choose_lanes([4, 2], 20, 10).per_bin == 1


def test_a_full_column_is_parted_into_lanes() -> None:
    assert choose_lanes([50, 5], 80, 10).counts == (3, 1)


def test_tasks_share_a_half_cell_where_there_are_more_than_half_cells() -> None:
    lanes = choose_lanes([1000], 10, 5)
    assert lanes.per_bin == 10
    assert sum(lanes.counts) * lanes.lane_width <= 10


@given(st.lists(st.integers(1, 500), min_size=1, max_size=40), st.integers(40, 250), st.integers(1, 60))
def test_lanes_always_fit_into_the_width(sizes: list[int], width: int, height: int) -> None:
    lanes = choose_lanes(sizes, width, height)
    assert sum(lanes.counts) * lanes.lane_width + lanes.gap * (len(sizes) - 1) <= width
    assert all(count * height * 2 * lanes.per_bin >= size for size, count in zip(sizes, lanes.counts, strict=True))


@given(st.integers(1, 300), st.integers(1, 60), st.integers(1, 12), st.integers(0, 1000))
def test_every_task_is_found_in_its_cell(size: int, width: int, height: int, seed: int) -> None:
    heat = heat_of(random_pipeline(size, seed), width, height)
    for task in range(size):
        heat.scene.selected = task
        region = heat.region(task)
        assert heat.task_at(region.x, region.y) == task


def test_a_change_of_status_paints_its_cell_only() -> None:
    pipeline = random_pipeline(300, 1)
    heat = heat_of(pipeline, 60, 20)
    x, y, _, _ = heat.region(7)
    heat.line(y, 0, 60)
    heat.scene.state.apply(TaskFinished(1.0, "t7", Status.SUCCEEDED))
    assert heat.changed({7}) == [heat.region(7)]
    assert DARK.succeeded in colours(heat, x, y)


def test_many_changes_at_once_paint_all_that_is_in_view() -> None:
    heat = heat_of(random_pipeline(MOST_CELLS * 2, 1), 120, 40)
    before = [heat.line(y, 0, 120) for y in range(40)]
    heat.scene.state.statuses[:] = [Status.SUCCEEDED] * (MOST_CELLS * 2)
    assert heat.changed(set(range(MOST_CELLS * 2))) == [Region(0, 0, 120, 40)]
    fresh = HeatMap(heat.scene, heat.size)
    assert [heat.line(y, 0, 120) for y in range(40)] == [fresh.line(y, 0, 120) for y in range(40)] != before


def test_a_change_that_is_none_paints_nothing() -> None:
    heat = heat_of(random_pipeline(300, 1), 60, 20)
    assert heat.changed({1, 2, 3}) == []


def test_a_failed_task_shows_among_many_in_the_same_half_cell() -> None:
    heat = heat_of(pipeline_of({f"t{number}": () for number in range(100)}), 1, 1)
    for number in range(100):
        heat.scene.state.apply(TaskStarted(1.0, f"t{number}", 1, 0))
        heat.scene.state.apply(TaskFinished(2.0, f"t{number}", Status.FAILED if number == 3 else Status.SUCCEEDED))
    heat.changed(set(range(100)))
    assert colours(heat, 0, 0) == (DARK.failed, DARK.succeeded)


def test_the_cell_under_the_cursor_is_told_by_a_glyph() -> None:
    heat = heat_of(random_pipeline(300, 1), 60, 20)
    heat.scene.selected = 7
    region = heat.region(7)
    heat.look_changed()
    assert heat.line(region.y, 0, 60).text[region.x] == "○"


def test_down_reaches_every_task_of_a_lane() -> None:
    heat = heat_of(pipeline_of({f"t{number}": () for number in range(10)}), 1, 1)
    task: int | None = 0
    reached = []
    while task is not None:
        reached.append(task)
        task = heat.neighbour(task, Direction.DOWN)
    assert reached == list(range(10))


def test_right_goes_to_the_next_lane() -> None:
    heat = heat_of(pipeline_of({"a": (), "b": ("a",), "c": ("b",)}), 30, 5)
    assert heat.neighbour(0, Direction.RIGHT) == 1
    assert heat.neighbour(2, Direction.RIGHT) is None
    assert heat.neighbour(2, Direction.LEFT) == 1


def test_more_ranks_than_cells_share_columns() -> None:
    upstream = {f"t{number}": ([f"t{number - 1}"] if number else []) for number in range(100)}
    heat = heat_of(pipeline_of(upstream), 30, 5)
    assert all(heat.region(task).x < 30 for task in range(100))
