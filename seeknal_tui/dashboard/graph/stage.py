"""What the pane shows of a graph: at which level, in which direction, folded how; and the drawing that comes of it.

A drawing knows only *boxes*: tasks, or groups of them where the graph is folded. This is where one becomes the other.
"""

from __future__ import annotations

from collections.abc import Iterable

from textual.geometry import Region, Size

from seeknal_tui.dashboard.graph.boxes import width_of
from seeknal_tui.dashboard.graph.braille import BrailleMap
from seeknal_tui.dashboard.graph.diagram import Diagram
from seeknal_tui.dashboard.graph.drawing import Direction, Drawing
from seeknal_tui.dashboard.graph.folding import Fold, FoldBy, FoldedScene, fold
from seeknal_tui.dashboard.graph.heat import HeatMap
from seeknal_tui.dashboard.graph.layout import MARGIN, Layout, Shape, lay_out
from seeknal_tui.dashboard.graph.levels import LEVELS, NAMED_LEVELS, Level, shape_at
from seeknal_tui.dashboard.graph.scene import Scene

AT_ONCE = 80
"""Graphs of at most that many boxes are laid out while the pane opens; larger ones in another process."""
NAMED = 1500
"""Graphs of at most that many boxes are shown with names unless asked otherwise."""
AROUND_NOTE = 5
"""The cells of a box beside the note of a group."""


class Stage:
    """The level, the direction, the fold, and the drawing."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        """What is known of the tasks."""
        self.boxes = scene
        """The same of the boxes that are drawn."""
        self.fold_by = FoldBy.NONE
        self.unfolded: set[str] = set()
        self.is_down = False
        self.level = self.wanted = Level.BOXES
        self.fits = True
        """Whether the level follows from the size of the pane."""
        self.problem = ""
        self.drawing: Drawing | None = None
        self._layouts: dict[Shape, Layout] = {}
        self._room = Size(0, 0)

    def for_scene(self, scene: Scene) -> Stage:
        """Another pipeline, turned and folded in the same way, and fitted."""
        stage = Stage(scene)
        stage.is_down, stage.fold_by, stage.unfolded = self.is_down, self.fold_by, self.unfolded
        stage._refold()
        return stage

    # What the user asks for

    def zoom(self, step: int) -> bool:
        """Go to a level with more or less of each task; whether there is one."""
        place = LEVELS.index(self.wanted) + step
        if not 0 <= place < len(LEVELS):
            return False
        self.wanted, self.fits, self.problem = LEVELS[place], False, ""
        return True

    def turn(self) -> None:
        """From the left to the right, or from the top down."""
        self.is_down, self.problem = not self.is_down, ""

    def cycle_fold(self) -> None:
        """Fold by the next thing that tasks can have in common; in the end by nothing."""
        ways = list(FoldBy)
        self.fold_by = ways[(ways.index(self.fold_by) + 1) % len(ways)]
        self.unfolded.clear()
        self._refold()

    def unfold(self, task: int) -> bool:
        """Unfold the group of a task; whether it was folded."""
        folded = self._fold
        if folded is None or self.level is Level.HEAT or not folded.is_group(folded.box_of[task]):
            return False
        self.unfolded.add(folded.keys[folded.box_of[task]])
        self._refold()
        return True

    def _refold(self) -> None:
        self._layouts.clear()
        self.problem = ""
        self.boxes = self.scene
        if self.fold_by is not FoldBy.NONE:
            self.boxes = FoldedScene(self.scene, fold(self.scene.pipeline, self.fold_by, self.unfolded))

    @property
    def _fold(self) -> Fold | None:
        return self.boxes.fold if isinstance(self.boxes, FoldedScene) else None

    # Drawing

    def draw(self, room: Size) -> bool:
        """Draw at the level that is wanted, or as near as can be; whether a layout is missing for that."""
        self._room = room
        if self.fits:
            self.wanted = self._fitting_level()
        self.level = self.wanted
        shape = self.shape
        is_missing = False
        if self.level is not Level.HEAT and shape not in self._layouts:
            if self.count <= AT_ONCE:
                self._layout(shape)
            else:
                self.level, is_missing = Level.HEAT, True
        if self.level is Level.HEAT:
            self.drawing = HeatMap(self.scene, room)
        elif self.level is Level.BRAILLE:
            self.drawing = BrailleMap(self._layouts[shape], self.boxes, room)
        else:
            self.drawing = Diagram(self._layouts[shape], self.boxes)
        return is_missing

    def look_changed(self) -> None:
        """The cursor, the marks, the filter, the palette or the critical path is another."""
        if isinstance(self.boxes, FoldedScene):
            self.boxes.take_look()
        if self.drawing is not None:
            self.drawing.look_changed()

    def changed(self, touched: set[int]) -> list[Region]:
        """The cells to paint again after these tasks were touched and time went on."""
        if self.drawing is None:
            return []
        return self.drawing.changed({self._box(task) for task in touched} if self._fold else touched)

    @property
    def count(self) -> int:
        """How many boxes there are to be laid out."""
        return len(self.boxes.upstream)

    @property
    def shape(self) -> Shape:
        """What is to be laid out for the level that is wanted."""
        return shape_at(self.wanted, is_down=self.is_down)

    def task_for_layout(self) -> tuple[tuple[tuple[int, ...], ...], list[int], Shape]:
        """What the layout that is missing is made from."""
        return tuple(map(tuple, self.boxes.upstream)), self._widths(self.shape), self.shape

    def take_layout(self, layout: Layout) -> None:
        """The layout that was missing."""
        self._layouts[layout.shape] = layout

    def _layout(self, shape: Shape) -> Layout:
        if shape not in self._layouts:
            self._layouts[shape] = lay_out(self.boxes.upstream, self._widths(shape), shape)
        return self._layouts[shape]

    def _widths(self, shape: Shape) -> list[int]:
        widths = [width_of(self.boxes.name(box), shape) for box in range(self.count)]
        if isinstance(self.boxes, FoldedScene) and shape.border:
            notes = [self.boxes.width_of_note(box) for box in range(self.count)]
            widths = [max(width, note + AROUND_NOTE) for width, note in zip(widths, notes, strict=True)]
        return widths

    def _fitting_level(self) -> Level:
        """The level with the most of each task at which all are seen; boxes if there is none."""
        if self.count > NAMED:
            return Level.HEAT
        if self.count <= AT_ONCE:
            for level in NAMED_LEVELS:
                layout = self._layout(shape_at(level, is_down=self.is_down))
                if self.is_seen_whole(Size(layout.width + MARGIN, layout.height)):
                    return level
        return Level.BOXES

    def is_seen_whole(self, size: Size) -> bool:
        """Whether so many cells are all in view."""
        return size.width <= self._room.width and size.height <= self._room.height

    @property
    def scrolls(self) -> bool:
        """Whether the drawing can be larger than the pane."""
        return self.level in NAMED_LEVELS

    @property
    def caption(self) -> str:
        """How the tasks are drawn, in words: ``boxes · fit``, ``heat · laying out 1,000 tasks…``."""
        notes = [str(self.level)]
        if self.is_down and self.level is not Level.HEAT:
            notes.append("top-down")
        if self._fold and self.level is not Level.HEAT:
            notes.append(f"by {self.fold_by}")
        if self.problem:
            notes.append(self.problem)
        elif self.level is not self.wanted:
            notes.append(f"laying out {self.count:,} tasks…")
        elif self.fits and self.drawing is not None and self.is_seen_whole(self.drawing.size):
            notes.append("fit")
        return " · ".join(notes)

    # Tasks and boxes

    def _box(self, task: int) -> int:
        """What stands for a task in the drawing; the heat map shows every task."""
        folded = self._fold
        return task if folded is None or self.level is Level.HEAT else folded.box_of[task]

    def _task(self, box: int) -> int:
        """The task that is meant by what is drawn: of a group the first."""
        folded = self._fold
        return box if folded is None or self.level is Level.HEAT else folded.members[box][0]

    def region(self, tasks: Iterable[int]) -> Region:
        """The cells that these tasks take together; none if nothing is drawn."""
        if self.drawing is None:
            return Region()
        regions = [self.drawing.region(box) for box in {self._box(task) for task in tasks}]
        return Region.from_union(regions) if regions else Region()

    def task_at(self, x: int, y: int) -> int | None:
        """The task whose cells these are; if it is in a group, the one under the cursor or the first."""
        box = None if self.drawing is None else self.drawing.task_at(x, y)
        if box is None:
            return None
        selected = self.scene.selected
        return selected if selected is not None and self._box(selected) == box else self._task(box)

    def neighbour(self, task: int, direction: Direction) -> int | None:
        """Where the cursor goes from a task; None if there is nothing in that direction."""
        box = None if self.drawing is None else self.drawing.neighbour(self._box(task), direction)
        return None if box is None else self._task(box)
