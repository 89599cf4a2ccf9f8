"""The task under the cursor in detail: why it waits, what it printed, how it is defined, what it made and used.

Only the tab in front is worked out, and only when something it tells may have changed.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from enum import StrEnum

from rich.text import Text
from textual.containers import Vertical
from textual.widget import Widget

from seeknal_tui.dashboard.definition import definition_lines, definition_text
from seeknal_tui.dashboard.log.pane import LogPane
from seeknal_tui.dashboard.log.view import LogView
from seeknal_tui.dashboard.look import DARK, GLYPHS
from seeknal_tui.dashboard.result_table import ResultTable
from seeknal_tui.dashboard.session import Session
from seeknal_tui.dashboard.tab_bar import TabBar
from seeknal_tui.dashboard.task_facts import attempt_lines, operator_lines, use_lines, usual_lines
from seeknal_tui.dashboard.text_pane import TextPane
from seeknal_tui.dashboard.why import Reasons
from seeknal_tui.pipeline.durations import format_duration
from seeknal_tui.run.actions.query_profile import QueryProfile, read_profile
from seeknal_tui.run.events import Status
from seeknal_tui.safe_text import one_line

REFRESH_EVERY_S = 0.2
ROOM_FOR_KIND = 44
"""Cells beside the name from which on the title tells the task's kind too."""


class Tab(StrEnum):
    """What the pane can show."""

    WHY = "Why"
    LOG = "Log"
    DEFINITION = "Definition"
    DATA = "Data"
    ATTEMPTS = "Attempts"
    PROFILE = "Profile"


class Details(Vertical):
    """Everything about one task, in tabs."""

    def __init__(self, session: Session, *, id: str | None = None) -> None:  # noqa: A002 - as Textual names it
        super().__init__(id=id)
        self.palette = DARK
        self.tab = Tab.WHY
        self._session = session
        self._number = session.selected
        self._refreshed_at = 0.0
        self._told: tuple[bool, ...] = ()
        self._told_at = 0.0
        self._bar = TabBar([str(tab) for tab in Tab])
        self._text = TextPane()
        self._log_pane = LogPane(lambda: session.pipeline.target / ".seeknal_tui", session.log_paths)
        self.log_view = self._log_pane.view
        self._table = ResultTable()
        self._shown: tuple[object, ...] = ()
        self._profile: tuple[tuple[object, ...], QueryProfile | None] = ((), None)

    def compose(self) -> Iterator[Widget]:
        """The names of the tabs, and the panes that show them."""
        yield self._bar
        yield self._text
        yield self._log_pane
        yield self._table

    def on_mount(self) -> None:
        """Show the first task."""
        self.open_tab(self.tab)

    # What the screen calls

    @property
    def front(self) -> Widget:
        """The pane that is shown, to be focused."""
        match self.tab:
            case Tab.LOG:
                return self._log_pane.front
            case Tab.DATA:
                return self._table
            case _:
                return self._text

    def show_task(self, number: int) -> None:
        """Another task."""
        self._number = number
        self._bring_up_to_date()

    def open_tab(self, tab: Tab) -> None:
        """Bring that tab to the front."""
        had_focus = self.front.has_focus
        self.tab = tab
        self._bar.front = str(tab)
        self._log_pane.display = tab is Tab.LOG
        self._table.display = tab is Tab.DATA
        self._text.display = not (self._log_pane.display or self._table.display)
        if had_focus:
            self.front.focus()
        self._bring_up_to_date()

    def next_tab(self, by: int) -> None:
        """Bring the tab *by* places further to the front, around."""
        tabs = list(Tab)
        self.open_tab(tabs[(tabs.index(self.tab) + by) % len(tabs)])

    @property
    def copied(self) -> tuple[str, str]:
        """What is to be copied of the tab in front, in words and as text: definition, rows, else the error or name."""
        task = self._session.pipeline.tasks[self._number]
        if self.tab is Tab.DEFINITION:
            return f"the definition of {task.name}", definition_text(task)
        if self.tab is Tab.DATA and (rows := self._table.seen_rows):
            return f"what is seen of the rows of {task.name}", rows
        if self.tab is not Tab.PROFILE and (error := self._session.state.errors[self._number]):
            return f"the error of {task.name}", error
        return f"the name {task.name}", task.name

    def state_changed(self, touched: set[int]) -> None:
        """New events were folded, or time went on."""
        if self.size.width == 0:
            return
        self.look()
        due = time.monotonic() - self._refreshed_at >= REFRESH_EVERY_S
        if self._number in touched or (due and self._session.state.is_running):
            self._bring_up_to_date()

    def look(self) -> None:
        """Look whether the log has grown, or more was found in it."""
        if self.tab is Tab.LOG and self.size.width:
            self.log_view.look()

    def refresh_why(self) -> None:
        """Something else has changed since the result was made."""
        if self.tab is Tab.WHY and self.size.width:
            self._bring_up_to_date()

    def on_show(self) -> None:
        """The pane was hidden, and is no longer."""
        self._bring_up_to_date()

    def on_tab_bar_chosen(self, message: TabBar.Chosen) -> None:
        """A tab was clicked."""
        message.stop()
        self.open_tab(Tab(message.name))
        self.front.focus()

    # What is shown

    def _bring_up_to_date(self) -> None:
        if not self.is_mounted or not self._session.pipeline.tasks:
            return
        self._refreshed_at = time.monotonic()
        self.border_title = self._title()
        shown = (self._number, self.tab, self._session.pipeline)
        from_top = shown != self._shown
        self._shown = shown
        if self.tab is Tab.LOG:
            self._show_log()
        elif self.tab is Tab.DATA:
            self._table.show(self._session.result_path(self._number))
            self.border_subtitle = self._table.caption
        else:
            self.border_subtitle = ""
            self._text.show(self._lines(), from_top=from_top)

    def _lines(self) -> list[Text]:
        session, number, palette = self._session, self._number, self.palette
        state, pipeline, now = session.state, session.pipeline, session.now
        match self.tab:
            case Tab.DEFINITION:
                return definition_lines(pipeline, pipeline.tasks[number], palette)
            case Tab.ATTEMPTS:
                return attempt_lines(state, number, now, session.log_path(number), palette)
            case Tab.PROFILE:
                return [*use_lines(state, number, now, palette), *self._operators()]
            case _:
                again = None if session.changes is None or session.looks_back else session.changes.reasons[number]
                foresight, slack_s = session.foresight, session.foresight.slack_of(number)
                reasons = Reasons(
                    pipeline, state, now, session.critical, palette, again, outlook=foresight.outlook, slack_s=slack_s
                )
                usual = usual_lines(session.durations(number), palette)
                return [*reasons.lines(number, session.wait_of(number)), *usual]

    def _operators(self) -> list[Text]:
        """The plan of the task's latest query, read once for each time that it ended."""
        session, number = self._session, self._number
        key = (session.profile_path(number), session.state.finished_at[number])
        if key != self._profile[0]:
            self._profile = (key, read_profile(key[0]) if key[0] is not None and key[1] is not None else None)
        profile = self._profile[1]
        return [] if profile is None else [Text(), *operator_lines(profile, self.palette)]

    def _title(self) -> Text:
        session, number = self._session, self._number
        task, state = session.pipeline.tasks[number], session.state
        status = state.statuses[number]
        kind = f"{task.kind} · " if self.size.width - len(task.name) > ROOM_FOR_KIND else ""
        title = Text(f"3 {one_line(task.name)} ── {kind}")
        if not state.in_run[number] and not state.attempts[number]:
            return title.append("not run")
        title.append(f"{GLYPHS[status]} {status}", self.palette.of(status))
        seconds = state.running_s(number, session.now)
        if status is Status.READY and (ready_at := state.retry_at[number] or state.ready_at[number]) is not None:
            seconds = session.now - ready_at  # below zero while the delay before a retry lasts
        return title.append(f" {format_duration(seconds)}") if seconds > 0 else title

    def _show_log(self) -> None:
        session, number = self._session, self._number
        state = session.state
        attempts = state.attempts[number]
        if not attempts:
            self.log_view.note = "It has not run yet."
        elif state.statuses[number] is Status.RUNNING:
            self.log_view.note = "It has printed nothing yet."
        else:
            self.log_view.note = "It printed nothing."
        run = attempts[-1].run if attempts else 0
        zero = session.started_at(run) - state.run_starts[run] if attempts else 0.0
        later = [(a.number, zero + a.started_at) for a in attempts if a.run == run][1:]
        self.log_view.zero = zero + state.run_starts[run] if attempts else 0.0
        self.log_view.open(session.log_path(number), later)
        self.log_view.show_until(session.wall_clock_now if session.looks_back else None)
        self._say_log_state()

    def on_log_view_changed(self, message: LogView.Changed) -> None:
        """The log grew, or is followed or no longer."""
        message.stop()
        log = self.log_view
        told = (log.following, log.shows_all, log.is_complete)
        # How many lines there are is no news at each frame, and to tell it the whole pane is painted.
        if told != self._told or time.monotonic() - self._told_at >= REFRESH_EVERY_S:
            self._told = told
            self._say_log_state()

    def on_result_table_moved(self, message: ResultTable.Moved) -> None:
        """Other rows of the result are seen."""
        message.stop()
        if self.tab is Tab.DATA:
            self.border_subtitle = self._table.caption

    def _say_log_state(self) -> None:
        log = self.log_view
        self._told_at = time.monotonic()
        if self.tab is Tab.LOG and log.rows.row_count:
            whose = "all tasks · " if log.shows_all else ""
            follows = "follows" if log.following else "F follows"
            self.border_subtitle = f"{whose}{log.rows.line_count:,} lines · {follows}"
        else:
            self.border_subtitle = ""
