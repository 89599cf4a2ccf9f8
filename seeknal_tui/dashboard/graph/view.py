"""The widget of the graph."""

from __future__ import annotations

from typing import ClassVar

from textual import events, on
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size, Spacing
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.scrollbar import ScrollDown, ScrollLeft, ScrollRight, ScrollTo, ScrollUp
from textual.strip import Strip
from textual.worker import Worker

from seeknal_tui.dashboard.cells import ink
from seeknal_tui.dashboard.graph.drawing import Direction
from seeknal_tui.dashboard.graph.elsewhere import LayoutFailed, lay_out_elsewhere
from seeknal_tui.dashboard.graph.levels import Level
from seeknal_tui.dashboard.graph.scene import Scene
from seeknal_tui.dashboard.graph.stage import Stage
from seeknal_tui.dashboard.look import DARK, Palette
from seeknal_tui.dashboard.messages import TaskOpened, TaskSelected
from seeknal_tui.pipeline.model import Pipeline
from seeknal_tui.run.state import RunState

SCROLL_MARGIN = Spacing(2, 4, 2, 4)


class GraphView(ScrollView, can_focus=True, inherit_bindings=False):
    """The tasks and what they wait for: boxes, one-line chips, braille, or a heat map."""

    ALLOW_SELECT = False

    DEFAULT_CSS = """
    GraphView {
        scrollbar-size-vertical: 1;
        scrollbar-size-horizontal: 1;
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "walk('left')", "the task at the left", show=False),
        Binding("right,l", "walk('right')", "the task at the right", show=False),
        Binding("up,k", "walk('up')", "the task above", show=False),
        Binding("down,j", "walk('down')", "the task below", show=False),
        Binding("pageup", "page(-1)", "a page up", show=False),
        Binding("pagedown", "page(1)", "a page down", show=False),
        Binding("g,home", "walk_to(0)", "the first task", show=False),
        Binding("G,end", "walk_to(-1)", "the last task", show=False),
        Binding("enter", "open", "open the task, or unfold the group", show=False),
    ]

    class CaptionChanged(Message):
        """What :attr:`GraphView.caption` says is another now."""

        def __init__(self, caption: str) -> None:
            super().__init__()
            self.caption = caption

    def __init__(self, pipeline: Pipeline, state: RunState, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._scene = Scene(pipeline, state, DARK)
        self._stage = Stage(self._scene)
        self._follows = True
        self._followed: list[int] = []
        """The running tasks that were brought into view last."""
        self._laying_out: Worker[None] | None = None
        self._drawn_marks: set[int] = set()
        self._caption = ""

    # What the screen sets

    @property
    def pipeline(self) -> Pipeline:
        """The pipeline that is shown."""
        return self._scene.pipeline

    @property
    def state(self) -> RunState:
        """The state that is shown."""
        return self._scene.state

    @property
    def selected(self) -> int | None:
        """The task under the cursor."""
        return self._scene.selected

    @property
    def marked(self) -> set[int]:
        """The numbers of the marked tasks, shared with the screen; after changing it call :meth:`refresh`."""
        return self._scene.marked

    @marked.setter
    def marked(self, numbers: set[int]) -> None:
        self._scene.marked = numbers
        self._look_changed()

    @property
    def critical(self) -> frozenset[int]:
        """The tasks on the critical path."""
        return self._scene.critical

    @critical.setter
    def critical(self, numbers: frozenset[int]) -> None:
        if numbers != self._scene.critical:
            self._scene.critical = numbers
            self._look_changed()

    @property
    def palette(self) -> Palette:
        """The colours."""
        return self._scene.palette

    @palette.setter
    def palette(self, palette: Palette) -> None:
        self._scene.palette = palette
        self._look_changed()

    def show_matches(self, matches: frozenset[int] | None) -> None:
        """Show the other tasks faintly; None: all are shown."""
        if matches != self._scene.matches:
            self._scene.matches = matches
            self._look_changed()

    def select(self, number: int) -> None:
        """Move the cursor to that task, and scroll to it, without telling anybody."""
        if number != self._scene.selected:
            if self._scene.selected is not None:
                self._stop_following()
            self._scene.selected = number
            self._look_changed()
            self._show_selected()

    def state_changed(self, touched: set[int], now: float) -> None:
        """New events were folded (which touched these tasks), or time went on; *now* in session seconds."""
        self._scene.now = now
        self._refresh_cells(self._stage.changed(touched))
        if self._follows:
            self._show_running()
        self._tell_caption()

    def set_pipeline(self, pipeline: Pipeline, state: RunState) -> None:
        """Show another pipeline, or the same loaded anew."""
        before = self._scene
        self._scene = Scene(pipeline, state, before.palette)
        self._scene.marked = before.marked
        self._cancel()
        self._stage = self._stage.for_scene(self._scene)
        self._show()

    # Zoom

    @property
    def level(self) -> Level:
        """How the tasks are drawn now."""
        return self._stage.level

    @property
    def caption(self) -> str:
        """How the tasks are drawn, in words: ``boxes · fit``, ``heat · laying out 1,000 tasks…``."""
        following = " · follow" if self._follows and self.state.is_running and self._can_scroll else ""
        return self._stage.caption + following

    def zoom_in(self) -> None:
        """Show more of each task."""
        self._zoom(-1)

    def zoom_out(self) -> None:
        """Show more tasks."""
        self._zoom(1)

    def fit(self) -> None:
        """Show all tasks, with as much of each as there is room for; if there is not enough, a part of them in full."""
        self._stage.fits = True
        self._show()

    def _zoom(self, step: int) -> None:
        if self._stage.zoom(step):
            self._cancel()
            self._show()

    def turn(self) -> None:
        """Draw the lines from the top down, or from the left to the right again."""
        self._stage.turn()
        self._cancel()
        self._show()

    def cycle_fold(self) -> None:
        """Fold the tasks by kind, by tag, by the beginning of their names, not at all."""
        self._stage.cycle_fold()
        self._cancel()
        self._show()

    @property
    def _room(self) -> Size:
        """The cells of the pane if it has no scroll bars."""
        return self.container_size

    # Layout

    def _show(self) -> None:
        """Draw at the level that is wanted, or as near as can be for now."""
        if not self._room.area:
            return
        stage = self._stage
        if stage.draw(self._room):
            self._ask_for_layout()
        # A map is as large as the pane, which would bring scroll bars.
        self.virtual_size = stage.drawing.size if stage.scrolls and stage.drawing is not None else Size(1, 1)
        self._show_place()
        self.refresh()
        self._tell_caption()

    def _ask_for_layout(self) -> None:
        """Have the graph laid out by another process."""
        if not self._stage.problem and self._laying_out is None:
            self._laying_out = self.run_worker(self._lay_out_elsewhere(self._stage))

    async def _lay_out_elsewhere(self, stage: Stage) -> None:
        try:
            layout = await lay_out_elsewhere(*stage.task_for_layout())
        except LayoutFailed as problem:
            stage.problem = f"no layout: {problem}"
            self._laying_out = None
            self._tell_caption()
            return
        self._laying_out = None
        stage.take_layout(layout)
        self._show()

    def _cancel(self) -> None:
        if self._laying_out is not None:
            self._laying_out.cancel()
            self._laying_out = None

    def on_unmount(self) -> None:
        """Nothing is laid out for a pane that is gone."""
        self._cancel()

    def on_resize(self) -> None:
        """Another size may fit another level; the task under the cursor stays in view."""
        if self._stage.fits or not self._stage.scrolls:
            self._show()
        else:
            self._show_place()

    def _tell_caption(self) -> None:
        if self.caption != self._caption:
            self._caption = self.caption
            self.post_message(self.CaptionChanged(self._caption))

    # The cursor

    def action_walk(self, direction: str) -> None:
        """Move the cursor along the edges (left, right) or in its column (up, down)."""
        selected = self._scene.selected
        if selected is None:
            self.action_walk_to(0)
        else:
            number = self._stage.neighbour(selected, Direction(direction))
            self._choose(selected if number is None else number)

    def action_walk_to(self, place: int) -> None:
        """Move the cursor to the task at that place in topological order; -1 is the last."""
        if self.pipeline.topological_order:
            self._choose(self.pipeline.topological_order[place])

    def action_page(self, pages: int) -> None:
        """Scroll by the height of the pane."""
        self._stop_following()
        self.scroll_relative(y=pages * max(1, self.size.height - 2), animate=False)

    def action_open(self) -> None:
        """Open the task under the cursor, or the group that it is folded in."""
        if self._scene.selected is not None:
            self._open(self._scene.selected)

    def _open(self, number: int) -> None:
        if self._stage.unfold(number):
            self._stop_following()
            self._cancel()
            self._show()
        else:
            self.post_message(TaskOpened(number))

    def _choose(self, number: int) -> None:
        if number != self._scene.selected:
            self.select(number)
            self.post_message(TaskSelected(number))
        else:
            # A run that was followed may have led away from the cursor.
            self._stop_following()
            self._show_selected()

    def _show_selected(self) -> None:
        """Scroll so that the task under the cursor is seen with something around it."""
        if self._scene.selected is not None and self._stage.scrolls:
            region = self._stage.region([self._scene.selected])
            self.scroll_to_region(region, spacing=SCROLL_MARGIN, animate=False, force=True)

    def centre(self) -> None:
        """Scroll so that the task under the cursor is in the middle of the pane, as far as the drawing reaches."""
        if self._scene.selected is not None and self._stage.scrolls:
            self._stop_following()
            self._scroll_to_middle(self._stage.region([self._scene.selected]))

    def _scroll_to_middle(self, region: Region) -> None:
        x, y = region.x + region.width // 2, region.y + region.height // 2
        self.scroll_to(x - self.size.width // 2, y - self.size.height // 2, animate=False, force=True)

    # Following

    def follow(self) -> None:
        """Keep what is running in view, until the user moves or scrolls."""
        self._follows, self._followed = True, []
        self._show_running()
        self._tell_caption()

    @property
    def _can_scroll(self) -> bool:
        drawing = self._stage.drawing
        return drawing is not None and self._stage.scrolls and not self._stage.is_seen_whole(drawing.size)

    def _show_place(self) -> None:
        """Have in view what has to be: the task under the cursor, or what runs while that is followed."""
        self._show_selected()
        if self._follows:
            self._followed = []
            self._show_running()

    def _show_running(self) -> None:
        """Scroll to what runs, if other tasks run than before: to all of it, or to what has started last."""
        running = list(self.state.running)
        if running == self._followed or not self._can_scroll:
            return
        self._followed = running
        if running:
            region = self._stage.region(running)
            if region.width > self.size.width or region.height > self.size.height:
                region = self._stage.region(running[-1:])
            if not self.size.region.translate(self.scroll_offset).contains_region(region):
                self._scroll_to_middle(region)

    def _stop_following(self) -> None:
        if self._follows:
            self._follows = False
            self._tell_caption()

    @on(events.MouseScrollDown)
    @on(events.MouseScrollUp)
    @on(events.MouseScrollLeft)
    @on(events.MouseScrollRight)
    @on(ScrollTo)
    @on(ScrollUp)
    @on(ScrollDown)
    @on(ScrollLeft)
    @on(ScrollRight)
    def scrolled_by_the_user(self) -> None:
        """By the wheel or a scroll bar: what runs is no longer followed."""
        self._stop_following()

    # The mouse

    def on_click(self, event: events.Click) -> None:
        """A click selects a task; on the selected it opens it."""
        offset = event.get_content_offset(self)
        if offset is None:
            return
        number = self._stage.task_at(*(offset + self.scroll_offset))
        if number is not None:
            event.stop()
            if number == self._scene.selected:
                self._open(number)
            else:
                self._choose(number)

    # Painting

    def _look_changed(self) -> None:
        self._stage.look_changed()
        self.refresh()

    def _refresh_cells(self, regions: list[Region]) -> None:
        """Paint these cells of the drawing again, as far as they are in view."""
        view = self.size.region
        offset = -self.scroll_offset
        seen = [region.translate(offset).intersection(view) for region in regions]
        seen = [region for region in seen if region.area]
        if seen:
            self.refresh(*seen)

    def render_lines(self, crop: Region) -> list[Strip]:
        """The lines of a part of the view."""
        if self._drawn_marks != self._scene.marked:
            self._drawn_marks = set(self._scene.marked)
            self._stage.look_changed()
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        """A line of the view."""
        x, top = self.scroll_offset
        width = self.size.width
        if self._stage.drawing is None:
            return Strip.blank(width, ink(self.palette.text, self.palette.background))
        return self._stage.drawing.line(top + y, x, width)
