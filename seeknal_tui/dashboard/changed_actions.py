"""What has changed since results were made: looked for in a thread, shown for each task, run on request."""

from __future__ import annotations

import time

from textual import work
from textual.message import Message

from seeknal_tui.dashboard.engine import NotPossible
from seeknal_tui.dashboard.run_actions import RunActions
from seeknal_tui.history.changes import Changes, find_changes, has_records
from seeknal_tui.pipeline.model import Pipeline

LOOK_EVERY_S = 3.0
SHARE = 0.03
"""Of the time, what looking may take: a search of one second is made every half a minute."""


class ChangesFound(Message):
    """A search has ended."""

    def __init__(self, pipeline: Pipeline, runs: int, changes: Changes, *, propose: bool) -> None:
        super().__init__()
        self.pipeline = pipeline
        self.runs = runs
        """How many runs had begun when the search did."""
        self.changes = changes
        self.propose = propose
        """Whether what was found is to be run."""


class ChangedActions(RunActions):
    """Keeps what has changed up to date while nothing runs, and runs it."""

    _looking = False
    _next_look_at = 0.0

    def look_for_changes(self) -> None:
        """Look once more if nothing runs and the last look is long enough ago. To be called now and then."""
        session = self.session
        if session.engine.is_running or session.state.is_running or session.looks_back:
            return
        if session.engine.refusal or self._looking:
            return
        is_due = session.changes is None or time.monotonic() >= self._next_look_at
        if is_due and has_records(session.pipeline):
            self._looking = True
            self._search(session.pipeline, session.state.runs, propose=False)

    def action_run_changed(self) -> None:
        """Run what has changed, and everything downstream of it."""
        if self.session.engine.refusal:
            self.tell(self.session.engine.refusal, severity="warning")
        else:
            self._search(self.session.pipeline, self.session.state.runs, propose=True)

    # Without a description Textual makes one of the parameters: to write out 10,000 tasks held the screen up for 60 ms.
    @work(thread=True, group="changes", description="look for changes")
    def _search(self, pipeline: Pipeline, runs: int, *, propose: bool) -> None:
        began = time.monotonic()
        changes = find_changes(pipeline)
        ended = time.monotonic()
        self._next_look_at = ended + max(LOOK_EVERY_S, (ended - began) / SHARE)
        self.post_message(ChangesFound(pipeline, runs, changes, propose=propose))

    def on_changes_found(self, message: ChangesFound) -> None:
        """Show what was found, unless things have moved on meanwhile."""
        message.stop()
        session = self.session
        if not message.propose:
            self._looking = False
        if message.pipeline is not session.pipeline:
            return
        if message.runs == session.state.runs and not session.engine.is_running:
            session.changes = message.changes
            self.changes_shown()
        if message.propose:
            try:
                self.ask(session.propose_changes(message.changes), message.changes)
            except NotPossible as reason:
                self.tell(reason, severity="warning")

    def changes_shown(self) -> None:
        """Other things have changed: show why the task under the cursor would run again."""
        raise NotImplementedError
