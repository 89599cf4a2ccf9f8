"""Which tasks become one box, and what it shows."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seeknal_tui.dashboard.graph.boxes import BOX
from seeknal_tui.dashboard.graph.diagram import Diagram
from seeknal_tui.dashboard.graph.folding import FoldBy, FoldedScene, fold
from seeknal_tui.dashboard.graph.layers import longest_path_ranks
from seeknal_tui.dashboard.graph.layout import lay_out
from seeknal_tui.dashboard.graph.scene import Scene, Weight
from seeknal_tui.dashboard.look import DARK
from seeknal_tui.pipeline.model import Kind, Pipeline, Task
from seeknal_tui.run.events import Status, TaskFinished, TaskStarted
from seeknal_tui.run.state import RunState
from tests.dashboard.graph.graphs import pipeline_of, rows_of

SHOP = Pipeline(
    "shop",
    (
        Task(name="raw_sales", kind=Kind.SOURCE, tags=("sales",)),
        Task(name="raw_people", kind=Kind.SOURCE, tags=("people",)),
        Task(name="clean_sales", kind=Kind.TRANSFORM, depends_on=("raw_sales",), tags=("sales",)),
        Task(name="clean_people", kind=Kind.TRANSFORM, depends_on=("raw_people",)),
        Task(name="total", kind=Kind.AGGREGATION, depends_on=("clean_sales", "clean_people")),
    ),
)


def named(pipeline: Pipeline, by: FoldBy, *unfolded: str) -> list[set[str]]:
    found = fold(pipeline, by, unfolded)
    return [{pipeline.tasks[task].name for task in tasks} for tasks in found.members]


def scene_of(pipeline: Pipeline, by: FoldBy, state: RunState | None = None, **look: object) -> FoldedScene:
    scene = Scene(pipeline, state or RunState(pipeline), DARK)
    for name, value in look.items():
        setattr(scene, name, value)
    return FoldedScene(scene, fold(pipeline, by))


@pytest.mark.parametrize(
    ("by", "groups"),
    [
        (FoldBy.KIND, [{"raw_sales", "raw_people"}, {"clean_sales", "clean_people"}, {"total"}]),
        (FoldBy.TAG, [{"raw_sales", "clean_sales"}, {"raw_people"}, {"clean_people"}, {"total"}]),
        (FoldBy.PREFIX, [{"raw_sales", "raw_people"}, {"clean_sales", "clean_people"}, {"total"}]),
    ],
)
def test_tasks_are_folded_by(by: FoldBy, groups: list[set[str]]) -> None:
    assert named(SHOP, by) == groups


def test_a_group_that_is_unfolded_is_its_tasks() -> None:
    assert {"raw_sales"} in named(SHOP, FoldBy.KIND, "source")
    assert {"clean_sales", "clean_people"} in named(SHOP, FoldBy.KIND, "source")


def test_groups_have_the_edges_of_their_tasks_once() -> None:
    assert fold(SHOP, FoldBy.KIND).upstream == ((), (0,), (1,))
    assert fold(SHOP, FoldBy.KIND).downstream == ((1,), (2,), ())


def test_groups_that_wait_for_each_other_are_parted_by_stages() -> None:
    circle = {"a_1": (), "b_1": ("a_1",), "b_2": ("a_1",), "a_2": ("b_1",), "a_3": ("b_2",)}
    pipeline = pipeline_of({**circle, "z_1": ("a_3",), "z_2": ()})
    assert named(pipeline, FoldBy.PREFIX) == [{"a_1"}, {"b_1", "b_2"}, {"a_2", "a_3"}, {"z_1", "z_2"}]


@settings(max_examples=80, deadline=None)
@given(st.integers(1, 60), st.data())
def test_a_folded_graph_never_has_a_circle_and_loses_no_task(size: int, data: st.DataObject) -> None:
    prefixes = data.draw(st.lists(st.sampled_from("abcd"), min_size=size, max_size=size))
    names = [f"{prefix}_{number}" for number, prefix in enumerate(prefixes)]
    upstream = {
        name: data.draw(st.sets(st.sampled_from(names[:number]), max_size=3)) if number else set()
        for number, name in enumerate(names)
    }
    pipeline = pipeline_of({name: sorted(before) for name, before in upstream.items()})
    found = fold(pipeline, FoldBy.PREFIX)
    ranks = longest_path_ranks(found.upstream)
    assert all(ranks[before] < ranks[box] for box, sources in enumerate(found.upstream) for before in sources)
    assert sorted(task for tasks in found.members for task in tasks) == list(range(size))
    for number, sources in enumerate(pipeline.upstream):
        for source in sources:
            box, before = found.box_of[number], found.box_of[source]
            assert box == before or before in found.upstream[box]


def test_a_group_shows_the_worst_of_its_tasks() -> None:
    state = RunState(SHOP)
    scene = scene_of(SHOP, FoldBy.KIND, state)
    seen = [scene.status(0)]
    state.apply(TaskStarted(0.0, "raw_sales", 1, 0))
    seen.append(scene.status(0))
    state.apply(TaskFinished(1.0, "raw_sales", Status.FAILED))
    seen.append(scene.status(0))
    assert seen == [Status.PENDING, Status.RUNNING, Status.FAILED]
    assert scene.note(0) == "1/2 done"


def test_a_group_whose_tasks_are_all_done_has_succeeded() -> None:
    state = RunState(SHOP)
    for name in ("raw_sales", "raw_people"):
        state.apply_all([TaskStarted(0.0, name, 1, 0), TaskFinished(1.0, name, Status.SUCCEEDED)])
    assert scene_of(SHOP, FoldBy.KIND, state).status(0) is Status.SUCCEEDED


def test_the_cursor_the_filter_and_the_critical_path_show_on_groups() -> None:
    scene = scene_of(SHOP, FoldBy.KIND, selected=3, matches=frozenset({2}), critical=frozenset({1, 3, 4}))
    assert scene.selected == 1
    assert [scene.weight(box) for box in range(3)] == [Weight.LEAST, Weight.FULL, Weight.LEAST]
    assert set(scene.critical_edges) == {(0, 1), (1, 2)}


def test_a_group_is_drawn_with_name_and_number() -> None:
    scene = scene_of(SHOP, FoldBy.KIND)
    drawn = "\n".join(rows_of(Diagram(lay_out(scene.upstream, [20, 20, 20], BOX), scene)))
    assert "▸ source (2)" in drawn
    assert "total" in drawn
