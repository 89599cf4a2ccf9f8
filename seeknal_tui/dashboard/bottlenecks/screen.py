"""The screen that tells what holds the run up, and what would help; live during a run and after it.

What it shows is worked out in a thread, from a state that stands still, and again while the run goes on; never more
often than leaves four fifths of the time to others. It goes on only while the screen is shown.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import ClassVar

from rich.text import Text
from textual import events
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import OptionList, Static
from textual.worker import get_current_worker

from seeknal_tui.analysis.costs import machine_cores
from seeknal_tui.analysis.findings.case import Case
from seeknal_tui.analysis.findings.scenario import GivenUp
from seeknal_tui.dashboard.actions import UserAction
from seeknal_tui.dashboard.bottlenecks.findings_list import FindingsList
from seeknal_tui.dashboard.bottlenecks.look_into import Curve, Insight, busy_cores, busy_slots, curve_of, look_into
from seeknal_tui.dashboard.bottlenecks.pictures import breakdown_lines, chart_lines, curve_lines, path_line
from seeknal_tui.dashboard.bottlenecks.terms import TermsScreen
from seeknal_tui.dashboard.bottlenecks.what_if import Trial, WhatIfPrompt
from seeknal_tui.dashboard.key_footer import KeyFooter
from seeknal_tui.dashboard.session import Session
from seeknal_tui.dashboard.themes import STYLES, paint, palette_of
from seeknal_tui.history.past_runs import PastRuns
from seeknal_tui.pipeline.durations import format_duration
from seeknal_tui.run.measured import Measurements
from seeknal_tui.run.profiles import profiles_of
from seeknal_tui.run.snapshot import snapshot
from seeknal_tui.run.state import RunState

LOOK_EVERY_S = 2.0
REST = 4.0
"""After looking, so many times as long as that took nothing is done."""
AXIS = 7
NOTHING_YET = "Nothing has been run yet: esc goes back, and a runs all tasks."
LOOKING = "Looking …"
NOTHING_FOUND = "Nothing was found that would make the run shorter by more than 2 %."

KEYS = (
    UserAction("try", ("enter",), "enter", "try the finding in the forecast, or take it back", "", "try", 9),
    UserAction("what_if", ("i",), "i", "what if: change a task, an edge, a pool, the slots", "", "what if", 8),
    UserAction("take_back", ("backspace",), "backspace", "the run as it was", "", "as it was", 3),
    UserAction("light", ("b",), "b", "back, with its tasks lit in graph and timeline", "", "light its tasks", 7),
    UserAction("help", ("question_mark",), "?", "what the words mean", "", "what the words mean", 10),
    UserAction("back", ("escape",), "esc", "back", "", "back", 6),
)


class BottleneckScreen(Screen[None]):
    """Findings, the curve over max_parallel, what was busy when, where the time went, the critical path."""

    CSS_PATH = STYLES
    AUTO_FOCUS = "#findings"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("b", "light", "light its tasks"),
        Binding("escape,q", "back", "back"),
        Binding("i", "what_if", "what if"),
        Binding("backspace", "take_back", "as it was"),
        Binding("question_mark", "help", "help"),
    ]

    class Looked(Message):
        """The run was looked into."""

        def __init__(self, insight: Insight, took_s: float) -> None:
            super().__init__()
            self.insight = insight
            self.took_s = took_s

    class Tried(Message):
        """A change was tried."""

        def __init__(self, trial: Trial, curve: Curve) -> None:
            super().__init__()
            self.trial = trial
            self.curve = curve

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._insight: Insight | None = None
        self._trial: Trial | None = None
        self._tried: Curve | None = None
        self._look_at = 0.0
        self._version = -1
        self._measured: tuple[str, Measurements] | None = None
        """What tasks took in earlier runs, and for which run that was read."""
        self._verdict = Static(id="verdict", markup=False)
        self._findings = FindingsList(id="findings")
        self._curve = Static(id="curve", markup=False)
        self._busy = Static(id="busy", markup=False)
        self._parts = Static(id="parts", markup=False)
        self._path = Static(id="path", markup=False)

    def compose(self) -> Iterator[Widget]:
        """What was found at the left, the pictures at the right and below."""
        self._findings.border_title = "What would help"
        self._curve.border_title = "Finish by max_parallel"
        self._busy.border_title = "Busy over time"
        yield self._verdict
        with Horizontal(id="body"):
            yield self._findings
            with Vertical(id="charts"):
                yield self._curve
                yield self._busy
        yield self._parts
        yield self._path
        yield KeyFooter(KEYS)

    def on_mount(self) -> None:
        """Look at once, and again while the run goes on."""
        paint(self)
        self._findings.show((), LOOKING)
        self._show()
        self._look()
        self.set_interval(0.25, self._look)

    # Looking

    def _look(self) -> None:
        """Look into the run if there is news, and it is time."""
        state = self._session.state
        if not state.runs:
            self._findings.show((), NOTHING_YET)
            return
        if time.monotonic() < self._look_at or self._version == (state.version if not state.is_running else -2):
            return
        self._version = state.version
        self._look_at = float("inf")
        still, now = snapshot(state), self._session.now

        def work() -> None:
            self._work(lambda give_up: self._looked(still, now, give_up))

        self.run_worker(work, thread=True, group="look")

    def _work(self, work: Callable[[Callable[[], bool]], Message]) -> None:
        worker = get_current_worker()
        try:
            message = work(lambda: worker.is_cancelled or not self.is_attached)
        except GivenUp:
            return
        except Exception as error:  # noqa: BLE001 - the tasks that run are worth more than what is said of them
            self.app.call_from_thread(self._tell_broken, error)
            return
        self.post_message(message)

    def _tell_broken(self, error: Exception) -> None:
        self._findings.show((), f"This could not be worked out: {type(error).__name__}: {error}")

    def _looked(self, state: RunState, now: float, give_up: Callable[[], bool]) -> Message:
        began = time.monotonic()
        pipeline = state.pipeline
        if self._measured is None or self._measured[0] != state.run_id:
            self._measured = (state.run_id, PastRuns(pipeline.folder).measurements(pipeline))
        case = Case(state, now, machine_cores(), self._measured[1], profiles_of(state), give_up)
        return self.Looked(look_into(case), time.monotonic() - began)

    def on_bottleneck_screen_looked(self, message: Looked) -> None:
        """Show what was found; what is tried stays as it is."""
        message.stop()
        self._look_at = time.monotonic() + max(LOOK_EVERY_S, REST * message.took_s)
        self._insight = message.insight
        self._findings.show(message.insight.diagnosis.findings, NOTHING_FOUND)
        self._show()

    # Trying

    def on_option_list_option_selected(self, message: OptionList.OptionSelected) -> None:
        """Enter or a click: the run without what was found; once more, as it was."""
        message.stop()
        finding = self._findings.chosen
        if finding is None or finding.remedy is None:
            self.notify("this costs no time that a forecast could tell", markup=False)
        elif self._trial is not None and self._trial.words == finding.without:
            self.action_take_back()
        else:
            self._try(Trial(finding.remedy, finding.without))

    def _try(self, trial: Trial) -> None:
        self._trial, self._tried = trial, None
        self._show()
        self.run_worker(
            lambda: self._work(lambda _: self.Tried(trial, curve_of(trial.scenario))),
            thread=True,
            group="try",
            exclusive=True,
        )

    def on_bottleneck_screen_tried(self, message: Tried) -> None:
        """Show how long the run would take then."""
        message.stop()
        if message.trial is self._trial:
            self._tried = message.curve
            self._show()

    def action_take_back(self) -> None:
        """The run as it was."""
        self._trial = self._tried = None
        self._show()

    def action_what_if(self) -> None:
        """Type what is to be changed, on top of what is tried already."""
        if self._insight is None:
            self.notify(LOOKING if self._session.state.runs else NOTHING_YET, markup=False)
            return
        scenario = self._insight.case.run if self._trial is None else self._trial.scenario
        tasks = self._session.pipeline.tasks
        finding = self._findings.chosen
        number = finding.tasks[0] if finding and finding.tasks else self._session.selected

        def typed(trial: Trial | None) -> None:
            if trial is not None:
                words = trial.words if self._trial is None else f"{self._trial.words}, {trial.words}"
                self._try(Trial(trial.scenario, words))

        self.app.push_screen(WhatIfPrompt(scenario, tasks[number].name if tasks else ""), typed)

    def action_light(self) -> None:
        """Back to the main screen, with the tasks of the finding lit."""
        finding = self._findings.chosen
        if finding is not None:
            self._session.lit = frozenset(finding.tasks)
            self._session.selected = finding.tasks[0]
        self.dismiss()

    def on_option_list_option_highlighted(self, message: OptionList.OptionHighlighted) -> None:
        """The tasks of the chosen finding light up on the main screen, too."""
        message.stop()
        finding = self._findings.chosen
        self._session.lit = frozenset(finding.tasks) if finding is not None else frozenset()

    def action_back(self) -> None:
        """Take back what is tried, else leave."""
        if self._trial is not None:
            self.action_take_back()
        else:
            self.dismiss()

    def action_help(self) -> None:
        """What the words mean."""
        self.app.push_screen(TermsScreen())

    async def action_try(self) -> None:
        """As enter does, for a click in the footer."""
        self._findings.action_select()

    # Showing

    def on_resize(self, _: events.Resize) -> None:
        """The pictures fill their panes."""
        self.call_after_refresh(self._show)

    def _show(self) -> None:
        palette = palette_of(self.app)
        insight = self._insight
        self._verdict.update(self._said())
        if insight is None:
            return
        run, width = insight.case.run, self._curve.content_size.width
        size = (width, self._curve.content_size.height)
        if width > 0:
            lines = curve_lines(insight.curve, self._tried, run.max_parallel, size, palette)
            self._curve.update(Text("\n").join(lines))
            self._busy.update(Text("\n").join(self._busy_lines(insight)))
        parts = breakdown_lines(insight.diagnosis, self._parts.content_size.width, palette)
        members = len(insight.case.members)
        spent_s = insight.diagnosis.running_s + sum(insight.diagnosis.waits.seconds().values())
        whose = "the task" if members == 1 else f"all {members:,} tasks"
        self._parts.border_title = f"Where the time of {whose} went, {format_duration(spent_s)} in all"
        self._parts.update(Text("\n").join(parts))
        self._path.border_title = "The critical path"
        self._path.update(path_line(insight.diagnosis, palette))

    def _busy_lines(self, insight: Insight) -> list[Text]:
        palette = palette_of(self.app)
        cells = max(1, self._busy.content_size.width - AXIS)
        state, now, case = insight.case.state, insight.case.now, insight.case
        rows = max(1, self._busy.content_size.height // 2)
        slots = busy_slots(state, now, cells)
        lines = chart_lines("slots", slots, (max(case.run.max_parallel, *slots), rows), palette.running, palette)
        cores = busy_cores(state, now, cells)
        if cores is None:
            return [*lines, Text("  cpu  not measured: the run was too short", palette.dim)]
        top = max(float(case.cores), *cores)
        return [*lines, *chart_lines("cpu", cores, (top, rows), palette.succeeded, palette)]

    def _said(self) -> Text:
        palette = palette_of(self.app)
        insight = self._insight
        if insight is None:
            return Text(LOOKING if self._session.state.runs else NOTHING_YET, palette.dim)
        run = insight.case.run
        took = format_duration(insight.diagnosis.wall_s)
        if self._trial is not None:
            text = Text("By the forecast, ").append(self._trial.words, f"bold {palette.critical}").append(": ")
            if self._tried is None:
                return text.append("…")
            after = self._trial.scenario.makespan_s
            return text.append(
                f"{format_duration(after)} instead of {format_duration(run.makespan_s)}", f"bold {palette.succeeded}"
            )
        floor = f"With unlimited slots it could not be shorter than {format_duration(insight.floor_s)}"
        if insight.case.state.is_running:
            return Text(f"The run goes on since {took}, of about {format_duration(run.makespan_s)}. {floor}.")
        return Text(f"The run took {took}. {floor}: that is its critical path.")
