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
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.theme import Theme
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input

from seeknal_tui.dashboard.actions import ACTIONS, UserAction, bindings
from seeknal_tui.dashboard.bottleneck_actions import BottleneckActions
from seeknal_tui.dashboard.changed_actions import ChangedActions
from seeknal_tui.dashboard.filter_actions import FilterActions
from seeknal_tui.dashboard.graph.view import GraphView
from seeknal_tui.dashboard.header import RunHeader, Viewpoint
from seeknal_tui.dashboard.help_screen import HelpScreen
from seeknal_tui.dashboard.history_actions import HistoryActions
from seeknal_tui.dashboard.log.keys import KEYS
from seeknal_tui.dashboard.messages import DefinitionOpened, MaxParallelChosen, TaskOpened, TaskSelected
from seeknal_tui.dashboard.pane_actions import PaneActions
from seeknal_tui.dashboard.pane_help import help_of, keys_of_pane
from seeknal_tui.dashboard.session import Session
from seeknal_tui.dashboard.starting import Start
from seeknal_tui.dashboard.task_list import TaskList
from seeknal_tui.dashboard.themes import paint
from seeknal_tui.dashboard.time_actions import TimeActions
from seeknal_tui.dashboard.timeline.spans import HeldUp
from seeknal_tui.dashboard.timeline.view import TimelineView
from seeknal_tui.dashboard.turns import Show, Turns

RUNNING_HZ, BUSY_HZ, IDLE_HZ = 32.0, 3.0, 5.0
"""The first is more than the 30 frames a second that are wanted, because a tick that comes late is left out."""
BUSY_RATE = 3000
"""From so many events a second on the tasks need the processor more than the screen does. Tasks of 1 ms took 1.23 times
as long with 10 looks a second as without the dashboard, 1.18 with 5 and 1.14 with 3."""
SLOTS_EVERY_S = 0.5

KEYS_OF_LOG = frozenset(action.name for action in ACTIONS if not KEYS.isdisjoint(action.keys))
"""The actions whose keys do something else in the log."""


class MainScreen(ChangedActions, FilterActions, TimeActions, HistoryActions, PaneActions, BottleneckActions):
    """Everything about one pipeline and its runs."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings()]
    AUTO_FOCUS = ""

    def __init__(self, session: Session, start: Start | None = None, actions: Sequence[UserAction] = ACTIONS) -> None:
        super().__init__(session, actions)
        self._start = start
        self._header = RunHeader()
        self._timer: Timer | None = None
        self._hz = 0.0
        self._ticked_at = 0.0
        self._busy: deque[float] = deque(maxlen=60)
        self._busy_at = 0.0
        self.file_problem = ""
        """What is wrong with the file as it is now; empty if the pipeline is what it says."""
        self._turns = self._new_turns()

    def _new_turns(self) -> Turns:
        def show_in(pane: GraphView | TimelineView | TaskList) -> Show:
            return lambda touched: pane.state_changed(touched, self.session.now)

        return Turns(
            {
                **{str(pane.id): show_in(pane) for pane in self.panes},
                str(self.details.id): self.details.state_changed,
                "header": lambda _: self._show_header(),
                "filter": self._filter_again,
            }
        )

    def compose(self) -> Iterator[Widget]:
        """Header and slider, the panes, filter and footer."""
        yield self._header
        yield self.slider
        with Horizontal(id="body"):
            yield self.tasks
            with self.left:
                yield self.graph
                yield self.timeline
            yield self.details
        yield self.filter_bar
        yield self.footer

    def on_mount(self) -> None:
        """Begin to keep the time, and the run if that was asked for."""
        paint(self)
        self.app.theme_changed_signal.subscribe(self, self._theme_changed)
        self.graph.border_title = Text(f"1 Graph ─ {self.graph.caption}")
        self.timeline.border_title = Text(f"2 Timeline ─ {self.timeline.caption}")
        self.tasks.border_title = "4 Tasks"
        for pane in self.panes:
            pane.marked = self.session.marked
        self.timeline.held_up = self._held_up
        self.select_task(self.session.selected)
        self.arrangement.resize(*self.size)
        self.arrange_panes()
        start = self._start
        if start is not None and start.plan is not None and not start.breaks:
            self._show_state(set())
            self.call_after_refresh(self.begin, start.plan)  # to build the screen would hold the first tasks up
        else:
            self._catch_up()
        if start is not None and start.ask is not None:
            self.ask(self.session.propose_changes(*start.ask), start.ask[0])
        elif start is not None and start.plan is not None and start.breaks:
            self.ask(self.session.propose_plan(start.plan))

    # Time

    def _tick(self) -> None:
        """Take in what has happened, and show it where it is looked at, and in turn beside it."""
        self._catch_up(everywhere=self._hz not in (RUNNING_HZ, BUSY_HZ))

    def _catch_up(self, *, everywhere: bool = True) -> None:
        session = self.session
        before = session.state.version
        touched = session.tick()
        self._show_state(touched, everywhere=everywhere)
        ticked_at = time.monotonic()
        self.look_for_changes()
        rate = (session.state.version - before) / max(1e-3, ticked_at - self._ticked_at)
        self._ticked_at = ticked_at
        if rate > BUSY_RATE and session.engine.is_running:
            self._keep_time(BUSY_HZ)
        elif (session.state.is_running and not session.looks_back) or not self.details.log_view.is_complete:
            self._keep_time(RUNNING_HZ)
        else:
            self._keep_time(IDLE_HZ)

    def _keep_time(self, hz: float) -> None:
        if hz != self._hz:
            if self._timer is not None:
                self._timer.stop()
            self._hz = hz
            self._timer = self.set_interval(1 / hz, self._tick)

    def _show_state(self, touched: set[int], *, everywhere: bool = True) -> None:
        """Show what the events said that touched these tasks."""
        session = self.session
        state = session.state
        critical = session.lit or session.critical
        for pane in self.panes:
            if pane.critical != critical:
                pane.critical = critical
        self._turns.touch(touched)
        answers = session.foresight.answers
        label = (session.engine.label, self.file_problem, self.filter_told)
        moment = (state.version, session.now, state.max_parallel, critical, label, answers)
        if everywhere or not state.is_running or session.looks_back:
            self._turns.show_all(moment)
            self.details.look()
        else:
            if self._hz == BUSY_HZ:
                self._turns.show_front({*self._front, "header"}, moment, beside_every=1)
            else:
                self._turns.show_front(self._front, moment)
            if not self.details.log_view.is_complete:
                self.details.look()

    @property
    def _front(self) -> list[str]:
        """Which of the parts is worked in: none or one."""
        return [str(part.id) for part in (*self.panes, self.details) if part.has_focus_within or part.has_focus]

    def _show_header(self) -> None:
        session = self.session
        state, now = session.state, session.now
        end = session.end if session.looks_back else None
        viewpoint = Viewpoint(session.engine.label, session.ends_in(), end, self.file_problem, self.filter_told)
        self._header.show(state, now, session.use, viewpoint)
        self.footer.refuse(session.looks_back or bool(session.engine.refusal))
        self.slider.set_value(state.max_parallel)
        if not state.is_running or now - self._busy_at >= SLOTS_EVERY_S or now < self._busy_at:
            self._busy_at = now
            self._busy.append(len(state.running))
        self.slider.show_busy(state.max_parallel, len(state.running), list(self._busy))
        self.slider.show_forecast(() if session.looks_back else session.foresight.by_slots())

    def _filter_again(self, touched: set[int]) -> None:
        """A filter by status lets other tasks through now."""
        if touched and self.session.refresh_filter():
            self.show_matches()

    def moment_changed(self, touched: set[int]) -> None:
        """Show the moment that is looked at."""
        session = self.session
        self.timeline.end = session.end if session.looks_back else None
        for pane in (self.timeline, self.tasks):
            pane.moment_changed(touched)
        self._show_state(touched)
        self.details.show_task(session.selected)
        self._catch_up()

    def changes_shown(self) -> None:
        """Why the task under the cursor would run again may be another reason now."""
        self.details.refresh_why()

    def session_changed(self) -> None:
        """Show at once what comes of what was asked for."""
        self._catch_up()

    def _held_up(self, number: int) -> HeldUp:
        wait = self.session.wait_of(number)
        reason = wait.reason if wait is not None and wait.reason in ("pool", "output", "paused") else "slot"
        return HeldUp(reason, self.session.waited_of(number))

    def _theme_changed(self, _: Theme) -> None:
        """Show everything in other colours, also what was worked out before."""
        paint(self)
        self._turns.show_again()
        self.details.show_task(self.session.selected)
        self._catch_up()

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
        for pane in self.panes:
            pane.select(number)
        self.details.show_task(number)

    def marks_changed(self) -> None:
        """Every pane shows which tasks are marked."""
        for pane in self.panes:
            pane.refresh()

    # Keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool:
        """While something is typed, its letters are no keys; what the log has keys of its own for is for the log."""
        if self.filter_bar.display or isinstance(self.focused, Input):
            return False
        if action == "to_end" and not self.session.looks_back:  # else the key is for the pane
            return False
        return not (self.focused is self.details.log_view and action in KEYS_OF_LOG)

    async def perform(self, action: str) -> None:
        """Do what was chosen by its name, also where its key does something else in the log."""
        if self.focused is self.details.log_view and action.split("(", maxsplit=1)[0] in KEYS_OF_LOG:
            self.show_pane(self.arrangement.home)
        await self.run_action(action)

    def action_back(self) -> None:
        """One step back: from lit tasks, the past, a zoomed pane, filter, details, marks; to the screen behind."""
        if self.unlight():
            return
        if self.session.looks_back:
            self.action_to_end()
        elif self.arrangement.zoomed:
            self.arrangement.unzoom()
            self.arrange_panes()
        elif self.session.filter:
            self.filter_by("")
        elif self.arrangement.front == "details" or self.slider.has_focus:
            self.show_pane(self.arrangement.home)
        elif self.session.marked:
            self.session.marked.clear()
            self.marks_changed()
        elif any(isinstance(screen, MainScreen) for screen in self.app.screen_stack[:-1]):
            self.app.pop_screen()

    # The rest

    def action_help(self) -> None:
        """Explain the pane that has the focus, and show all keys."""
        self.app.push_screen(HelpScreen(help_of(self.front_name), keys_of_pane(self, self.focused), self.actions))

    def action_palette(self) -> None:
        """Every action by its name."""
        self.app.action_command_palette()

    def action_mark(self) -> None:
        """Mark the task under the cursor, or take its mark away; a group in the timeline is folded."""
        if self.timeline.has_focus and self.timeline.on_group:
            self.timeline.action_fold_group()
        else:
            super().action_mark()

    def on_max_parallel_chosen(self, message: MaxParallelChosen) -> None:
        """The slider was moved."""
        message.stop()
        self.set_max_parallel(message.max_parallel)

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
            what, text = self.details.copied if self.arrangement.front == "details" else (f"the name {name}", name)
            self.app.copy_to_clipboard(text)
            self.tell(f"{what} is in the clipboard (where the terminal allows it)")

    async def action_mouse(self) -> None:
        """Give the mouse to the terminal, or take it back."""
        await self.app.run_action("mouse")

    async def action_quit(self) -> None:
        """Quit; asks while tasks run."""
        await self.app.run_action("quit")

    def take_pipeline(self) -> None:
        """The session has another pipeline: every pane shows it."""
        session, self.file_problem = self.session, ""
        for pane in self.panes:
            pane.set_pipeline(session.pipeline, session.state)
            pane.show_matches(session.matches)
        self._turns = self._new_turns()
        self.select_task(session.selected)
        self._catch_up()
