"""The pictures of the screen, drawn with text. Pure: from numbers to lines of a given width and height."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from seeknal_tui.analysis.diagnosis import Diagnosis
from seeknal_tui.dashboard.bottlenecks.look_into import Curve, shares
from seeknal_tui.dashboard.cells import cut
from seeknal_tui.dashboard.look import WAIT_GLYPHS, Palette
from seeknal_tui.pipeline.durations import format_duration

EIGHTHS = " ▁▂▃▄▅▆▇█"
AXIS = 7
"""Cells of the labels at the left."""
WIDEST_COLUMN = 5
WORDS = {
    "running": "running",
    "dependency": "dependencies",
    "slot": "a slot",
    "pool": "a pool",
    "output": "an output",
    "paused": "paused",
    "retry": "a retry",
}
GLYPHS = {"running": "█", **WAIT_GLYPHS, "paused": "‖", "retry": "↻"}


def column(height: float, rows: int) -> list[str]:
    """A bar of *height* (0 to 1) in so many rows, from the top."""
    eighths = round(max(0.0, min(1.0, height)) * rows * 8)
    cells = [EIGHTHS[max(0, min(8, eighths - 8 * row))] for row in range(rows)]
    return cells[::-1]


def curve_lines(curve: Curve, tried: Curve | None, now: int, size: tuple[int, int], palette: Palette) -> list[Text]:
    """Seconds over slots: a bar for each number of slots, the present and as many as are enough marked.

    With *tried*, the bars are those of the run as it is tried, and a sign stands where they ended before.
    """
    width, height = size
    rows = max(1, height - 3)
    shown = tried or curve
    cells = max(1, min(WIDEST_COLUMN, (width - AXIS) // max(1, len(curve.slots))))
    count = min(len(curve.slots), max(1, (width - AXIS) // cells))
    top = max(curve.seconds[:count]) or 1.0
    lines = [Text() for _ in range(rows)]
    for row, line in enumerate(lines):
        label = format_duration(top) if row == 0 else format_duration(top / 2) if row == rows // 2 and rows > 3 else ""
        line.append(f"{label:>{AXIS - 1}} ", palette.dim)
    enough = shown.enough
    for place in range(count):
        slots = shown.slots[place]
        colour = palette.critical if slots == now else palette.succeeded if slots == enough else palette.edge
        bar = column(shown.seconds[place] / top, rows)
        before = rows - round(curve.seconds[place] / top * rows) if tried else -1
        for row, line in enumerate(lines):
            glyph = bar[row]
            if row == before and glyph == " ":
                line.append("╌" * max(1, cells - 1) + " " * (cells > 1), palette.dim)
            else:
                line.append(glyph * max(1, cells - 1) + " " * (cells > 1), colour)
    axis = Text(" " * AXIS)
    for slots in shown.slots[:count]:
        style = palette.critical if slots == now else palette.succeeded if slots == enough else palette.dim
        axis.append(cut(str(slots), cells).ljust(cells), style)
    return [*lines, axis, *_caption(shown, enough, now, palette)]


def _caption(shown: Curve, enough: int, now: int, palette: Palette) -> list[Text]:
    seconds = dict(zip(shown.slots, shown.seconds, strict=True))
    line = Text("now ", palette.critical).append(f"{now} slots {format_duration(seconds[now])}", palette.critical)
    if enough == now:
        return [line.append("  which is enough", palette.succeeded)]
    return [line.append(f"   enough {enough}: {format_duration(seconds[enough])}", palette.succeeded)]


def chart_lines(name: str, values: Sequence[float], size: tuple[float, int], ink: str, palette: Palette) -> list[Text]:
    """Values over time as an area; *size* is the value at the top, and the number of rows."""
    top, rows = size
    bars = [column(value / top if top > 0 else 0.0, rows) for value in values]
    lines = []
    for row in range(rows):
        label = name if row == rows - 1 else f"{top:g}" if row == 0 else ""
        lines.append(Text(f"{label:>{AXIS - 1}} ", palette.dim).append("".join(bar[row] for bar in bars), ink))
    return lines


def breakdown_lines(diagnosis: Diagnosis, width: int, palette: Palette) -> list[Text]:
    """What the time of all tasks went into: a bar whose parts add up, and below it what they are."""
    parts = {"running": diagnosis.running_s, **diagnosis.waits.seconds()}
    total = sum(parts.values())
    if total <= 0 or width <= 0:
        return [Text("No task has taken any time yet.", palette.dim)]
    colours = {"running": palette.running, "slot": palette.ready, "pool": palette.reused, "output": palette.marked}
    bar, legend = Text(), Text()
    percents = shares(list(parts.values()), 100)
    for (name, seconds), cells, percent in zip(
        parts.items(), shares(list(parts.values()), width), percents, strict=True
    ):
        colour = colours.get(name, palette.dim)
        bar.append(GLYPHS[name] * cells, colour)
        if seconds > 0:
            legend.append(f"{GLYPHS[name]} ", colour).append(f"{WORDS[name]} {percent} %", palette.text)
            legend.append(f" {format_duration(seconds)}   ", palette.dim)
    return [bar, legend]


def path_line(diagnosis: Diagnosis, palette: Palette) -> Text:
    """The critical path in one line: its tasks, their times, and the waits between them."""
    line = Text()
    tasks = diagnosis.state.pipeline.tasks
    for place, link in enumerate(diagnosis.links):
        if place:
            line.append(" → ", palette.dim)
        if link.waited_s >= 0.02:
            line.append(f"┄{format_duration(link.waited_s)}┄ ", palette.dim)
        line.append(cut(tasks[link.number].name, 40), palette.critical)
        line.append(f" {format_duration(link.running_s)}", palette.text)
    return line if diagnosis.links else Text("No task has run yet.", palette.dim)
