"""Boxes (or one-line chips) and the lines between them, as strips."""

from __future__ import annotations

from itertools import groupby

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region, Size
from textual.strip import Strip

from seeknal_tui.dashboard.cells import blend, ink
from seeknal_tui.dashboard.graph.boxes import BoxPainter
from seeknal_tui.dashboard.graph.drawing import Direction
from seeknal_tui.dashboard.graph.layout import MARGIN, Layout
from seeknal_tui.dashboard.graph.scene import Scene
from seeknal_tui.dashboard.graph.walking import Walk
from seeknal_tui.dashboard.graph.wires import Pen, WireRow, Wires, glyphs_of


class Diagram:
    """A graph whose tasks have names."""

    def __init__(self, layout: Layout, scene: Scene) -> None:
        self.layout, self.scene = layout, scene
        self._wires = Wires(layout)
        self._boxes = BoxPainter(layout, scene)
        self._tasks_by_row: dict[int, list[int]] = {}
        for task in sorted(range(len(layout.boxes)), key=lambda task: layout.boxes[task].x):
            box = layout.boxes[task]
            for y in range(box.y, box.y + box.height):
                self._tasks_by_row.setdefault(y, []).append(task)
        self._walk = Walk(layout, scene)
        self._pens = b""
        self._inks: dict[int, Style] = {}
        self._strips: dict[int, Strip] = {}
        self._window = (0, 0)
        self._notes: dict[int, str] = {}
        """What the second line of each running task says, as it was last painted."""
        self.look_changed()

    @property
    def size(self) -> Size:
        """The cells of the whole."""
        return Size(self.layout.width + MARGIN, self.layout.height)

    # Painting

    def look_changed(self) -> None:
        """Draw everything anew."""
        self._strips.clear()
        scene, layout = self.scene, self.layout
        edges = list(layout.last_pieces)
        if scene.matches is not None:
            matches = scene.matches
            lit = [edge for edge in edges if edge[0] in matches and edge[1] in matches]
        else:
            lit = [edge for edge in edges if scene.is_lit(*edge)]
        plain = Pen.PLAIN if scene.selected is None and scene.matches is None else Pen.FAINT
        pens = bytearray([plain]) * len(layout.pieces)
        for pen, chosen in ((Pen.LIT, lit), (Pen.CRITICAL, scene.critical_edges)):
            for piece in layout.pieces_of([edge for edge in chosen if edge in layout.last_pieces]):
                pens[piece] = pen
        self._pens = bytes(pens)
        palette = scene.palette
        self._inks = {
            Pen.NONE: ink(palette.edge, palette.background),
            Pen.FAINT: ink(blend(palette.edge, palette.background, 0.3), palette.background),
            Pen.PLAIN: ink(palette.edge, palette.background),
            Pen.LIT: ink(blend(palette.edge, palette.text, 0.6), palette.background),
            Pen.CRITICAL: ink(palette.critical, palette.background),
        }

    def line(self, y: int, x: int, width: int) -> Strip:
        """Row *y* from cell *x* on."""
        if self._window != (x, width):
            self._strips.clear()
            self._window = (x, width)
        strip = self._strips.get(y)
        if strip is None:
            strip = self._strips[y] = self._paint(y, x, width)
        return strip

    def _paint(self, y: int, x: int, width: int) -> Strip:
        row = self._wires.row(y, self._pens)
        begin = cursor = x
        segments: list[Segment] = []
        for task in self._tasks_by_row.get(y, ()):
            box = self.layout.boxes[task]
            if box.x + box.width <= x or box.x >= x + width:
                continue
            if box.x > cursor:
                segments += self._lines(row, cursor, box.x)
            elif not segments:
                begin = box.x
            segments += self._boxes.segments(task, y - box.y)
            cursor = box.x + box.width
        if cursor < x + width:
            segments += self._lines(row, cursor, x + width)
        return Strip(segments).crop(x - begin, x - begin + width)

    def _lines(self, row: WireRow, begin: int, end: int) -> list[Segment]:
        """What is between the tasks from cell *begin* to before cell *end*."""
        glyphs = glyphs_of(row.arms[begin:end]).ljust(end - begin)
        segments, place = [], 0
        for pen, run in groupby(row.pens[begin:end].ljust(end - begin, b"\0")):
            length = sum(1 for _ in run)
            segments.append(Segment(glyphs[place : place + length], self._inks[pen]))
            place += length
        return segments

    # What changes

    def changed(self, touched: set[int]) -> list[Region]:
        """The cells of the touched tasks, and of those that run and say something else than before."""
        stale = set(touched)
        notes = {task: self._boxes.running_line(task) for task in self.scene.running}
        stale.update(task for task, note in notes.items() if self._notes.get(task) != note)
        self._notes = notes
        regions = []
        for task in stale:
            region = self.region(task)
            for y in range(region.y, region.bottom):
                self._strips.pop(y, None)
            regions.append(region)
        return regions

    # Where things are

    def region(self, task: int) -> Region:
        """The cells of a task."""
        return Region(*self.layout.boxes[task])

    def task_at(self, x: int, y: int) -> int | None:
        """The task whose cells these are."""
        for task in self._tasks_by_row.get(y, ()):
            box = self.layout.boxes[task]
            if box.x <= x < box.x + box.width:
                return task
        return None

    def neighbour(self, task: int, direction: Direction) -> int | None:
        """Where the cursor goes from a task; None if there is nothing in that direction."""
        return self._walk.neighbour(task, direction)
