"""The cells of one task in a diagram: a box of several lines, or a chip of one."""

from __future__ import annotations

from typing import NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from seeknal_tui.dashboard.cells import blend, cut, fit, ink
from seeknal_tui.dashboard.graph.layout import Layout, Shape
from seeknal_tui.dashboard.graph.scene import Scene, Weight
from seeknal_tui.dashboard.look import GLYPHS
from seeknal_tui.run.events import Status

BOX = Shape(border=1, lines=2, gap=1)
CHIP = Shape(border=0, lines=1, gap=0)
BOX_DOWN = Shape(border=1, lines=2, gap=2, is_down=True)
CHIP_DOWN = Shape(border=0, lines=1, gap=2, is_down=True)
WIDEST = 28
"""A box has at most so many cells."""
NARROWEST = 14
"""A box has at least so many: every state and duration has room below the shortest name."""
AROUND_NAME = {1: 6, 0: 4}
"""By the border, the cells of a box or chip beside its name: borders, mark, status, spaces."""

REVERSE = Style(reverse=True)
MARK = "✚"
EIGHTHS = " ▏▎▍▌▋▊▉█"
FADE = {Weight.FULL: 0.0, Weight.SLIGHT: 0.3, Weight.LEAST: 0.65}


class Frame(NamedTuple):
    """The glyphs of a border."""

    top: str
    side: str
    bottom: str
    port: str
    """Where lines leave to the right, and to below."""


LIGHT = Frame("╭─╮", "│", "╰─╯", "├┬")
HEAVY = Frame("┏━┓", "┃", "┗━┛", "┠┯")
DOUBLE = Frame("╔═╗", "║", "╚═╝", "╟╤")
HEAVY_PORT = "┣┳"


CHIP_SIDES = {False: "│╭│╰", True: "┃┏┃┗"}
"""Left of a chip of one row; of the first, a middle and the last row of several; by whether it is critical."""


def width_of(name: str, shape: Shape) -> int:
    """The cells that a task of that name takes."""
    width = min(WIDEST, cell_len(cut(name, WIDEST)) + AROUND_NAME[shape.border])
    return max(NARROWEST, width) if shape.border else width


class BoxPainter:
    """Paints the tasks of a layout, row by row."""

    def __init__(self, layout: Layout, scene: Scene) -> None:
        self.layout, self.scene = layout, scene

    def running_line(self, task: int) -> str:
        """What a running task shows: its bar in eighths of a cell, or a text. Painted again only when it changes."""
        progress = self.scene.progress(task)
        if progress is None:
            return self.scene.note(task)
        return str(self._eighths(task, progress))

    def _eighths(self, task: int, progress: float) -> int:
        return int(progress * 8 * (self.layout.boxes[task].width - 4))

    def segments(self, task: int, row: int) -> list[Segment]:
        """The cells of a task in that row of it, from 0."""
        return self._box(task, row) if self.layout.shape.border else self._chip(task, row)

    # Boxes

    def _box(self, task: int, row: int) -> list[Segment]:
        box, frame = self.layout.boxes[task], self._frame(task)
        inside = box.width - 2
        border = self._border(task)
        if row in (0, box.height - 1):
            edge = frame.top if row == 0 else frame.bottom
            port = self._port(task, frame)[1] if row and self.layout.shape.is_down else edge[1]
            return [Segment(edge[0] + port + edge[1] * (inside - 1) + edge[2], border)]
        if row == 1:
            port = frame.side if self.layout.shape.is_down else self._port(task, frame)[0]
            content = self._name_line(task, inside)
        else:
            content, port = self._second_line(task, inside) if row == 2 else [self._blank(task, inside)], frame.side
        return [Segment(frame.side, border), *content, Segment(port, border)]

    def _frame(self, task: int) -> Frame:
        if task == self.scene.selected:
            return DOUBLE
        return HEAVY if task in self.scene.critical else LIGHT

    def _port(self, task: int, frame: Frame) -> str:
        """The glyphs of the border where the task's lines leave it, to the right or to below."""
        if not self.scene.downstream[task]:
            return frame.side + frame.bottom[1]
        return HEAVY_PORT if frame is HEAVY and task in self.scene.critical_sources else frame.port

    def _border(self, task: int) -> Style:
        scene, palette = self.scene, self.scene.palette
        if task == scene.selected:
            return self._ink(task, palette.critical if task in scene.critical else palette.text, bold=True)
        if task in scene.critical:
            return ink(palette.critical, palette.background)
        return self._ink(task, palette.of(scene.status(task)))

    def _name_line(self, task: int, width: int) -> list[Segment]:
        scene, palette = self.scene, self.scene.palette
        status = scene.status(task)
        waits = status is Status.PENDING or status is Status.READY
        selected = task == scene.selected
        name = fit(scene.name(task), width - 4)
        name_ink = self._ink(task, palette.dim if waits and not selected else palette.text, bold=not waits or selected)
        if selected and not self.layout.shape.border:
            name_ink += REVERSE  # a chip has no border that could tell
        return [
            Segment(MARK if scene.is_marked(task) else " ", self._ink(task, palette.marked, bold=True)),
            Segment(GLYPHS[status], ink(self._status_colour(task, palette.of(status)), self._background(task))),
            self._blank(task, 1),
            Segment(name, name_ink),
            self._blank(task, 1),
        ]

    def _second_line(self, task: int, width: int) -> list[Segment]:
        scene, palette = self.scene, self.scene.palette
        progress = scene.progress(task) if scene.status(task) is Status.RUNNING else None
        if progress is None:
            return [
                self._blank(task, 3),
                Segment(fit(scene.note(task), width - 3), self._ink(task, palette.dim)),
            ]
        cells = width - 2
        full, eighths = divmod(self._eighths(task, progress), 8)
        bar = "█" * full + (EIGHTHS[eighths] if eighths else "")
        trough = ink(self._status_colour(task, palette.running), blend(palette.surface, palette.text, 0.06))
        return [self._blank(task, 1), Segment(bar.ljust(cells), trough), self._blank(task, 1)]

    # Chips

    def _chip(self, task: int, row: int) -> list[Segment]:
        scene, box = self.scene, self.layout.boxes[task]
        critical, palette = task in scene.critical, scene.palette
        place = 0 if box.height == 1 else 1 if row == 0 else 3 if row == box.height - 1 else 2
        side = CHIP_SIDES[critical][place]
        colour = palette.critical if critical else palette.of(scene.status(task))
        bracket = Segment(side, self._ink(task, colour))
        if row:
            return [bracket, self._blank(task, box.width - 1)]
        return [bracket, *self._name_line(task, box.width)[:-1]]

    # Colours

    def _background(self, task: int) -> str:
        palette = self.scene.palette
        return palette.surface if task == self.scene.selected else palette.background

    def _faded(self, task: int, colour: str) -> str:
        share = FADE[self.scene.weight(task)]
        return blend(colour, self.scene.palette.background, share) if share else colour

    def _status_colour(self, task: int, colour: str) -> str:
        """What a task is doing is seen well, wherever the cursor is."""
        return self._faded(task, colour) if self.scene.weight(task) is Weight.LEAST else colour

    def _ink(self, task: int, colour: str, *, bold: bool = False) -> Style:
        return ink(self._faded(task, colour), self._background(task), bold=bold)

    def _blank(self, task: int, width: int) -> Segment:
        return Segment(" " * width, self._ink(task, self.scene.palette.dim))
