"""Two runs side by side: both timelines on one axis, and what is different."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar, NamedTuple

from rich.segment import Segment
from rich.text import Text
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static

from seeknal_tui.analysis.comparison import RunComparison, TaskComparison
from seeknal_tui.dashboard.cells import Cells, cut, fit, ink
from seeknal_tui.dashboard.look import Palette
from seeknal_tui.dashboard.row_view import RowView
from seeknal_tui.dashboard.themes import STYLES, paint, palette_of
from seeknal_tui.dashboard.timeline.axis import Scale, ticks
from seeknal_tui.dashboard.timeline.rows import paint_grid
from seeknal_tui.pipeline.durations import format_duration
from seeknal_tui.reports.comparison import other_lines, run_words, share_text, signed
from seeknal_tui.run.state import RunState
from seeknal_tui.safe_text import one_line

BEFORE, AFTER = "▒", "█"
"""What the bars of the first run are made of, and those of the second."""
SIGNS = {"slower": "▲", "faster": "▼", "added": "+", "gone": "−", "changed": "~", "": " "}
WIDEST_LABEL, WORDS = 26, 28
WIDE_ENOUGH = 70
"""From so many cells on there is room for words behind the bars."""
TITLES = "    runs  the makespan"
MARGIN = 1.03
"""How much longer the axis is than the longer run."""


class RunRow(NamedTuple):
    """A task in one of the two runs."""

    task: TaskComparison
    second: bool
    """Whether it is the second run."""
    alone: bool
    """Whether the task ran in this one only."""
    sign: str
    """What became of the task: a key of :data:`SIGNS`."""


def rows_of(comparison: RunComparison, *, by_start: bool = False) -> list[RunRow]:
    """A row for each task and run in which it ran: what changed the makespan most first, or what started first."""
    tasks = list(comparison.tasks)
    if by_start:
        begins = {task.name: _begin(comparison, task.name) for task in tasks}
        tasks.sort(key=lambda task: begins[task.name])
    rows: list[RunRow] = []
    for task in tasks:
        sides = [second for second, seconds in enumerate(task.running) if seconds is not None]
        sign = _sign(comparison, task)
        rows += [RunRow(task, bool(second), len(sides) == 1, sign) for second in sides]
    return rows


def _sign(comparison: RunComparison, task: TaskComparison) -> str:
    definition = comparison.definition
    if task.name in definition.new:
        return "added"
    if task.name in definition.gone:
        return "gone"
    if task.is_news:
        return "slower" if task.running.delta > 0 else "faster"
    return "changed" if task.name in definition.changed else ""


def _begin(comparison: RunComparison, name: str) -> float:
    for state in (comparison.after, comparison.before):
        number = state.pipeline.numbers.get(name)
        if number is not None and (attempts := state.attempts_of_run(number)):
            return attempts[0].started_at - state.began
    return 0.0


def row_segments(row: RunRow, comparison: RunComparison, width: int, palette: Palette) -> list[Segment]:
    """A row in *width* cells: what became of the task and its name, its bars, and the difference in words."""
    label, words = widths(width)
    background = palette.background
    first = row.alone or not row.second
    colour = {"slower": palette.failed, "faster": palette.succeeded}.get(row.sign, palette.marked)
    is_changed = row.task.name in comparison.definition.changed
    name = row.task.name if first else "  ~ changed" if is_changed else ""
    segments = [
        Segment(f"{SIGNS[row.sign] if first else ' '} ", ink(colour, background, bold=True)),
        Segment(f"{fit(name, label - 3)} ", ink(palette.text if first else palette.marked, background)),
    ]
    state = comparison.after if row.second else comparison.before
    cells = Cells(width - label - words, ink(palette.text, background))
    scale = scale_of(comparison, cells.width)
    paint_grid(cells, scale, palette, background)
    _paint_bars(cells, state, row, scale, palette)
    segments += cells.segments()
    if words:
        told = "" if first and not row.alone else _told(row, comparison)
        segments.append(Segment(" " + fit(told, words - 1), ink(colour if row.sign else palette.dim, background)))
    return segments


def widths(width: int) -> tuple[int, int]:
    """Cells of the names and of the words; what is left is for the bars."""
    label = min(WIDEST_LABEL, max(10, width // 5))
    return label, WORDS if width >= WIDE_ENOUGH else 0


def scale_of(comparison: RunComparison, cells: int) -> Scale:
    """The axis of both runs."""
    return Scale(0.0, max(comparison.before.wall_s, comparison.after.wall_s, 0.001) * MARGIN, max(1, cells))


def _told(row: RunRow, comparison: RunComparison) -> str:
    share = share_text(row.task, comparison.wall)
    if row.alone:
        word = row.sign if row.sign in ("added", "gone") else f"only {'second' if row.second else 'first'}"
        return f"{word:>8}  {share}"
    return f"{signed(row.task.running.delta):>8}  {share}"


def _paint_bars(cells: Cells, state: RunState, row: RunRow, scale: Scale, palette: Palette) -> None:
    style = ink(palette.text if row.second else palette.dim, palette.background)
    end = 0
    for attempt in state.attempts_of_run(state.pipeline.numbers[row.task.name]):
        finished_at = state.now if attempt.finished_at is None else attempt.finished_at
        begin = min(scale.cell(attempt.started_at - state.began), cells.width - 1)
        end = max(begin + 1, scale.cell(finished_at - state.began))
        cells.fill(begin, end, AFTER if row.second else BEFORE, style)
    text = format_duration((row.task.running.after if row.second else row.task.running.before) or 0.0)
    if end + len(text) <= cells.width:
        cells.write(end, text, ink(palette.dim, palette.background))


class ComparedRows(RowView):
    """A row for each task and run. A row's key is its place."""

    HEADER = 1
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "scroll_by(-1)", "Up", show=False),
        Binding("down,j", "scroll_by(1)", "Down", show=False),
        Binding("pageup", "scroll_page(-1)", "Page up", show=False),
        Binding("pagedown", "scroll_page(1)", "Page down", show=False),
        Binding("g,home", "scroll_to_row(0)", "First", show=False),
        Binding("G,end", "scroll_to_row(-1)", "Last", show=False),
    ]

    def __init__(self, comparison: RunComparison, *, id: str | None = None) -> None:  # noqa: A002 - as Textual names it
        super().__init__(id=id)
        self._comparison = comparison
        self._compared: list[RunRow] = []

    def order(self, *, by_start: bool) -> None:
        """Bring the tasks into that order."""
        self._compared = rows_of(self._comparison, by_start=by_start)
        self.show_rows(list(range(len(self._compared))))
        self.scroll_rows(0)
        self.redraw()

    def action_scroll_by(self, rows: int) -> None:
        """Scroll down (up when negative)."""
        self.scroll_rows(min(self.scroll_offset.y + rows, len(self.rows) - self.row_count))

    def action_scroll_page(self, pages: int) -> None:
        """Scroll by the height of the view."""
        self.action_scroll_by(pages * max(1, self.row_count - 1))

    def action_scroll_to_row(self, place: int) -> None:
        """Scroll to that row; -1 is the last."""
        self.scroll_rows(len(self.rows) - self.row_count if place < 0 else place)

    def on_resize(self) -> None:
        """The axis is as long as there is room."""
        self.redraw()

    def look_of(self, key: int, place: int) -> tuple[Any, ...]:
        """Nothing changes."""
        return (self.palette,)

    def row_segments(self, key: int, look: Any, width: int) -> list[Segment]:
        """A task in a run."""
        return row_segments(self._compared[key], self._comparison, width, self.palette)

    def header_segments(self, line: int, width: int) -> list[Segment]:
        """The axis."""
        label, words = widths(width)
        style = ink(self.palette.dim, self.palette.background)
        cells = Cells(width - label - words, style)
        for cell, text in ticks(scale_of(self._comparison, cells.width)):
            if cell + len(text) <= cells.width:
                cells.write(cell, text, style)
        return [
            Segment(" " * label, style),
            *cells.segments(),
            Segment(f" {fit(TITLES, words - 1)}" if words else "", style),
        ]


def summary_lines(comparison: RunComparison, palette: Palette, width: int) -> list[Text]:
    """Both runs in a line each, and what was added, is gone, was changed, or ran in one of them only."""
    wall = comparison.wall
    lines = []
    for glyph, state, seconds in ((BEFORE, comparison.before, wall.before), (AFTER, comparison.after, wall.after)):
        took = format_duration(seconds or 0.0)
        delta = f"  {signed(wall.delta)}" if glyph is AFTER else ""
        text = Text(f" {glyph * 2} ", palette.text if glyph is AFTER else palette.dim)
        lines.append(text.append(f"{took:>7}{delta:<9}", "bold").append(f"  {one_line(run_words(state))}", palette.dim))
    lines += [Text(f" {cut(line, max(1, width - 2))}", palette.dim) for line in other_lines(comparison)]
    for line in lines:
        line.no_wrap, line.overflow = True, "ellipsis"
        line.truncate(max(1, width - 1), overflow="ellipsis")
    return lines


class ComparisonScreen(Screen[None]):
    """What is different in the second of two runs."""

    CSS_PATH = STYLES
    AUTO_FOCUS = "ComparedRows"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "sort", "sort"),
        Binding("escape,q", "dismiss", "back"),
    ]

    def __init__(self, comparison: RunComparison) -> None:
        super().__init__()
        self._comparison = comparison
        self._by_start = False
        self._summary = Static(id="compared-runs", markup=False)
        self.rows = ComparedRows(comparison, id="compared")

    def compose(self) -> Iterator[Widget]:
        """Both runs in words, and task by task."""
        yield self._summary
        yield self.rows
        dim = palette_of(self.app).dim
        keys = Text(no_wrap=True, overflow="ellipsis")
        for key, words in (("s", "sort"), ("esc", "back")):
            keys.append(f" {key}", "bold").append(f" {words} ", dim)
        signs = "   ▲ slower  ▼ faster  + added  − gone  ~ changed"
        yield Static(keys.append(signs, dim), id="keys", markup=False)

    def on_mount(self) -> None:
        """Fill it."""
        paint(self)
        self._order()

    def on_resize(self) -> None:
        """The words are cut at the width."""
        lines = summary_lines(self._comparison, palette_of(self.app), self.size.width)
        room = max(2, self.size.height // 4)
        self._summary.update(Text("\n").join(lines[:room]))

    def action_sort(self) -> None:
        """Sort by what changed the makespan most, or by when it started."""
        self._by_start = not self._by_start
        self._order()

    def _order(self) -> None:
        self.rows.order(by_start=self._by_start)
        before, after = self._comparison.before.run_id, self._comparison.after.run_id
        order = "by start" if self._by_start else "what changed the makespan most first"
        self.rows.border_title = Text(one_line(f"{before} and {after} ─ {order}"))
