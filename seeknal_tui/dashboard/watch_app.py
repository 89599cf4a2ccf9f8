"""The dashboard on a run that another process executes, or on one of the past. Whatever it does, the run goes on."""

from __future__ import annotations

import gc
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from textual.message import Message
from textual.screen import Screen

from seeknal_tui.dashboard.app import COLLECTED_AT, DashboardApp
from seeknal_tui.dashboard.config import Config
from seeknal_tui.dashboard.opening import OpeningScreen
from seeknal_tui.dashboard.recording import RecordingApp

if TYPE_CHECKING:
    from seeknal_tui.dashboard.session import Session
    from seeknal_tui.pipeline.problems import Problem

LOOK_EVERY_S = 0.5


class WatchApp(RecordingApp):
    """One run in a terminal, and those that follow it while it is looked at."""

    COMMANDS = DashboardApp.COMMANDS
    HORIZONTAL_BREAKPOINTS = DashboardApp.HORIZONTAL_BREAKPOINTS
    VERTICAL_BREAKPOINTS = DashboardApp.VERTICAL_BREAKPOINTS
    BINDINGS = DashboardApp.BINDINGS

    class Loaded(Message):
        """A run was read."""

        def __init__(self, session: Session) -> None:
            super().__init__()
            self.session = session

    def __init__(
        self,
        file: Path,
        run_id: str,
        *,
        config: Config | None = None,
        config_problems: Sequence[Problem] = (),
        theme: str = "dark",
    ) -> None:
        super().__init__(config or Config(), theme, config_problems)
        self.file = file
        self.run_id = run_id
        self._loading = False
        self._is_told = False
        self._collected_at = gc.get_threshold()

    def get_default_screen(self) -> Screen[None]:
        """Nothing is known of the run yet."""
        return OpeningScreen(self.file)

    def on_mount(self) -> None:
        """Paint first, then read the run."""
        self.title = self.file.name
        gc.set_threshold(*COLLECTED_AT)
        self.call_after_refresh(self._load, self.run_id)
        self.set_interval(LOOK_EVERY_S, self._look)

    def on_unmount(self) -> None:
        """Leave the interpreter as it was."""
        gc.unfreeze()
        gc.set_threshold(*self._collected_at)

    def _load(self, run_id: str) -> None:
        self._loading, self.run_id = True, run_id
        self.run_worker(self._read, thread=True, group="load")

    def _read(self) -> None:
        from seeknal_tui.dashboard import main_screen  # noqa: F401, PLC0415 - imported here, behind the first paint
        from seeknal_tui.dashboard.watched_run import watching_session  # noqa: PLC0415
        from seeknal_tui.history.past_runs import HistoryUnusable, NoSuchRun, PastRuns  # noqa: PLC0415

        try:
            session = watching_session(PastRuns(self.file.parent).load(self.run_id))
        except (HistoryUnusable, NoSuchRun) as problem:
            self._loading = False  # of a run that has just begun nothing may be written yet: it is tried again
            if self.session is None:
                self.call_from_thread(self.exit, None, 2, str(problem))
            return
        self.post_message(self.Loaded(session))

    async def on_watch_app_loaded(self, message: Loaded) -> None:
        """Show the run; of a run that follows another one, the same task is under the cursor."""
        from seeknal_tui.dashboard.main_screen import MainScreen  # noqa: PLC0415

        before, self.session = self.session, message.session
        self._loading = self._is_told = False
        if before is not None:
            name = before.pipeline.tasks[before.selected].name if before.pipeline.tasks else ""
            self.session.selected = self.session.pipeline.numbers.get(name, 0)
            before.close()
            while len(self.screen_stack) > 1:
                self.pop_screen()
        await self.push_screen(MainScreen(self.session, None, self.actions))
        self.call_after_refresh(gc.freeze)

    def _look(self) -> None:
        """See whether the run has ended, and whether another one goes on in its place."""
        from seeknal_tui.dashboard.watched_run import WatchedEngine  # noqa: PLC0415

        self.tell_problem()
        session = self.session
        if session is None or self._loading or not isinstance(session.engine, WatchedEngine):
            return
        if session.state.runs and not session.state.is_running and not self._is_told:
            self._is_told = True
            self.tell_end(f"{session.pipeline.name} {session.state.status}", session.now - session.state.began)
        successor = session.engine.follower.successor
        if successor and not session.looks_back:
            self._load(successor)

    def action_reload(self) -> None:
        """There is nothing to read again."""
        self.notify("a run is shown with the pipeline as it was when it began", markup=False)

    def edited(self) -> None:
        """What was edited is for later runs."""
