"""The main screen: the panes on one pipeline, the selection they share, and the clock that keeps them up to date.

One timer takes in what has happened and tells every pane which tasks it touched. It runs 30 times a second while tasks
run, less often when nothing does, and also when so much happens that painting would slow the tasks down.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator, Sequence
from typing import ClassVar

from rich.text import Text
from textual import events
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.theme import Theme
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input

from seeknal_tui.dashboard.actions import ACTIONS, UserAction, bindings
from seeknal_tui.dashboard.arrangement import PANES, Arrangement
from seeknal_tui.dashboard.details import Details, Tab
from seeknal_tui.dashboard.filter_bar import FilterBar
from seeknal_tui.dashboard.graph.view import GraphView
from seeknal_tui.dashboard.header import RunHeader
from seeknal_tui.dashboard.help_screen import HelpScreen
from seeknal_tui.dashboard.key_footer import KeyFooter
from seeknal_tui.dashboard.log.keys import KEYS
from seeknal_tui.dashboard.messages import DefinitionOpened, MaxParallelChosen, TaskOpened, TaskSelected
from seeknal_tui.dashboard.pane_help import help_of, keys_of_pane
from seeknal_tui.dashboard.run_actions import RunActions
from seeknal_tui.dashboard.session import Session
from seeknal_tui.dashboard.slider import MaxParallelSlider
from seeknal_tui.dashboard.task_list import TaskList
from seeknal_tui.dashboard.themes import paint
from seeknal_tui.dashboard.timeline.view import TimelineView
from seeknal_tui.run.plan import RerunPlan

RUNNING_HZ, BUSY_HZ, IDLE_HZ = 36.0, 5.0, 5.0
"""The first is more than the 30 frames a second that are wanted, because a tick that comes late is left out."""
BUSY_RATE = 3000
"""From so many events a second on the tasks need the processor more than the screen does. Tasks of 1 ms took 1.23 times
as long with 10 looks a second as without the dashboard, with 5 they take less than 1.15 times as long."""
SLOTS_EVERY_S = 0.5

KEYS_OF_LOG = frozenset(action.name for action in ACTIONS if not KEYS.isdisjoint(action.keys))
"""The actions whose keys do something else in the log."""


class MainScreen(RunActions):
    """Everything about one pipeline and its runs."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings()]
    AUTO_FOCUS = ""

    def __init__(
        self, session: Session, start: RerunPlan | None = None, actions: Sequence[UserAction] = ACTIONS
    ) -> None:
        super().__init__(session)
        self.actions = actions
        """The table of actions with the user's keys."""
        self._start = start
        pipeline, state = session.pipeline, session.state
        self.graph = GraphView(pipeline, state, id="graph")
        self.timeline = TimelineView(pipeline, state, id="timeline")
        self.tasks = TaskList(pipeline, state, id="tasks")
        self.details = Details(session, id="details")
        self._panes: tuple[GraphView | TimelineView | TaskList, ...] = (self.graph, self.timeline, self.tasks)
        self._left = Vertical(id="left")
        self._header = RunHeader()
        self._slider = MaxParallelSlider(session.runner.max_parallel)
        self._footer = KeyFooter(actions)
        self._filter_bar = FilterBar()
        self._filter_bar.display = False
        self._arrangement = Arrangement()
        self._timer: Timer | None = None
        self._hz = 0.0
        self._ticked_at = 0.0
        self._shown: tuple[object, ...] = ()
        self._busy: deque[float] = deque(maxlen=60)
        self._busy_at = 0.0

    def compose(self) -> Iterator[Widget]:
        """Header and slider, the panes, filter and footer."""
        yield self._header
        yield self._slider
        with Horizontal(id="body"):
            yield self.tasks
            with self._left:
                yield self.graph
                yield self.timeline
            yield self.details
        yield self._filter_bar
        yield self._footer

    def on_mount(self) -> None:
        """Begin to keep the time, and the run if that was asked for."""
        paint(self)
        self.app.theme_changed_signal.subscribe(self, self._theme_changed)
        self.graph.border_title = Text(f"1 Graph ─ {self.graph.caption}")
        self.timeline.border_title = Text(f"2 Timeline ─ {self.timeline.caption}")
        self.tasks.border_title = "4 Tasks"
        for pane in self._panes:
            pane.marked = self.session.marked
        self.timeline.wait_reason = self._wait_reason
        self.select_task(self.session.selected)
        self._arrangement.resize(*self.size)
        self._arrange()
        if self._start is not None:
            self.session.start(self._start)
        self._tick()

    # Time

    def _tick(self) -> None:
        """Take in what has happened, and show it."""
        session = self.session
        before = session.state.version
        touched = session.tick()
        self._show_state(touched)
        ticked_at = time.monotonic()
        rate = (session.state.version - before) / max(1e-3, ticked_at - self._ticked_at)
        self._ticked_at = ticked_at
        if rate > BUSY_RATE and session.runner.is_running:
            self._keep_time(BUSY_HZ)
        elif session.state.is_running or not self.details.log_view.is_complete:
            self._keep_time(RUNNING_HZ)
        else:
            self._keep_time(IDLE_HZ)

    def _keep_time(self, hz: float) -> None:
        if hz != self._hz:
            if self._timer is not None:
                self._timer.stop()
            self._hz = hz
            self._timer = self.set_interval(1 / hz, self._tick)

    def _show_state(self, touched: set[int]) -> None:
        session = self.session
        state, now = session.state, session.now
        shown = (state.version, now, state.max_parallel)
        if shown != self._shown:
            self._shown = shown
            for pane in self._panes:
                if pane.critical != session.critical:
                    pane.critical = session.critical
                pane.state_changed(touched, now)
            self._header.show(state, now, session.use)
            self._slider.set_value(state.max_parallel)
            if not state.is_running or now - self._busy_at >= SLOTS_EVERY_S or now < self._busy_at:
                self._busy_at = now
                self._busy.append(len(state.running))
            self._slider.show_busy(state.max_parallel, len(state.running), list(self._busy))
            if touched and session.refresh_filter():
                self._show_matches()
        self.details.state_changed(touched)

    def session_changed(self) -> None:
        """Show at once what comes of what was asked for."""
        self._tick()

    def _wait_reason(self, number: int) -> str:
        wait = self.session.runner.wait_of(number)
        return wait.reason if wait is not None and wait.reason in ("pool", "output") else "slot"

    def _theme_changed(self, _: Theme) -> None:
        """Show everything in other colours, also what was worked out before."""
        paint(self)
        self._shown = ()
        self.details.show_task(self.session.selected)
        self._tick()

    # One selection

    def on_task_selected(self, message: TaskSelected) -> None:
        """The cursor moved in a pane: it moves in all of them."""
        message.stop()
        self.select_task(message.number)

    def on_task_opened(self, message: TaskOpened) -> None:
        """A task is opened: what it printed, or why it waits."""
        message.stop()
        self.select_task(message.number)
        self.action_open()

    def select_task(self, number: int) -> None:
        """Move the cursor of every pane to that task."""
        if not self.session.pipeline.tasks:
            return
        self.session.selected = number
        for pane in self._panes:
            pane.select(number)
        self.details.show_task(number)

    def marks_changed(self) -> None:
        """Every pane shows which tasks are marked."""
        for pane in self._panes:
            pane.refresh()

    def action_open(self) -> None:
        """Show what the task under the cursor printed, or why it does not run yet."""
        started = bool(self.session.state.attempts[self.session.selected]) if self.session.pipeline.tasks else False
        self._open_tab(Tab.LOG if started else Tab.WHY)

    def action_why(self) -> None:
        """Show why the task waits."""
        self._open_tab(Tab.WHY)

    def action_log(self) -> None:
        """Show what the task printed."""
        self._open_tab(Tab.LOG)

    def _open_tab(self, tab: Tab) -> None:
        self.details.open_tab(tab)
        self.show_pane("details")

    def action_next_tab(self) -> None:
        """The next tab of the details."""
        self.details.next_tab(1)
        self._bring_details()

    def action_previous_tab(self) -> None:
        """The tab before."""
        self.details.next_tab(-1)
        self._bring_details()

    def _bring_details(self) -> None:
        if not self.details.size.width:
            self.show_pane("details")

    def action_follow(self) -> None:
        """Follow the run and the log again."""
        self.graph.follow()
        self.timeline.follow()
        self.tasks.follow_rows()
        self.details.log_view.follow()

    # Panes

    def show_pane(self, name: str) -> None:
        """Bring a pane to the front and give it the keys."""
        self._arrangement.bring(name)
        self._arrange()

    def _arrange(self, *, focus: bool = True) -> None:
        """Show the panes that there is room for."""
        seen = self._arrangement.seen
        self.tasks.display = "tasks" in seen
        self.graph.display = "graph" in seen
        self.timeline.display = "timeline" in seen
        self._left.display = self.graph.display or self.timeline.display
        self.details.display = "details" in seen
        self.set_class(seen == {"tasks"}, "-only-tasks")
        if focus:
            self.set_focus(self._widget(self._arrangement.front))  # at once: the next key may be waiting already

    def _widget(self, name: str) -> Widget:
        return {"graph": self.graph, "timeline": self.timeline, "tasks": self.tasks}.get(name) or self.details.front

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """A pane that is clicked is in front; the footer begins with the keys of what has the focus."""
        for name in PANES:
            if self._widget(name) is event.widget and name != self._arrangement.front:
                self.show_pane(name)
        if isinstance(event.widget, Widget) and event.widget is self.focused:
            self._footer.follow(event.widget, keys_of_pane(self, event.widget), help_of(self._front_name).first)

    def on_resize(self, event: events.Resize) -> None:
        """Another size may have room for other panes."""
        self._arrangement.resize(*event.size)
        self._arrange(focus=not (self._slider.has_focus or self._filter_bar.display))

    def action_pane(self, number: int) -> None:
        """Bring the pane of that number to the front."""
        self.show_pane(PANES[number - 1])

    def action_next_pane(self) -> None:
        """Bring the next pane to the front; the slider counts as one."""
        self._step_pane(1)

    def action_previous_pane(self) -> None:
        """The same the other way round."""
        self._step_pane(-1)

    def _step_pane(self, by: int) -> None:
        names = ["slider", *self._arrangement.panes]
        here = "slider" if self._slider.has_focus else self._arrangement.front
        name = names[(names.index(here) + by) % len(names)]
        if name == "slider" and self._slider.display:
            self._slider.focus()
        else:
            self.show_pane(name)

    def action_zoom(self) -> None:
        """The pane in front on the whole screen, and back."""
        self._arrangement.zoom()
        self._arrange()

    def action_back(self) -> None:
        """One step back: from a zoomed pane, from a filter, from the details."""
        if self._arrangement.zoomed:
            self._arrangement.unzoom()
            self._arrange()
        elif self.session.filter:
            self._filter("")
        elif self._arrangement.front == "details" or self._slider.has_focus:
            self.show_pane(self._arrangement.home)

    # The filter

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool:
        """While something is typed, its letters are no keys; what the log has keys of its own for is for the log."""
        if self._filter_bar.display or isinstance(self.focused, Input):
            return False
        return not (self.focused is self.details.log_view and action in KEYS_OF_LOG)

    async def perform(self, action: str) -> None:
        """Do what was chosen by its name, also where its key does something else in the log."""
        if self.focused is self.details.log_view and action.split("(", maxsplit=1)[0] in KEYS_OF_LOG:
            self.show_pane(self._arrangement.home)
        await self.run_action(action)

    def action_filter(self) -> None:
        """Type a filter."""
        self._filter_bar.open(self.session.filter)

    def on_filter_bar_edited(self, message: FilterBar.Edited) -> None:
        """Show what the filter lets through."""
        message.stop()
        self._filter(message.text)
        if message.done:
            self._arrange()

    def _filter(self, text: str) -> None:
        problem = self.session.set_filter(text)
        matches = self.session.matches
        self._filter_bar.say(problem or ("" if matches is None else f"{len(matches):,} found"))
        self._show_matches()
        if matches and self.session.selected not in matches:
            self.action_next_match()

    def _show_matches(self) -> None:
        for pane in self._panes:
            pane.show_matches(self.session.matches)

    def action_next_match(self) -> None:
        """Select the next task that the filter lets through."""
        self._select_match(backwards=False)

    def action_previous_match(self) -> None:
        """Select the one before."""
        self._select_match(backwards=True)

    def _select_match(self, *, backwards: bool) -> None:
        number = self.session.match_after(self.session.selected, backwards=backwards)
        if number is None:
            self.tell("no filter is set: / sets one" if self.session.matches is None else "the filter finds nothing")
        else:
            self.select_task(number)

    # The rest

    def action_help(self) -> None:
        """Explain the pane that has the focus, and show all keys."""
        self.app.push_screen(HelpScreen(help_of(self._front_name), keys_of_pane(self, self.focused), self.actions))

    def action_palette(self) -> None:
        """Every action by its name."""
        self.app.action_command_palette()

    def action_sort(self) -> None:
        """Sort the timeline's rows by something else."""
        self.timeline.cycle_sort()
        self.tasks.sort = self.timeline.sort

    def action_lanes(self) -> None:
        """The timeline as lanes, and back."""
        self.timeline.toggle_lanes()

    def action_started_only(self) -> None:
        """Hide in the timeline what has not started, and show it again."""
        self.timeline.toggle_started_only()

    def action_group(self) -> None:
        """Group the timeline's rows by something else."""
        self.timeline.cycle_grouping()

    def action_mark(self) -> None:
        """Mark the task under the cursor, or take its mark away; a group in the timeline is folded."""
        if self.timeline.has_focus and self.timeline.on_group:
            self.timeline.action_fold_group()
        else:
            super().action_mark()

    def action_scale(self, by: int) -> None:
        """Show the graph (the timeline, if that is in front) larger, smaller when negative, fitted when zero."""
        pane = self.timeline if self._arrangement.front in ("timeline", "tasks") else self.graph
        if by > 0:
            pane.zoom_in()
        elif by < 0:
            pane.zoom_out()
        else:
            pane.fit()

    def action_turn(self) -> None:
        """The graph from the top down, or from left to right again."""
        self.graph.turn()

    def action_fold(self) -> None:
        """Fold the graph by what tasks have in common."""
        self.graph.cycle_fold()

    def action_centre(self) -> None:
        """The task under the cursor into the middle of the graph."""
        self.graph.centre()

    def on_max_parallel_chosen(self, message: MaxParallelChosen) -> None:
        """The slider was moved."""
        message.stop()
        self.session.set_max_parallel(message.max_parallel)
        self.session_changed()

    def on_timeline_view_caption_changed(self, message: TimelineView.CaptionChanged) -> None:
        """The timeline's title tells how it is sorted and whether it follows."""
        message.stop()
        self.timeline.border_title = Text(f"2 Timeline ─ {message.caption}")

    def on_graph_view_caption_changed(self, message: GraphView.CaptionChanged) -> None:
        """The graph's title tells how large it is drawn."""
        message.stop()
        self.graph.border_title = Text(f"1 Graph ─ {message.caption}")

    async def action_reload(self) -> None:
        """Read the pipeline file again."""
        await self.app.run_action("reload")

    def action_edit(self) -> None:
        """Open the editor where the task is defined."""
        if self.session.pipeline.tasks:
            place = self.session.pipeline.tasks[self.session.selected].place
            self.post_message(DefinitionOpened(place.file, place.line))

    def action_copy(self) -> None:
        """Copy what the pane in front tells of the task."""
        if self.session.pipeline.tasks:
            name = self.session.pipeline.tasks[self.session.selected].name
            what, text = self.details.copied if self._arrangement.front == "details" else (f"the name {name}", name)
            self.app.copy_to_clipboard(text)
            self.tell(f"{what} is in the clipboard (where the terminal allows it)")

    async def action_mouse(self) -> None:
        """Give the mouse to the terminal, or take it back."""
        await self.app.run_action("mouse")

    @property
    def _front_name(self) -> str:
        """What has the keys, as the help calls it."""
        if self._slider.has_focus:
            return "slider"
        return "log" if self.focused is self.details.log_view else self._arrangement.front

    async def action_quit(self) -> None:
        """Quit; asks while tasks run."""
        await self.app.run_action("quit")

    def take_pipeline(self) -> None:
        """The session has another pipeline: every pane shows it."""
        session = self.session
        for pane in self._panes:
            pane.set_pipeline(session.pipeline, session.state)
            pane.show_matches(session.matches)
        self._shown = ()
        self.select_task(session.selected)
        self._tick()
