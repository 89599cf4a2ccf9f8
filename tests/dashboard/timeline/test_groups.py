"""Groups of rows: which there are, in which order, and what their rows tell."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from seeknal_tui.dashboard.look import DARK
from seeknal_tui.dashboard.row_label import RowLook
from seeknal_tui.dashboard.timeline.axis import Scale
from seeknal_tui.dashboard.timeline.groups import (
    Group,
    Grouping,
    Groups,
    activity_segments,
    group_index,
    group_key,
    group_label,
    status_of,
)
from seeknal_tui.pipeline.model import Kind, Pipeline, Task
from seeknal_tui.run.events import RunFinished, RunStatus, Status, TaskFinished
from tests.dashboard.runs import begun, folded, started, text_of
from tests.strategies import random_pipelines

PIPELINE = Pipeline(
    "flights",
    (
        Task(name="report", kind=Kind.AGGREGATION, tags=("daily",)),
        Task(name="flights", kind=Kind.SOURCE),
        Task(name="weather", kind=Kind.SOURCE, tags=("slow", "daily")),
    ),
)
LOOK = RowLook(DARK)


def members(grouping: Grouping) -> list[tuple[str, tuple[int, ...]]]:
    return [(group.name, group.members) for group in Groups(PIPELINE, grouping).groups]


class TestWhich:
    def test_kinds_are_in_the_order_of_the_file_format(self) -> None:
        assert members(Grouping.KIND) == [("source", (1, 2)), ("aggregation", (0,))]

    def test_tags_are_in_the_order_of_their_names_a_task_is_in_its_first_tag(self) -> None:
        assert members(Grouping.TAG) == [("daily", (0,)), ("slow", (2,)), ("no tag", (1,))]

    def test_are_none_without_a_grouping(self) -> None:
        assert members(Grouping.NONE) == []

    def test_go_around(self) -> None:
        assert [grouping.next for grouping in Grouping] == [Grouping.KIND, Grouping.TAG, Grouping.NONE]


class TestRows:
    def test_have_the_group_above_its_tasks_in_their_order(self) -> None:
        groups = Groups(PIPELINE, Grouping.KIND)
        assert groups.arranged([2, 0, 1], [2, 0, 1], set()) == [group_key(0), 2, 1, group_key(1), 0]

    def test_of_a_folded_group_are_its_own_only(self) -> None:
        groups = Groups(PIPELINE, Grouping.KIND)
        assert groups.arranged([2, 0, 1], [2, 0, 1], {"source"}) == [group_key(0), group_key(1), 0]

    def test_of_a_group_stay_when_its_tasks_are_hidden_but_not_when_none_matches(self) -> None:
        groups = Groups(PIPELINE, Grouping.KIND)
        assert groups.arranged([2, 1], [2], set()) == [group_key(0), 2]

    @given(random_pipelines(), st.sampled_from([Grouping.KIND, Grouping.TAG]))
    def test_have_every_task_once_and_every_group_once(self, pipeline: Pipeline, grouping: Grouping) -> None:
        groups, order = Groups(pipeline, grouping), list(range(len(pipeline.tasks)))
        rows = groups.arranged(order, order, set())
        assert sorted(row for row in rows if row >= 0) == order
        assert [group_index(row) for row in rows if row < 0] == list(range(len(groups.groups)))


class TestLabel:
    GROUP = Group("source", (1, 2))
    STATE = folded(PIPELINE, begun(PIPELINE), *started(0.0, "flights"), TaskFinished(2.0, "flights", Status.SUCCEEDED))

    def label(self, width: int, *, folded: bool = False) -> str:
        return text_of(group_label(self.STATE, self.GROUP, width, LOOK, folded=folded, running_s=2.0))

    def test_tells_name_done_of_all_and_running_time(self) -> None:
        assert self.label(28) == " ⊟ ○ source        1/2 2.0s "

    def test_tells_that_it_is_folded(self) -> None:
        assert self.label(28, folded=True).startswith(" ⊞ ○ source")

    def test_leaves_out_what_has_no_room(self) -> None:
        assert self.label(17) == " ⊟ ○ source  1/2 "
        assert self.label(12) == " ⊟ ○ source "

    @given(st.integers(6, 80))
    def test_has_exactly_its_cells(self, width: int) -> None:
        assert len(self.label(width)) == width


class TestActivity:
    def test_is_higher_where_more_ran(self) -> None:
        state = folded(
            PIPELINE,
            begun(PIPELINE),
            *started(0.0, "flights"),
            *started(1.0, "weather"),
            TaskFinished(1.95, "weather", Status.SUCCEEDED),
            TaskFinished(2.95, "flights", Status.SUCCEEDED),
            RunFinished(3.0, RunStatus.SUCCEEDED),
        )
        row = activity_segments(state, Group("source", (1, 2)), now=3.0, scale=Scale(0.0, 4.0, 40), look=LOOK)
        assert text_of(row).replace("┊", " ").rstrip() == "▄" * 10 + "█" * 10 + "▄" * 10


class TestStatus:
    def test_is_the_one_that_asks_for_attention(self) -> None:
        state = folded(PIPELINE, begun(PIPELINE))
        group = Group("source", (1, 2))
        assert status_of(state, group) is Status.PENDING
        state.apply_all([*started(0.0, "flights"), *started(0.0, "weather")])
        state.apply(TaskFinished(1.0, "flights", Status.FAILED))
        assert status_of(state, group) is Status.RUNNING
        state.apply(TaskFinished(1.0, "weather", Status.SUCCEEDED))
        assert status_of(state, group) is Status.FAILED
