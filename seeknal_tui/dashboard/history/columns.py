"""A run of the past as a row: which columns a width has room for, and what stands in them. Pure."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import NamedTuple

from rich.cells import cell_len
from rich.segment import Segment

from seeknal_tui.dashboard.cells import fit, ink
from seeknal_tui.dashboard.header import RUN_GLYPHS, run_colour
from seeknal_tui.dashboard.look import GLYPHS
from seeknal_tui.dashboard.row_label import RowLook
from seeknal_tui.history.listing import speedup_text
from seeknal_tui.history.past_runs import RunRecord
from seeknal_tui.pipeline.durations import format_duration
from seeknal_tui.run.events import Status

ALL = "all"
PRODUCTION = "production"
LABEL = 4
"""Cursor, status, mark, and a blank."""
GAP = 2


class Column(NamedTuple):
    """One thing that a row tells of a run."""

    title: str
    width: int
    """Cells at least."""
    text: Callable[[RunRecord], str]
    rank: int
    """Where there is no room for all, those of the highest rank are left out first."""
    grows: bool = False
    """Whether it takes what room is left."""
    right: bool = False
    """Whether it is aligned to the right, as numbers are."""


def started_text(record: RunRecord) -> str:
    """When a run began, in local time to the minute."""
    return time.strftime("%d %b %H:%M", time.localtime(record.started_at))


def counts_text(record: RunRecord) -> str:
    """How many tasks ended in each way, by glyph, without those that there are none of."""
    return " ".join(
        f"{count:,}{GLYPHS[Status(status)]}" for status, count in record.counts.items() if count and status in GLYPHS
    )


def _holdup_text(record: RunRecord) -> str:
    return f"{record.holdup} {format_duration(record.holdup_s)}" if record.holdup else ""


COLUMNS = (
    Column("started", 12, started_text, 0),
    Column("status", 11, lambda record: str(record.status), 4),
    Column("took", 7, lambda record: format_duration(record.wall_s), 1, right=True),
    Column("speedup", 7, speedup_text, 5, right=True),
    Column("environment", 11, lambda record: record.environment or PRODUCTION, 3),
    Column("tasks", 14, counts_text, 7),
    Column("held up by", 14, _holdup_text, 6, grows=True),
    Column("selected", 10, lambda record: record.selected or ALL, 8, grows=True),
    Column("run", 8, lambda record: record.run_id, 2),
)


def columns_for(width: int) -> list[Column]:
    """The columns for which a row of that many cells has room, as wide as they are to be."""
    shown = list(COLUMNS)
    while len(shown) > 1 and _cells(shown) > width:
        shown.remove(max(shown, key=lambda column: column.rank))
    left = max(0, width - _cells(shown))
    growing = sum(column.grows for column in shown)
    return [column._replace(width=column.width + left // growing) if column.grows else column for column in shown]


def _cells(columns: Iterable[Column]) -> int:
    return LABEL + sum(column.width + GAP for column in columns) - GAP


def title_segments(columns: Iterable[Column], look: RowLook) -> list[Segment]:
    """What the columns are called."""
    style = ink(look.palette.dim, look.palette.background)
    return [Segment(" " * LABEL, style), *(Segment(_placed(column.title, column), style) for column in columns)]


def run_segments(record: RunRecord, columns: Iterable[Column], look: RowLook) -> list[Segment]:
    """A run: cursor, status, mark, and the columns. An environment stands out, as production is what one expects."""
    palette, background = look.palette, look.background
    segments = [
        Segment("▸" if look.selected else " ", ink(palette.critical, background, bold=True)),
        Segment(RUN_GLYPHS[record.status], ink(run_colour(record.status, palette), background)),
        Segment("*" if look.marked else " ", ink(palette.marked, background, bold=True)),
        Segment(" ", ink(palette.text, background)),
    ]
    for column in columns:
        colour, reverse = palette.text, False
        if column.title == "status":
            colour = run_colour(record.status, palette)
        elif column.title == "environment":
            colour, reverse = (palette.marked, True) if record.environment else (palette.dim, False)
        text = _placed(column.text(record), column)
        if reverse:
            shown = text.rstrip()
            segments.append(Segment(shown, ink(colour, background, bold=True, reverse=True)))
            text = " " * (cell_len(text) - cell_len(shown))
        segments.append(Segment(text, ink(colour, background, bold=look.selected)))
    return segments


def _placed(text: str, column: Column) -> str:
    text = fit(text, column.width)
    if column.right:
        text = text.rstrip().rjust(column.width)
    return text + " " * GAP
