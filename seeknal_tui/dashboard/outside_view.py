"""Why tasks wait, and have waited, told without their scheduler: it is in another process, or the moment is past."""

from __future__ import annotations

from seeknal_tui.analysis.waits import WaitAnalysis
from seeknal_tui.run.state import RunState
from seeknal_tui.run.wait import NEVER_OBSTRUCTED, Wait, Waited
from seeknal_tui.run.waiting import Waiting


class OutsideView:
    """Explains the waiting tasks of one state, at whatever moment that is."""

    def __init__(self, state: RunState) -> None:
        self.state = state
        self._rules = Waiting(state.pipeline)
        self._analysis: WaitAnalysis | None = None
        self._version = -1

    def wait_of(self, number: int, now: float) -> Wait | None:
        """Why the task does not run at *now* (session seconds); None if it does not wait."""
        return self._rules.wait_of(self.state, number, now)

    def waited_of(self, number: int, now: float) -> Waited:
        """What has held up a ready task up to *now* (session seconds) since it was ready."""
        state = self.state
        since = state.retry_at[number] or state.ready_at[number]
        if since is None:
            return NEVER_OBSTRUCTED
        if self._analysis is None or self._version != state.version:  # when slots were free: a pass over all attempts
            self._analysis, self._version = WaitAnalysis(state, float("inf")), state.version
        return self._analysis.waited(number, since, now)
