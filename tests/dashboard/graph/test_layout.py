"""Where the layout puts tasks and lines."""

from __future__ import annotations

from hypothesis import given, settings

from seeknal_tui.dashboard.graph.boxes import BOX, BOX_DOWN, CHIP, width_of
from seeknal_tui.dashboard.graph.layers import longest_path_ranks, make_layers
from seeknal_tui.dashboard.graph.layout import Layout, Shape, lay_out
from seeknal_tui.dashboard.graph.ordering import count_crossings, order_columns
from seeknal_tui.dashboard.graph.routing import Net, route
from seeknal_tui.dashboard.graph.rows import monotone_medians
from seeknal_tui.dashboard.graph.sequence import improve_sequence
from seeknal_tui.pipeline.model import Pipeline
from tests.dashboard.graph.graphs import FRAUD, pipeline_of, pipelines


def laid_out(pipeline: Pipeline, shape: Shape = BOX) -> Layout:
    return lay_out(pipeline.upstream, [width_of(task.name, shape) for task in pipeline.tasks], shape)


def test_an_empty_pipeline_takes_no_cells() -> None:
    layout = lay_out([], [], BOX)
    assert (layout.width, layout.height, layout.boxes) == (0, 0, ())


def test_the_fraud_detection_graph_has_its_four_columns() -> None:
    layout = laid_out(pipeline_of(FRAUD))
    assert [len(column) for column in layout.columns] == [8, 4, 2, 1]


def test_a_chain_is_one_straight_line() -> None:
    layout = laid_out(pipeline_of({"a": (), "b": ("a",), "c": ("b",), "d": ("c",)}))
    assert {piece.y0 for piece in layout.pieces} == {piece.y1 for piece in layout.pieces} == {1}


def test_a_line_over_several_columns_is_straight_on_its_way() -> None:
    layout = laid_out(pipeline_of({"a": (), "b": ("a",), "c": ("b",), "d": ("c",), "e": ("d", "a")}))
    assert sum(piece.y0 != piece.y1 for piece in layout.pieces) <= 2


def test_top_down_every_edge_goes_down() -> None:
    layout = laid_out(pipeline_of(FRAUD), BOX_DOWN)
    for (source, target), piece in layout.last_pieces.items():
        assert layout.boxes[source].y + layout.boxes[source].height < layout.boxes[target].y
        assert layout.pieces[piece].y1 == layout.boxes[target].y - 1


def test_top_down_a_box_grows_wider_with_its_inputs() -> None:
    upstream: dict[str, list[str]] = {f"s{number}": [] for number in range(12)}
    layout = laid_out(pipeline_of({**upstream, "j": list(upstream)}), BOX_DOWN)
    assert (layout.boxes[12].width, layout.boxes[12].height) == (14, 4)


def test_the_boxes_of_a_column_are_equally_wide() -> None:
    layout = laid_out(pipeline_of({"a": (), "much_longer": (), "c": ("a", "much_longer")}))
    assert layout.boxes[0].width == layout.boxes[1].width == len("much_longer") + 6


def test_a_box_grows_with_its_inputs() -> None:
    upstream: dict[str, list[str]] = {f"s{number}": [] for number in range(7)}
    layout = laid_out(pipeline_of({**upstream, "join": list(upstream)}))
    assert [box.height for box in layout.boxes] == [4] * 7 + [9]


def test_long_names_do_not_make_boxes_wider_than_28_cells() -> None:
    assert width_of("x" * 128, BOX) == width_of("x" * 128, CHIP) == 28


def test_a_source_stands_next_to_what_reads_it() -> None:
    layout = laid_out(pipeline_of({"a": (), "b": ("a",), "c": ("b",), "late": (), "d": ("c", "late")}))
    assert [sorted(column) for column in layout.columns] == [[0], [1], [2, 3], [4]]


def test_tasks_without_edges_stand_in_a_square_and_not_in_a_tower() -> None:
    layout = laid_out(pipeline_of({f"t{number}": () for number in range(100)}))
    assert [len(column) for column in layout.columns] == [10] * 10


def test_connected_parts_do_not_share_rows() -> None:
    layout = laid_out(pipeline_of({"a": (), "b": ("a",), "x": (), "y": ("x",), "alone": ()}))
    tops = [box.y for box in layout.boxes]
    assert tops[0] == tops[1] < tops[2] == tops[3] < tops[4]


def test_a_dependency_that_is_named_twice_is_one_line() -> None:
    assert len(lay_out([[], [0, 0]], [8, 8], BOX).last_pieces) == 1


@settings(max_examples=60, deadline=None)
@given(pipeline=pipelines())
def test_no_two_tasks_touch(pipeline: Pipeline) -> None:
    for shape in (BOX, CHIP):
        cells = [
            (x, y)
            for box in laid_out(pipeline, shape).boxes
            for x in range(box.x, box.x + box.width)
            for y in range(box.y, box.y + box.height + shape.gap)
        ]
        assert len(cells) == len(set(cells))


@settings(max_examples=60, deadline=None)
@given(pipeline=pipelines())
def test_every_edge_goes_to_the_right(pipeline: Pipeline) -> None:
    layout = laid_out(pipeline)
    for number, upstream in enumerate(pipeline.upstream):
        for other in upstream:
            assert layout.boxes[other].x + layout.boxes[other].width < layout.boxes[number].x


@settings(max_examples=30, deadline=None)
@given(pipeline=pipelines())
def test_the_same_graph_is_always_laid_out_the_same(pipeline: Pipeline) -> None:
    assert laid_out(pipeline) == laid_out(pipeline)


@settings(max_examples=30, deadline=None)
@given(pipeline=pipelines())
def test_the_pieces_of_an_edge_lead_from_its_task_to_its_other_task(pipeline: Pipeline) -> None:
    layout = laid_out(pipeline)
    for (source, target), piece in layout.last_pieces.items():
        assert layout.pieces[piece].x1 == layout.boxes[target].x - 1
        while layout.pieces[piece].before >= 0:
            before = layout.pieces[layout.pieces[piece].before]
            assert (before.x1, before.y1) == (layout.pieces[piece].x0, layout.pieces[piece].y0)
            piece = layout.pieces[piece].before  # noqa: PLW2901
        assert layout.pieces[piece].y0 == layout.boxes[source].y + 1


def test_ranks_are_the_longest_ways() -> None:
    assert longest_path_ranks([[], [0], [0, 1], [2], [0]]) == [0, 1, 2, 3, 1]


def test_a_tree_has_no_crossings() -> None:
    # Each task of the first column feeds two of the second, named so that file order would cross them all.
    layers = make_layers([[], [], [], [2], [1], [0], [2], [1], [0]])
    assert [count_crossings(layers, order_columns(layers, part)) for part in layers.components] == [0, 0, 0]


def test_lines_that_go_straight_on_need_no_track() -> None:
    assert route([Net(0, 3, {3: 1}), Net(1, 5, {5: 1})])[1] == 0


def test_a_line_that_goes_straight_on_upwards_and_downwards_leaves_at_two_places() -> None:
    routes, tracks = route([Net(0, 5, {1: 1, 5: 1, 9: 1})])
    assert [trunk.rows for trunk in routes[0].trunks] == [[1, 5], [5, 9]]
    assert tracks == 2


def test_what_goes_up_and_what_goes_down_share_a_track_where_nothing_stands_between() -> None:
    routes, tracks = route([Net(0, 5, {1: 1, 9: 1})])
    assert [trunk.rows for trunk in routes[0].trunks] == [[1, 5], [5, 9]]
    assert tracks == 1


def test_two_lines_that_exchange_their_rows_go_around_each_other_by_a_free_row() -> None:
    routes, _ = route([Net(0, 1, {5: 1}), Net(1, 5, {1: 1})])
    assert sorted(len(found.trunks) for found in routes) == [1, 2]
    assert all(found.jog not in (1, 5) for found in routes)


def test_what_enters_by_a_row_by_which_another_leaves_turns_off_before_it() -> None:
    routes, _ = route([Net(0, 1, {9: 1}), Net(1, 5, {1: 1})])
    assert routes[0].trunks[0].track < routes[1].trunks[0].track


def test_medians_that_would_pass_each_other_meet() -> None:
    assert monotone_medians([[(4, 1.0)], [(2, 1.0)], [(2, 1.0)], [(9, 1.0)]]) == [2, 2, 2, 9]


def test_a_sequence_is_improved_until_no_single_move_helps() -> None:
    # 2 before 0 before 1 costs nothing.
    price = [[0, -1, 1], [1, 0, 1], [-1, -1, 0]]
    sequence = [0, 1, 2]
    assert improve_sequence(price, sequence)
    assert sequence == [2, 0, 1]
