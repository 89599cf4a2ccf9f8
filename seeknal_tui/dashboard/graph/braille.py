"""The overview: the whole layout in braille dots, two by four to a cell; each task a small block, lines thin dots."""

from __future__ import annotations

from rich.style import Style
from textual.geometry import Region, Size
from textual.strip import Strip

from seeknal_tui.dashboard.cells import blend, ink, segments_of
from seeknal_tui.dashboard.graph.boxes import FADE
from seeknal_tui.dashboard.graph.drawing import Direction
from seeknal_tui.dashboard.graph.layout import MARGIN, Layout
from seeknal_tui.dashboard.graph.scene import Scene
from seeknal_tui.dashboard.graph.walking import Walk
from seeknal_tui.dashboard.look import GLYPHS
from seeknal_tui.run.events import Status

ACROSS, DOWN = 2, 4
"""The dots of a cell."""
DOTS_A_ROW = 2.0
"""A row of the layout takes at most so many dots, of which a task sets the first: that parts it from the next."""
BLANK = 0x2800
DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""The bit of each dot of a cell, row by row."""
FIRST = (Status.FAILED, Status.RUNNING)
"""Of the tasks in a cell the colour is that of one in these, if there is one; else of the first."""
EDGE_SHADE = 0.25


class BrailleMap:
    """A layout, made so small that all of it is seen."""

    def __init__(self, layout: Layout, scene: Scene, size: Size) -> None:
        self.layout, self.scene, self.size = layout, scene, size
        self._wide = min(1.0, size.width * ACROSS / max(1, layout.width + MARGIN))
        self._high = min(DOTS_A_ROW, size.height * DOWN / max(1, layout.height))
        self._walk = Walk(layout, scene)
        self._edges = [0] * (size.height * DOWN)
        """For each row of dots those of the lines, as bits."""
        self._blocks = [0] * (size.height * DOWN)
        """The same of the tasks."""
        self._regions = [self._mark(task) for task in range(len(layout.boxes))]
        self._tasks_in: dict[tuple[int, int], list[int]] = {}
        for task, region in enumerate(self._regions):
            for y in range(region.y, region.bottom):
                for x in range(region.x, region.right):
                    self._tasks_in.setdefault((x, y), []).append(task)
        self._draw_lines()
        self._strips: dict[int, Strip] = {}

    def _dot(self, x: int, y: int) -> tuple[int, int]:
        """The dot in which a cell of the layout is."""
        across, down = self.size.width * ACROSS - 1, self.size.height * DOWN - 1
        return max(0, min(across, int(x * self._wide))), max(0, min(down, int(y * self._high)))

    def _mark(self, task: int) -> Region:
        """Set the dots of a task; the cells in which they are."""
        box = self.layout.boxes[task]
        left, top = self._dot(box.x, box.y)
        right, bottom = self._dot(box.x + box.width - 1, box.y + box.height - 1)
        for y in range(top, bottom + 1):
            self._blocks[y] |= ((1 << (right - left + 1)) - 1) << left
        x, y = left // ACROSS, top // DOWN
        return Region(x, y, right // ACROSS - x + 1, bottom // DOWN - y + 1)

    def _draw_lines(self) -> None:
        for piece in self.layout.pieces:
            left, top = self._dot(min(piece.x0, piece.x1), min(piece.y0, piece.y1))
            right, bottom = self._dot(max(piece.x0, piece.x1), max(piece.y0, piece.y1))
            bits = ((1 << (right - left + 1)) - 1) << left
            for y in range(top, bottom + 1):
                self._edges[y] |= bits
        # Every other dot is enough to follow a line, and tells it from a task.
        even = int("01" * self.size.width, 2) if self.size.width else 0
        self._edges = [bits & (even << (y % 2)) for y, bits in enumerate(self._edges)]

    # Painting

    def look_changed(self) -> None:
        """Draw everything anew."""
        self._strips.clear()

    def line(self, y: int, x: int, width: int) -> Strip:
        """Row *y*; the map is as wide as the view, so that *x* is 0."""
        strip = self._strips.get(y)
        if strip is None or strip.cell_length != width:
            blank = ink(self.scene.palette.text, self.scene.palette.background)
            strip = self._strips[y] = self._paint(y).crop_extend(x, x + width, blank)
        return strip

    def _paint(self, y: int) -> Strip:
        if y >= self.size.height:
            return Strip.blank(self.size.width, ink(self.scene.palette.text, self.scene.palette.background))
        palette = self.scene.palette
        line_ink = ink(blend(palette.edge, palette.background, EDGE_SHADE), palette.background)
        edges, blocks = self._edges[y * DOWN : (y + 1) * DOWN], self._blocks[y * DOWN : (y + 1) * DOWN]
        glyphs, inks = [], []
        for x in range(self.size.width):
            tasks = self._tasks_in.get((x, y))
            glyphs.append(chr(_braille(blocks if tasks else edges, x)))
            inks.append(self._ink(tasks) if tasks else line_ink)
        selected = self.scene.selected
        if selected is not None and (region := self._regions[selected]).y <= y < region.bottom:
            cursor = ink(palette.background, palette.text, bold=True)
            for x in range(region.x, region.right):
                inks[x] = cursor
            if y == region.y:
                glyphs[region.x] = GLYPHS[self.scene.status(selected)]
        return Strip(segments_of(glyphs, inks), len(glyphs))

    def _ink(self, tasks: list[int]) -> Style:
        scene, palette = self.scene, self.scene.palette
        shown = next((task for first in FIRST for task in tasks if scene.status(task) is first), tasks[0])
        share = FADE[scene.weight(shown)]
        colour = palette.critical if shown in scene.critical and scene.status(shown) is Status.PENDING else ""
        colour = colour or palette.of(scene.status(shown))
        return ink(blend(colour, palette.background, share) if share else colour, palette.background)

    # What changes

    def changed(self, touched: set[int]) -> list[Region]:
        """The cells of the touched tasks."""
        regions = [self._regions[task] for task in touched]
        for region in regions:
            for y in range(region.y, region.bottom):
                self._strips.pop(y, None)
        return regions

    # Where things are

    def region(self, task: int) -> Region:
        """The cells of a task."""
        return self._regions[task]

    def task_at(self, x: int, y: int) -> int | None:
        """The task whose cells these are: the one under the cursor if it is there, else the first."""
        tasks = self._tasks_in.get((x, y), [])
        return self.scene.selected if self.scene.selected in tasks else next(iter(tasks), None)

    def neighbour(self, task: int, direction: Direction) -> int | None:
        """Where the cursor goes from a task; None if there is nothing in that direction."""
        return self._walk.neighbour(task, direction)


def _braille(rows: list[int], x: int) -> int:
    """The character for the dots of cell *x* in four rows of dots."""
    code = BLANK
    for bits, (left, right) in zip(rows, DOTS, strict=True):
        pair = bits >> (x * ACROSS)
        code |= (left if pair & 1 else 0) | (right if pair & 2 else 0)
    return code
