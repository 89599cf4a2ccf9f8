"""The lines that are painted never lie: read back from the characters alone, they are exactly the pipeline's edges."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seeknal_tui.dashboard.graph.boxes import BOX, BOX_DOWN, CHIP, CHIP_DOWN
from seeknal_tui.dashboard.graph.layout import Shape
from seeknal_tui.pipeline.model import Pipeline
from tests.dashboard.graph.graphs import FRAUD, diagram_of, edges_of, pipeline_of, pipelines, random_pipeline, rows_of
from tests.dashboard.graph.reading import ARROW, Misdrawn, Picture, arms_of

shapes = pytest.mark.parametrize(
    "shape", [BOX, CHIP, BOX_DOWN, CHIP_DOWN], ids=["boxes", "chips", "boxes down", "chips down"]
)


def read_back(pipeline: Pipeline, shape: Shape) -> set[tuple[str, str]]:
    names = [task.name for task in pipeline.tasks]
    return Picture(rows_of(diagram_of(pipeline, shape)), names, is_down=shape.is_down).edges()


@shapes
def test_the_fraud_detection_graph_reads_as_its_edges(shape: Shape) -> None:
    pipeline = pipeline_of(FRAUD)
    assert read_back(pipeline, shape) == edges_of(pipeline)


@shapes
def test_lines_that_change_places_are_led_around_each_other(shape: Shape) -> None:
    # Complete bipartite graphs have every pair of rows exchanged that there can be.
    upstream: dict[str, list[str]] = {f"a{number}": [] for number in range(6)}
    upstream |= {f"b{number}": [f"a{other}" for other in range(6)] for number in range(6)}
    pipeline = pipeline_of(upstream)
    assert read_back(pipeline, shape) == edges_of(pipeline)


@shapes
@settings(max_examples=60, deadline=None)
@given(pipeline=pipelines())
def test_any_graph_reads_as_its_edges(shape: Shape, pipeline: Pipeline) -> None:
    assert read_back(pipeline, shape) == edges_of(pipeline)


@shapes
@pytest.mark.parametrize(("size", "seed"), [(250, 0), (1000, 1)])
def test_large_graphs_read_as_their_edges(shape: Shape, size: int, seed: int) -> None:
    pipeline = random_pipeline(size, seed, most_inputs=3 if size < 1000 else 2)
    assert read_back(pipeline, shape) == edges_of(pipeline)


@settings(max_examples=30, deadline=None)
@given(pipeline=pipelines(), data=st.data())
def test_the_critical_path_and_the_cursor_change_no_line(pipeline: Pipeline, data: st.DataObject) -> None:
    diagram = diagram_of(pipeline, BOX)
    chain = [data.draw(st.integers(0, len(pipeline.tasks) - 1))]
    while pipeline.downstream[chain[-1]]:
        chain.append(data.draw(st.sampled_from(pipeline.downstream[chain[-1]])))
    diagram.scene.critical = frozenset(chain)
    diagram.scene.selected = data.draw(st.integers(0, len(pipeline.tasks) - 1))
    diagram.look_changed()
    assert Picture(rows_of(diagram), [task.name for task in pipeline.tasks]).edges() == edges_of(pipeline)


@settings(max_examples=30, deadline=None)
@given(pipeline=pipelines())
def test_every_cell_of_a_line_belongs_to_an_edge(pipeline: Pipeline) -> None:
    diagram = diagram_of(pipeline, BOX)
    picture = Picture(rows_of(diagram), [task.name for task in pipeline.tasks])
    picture.edges()
    painted = {
        (x, y)
        for y, row in enumerate(picture.rows)
        for x, glyph in enumerate(row)
        if (glyph == ARROW or arms_of(glyph)) and diagram.task_at(x, y) is None
    }
    assert painted == picture.read


@settings(max_examples=30, deadline=None)
@given(pipeline=pipelines())
def test_there_is_never_a_four_way_cross(pipeline: Pipeline) -> None:
    drawn = "".join(rows_of(diagram_of(pipeline, BOX)))
    assert not set(drawn) & set("┼╋╂┿╪╫╬?")


@settings(max_examples=30, deadline=None)
@given(pipeline=pipelines())
def test_every_input_has_an_arrow_head_of_its_own(pipeline: Pipeline) -> None:
    rows = rows_of(diagram_of(pipeline, BOX))
    assert sum(row.count(ARROW) for row in rows) == len(edges_of(pipeline))


def test_a_crossing_is_a_gap_in_the_horizontal_line() -> None:
    # Two edges that cannot but cross: each of two sources feeds both tasks.
    pipeline = pipeline_of({"a": (), "b": (), "c": ("a", "b"), "d": ("a", "b")})
    rows = rows_of(diagram_of(pipeline, BOX))
    assert rows[1:3] == [" │ ○ a        ├──┬─▶│ ○ c        │ ", " │            │ ╭│─▶│            │ "]


def test_the_reader_refuses_a_line_that_ends() -> None:
    with pytest.raises(Misdrawn, match="breaks off"):
        Picture(["╭─────╮", "│ ○ a ├──", "╰─────╯"], ["a"]).edges()
