"""The heat map: half a cell of colour for each task, in columns by rank; for graphs too large for names.

Where there are more tasks than half cells, several share one (a *bin*); how many of its tasks are in which status is
counted, and the bin shows what matters most.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from rich.style import Style
from textual.geometry import Region, Size
from textual.strip import Strip

from seeknal_tui.dashboard.cells import blend, ink, segments_of
from seeknal_tui.dashboard.graph.boxes import FADE
from seeknal_tui.dashboard.graph.drawing import Direction
from seeknal_tui.dashboard.graph.scene import Scene, Weight
from seeknal_tui.dashboard.look import GLYPHS, Palette
from seeknal_tui.run.events import Status

WIDEST_LANE = 4
SHADE = 0.2
MOST_CELLS = 500
"""If more change at once, all that is in view is painted anew: a quarter of what 10,000 tasks take one by one."""
FIRST = (Status.FAILED, Status.RUNNING)
"""What a bin shows if any of its tasks is in it, the first that holds; else what most of them are in."""


class Lanes(NamedTuple):
    """How the ranks share the width."""

    per_bin: int
    """Tasks that share a half cell."""
    lane_width: int
    """Cells a lane of half cells is wide."""
    gap: int
    """Empty cells between ranks."""
    counts: tuple[int, ...]
    """Lanes of each column."""


def choose_lanes(sizes: Sequence[int], width: int, height: int) -> Lanes:
    """The widest lanes with which columns of those numbers of tasks fit into that many cells."""
    halves = max(1, height * 2)
    per_bin = 1
    while True:
        counts = tuple(max(1, -(-size // (halves * per_bin))) for size in sizes)
        for gap in (1, 0):
            room = width - gap * (len(sizes) - 1)
            lane_width = min(WIDEST_LANE, room // max(1, sum(counts)))
            if lane_width >= 1:
                return Lanes(per_bin, lane_width, gap, counts)
        if sum(counts) == len(counts):
            return Lanes(per_bin, 1, 0, counts)  # more columns than cells: the last are not seen
        per_bin += 1


@dataclass(slots=True)
class Bin:
    """The tasks of a half cell, and how many of them are in each status."""

    lane: int
    half: int
    """Which half cell of its lane, from the top."""
    tasks: list[int] = field(default_factory=list)
    counts: dict[Status, int] = field(default_factory=dict)

    def status(self) -> Status:
        """The status that is shown."""
        for status in FIRST:
            if self.counts.get(status):
                return status
        return max(self.counts, key=self.counts.__getitem__)


class HeatMap:
    """All tasks at once, in the cells that there are."""

    def __init__(self, scene: Scene, size: Size) -> None:
        self.scene, self.size = scene, size
        ranks = scene.ranks
        count = max(ranks, default=-1) + 1
        self._columns: list[list[int]] = [[] for _ in range(min(count, max(1, size.width)))]
        for task, rank in enumerate(ranks):
            self._columns[rank if count <= size.width else rank * len(self._columns) // count].append(task)
        self._lanes = choose_lanes([len(column) for column in self._columns], size.width, size.height)
        self._statuses = list(scene.state.statuses)
        self._bins: list[list[Bin]] = []
        """The bins of each lane from top to bottom."""
        self._bin_of: dict[int, Bin] = {}
        self._lane_x: list[int] = []
        self._shaded: set[int] = set()
        """The lanes of every other column where there is no room for a gap between columns."""
        self._rows: dict[int, tuple[list[str], list[Style]]] = {}
        """Glyphs and inks of the rows that were seen. A change paints its own cell only: painting all cells of its row
        was a quarter of each frame at a thousand changes a second."""
        self._strips: dict[int, Strip] = {}
        self._look = (scene.palette, scene.matches)
        self._cursor = scene.selected
        self._fill()

    def _fill(self) -> None:
        lanes = self._lanes
        x = 0
        for index, (column, count) in enumerate(zip(self._columns, lanes.counts, strict=True)):
            first = len(self._lane_x)
            if not lanes.gap and index % 2:
                self._shaded.update(range(first, first + count))
            self._bins += [[] for _ in range(count)]
            self._lane_x += [x + lane * lanes.lane_width for lane in range(count)]
            x += count * lanes.lane_width + lanes.gap
            for place, task in enumerate(column):
                half, lane = divmod(place // lanes.per_bin, count)
                bins = self._bins[first + lane]
                if half == len(bins):
                    bins.append(Bin(first + lane, half))
                status = self._statuses[task]
                bins[half].tasks.append(task)
                bins[half].counts[status] = bins[half].counts.get(status, 0) + 1
                self._bin_of[task] = bins[half]

    # Painting

    def look_changed(self) -> None:
        """Draw everything anew, or only the cursor if nothing else is another."""
        look = (self.scene.palette, self.scene.matches)
        if look != self._look:
            self._look = look
            self._paint_anew()
        for task in (self._cursor, self.scene.selected):
            if task is not None:
                self._paint_bin(self._bin_of[task])
        self._cursor = self.scene.selected

    def line(self, y: int, x: int, width: int) -> Strip:
        """Row *y*; the map is as wide as the view, so that *x* is 0."""
        strip = self._strips.get(y)
        if strip is None or strip.cell_length != width:
            row = self._rows.get(y)
            if row is None:
                row = self._rows[y] = self._paint(y)
            strip = Strip(segments_of(*row), len(row[0])).crop_extend(x, x + width, self._blank)
            self._strips[y] = strip
        return strip

    @property
    def _blank(self) -> Style:
        return ink(self.scene.palette.text, self.scene.palette.background)

    def _paint(self, y: int) -> tuple[list[str], list[Style]]:
        glyphs: list[str] = []
        inks: list[Style] = []
        for lane, x in enumerate(self._lane_x):
            glyphs += " " * (x - len(glyphs))
            inks += [self._blank] * (x - len(inks))
            glyph, style = self._cell(*self._bins[lane][2 * y : 2 * y + 2])
            glyphs += glyph * self._lanes.lane_width
            inks += [style] * self._lanes.lane_width
        return glyphs, inks

    def _paint_anew(self) -> None:
        """Paint all that comes to be seen anew."""
        self._rows.clear()
        self._strips.clear()

    def _paint_bin(self, found: Bin) -> None:
        """Paint the cell of a bin anew, if its row was seen."""
        y = found.half // 2
        self._strips.pop(y, None)
        if y in self._rows:
            glyphs, inks = self._rows[y]
            x, width = self._lane_x[found.lane], self._lanes.lane_width
            glyph, style = self._cell(*self._bins[found.lane][2 * y : 2 * y + 2])
            glyphs[x : x + width] = glyph * width
            inks[x : x + width] = [style] * width

    def _cell(self, upper: Bin | None = None, lower: Bin | None = None) -> tuple[str, Style]:
        if upper is None:
            return " ", self._blank
        scene, palette = self.scene, self.scene.palette
        here = None if scene.selected is None else self._bin_of[scene.selected]
        if here is not None and (here is upper or here is lower):
            # A glyph among half cells is seen without colour as well.
            return GLYPHS[here.status()], ink(palette.background, palette.text, bold=True)
        above = self._colour(upper, palette)
        below = palette.background if lower is None else self._colour(lower, palette)
        return ("█", ink(above, palette.background)) if above == below else ("▀", ink(above, below))

    def _colour(self, shown: Bin, palette: Palette) -> str:
        colour, matches = palette.of(shown.status()), self.scene.matches
        if shown.lane in self._shaded:
            colour = blend(colour, palette.background, SHADE)
        if matches is not None and matches.isdisjoint(shown.tasks):
            return blend(colour, palette.background, FADE[Weight.LEAST])
        return colour

    # What changes

    def changed(self, touched: set[int]) -> list[Region]:
        """The cells of the tasks whose status is another."""
        statuses = self.scene.state.statuses
        bins: dict[int, Bin] = {}
        for task in touched:
            before, status = self._statuses[task], statuses[task]
            if before is not status:
                found = bins[task] = self._bin_of[task]
                found.counts[before] -= 1
                found.counts[status] = found.counts.get(status, 0) + 1
                self._statuses[task] = status
        if len(bins) > MOST_CELLS:
            self._paint_anew()
            return [Region(0, 0, self.size.width, self.size.height)]
        for found in bins.values():
            self._paint_bin(found)
        return list({self.region(task) for task in bins})

    # Where things are

    def region(self, task: int) -> Region:
        """The cells of a task."""
        found = self._bin_of[task]
        return Region(self._lane_x[found.lane], found.half // 2, self._lanes.lane_width, 1)

    def task_at(self, x: int, y: int) -> int | None:
        """The task under the cursor if it is in that cell, else the first of the cell."""
        lane = bisect_right(self._lane_x, x) - 1
        if lane < 0 or x >= self._lane_x[lane] + self._lanes.lane_width:
            return None
        tasks = [task for found in self._bins[lane][2 * y : 2 * y + 2] for task in found.tasks]
        if not tasks:
            return None
        return self.scene.selected if self.scene.selected in tasks else tasks[0]

    def neighbour(self, task: int, direction: Direction) -> int | None:
        """The next task of the bin, or the next bin in that direction."""
        here = self._bin_of[task]
        if direction in (Direction.LEFT, Direction.RIGHT):
            lane = here.lane + (1 if direction is Direction.RIGHT else -1)
            if not 0 <= lane < len(self._bins):
                return None
            return self._bins[lane][min(here.half, len(self._bins[lane]) - 1)].tasks[0]
        step = 1 if direction is Direction.DOWN else -1
        place = here.tasks.index(task) + step
        if 0 <= place < len(here.tasks):
            return here.tasks[place]
        bins, half = self._bins[here.lane], here.half + step
        return bins[half].tasks[0 if step > 0 else -1] if 0 <= half < len(bins) else None
