"""The runs of the past on a screen: to be looked through, opened, compared.

The database is read in threads: the newest runs first, which are seen at once, then all of them. While the screen is
open the newest are read again now and then, because a run may go on.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input, Static

from seeknal_tui.analysis.comparison import RunComparison, compare_runs
from seeknal_tui.dashboard.filter_bar import FilterBar
from seeknal_tui.dashboard.history.columns import ALL, PRODUCTION, started_text
from seeknal_tui.dashboard.history.comparison_screen import ComparisonScreen
from seeknal_tui.dashboard.history.run_list import RunList
from seeknal_tui.dashboard.past_run import open_past_run
from seeknal_tui.dashboard.themes import STYLES, paint, palette_of
from seeknal_tui.history.past_runs import HistoryUnusable, NoSuchRun, PastRun, PastRuns, RunRecord
from seeknal_tui.run.events import RunStatus
from seeknal_tui.run.measured import Measurements
from seeknal_tui.safe_text import one_line

if TYPE_CHECKING:
    from seeknal_tui.dashboard.preferences import PreferencesApp

READ_FIRST = 200
"""Runs that are shown before all others are read."""
READ_AGAIN_EVERY_S = 2.0
KEYS = (
    ("enter", "open"),
    ("space", "mark"),
    ("c", "compare"),
    ("/", "filter"),
    ("esc", "back"),
)


def words_of(record: RunRecord) -> str:
    """Everything of a run that a filter is looked for in."""
    parts = (
        record.run_id,
        record.status,
        record.environment or PRODUCTION,
        record.selected or ALL,
        record.holdup,
        started_text(record),
    )
    return "\n".join(parts).lower()


class HistoryScreen(Screen[None]):
    """Every run of a pipeline file, newest first."""

    CSS_PATH = STYLES
    AUTO_FOCUS = "RunList"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "open the run"),
        Binding("space", "mark", "mark the run"),
        Binding("c", "compare", "compare the marked runs, or the run with the one before it"),
        Binding("slash", "filter", "filter"),
        Binding("escape,q,H", "back", "back"),
    ]

    class RunsRead(Message):
        """Runs were read from the history."""

        def __init__(self, records: list[RunRecord], words: dict[str, str], *, complete: bool) -> None:
            super().__init__()
            self.records = records
            self.words = words
            self.complete = complete

    class RunLoaded(Message):
        """A run was read with all its events."""

        def __init__(self, run: PastRun, measurements: Measurements) -> None:
            super().__init__()
            self.run = run
            self.measurements = measurements
            """What its tasks took in all runs that are remembered."""

    class Compared(Message):
        """Two runs were read and compared."""

        def __init__(self, comparison: RunComparison) -> None:
            super().__init__()
            self.comparison = comparison

    class Failed(Message):
        """The history could not be read."""

        def __init__(self, reason: str) -> None:
            super().__init__()
            self.reason = reason

    def __init__(self, file: Path) -> None:
        """*file* is the pipeline's."""
        super().__init__()
        self._file = file
        self._past = PastRuns(file.parent)
        self._runs: dict[str, RunRecord] = {}
        self._words: dict[str, str] = {}
        """What a filter is looked for in, by run."""
        self._filter = ""
        self._is_complete = False
        self._busy = ""
        """What is being read of a run, in words."""
        self._told = ""
        """What was said last of what cannot be read."""
        self.runs = RunList(id="history")
        self._filter_bar = FilterBar("a part of the run, its status, environment, selection or task")
        self._filter_bar.display = False

    def compose(self) -> Iterator[Widget]:
        """The list, the filter, the keys."""
        yield self.runs
        yield self._filter_bar
        keys = Text(no_wrap=True, overflow="ellipsis")
        for key, words in KEYS:
            keys.append(f" {key}", "bold").append(f" {words} ", palette_of(self.app).dim)
        yield Static(keys, id="keys", markup=False)

    def on_mount(self) -> None:
        """Begin to read."""
        paint(self)
        self._show_title()
        self._read(READ_FIRST)
        self.set_interval(READ_AGAIN_EVERY_S, partial(self._read, READ_FIRST))

    # Reading

    def _read(self, limit: int | None) -> None:
        self.run_worker(partial(self._read_runs, limit), thread=True, group="runs", exclusive=False)

    def _read_runs(self, limit: int | None) -> None:
        try:
            records = self._past.runs(limit=limit, file=self._file.name)
            words = {record.run_id: words_of(record) for record in records}
        except HistoryUnusable as problem:
            self.post_message(self.Failed(str(problem)))
            return
        self.post_message(self.RunsRead(records, words, complete=limit is None or len(records) < limit))

    def on_history_screen_runs_read(self, message: RunsRead) -> None:
        """Show them with those that are known already."""
        self._told = ""
        first = not self._runs
        before = dict(self._runs)
        self._runs.update((record.run_id, record) for record in message.records)
        self._words.update(message.words)
        if message.complete:
            self._is_complete = True
        elif first:
            self._read(None)
        if self._runs != before or first:
            self._show()
        self._show_title()

    def on_history_screen_failed(self, message: Failed) -> None:
        """Say why; what is known stays."""
        self._busy, self._is_complete = "", True
        if message.reason != self._told:  # it is read again and again
            self._told = message.reason
            self.notify(message.reason, severity="warning", markup=False)
        self._show_title()

    def _show(self) -> None:
        wanted = self._filter.lower().split()
        found = [run for run in self._runs.values() if all(word in self._words[run.run_id] for word in wanted)]
        self.runs.show(sorted(found, key=lambda record: -record.started_at))
        self._filter_bar.say(f"{len(self.runs.records):,} found" if self._filter else "")

    def _show_title(self) -> None:
        name = one_line(self._file.name)
        count = f"{len(self._runs):,} run{'' if len(self._runs) == 1 else 's'}"
        if not self._is_complete:
            count = "reading …"
        elif not self._runs:
            count = "cannot be read" if self._told else "nothing has been run yet"
        self.runs.border_title = Text(f"History of {name} ─ {count}")
        shown = f"filter: {self._filter} ─ {len(self.runs.records):,} found" if self._filter else ""
        self.runs.border_subtitle = Text(one_line(self._busy or shown or self._told))

    # What the user does

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool:
        """While something is typed, its letters are no keys."""
        return not isinstance(self.focused, Input)

    def action_open(self) -> None:
        """Open the run under the cursor."""
        if (record := self.runs.selected) is not None:
            self._open(record)

    def on_run_list_opened(self, message: RunList.Opened) -> None:
        """A run was clicked twice."""
        message.stop()
        self._open(message.record)

    def _open(self, record: RunRecord) -> None:
        self._begin(f"opening {record.run_id} …", partial(self._load, record.run_id))

    def action_mark(self) -> None:
        """Mark the run under the cursor, for a comparison."""
        self.runs.mark()

    def action_compare(self) -> None:
        """Compare the two marked runs; the marked with that under the cursor; that with the one before it."""
        pair = self._pair()
        if pair is None:
            self.notify("mark two runs with space, and compare them with c", severity="warning", markup=False)
        else:
            older, newer = sorted(pair, key=lambda record: record.started_at)
            words = f"comparing {older.run_id} with {newer.run_id} …"
            self._begin(words, partial(self._compare, older.run_id, newer.run_id))

    def _pair(self) -> tuple[RunRecord, RunRecord] | None:
        here, place = self.runs.selected, self.runs.cursor_place
        marked = [self._runs[run_id] for run_id in self.runs.marked if run_id in self._runs]
        if len(marked) == 2:
            return marked[0], marked[1]
        if here is None or place is None:
            return None
        if marked and marked[0].run_id != here.run_id:
            return marked[0], here
        if place + 1 < len(self.runs.records):
            return self.runs.records[place + 1], here
        return None

    def _begin(self, words: str, work: partial[None]) -> None:
        if not self._busy:
            self._busy = words
            self._show_title()
            self.run_worker(work, thread=True, group="run")

    def _load(self, run_id: str) -> None:
        try:
            run = self._past.load(run_id)
            self.post_message(self.RunLoaded(run, self._past.measurements(run.pipeline)))
        except (HistoryUnusable, NoSuchRun) as problem:
            self.post_message(self.Failed(str(problem)))

    def _compare(self, before: str, after: str) -> None:
        try:
            first, second = (self._past.load(run_id).state() for run_id in (before, after))
        except (HistoryUnusable, NoSuchRun) as problem:
            self.post_message(self.Failed(str(problem)))
        else:
            self.post_message(self.Compared(compare_runs(first, second)))

    async def on_history_screen_run_loaded(self, message: RunLoaded) -> None:
        """Show it on the dashboard."""
        self._end()
        record = message.run.record
        if record.status is RunStatus.RUNNING:
            words = f"{record.run_id} still runs: this is how it stood just now"
            self.notify(words, markup=False)
        app: PreferencesApp = self.app  # type: ignore[assignment]
        await open_past_run(app, message.run, message.measurements)

    def on_history_screen_compared(self, message: Compared) -> None:
        """Show both runs."""
        self._end()
        self.app.push_screen(ComparisonScreen(message.comparison))

    def _end(self) -> None:
        self._busy = ""
        self._show_title()

    def action_filter(self) -> None:
        """Type a filter."""
        self._filter_bar.open(self._filter)

    def on_filter_bar_edited(self, message: FilterBar.Edited) -> None:
        """Show what the filter lets through."""
        message.stop()
        self._filter = message.text.strip()
        self._show()
        self._show_title()
        if message.done:
            self.set_focus(self.runs)

    def action_back(self) -> None:
        """One step back: from the filter, from the marks, from the screen."""
        if self._filter:
            self._filter = ""
            self._show()
            self._show_title()
        elif self.runs.marked:
            self.runs.marked = []
            self.runs.redraw()
        else:
            self.dismiss()
