"""The overview in braille."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from textual.geometry import Size

from seeknal_tui.dashboard.graph.boxes import CHIP, CHIP_DOWN, width_of
from seeknal_tui.dashboard.graph.braille import BrailleMap
from seeknal_tui.dashboard.graph.drawing import Direction
from seeknal_tui.dashboard.graph.layout import Shape, lay_out
from seeknal_tui.dashboard.graph.scene import Scene
from seeknal_tui.dashboard.look import DARK
from seeknal_tui.pipeline.model import Pipeline
from seeknal_tui.run.events import Status, TaskFinished, TaskStarted
from seeknal_tui.run.state import RunState
from tests.dashboard.graph.graphs import pipeline_of, random_pipeline


def braille_of(pipeline: Pipeline, width: int, height: int, shape: Shape = CHIP) -> BrailleMap:
    widths = [width_of(task.name, shape) for task in pipeline.tasks]
    scene = Scene(pipeline, RunState(pipeline), DARK)
    return BrailleMap(lay_out(pipeline.upstream, widths, shape), scene, Size(width, height))


def colour(drawing: BrailleMap, x: int, y: int) -> str | None:
    (cell,) = drawing.line(y, 0, drawing.size.width).crop(x, x + 1)
    assert cell.style is not None
    assert cell.style.color is not None
    assert cell.style.color.triplet is not None
    return cell.style.color.triplet.hex


@pytest.mark.parametrize("shape", [CHIP, CHIP_DOWN], ids=["right", "down"])
@settings(max_examples=30, deadline=None)
@given(size=st.integers(1, 200), width=st.integers(1, 120), height=st.integers(1, 40), seed=st.integers(0, 1000))
def test_every_task_has_dots_within_the_pane(shape: Shape, size: int, width: int, height: int, seed: int) -> None:
    drawing = braille_of(random_pipeline(size, seed), width, height, shape)
    rows = [drawing.line(y, 0, width).text for y in range(height)]
    assert all(len(row) == width for row in rows)
    for task in range(size):
        region = drawing.region(task)
        assert 0 <= region.x < region.right <= width
        assert 0 <= region.y < region.bottom <= height
        drawn = "".join(row[region.x : region.right] for row in rows[region.y : region.bottom])
        assert any("\u2800" < glyph <= "\u28ff" for glyph in drawn)
        drawing.scene.selected = task
        assert drawing.task_at(region.x, region.y) == task


def test_tasks_stand_where_their_chips_do() -> None:
    drawing = braille_of(pipeline_of({"a": (), "b": ("a",), "c": ("b",)}), 60, 10)
    assert [drawing.region(task).y for task in range(3)] == [0, 0, 0]
    assert drawing.region(0).right <= drawing.region(1).x < drawing.region(2).x


def test_a_line_is_dots_between_its_tasks() -> None:
    drawing = braille_of(pipeline_of({"a": (), "b": ("a",)}), 60, 10)
    row = drawing.line(0, 0, 60).text
    between = row[drawing.region(0).right : drawing.region(1).x]
    assert between.strip("\u2800") != ""
    assert set(row[drawing.region(1).right :]) == {"\u2800"}


def test_a_task_has_the_colour_of_its_status() -> None:
    drawing = braille_of(pipeline_of({"a": (), "b": ("a",)}), 60, 10)
    drawing.scene.state.apply_all([TaskStarted(0.0, "a", 1, 0), TaskFinished(1.0, "a", Status.SUCCEEDED)])
    assert drawing.changed({0}) == [drawing.region(0)]
    assert colour(drawing, drawing.region(0).x, 0) == DARK.succeeded


def test_a_failed_task_shows_among_others_in_the_same_cell() -> None:
    drawing = braille_of(pipeline_of({f"t{number}": () for number in range(40)}), 1, 1)
    drawing.scene.state.apply_all([TaskStarted(0.0, "t7", 1, 0), TaskFinished(1.0, "t7", Status.FAILED)])
    drawing.look_changed()
    assert colour(drawing, 0, 0) == DARK.failed


def test_the_cursor_is_told_by_a_glyph() -> None:
    drawing = braille_of(random_pipeline(300, 1), 60, 20)
    drawing.scene.selected = 7
    drawing.look_changed()
    region = drawing.region(7)
    assert drawing.line(region.y, 0, 60).text[region.x] == "○"


def test_the_cursor_walks_as_in_the_boxes() -> None:
    drawing = braille_of(pipeline_of({"a": (), "b": ("a",), "c": ("b",)}), 60, 10)
    assert drawing.neighbour(0, Direction.RIGHT) == 1
    assert drawing.neighbour(2, Direction.RIGHT) is None
