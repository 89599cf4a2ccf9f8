"""The widget of the timeline: a row for each task, or a lane for each slot."""

from __future__ import annotations

from typing import Any, ClassVar

from rich.segment import Segment
from rich.text import Text
from textual import events
from textual.binding import Binding, BindingType

from seeknal_tui.dashboard.messages import TaskOpened, TaskSelected
from seeknal_tui.dashboard.row_label import RowLook, label_segments
from seeknal_tui.dashboard.timeline.axis import axis_segments
from seeknal_tui.dashboard.timeline.groups import (
    Grouping,
    Groups,
    activity_segments,
    group_index,
    group_key,
    group_label,
)
from seeknal_tui.dashboard.timeline.lane_rows import LaneLook, LanePainter, lane_label
from seeknal_tui.dashboard.timeline.lanes import Lane, LaneBar, LaneCursor, Lanes
from seeknal_tui.dashboard.timeline.readout import attempt_at, readout
from seeknal_tui.dashboard.timeline.rows import axis_label, label_width, time_segments, totals_segments, totals_width
from seeknal_tui.dashboard.timeline.spans import TellHeldUp, waits_for_slot
from seeknal_tui.dashboard.timeline.time_view import TimeView
from seeknal_tui.pipeline.durations import format_duration
from seeknal_tui.pipeline.model import Pipeline
from seeknal_tui.run.events import Status
from seeknal_tui.run.state import Attempt, RunState

WAITING = frozenset({Status.PENDING, Status.READY})
GROUPS_EVERY_S = 0.5
"""A group's row is a pass over all its tasks: while they run it is drawn anew at most that often."""


class TimelineView(TimeView):
    """An axis, and below it a row for each task: its waiting, its attempts, how long they took; or a row per lane.

    The key of a row is the number of its task, in the lanes view that of its lane; rows of groups have negative keys.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "fold_group", "fold the group, or unfold it", show=False)]

    def __init__(self, pipeline: Pipeline, state: RunState, *, id: str | None = None) -> None:  # noqa: A002
        self.held_up: TellHeldUp = waits_for_slot
        """Says what a ready task waits for now."""
        self.in_lanes = False
        """Whether there is a row for each lane, instead of one for each task."""
        self.grouping = Grouping.NONE
        self.started_only = False
        """Whether tasks that have not started have no row."""
        self._folded: set[str] = set()
        self._readout = ""
        super().__init__(pipeline, state, id=id)

    def _take(self, pipeline: Pipeline, state: RunState) -> None:
        super()._take(pipeline, state)
        self._lanes: Lanes | None = Lanes(state) if self.in_lanes else None
        self._lane_cursor = LaneCursor()
        self._painters: dict[int, LanePainter] = {}
        self._groups = Groups(pipeline, self.grouping)
        self._groups_at = 0.0
        self._group: int | None = None
        self._hovered: tuple[int, Attempt | None] | None = None

    # What the user can have otherwise

    @property
    def caption(self) -> str:
        """How the rows are arranged, and whether the run is followed: ``start ▾ · by kind · follow``."""
        parts = ["lanes"] if self.in_lanes else [f"{self.sort.value} ▾"]
        if not self.in_lanes:
            parts += [f"by {self.grouping}"] if self.grouping is not Grouping.NONE else []
            parts += ["started only"] if self.started_only else []
        return " · ".join([*parts, *(["follow"] if self.following else [])])

    def cycle_sort(self) -> None:
        """Sort by the next of start, duration, wait, slack, name."""
        self.sort = self.sort.next
        self.tell_caption()

    def toggle_lanes(self) -> None:
        """A row for each lane instead of one for each task, and back."""
        self.in_lanes = not self.in_lanes
        self._lanes = Lanes(self.state) if self.in_lanes else None
        if self.in_lanes and self.selected is not None:
            self._lane_cursor.select(self.state, self.selected)
        self._arrange_anew()

    def cycle_grouping(self) -> None:
        """Group by the next of nothing, kind, tag."""
        self.grouping = self.grouping.next
        self._groups = Groups(self.pipeline, self.grouping)
        self._arrange_anew()

    def toggle_started_only(self) -> None:
        """Hide the tasks that have not started, or show them again."""
        self.started_only = not self.started_only
        self._arrange_anew()

    def action_fold_group(self) -> None:
        """Fold the group under the cursor, or unfold it."""
        group = self._groups.groups[group_index(self.cursor_row or 0)]
        self._group = self.cursor_row
        self._folded ^= {group.name}
        self.redraw()
        self.reorder()

    @property
    def on_group(self) -> bool:
        """Whether a group's row is under the cursor."""
        return not self.in_lanes and self.cursor_row is not None and self.cursor_row < 0

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Enter is for groups only; on a task it is the screen's."""
        return self.on_group if action == "fold_group" else True

    def _arrange_anew(self) -> None:
        self._group = self._hovered = None
        self.redraw()
        self.reorder()
        self.show_window()
        if self.cursor_row in self.places:
            self.scroll_to_place(self.places[self.cursor_row])
        self._tell()

    # Which rows there are, and which is under the cursor

    @property
    def cursor_row(self) -> int | None:
        """The key of the row under the cursor; that of a task in a folded group is the group's."""
        if self.in_lanes:
            return self._lane_cursor.lane
        if self._group is not None or self.selected is None:
            return self._group
        index = self._groups.of_task.get(self.selected)
        folded = index is not None and self._groups.groups[index].name in self._folded
        return group_key(index) if index is not None and folded else self.selected

    def arranged(self) -> list[int]:
        """The keys of all rows, in their order."""
        if self._lanes is not None:
            return list(range(len(self._lanes)))
        order = super().arranged()
        attempts = self.state.attempts
        shown = [number for number in order if attempts[number]] if self.started_only else order
        return self._groups.arranged(order, shown, self._folded) if self._groups.groups else shown

    def scroll_to_latest(self) -> None:
        """Keep the tasks that started last in view; lanes stay where they are."""
        if not self.in_lanes:
            super().scroll_to_latest()

    def select(self, number: int) -> None:
        """Move the cursor to that task, and scroll to it, without telling anybody."""
        if number == self.selected and self._group is None:
            return
        self.stop_following_rows()
        before, self.selected, self._group = self.cursor_row, number, None
        self._lane_cursor.select(self.state, number)
        self.cursor_moved(before)

    def cursor_moved(self, before: int | None) -> None:
        """Draw the cursor, which was on the row *before*, where it is now, and tell what is under it."""
        super().cursor_moved(before)
        self._tell()

    def choose_row(self, key: int) -> None:
        """Move the cursor to that row; the screen is told which task that means, if any."""
        if self._lanes is not None:
            before = self.cursor_row
            self._lane_cursor.climb(self._lanes, key, self.now)
            self._lane_cursor_moved(before)
        elif key < 0:
            before, self._group = self.cursor_row, key
            self.stop_following_rows()
            self.cursor_moved(before)
        else:
            super().choose_row(key)

    def action_sideways(self, steps: int) -> None:
        """In a lane, go from bar to bar; else pan."""
        if self._lanes is None:
            super().action_sideways(steps)
        elif self._lane_cursor.lane < len(self._lanes):
            before = self.cursor_row
            self._lane_cursor.walk(self._lanes, steps, self.now)
            self._lane_cursor_moved(before)

    def _lane_cursor_moved(self, before: int | None) -> None:
        bar = self._lane_cursor.bar
        self.stop_following_rows()
        self.cursor_moved(before)
        if bar is not None:
            self.window.bring(bar.attempt.started_at, bar.end(self.now))
            self.show_window()
            if bar.number != self.selected:
                self.selected = bar.number
                self.post_message(TaskSelected(bar.number))

    def stretch_under_cursor(self) -> tuple[float, float | None] | None:
        """Beginning and end (None while it lasts) of the bar under the cursor; None without one."""
        attempt = self._under_cursor()[1]
        return None if attempt is None else (attempt.started_at, attempt.finished_at)

    # The mouse, and what is told of the bar under it or under the cursor

    def row_clicked(self, key: int, event: events.Click) -> None:
        """A click selects a bar or a task, and opens the one that is selected; it folds a group."""
        if self._lanes is not None:
            self._lane_clicked(self._lanes, key, event)
        elif key < 0:
            self.choose_row(key)
            self.action_fold_group()
        else:
            super().row_clicked(key, event)

    def _lane_clicked(self, lanes: Lanes, lane: int, event: events.Click) -> None:
        time = self.time_at(event)
        bar = lanes[lane].at(self.now if time is None else time, self.now)
        cursor = self._lane_cursor
        if bar is not None and cursor.bar is not None and bar.attempt is cursor.bar.attempt:
            self.post_message(TaskOpened(bar.number))
            return
        before, cursor.lane = cursor.lane, lane
        cursor.put(bar)
        self._lane_cursor_moved(before)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Tell of the bar under the mouse."""
        place = self.place_at(event)
        found = None if place is None else self._under_mouse(self.rows[place], self.time_at(event))
        if found != self._hovered:
            self._hovered = found
            self._tell()

    def on_leave(self) -> None:
        """Tell of the bar under the cursor again."""
        self._hovered = None
        self._tell()

    def _under_mouse(self, key: int, time: float | None) -> tuple[int, Attempt | None] | None:
        if self._lanes is not None:
            bar = self._lanes[key].at(self.now if time is None else time, self.now)
            return None if bar is None else (bar.number, bar.attempt)
        if key < 0:
            return None
        return key, attempt_at(self.state, key, self.now if time is None else time)

    def _under_cursor(self) -> tuple[int | None, Attempt | None]:
        if self.in_lanes:
            bar: LaneBar | None = self._lane_cursor.bar
            return (None, None) if bar is None else (bar.number, bar.attempt)
        if self.selected is None or self.on_group:
            return None, None
        return self.selected, next(reversed(self.state.attempts[self.selected]), None)

    def _tell(self) -> None:
        """Say in the pane's lower border what is to be said of the bar under the mouse, else under the cursor."""
        number, attempt = self._hovered or self._under_cursor()
        said = "" if number is None else readout(self.state, number, attempt, self.now, self.held_up)
        if said != self._readout:
            self._readout = said
            self.border_subtitle = Text(said)

    # What changes

    def moment_changed(self, touched: set[int]) -> None:
        """Another moment of the run is looked at, at which these tasks look otherwise."""
        super().moment_changed(touched)
        self._hovered = None
        if self.in_lanes:  # they only ever take in what comes later
            self._lanes, self._lane_cursor = Lanes(self.state), LaneCursor()
            if self.selected is not None:
                self._lane_cursor.select(self.state, self.selected)
            self.reorder()

    def state_changed(self, touched: set[int], now: float) -> None:
        """New events were folded (which touched these tasks), or time went on; *now* in session seconds."""
        second = int(self.now * 2)
        super().state_changed(touched, now)
        if touched or int(now * 2) != second:
            self._tell()

    def refresh_tasks(self, touched: set[int]) -> None:
        """Draw the rows anew in which these tasks are seen."""
        if self._lanes is None:
            self.refresh_rows(touched)
            self._refresh_groups(touched)
            return
        count = len(self._lanes)
        stale = self._lanes.note(touched)
        if self._lane_cursor.bar is None and self.selected in touched:
            self._lane_cursor.select(self.state, self.selected)
        if len(self._lanes) != count:
            self.reorder()
        self.refresh_rows(stale)

    def _refresh_groups(self, touched: set[int]) -> None:
        due = self.now - self._groups_at >= GROUPS_EVERY_S or self.now < self._groups_at or not self.state.is_running
        if self._groups.groups and due and (touched or self.state.running):
            self._groups_at = self.now
            self.refresh_rows({key for key in self.visible_rows() if key < 0})

    def rows_up_to_now(self, *, waiting: bool) -> set[int]:
        """The keys of the rows in view that show something which lasts; of those that wait only if *waiting*."""
        if self._lanes is not None:
            return {lane for lane in self.visible_rows() if self._lanes[lane].running is not None}
        state = self.state
        return {
            key
            for key in self.visible_rows()
            if key >= 0
            and (
                state.statuses[key] is Status.RUNNING
                or (waiting and state.in_run[key] and state.statuses[key] in WAITING)
            )
        }

    # Painting

    @property
    def time_cells(self) -> int:
        """How many cells show time."""
        return super().time_cells - self._totals_width

    @property
    def _totals_width(self) -> int:
        return 0 if self.in_lanes else totals_width(self.row_width)

    def look_of(self, key: int, place: int) -> tuple[Any, ...]:
        """Cursor, marks, critical path; in a lane, those of all tasks in it."""
        if not self.in_lanes:
            return super().look_of(key, place)
        bar = self._lane_cursor.bar
        return LaneLook(
            self.palette,
            selected=key == self._lane_cursor.lane,
            bar=bar.attempt if bar is not None and bar.attempt.lane == key else None,
            marked=frozenset(self.marked),
            critical=self.critical,
            matches=self.matches,
        )

    def row_segments(self, key: int, look: Any, width: int) -> list[Segment]:
        """The row of a task, of a group or of a lane."""
        state, names = self.state, label_width(width)
        if self._lanes is not None:
            lane = self._lanes[key]
            return [
                *lane_label(state, lane, key, names, look),
                *self._painter(key, lane).segments(self.now, self.scale, look),
            ]
        if key < 0:
            return self._group_segments(key, look, names)
        bars = time_segments(state, key, now=self.now, scale=self.scale, look=look, held_up=self.held_up)
        return [*label_segments(state, key, names, look), *bars, *self._totals((key,), look)]

    def _painter(self, key: int, lane: Lane) -> LanePainter:
        painter = self._painters.get(key)
        if painter is None or painter.lane is not lane:
            painter = self._painters[key] = LanePainter(self.state, lane)
        return painter

    def _group_segments(self, key: int, look: RowLook, names: int) -> list[Segment]:
        group, state, now = self._groups.groups[group_index(key)], self.state, self.now
        ran = sum(state.running_s(number, now) for number in group.members)
        return [
            *group_label(state, group, names, look, folded=group.name in self._folded, running_s=ran),
            *activity_segments(state, group, now=now, scale=self.scale, look=look),
            *self._totals(group.members, look),
        ]

    def _totals(self, numbers: tuple[int, ...], look: RowLook) -> list[Segment]:
        """How long these tasks ran, and how long they were held up, where the pane has room for it."""
        if not self._totals_width:
            return []
        ran = sum(self.order.running_s(number, self.now) for number in numbers)
        held_up = sum(self.order.held_up_s(number, self.now) for number in numbers)
        texts = (format_duration(ran) if ran else "", format_duration(held_up) if held_up else "")
        return totals_segments(texts, self.palette, look.background)

    def header_segments(self, line: int, width: int) -> list[Segment]:
        """The axis."""
        found = [
            *axis_label(label_width(width), self.palette, lanes=self.in_lanes),
            *axis_segments(self.state, self.now, self.scale, self.palette),
        ]
        if self._totals_width:
            found += totals_segments(("ran", "waited"), self.palette, self.palette.background)
        return found
