"""Rows in groups: by kind or by tag, each with a row of its own above them. Pure: no widget."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from rich.segment import Segment

from seeknal_tui.dashboard.cells import Cells, fit, ink
from seeknal_tui.dashboard.look import GLYPHS
from seeknal_tui.dashboard.row_label import RowLook
from seeknal_tui.dashboard.timeline.axis import Scale, pause_band, tint_pauses
from seeknal_tui.dashboard.timeline.rows import paint_grid
from seeknal_tui.pipeline.durations import format_duration
from seeknal_tui.pipeline.model import Kind, Pipeline
from seeknal_tui.run.events import ENDED, Status
from seeknal_tui.run.state import RunState

HEIGHTS = " ▁▂▃▄▅▆▇█"
"""A cell that is filled so many eighths high."""
NO_TAG = "no tag"


class Grouping(StrEnum):
    """What rows are grouped by."""

    NONE = "none"
    KIND = "kind"
    TAG = "tag"
    """The first tag of the task."""

    @property
    def next(self) -> Grouping:
        """The one after this, around."""
        every = list(Grouping)
        return every[(every.index(self) + 1) % len(every)]


@dataclass(frozen=True, slots=True)
class Group:
    """Tasks that stand together."""

    name: str
    members: tuple[int, ...]


class Groups:
    """The groups of a pipeline's tasks, from the first to the last; none without a grouping."""

    def __init__(self, pipeline: Pipeline, grouping: Grouping) -> None:
        found: dict[str, list[int]] = {str(kind): [] for kind in Kind} if grouping is Grouping.KIND else {}
        if grouping is not Grouping.NONE:
            for number, task in enumerate(pipeline.tasks):
                name = str(task.kind) if grouping is Grouping.KIND else next(iter(task.tags), "")
                found.setdefault(name, []).append(number)
        names = sorted(found, key=lambda name: (not name, name)) if grouping is Grouping.TAG else list(found)
        self.groups = [Group(name or NO_TAG, tuple(found[name])) for name in names if found[name]]
        self.of_task = {number: index for index, group in enumerate(self.groups) for number in group.members}
        """Which group each task is in."""

    def arranged(self, order: Sequence[int], shown: Iterable[int], folded: set[str]) -> list[int]:
        """The keys of the rows: each group's key (:func:`group_key`), and unless it is folded its tasks.

        *order* has the tasks whose groups are seen, *shown* those of them that have rows.
        """
        seen = {self.of_task[number] for number in order}
        rows: list[list[int]] = [[] for _ in self.groups]
        for number in shown:
            rows[self.of_task[number]].append(number)
        found: list[int] = []
        for index, group in enumerate(self.groups):
            if index in seen:
                found.append(group_key(index))
                found += [] if group.name in folded else rows[index]
        return found


def group_key(index: int) -> int:
    """The key of that group's row; it is no task's number, and :func:`group_index` turns it back."""
    return -1 - index


def group_index(key: int) -> int:
    """Which group has the row of that key."""
    return -1 - key


def status_of(state: RunState, group: Group) -> Status:
    """The one status that tells most of a group: something runs, failed, is waiting, or all is well."""
    found = {state.statuses[number] for number in group.members}
    for status in (Status.RUNNING, Status.FAILED, Status.CANCELLED, Status.SKIPPED, Status.READY, Status.PENDING):
        if status in found:
            return status
    return Status.SUCCEEDED if Status.SUCCEEDED in found else Status.REUSED


def group_label(
    state: RunState, group: Group, width: int, look: RowLook, *, folded: bool, running_s: float
) -> list[Segment]:
    """Cursor, whether it is folded, status, name, how many are done of how many, how long they ran all together."""
    palette, background = look.palette, look.background
    status = status_of(state, group)
    done = sum(1 for number in group.members if state.statuses[number] in ENDED)
    counted = f" {done}/{len(group.members)}"
    timed = f"{counted} {format_duration(running_s)}"
    room = width - 6
    told = next((text for text in (timed, counted) if room - len(text) >= min(6, len(group.name))), "")
    colour = palette.critical if look.selected else palette.text
    return [
        Segment("▸" if look.selected else " ", ink(palette.critical, background, bold=True)),
        Segment("⊞ " if folded else "⊟ ", ink(palette.dim, background)),
        Segment(GLYPHS[status] + " ", ink(palette.of(status), background)),
        Segment(fit(group.name, max(0, room - len(told))), ink(colour, background, bold=True)),
        Segment(told + " ", ink(palette.dim, background)),
    ]


def activity_segments(state: RunState, group: Group, *, now: float, scale: Scale, look: RowLook) -> list[Segment]:
    """How many of the group ran when, as columns in exactly the cells of *scale*; the highest is the full height."""
    palette, background = look.palette, look.background
    cells = Cells(scale.cells, ink(palette.dim, background))
    paint_grid(cells, scale, palette, background)
    style = ink(palette.of(status_of(state, group)), background)
    counts = _running_in_cells(state, group, now, scale)
    highest = max(counts, default=0)
    for cell, count in enumerate(counts):
        if count:
            cells.write(cell, HEIGHTS[-(-count * 8 // highest)], style)
    tint_pauses(cells, state.pauses, now, scale, pause_band(palette, background))
    return cells.segments()


def _running_in_cells(state: RunState, group: Group, now: float, scale: Scale) -> list[int]:
    """How many attempts of the group lie in each cell."""
    steps = [0] * (scale.cells + 1)
    for number in group.members:
        for attempt in state.attempts[number]:
            begin = scale.cell(attempt.started_at)
            end = scale.cell(now if attempt.finished_at is None else attempt.finished_at) + 1
            if end > 0 and begin < scale.cells:
                steps[max(0, begin)] += 1
                steps[min(scale.cells, end)] -= 1
    counts, running = [], 0
    for step in steps[: scale.cells]:
        running += step
        counts.append(running)
    return counts
