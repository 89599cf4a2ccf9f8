"""The header line: which pipeline, how its run stands, how much is done."""

from __future__ import annotations

import time
from typing import NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from seeknal_tui.dashboard.cells import cut, ink
from seeknal_tui.dashboard.look import DARK, GLYPHS, Palette
from seeknal_tui.pipeline.durations import format_clock
from seeknal_tui.pipeline.sizes import format_bytes
from seeknal_tui.run.events import RunStatus, Status
from seeknal_tui.run.sampler import RunUse
from seeknal_tui.run.state import RunState
from seeknal_tui.safe_text import one_line

PRODUCTION = "production"
RUN_GLYPHS = {
    RunStatus.IDLE: "○",
    RunStatus.RUNNING: "●",
    RunStatus.SUCCEEDED: GLYPHS[Status.SUCCEEDED],
    RunStatus.FAILED: GLYPHS[Status.FAILED],
    RunStatus.CANCELLED: GLYPHS[Status.CANCELLED],
    RunStatus.INTERRUPTED: GLYPHS[Status.CANCELLED],
}
SHORTEST_NAME = 12
"""Cells that a long name keeps before other parts are left out for it."""
EXACT_BELOW_S = 60.0
MEMORY_RANK, CPU_RANK = -2, -1
ENDS_RANK = 7
PROBLEM_RANK = 8
DONE_RANK = 9
"""How many tasks are done stays longer than all that is left out at all."""
NEVER = 99


class Part(NamedTuple):
    """A piece of the header."""

    text: str
    colour: str
    before: str = "  "
    """What separates it from the part before."""
    rank: int = NEVER
    """The parts of the lowest rank are left out first; those of rank NEVER stay."""
    bold: bool = False
    reverse: bool = False
    mark: str = ""
    """A cell that leads the line in the part's stead where there is no room for it; empty for none."""


class Viewpoint(NamedTuple):
    """From where a run is looked at."""

    label: str = ""
    """Whose run it is; empty for one of this process."""
    ends_in: str = ""
    """When the run that goes on will end, in words; empty while that is not known."""
    end: float | None = None
    """While an earlier moment is looked at: session seconds at which what is known of the run ends."""
    problem: str = ""
    """What is wrong with the file since the pipeline was read from it; empty if nothing is."""
    filter: str = ""
    """Which tasks are shown, in words; empty for all of them."""


HERE_AND_NOW = Viewpoint()


def header_parts(
    state: RunState, now: float, palette: Palette, use: RunUse | None = None, viewpoint: Viewpoint = HERE_AND_NOW
) -> list[Part]:
    """Everything the header can say, from left to right; *now* in session seconds. The first part is the name.

    *use* is what the run uses now, where that is known.
    """
    wall = now - state.began if state.is_running else state.wall_s
    parts = [
        Part(one_line(state.pipeline.name), palette.text, bold=True),
        _environment_part(state.pipeline.environment, palette),
        *_whose(state, viewpoint, palette),
        *_problem_parts(viewpoint, palette),
        *_filter_parts(viewpoint, palette),
        *_run_parts(state, now, viewpoint, palette),
    ]
    if not state.runs:
        count = len(state.pipeline.tasks)
        return [*parts, Part("1 task" if count == 1 else f"{count} tasks", palette.dim, "    ")]
    if viewpoint.end is None:
        parts.append(Part(format_clock(wall), palette.text, " ", bold=True))
    without_end = state.counts[Status.SKIPPED] + state.counts[Status.CANCELLED]
    parts.append(Part(f"{state.done - without_end}/{state.total} done", palette.text, "    ", DONE_RANK))
    for status, rank in COUNTED:
        count = state.counts[status]
        if count:
            strong = status is Status.FAILED
            parts.append(Part(f"{count} {status.value}", palette.of(status), " · ", rank, bold=strong))
    several = state.total - state.counts[Status.REUSED] > 1  # one task cannot be faster than one after the other
    if several and wall > 0 and (task_s := state.task_s(now)) > 0:
        parts.append(Part(f"{task_s / wall:.1f}×{' so far' if state.is_running else ''}", palette.text, "    ", 0))
    if viewpoint.ends_in and state.is_running:
        parts.append(Part(viewpoint.ends_in, palette.text, "    ", ENDS_RANK))
    if use is not None:
        parts.append(Part(f"cpu {use.cores:.0%}".replace("%", " %"), palette.text, "    ", CPU_RANK))
        parts.append(Part(f"mem {format_bytes(use.rss_bytes, brief=True)}", palette.text, "  ", MEMORY_RANK))
    return parts


COUNTED = (
    (Status.RUNNING, 6),
    (Status.READY, 1),
    (Status.PENDING, 5),
    (Status.FAILED, 8),
    (Status.SKIPPED, 4),
    (Status.CANCELLED, 3),
    (Status.REUSED, 2),
)
"""Which counts stand in the header, and their rank."""


def _environment_part(name: str, palette: Palette) -> Part:
    """Production is what one expects; anything else is told in a block of reversed letters that stays."""
    if not name:
        return Part(PRODUCTION, palette.dim, rank=7)
    return Part(f" env {one_line(name)} ", palette.marked, bold=True, reverse=True)


def _whose(state: RunState, viewpoint: Viewpoint, palette: Palette) -> list[Part]:
    if not viewpoint.label:
        return []
    began = time.strftime("%d %b %H:%M:%S", time.localtime(state.started_at))
    return [
        Part(f" {one_line(viewpoint.label)} ", palette.reused, "   ", bold=True, reverse=True),
        Part(began, palette.dim, rank=5),
    ]


def _problem_parts(viewpoint: Viewpoint, palette: Palette) -> list[Part]:
    if not viewpoint.problem:
        return []
    return [
        Part(f" {viewpoint.problem} ", palette.failed, "   ", PROBLEM_RANK, bold=True, reverse=True, mark="!"),
        Part("ctrl+r tells them", palette.dim, rank=3),
    ]


def _filter_parts(viewpoint: Viewpoint, palette: Palette) -> list[Part]:
    """Who forgets a filter misses tasks."""
    if not viewpoint.filter:
        return []
    return [Part(f" {viewpoint.filter} ", palette.marked, "   ", rank=6, reverse=True, mark="/")]


def _run_parts(state: RunState, now: float, viewpoint: Viewpoint, palette: Palette) -> list[Part]:
    if viewpoint.end is not None:
        whole = viewpoint.end - state.began
        moment = f" ◀ THE PAST {_moment(now - state.began, whole)} of {_moment(whole, whole)} "
        return [Part(moment, palette.cancelled, "   ", bold=True, reverse=True)]
    if state.paused:
        return [Part(" ▮▮ paused ", palette.cancelled, "   ", bold=True, reverse=True)]
    return [
        Part(f"{RUN_GLYPHS[state.status]} {state.status.value}", run_colour(state.status, palette), "   ", bold=True)
    ]


def run_colour(status: RunStatus, palette: Palette) -> str:
    """The colour of the state of a run."""
    if status is RunStatus.IDLE:
        return palette.dim
    return palette.of(Status.CANCELLED if status is RunStatus.INTERRUPTED else Status(status.value))


def _moment(seconds: float, whole: float) -> str:
    """A time within a run, as exactly as a run of that length asks for."""
    return f"{seconds:.3f} s" if whole < EXACT_BELOW_S else format_clock(seconds)


def fitting(parts: list[Part], width: int) -> list[Part]:
    """Those of *parts* for which *width* cells have room; when even the last ones have none, names are cut."""
    name, kept = parts[0], list(parts[1:])
    shortest = min(cell_len(name.text), SHORTEST_NAME)
    while kept and shortest + _cells(kept) > width:
        lowest = min(part.rank for part in kept)
        if lowest >= DONE_RANK:
            break
        kept.remove(next(part for part in kept if part.rank == lowest))
    if shortest + _cells(kept) > width:
        kept = [
            part._replace(before="  " if part.before.isspace() and len(part.before) > 2 else part.before)
            for part in kept
        ]
    if shortest + _cells(kept) > width:
        kept = [part for part in kept if part.rank != DONE_RANK]
    over = shortest + _cells(kept) - width
    if over > 0 and kept:  # the environment has a long name, too
        kept[0] = kept[0]._replace(text=cut(kept[0].text, max(SHORTEST_NAME, cell_len(kept[0].text) - over)))
    return [name._replace(text=cut(name.text, max(shortest, width - _cells(kept)))), *kept]


def marks(parts: list[Part], width: int) -> list[Part]:
    """What leads the line: a cell for each part that is not to be missed and for which *width* has no room."""
    kept = fitting(parts, width)
    return [part._replace(text=part.mark) for part in parts if part.mark and part not in kept]


def _cells(parts: list[Part]) -> int:
    return sum(len(part.before) + cell_len(part.text) for part in parts)


class RunHeader(Widget):
    """One line that says how the run stands."""

    ALLOW_SELECT = False

    DEFAULT_CSS = """
    RunHeader {
        height: 1;
        width: 1fr;
    }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.palette = DARK
        self._parts: list[Part] = []

    def show(self, state: RunState, now: float, use: RunUse | None = None, viewpoint: Viewpoint = HERE_AND_NOW) -> None:
        """Show how the run stands at *now* (session seconds); paints only when that reads differently."""
        parts = header_parts(state, now, self.palette, use, viewpoint)
        if parts != self._parts:
            self._parts = parts
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """The line; below it nothing."""
        palette, width = self.palette, self.size.width
        plain = ink(palette.text, palette.background)
        if y > 0 or not self._parts:
            return Strip.blank(width, plain)
        leading = marks(self._parts, width - 1)
        segments = [] if leading else [Segment(" ", plain)]
        segments += [Segment(part.text, self._style(part)) for part in leading]
        for place, part in enumerate(fitting(self._parts, width - max(1, len(leading)))):
            segments += [Segment(part.before, plain)] if place else []
            segments.append(Segment(part.text, self._style(part)))
        return Strip(segments).adjust_cell_length(width, plain)

    def _style(self, part: Part) -> Style:
        return ink(part.colour, self.palette.background, bold=part.bold, reverse=part.reverse)
