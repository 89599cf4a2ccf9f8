"""Which panes the main screen shows, which of them has the keys, and how each shows its tasks."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text
from textual import events
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Input

from seeknal_tui.dashboard.actions import ACTIONS, UserAction
from seeknal_tui.dashboard.arrangement import PANES, Arrangement
from seeknal_tui.dashboard.details import Details, Tab
from seeknal_tui.dashboard.graph.view import GraphView
from seeknal_tui.dashboard.key_footer import KeyFooter
from seeknal_tui.dashboard.pane_help import help_of, keys_of_line, keys_of_pane
from seeknal_tui.dashboard.session import Session
from seeknal_tui.dashboard.session_screen import SessionScreen
from seeknal_tui.dashboard.slider import MaxParallelSlider
from seeknal_tui.dashboard.task_list import TaskList
from seeknal_tui.dashboard.timeline.view import TimelineView


class PaneActions(SessionScreen):
    """The panes, and the actions that arrange them and look closer."""

    def __init__(self, session: Session, actions: Sequence[UserAction] = ACTIONS) -> None:
        super().__init__(session, actions)
        pipeline, state = session.pipeline, session.state
        self.graph = GraphView(pipeline, state, id="graph")
        self.timeline = TimelineView(pipeline, state, id="timeline")
        self.tasks = TaskList(pipeline, state, id="tasks")
        self.details = Details(session, id="details")
        self.panes: tuple[GraphView | TimelineView | TaskList, ...] = (self.graph, self.timeline, self.tasks)
        """The panes that show every task."""
        self.left = Vertical(id="left")
        self.slider = MaxParallelSlider(session.engine.max_parallel)
        self.footer = KeyFooter(actions)
        self.arrangement = Arrangement()

    # Panes

    def show_pane(self, name: str) -> None:
        """Bring a pane to the front and give it the keys."""
        self.arrangement.bring(name)
        self.arrange_panes()

    def arrange_panes(self, *, focus: bool = True) -> None:
        """Show the panes that there is room for."""
        seen = self.arrangement.seen
        self.tasks.display = "tasks" in seen
        self.graph.display = "graph" in seen
        self.timeline.display = "timeline" in seen
        self.left.display = self.graph.display or self.timeline.display
        self.details.display = "details" in seen
        self.set_class(seen == {"tasks"}, "-only-tasks")
        if focus:
            self.set_focus(self._widget(self.arrangement.front))  # at once: the next key may be waiting already

    def _widget(self, name: str) -> Widget:
        return {"graph": self.graph, "timeline": self.timeline, "tasks": self.tasks}.get(name) or self.details.front

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """A pane that is clicked is in front; the footer begins with the keys of what has the focus."""
        for name in PANES:
            if self._widget(name) is event.widget and name != self.arrangement.front:
                self.show_pane(name)
        if isinstance(event.widget, Widget) and event.widget is self.focused:
            line = event.widget.parent if isinstance(event.widget, Input) else None
            if isinstance(line, Widget):
                self.footer.follow(line, keys_of_line(self, line), (), typing=True)
            else:
                self.footer.follow(event.widget, keys_of_pane(self, event.widget), help_of(self.front_name).first)

    def on_resize(self, event: events.Resize) -> None:
        """Another size may have room for other panes."""
        self.arrangement.resize(*event.size)
        self.arrange_panes(focus=not isinstance(self.focused, MaxParallelSlider | Input))

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
        names = ["slider", *self.arrangement.panes]
        here = "slider" if self.slider.has_focus else self.arrangement.front
        name = names[(names.index(here) + by) % len(names)]
        if name == "slider" and self.slider.display:
            self.slider.focus()
        else:
            self.show_pane(name)

    def action_zoom(self) -> None:
        """The pane in front on the whole screen, and back."""
        self.arrangement.zoom()
        self.arrange_panes()

    @property
    def front_name(self) -> str:
        """What has the keys, as the help calls it."""
        if self.slider.has_focus:
            return "slider"
        return "log" if self.focused is self.details.log_view else self.arrangement.front

    # The details

    def action_open(self) -> None:
        """Show what the task under the cursor printed, or why it does not run yet."""
        started = bool(self.session.state.attempts[self.session.selected]) if self.session.pipeline.tasks else False
        self.open_tab(Tab.LOG if started else Tab.WHY)

    def action_why(self) -> None:
        """Show why the task waits."""
        self.open_tab(Tab.WHY)

    def action_log(self) -> None:
        """Show what the task printed."""
        self.open_tab(Tab.LOG)

    def open_tab(self, tab: Tab) -> None:
        """That tab of the details, in front."""
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

    # How the panes show the tasks

    def action_follow(self) -> None:
        """Follow the run and the log again."""
        self.graph.follow()
        self.timeline.follow()
        self.tasks.follow_rows()
        self.details.log_view.follow()

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

    def action_scale(self, by: int) -> None:
        """Show the graph (the timeline, if that is in front) larger, smaller when negative, fitted when zero."""
        pane = self.timeline if self.arrangement.front in ("timeline", "tasks") else self.graph
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

    def on_timeline_view_caption_changed(self, message: TimelineView.CaptionChanged) -> None:
        """The timeline's title tells how it is sorted and whether it follows."""
        message.stop()
        self.timeline.border_title = Text(f"2 Timeline ─ {message.caption}")

    def on_graph_view_caption_changed(self, message: GraphView.CaptionChanged) -> None:
        """The graph's title tells how large it is drawn."""
        message.stop()
        self.graph.border_title = Text(f"1 Graph ─ {message.caption}")
