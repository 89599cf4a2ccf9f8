"""How the dashboard ends: quitting, signals, and stopping what runs before."""

from __future__ import annotations

import asyncio
import signal
import threading
from typing import TYPE_CHECKING

from seeknal_tui.dashboard.preferences import PreferencesApp
from seeknal_tui.dashboard.quit_dialog import QuitDialog, StoppingDialog

if TYPE_CHECKING:
    from collections.abc import Sequence

    from seeknal_tui.dashboard.config import Config
    from seeknal_tui.dashboard.session import Session
    from seeknal_tui.pipeline.problems import Problem

SIGNALS = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}
"""Signals that end the dashboard, and the exit code of each."""


class EndingApp(PreferencesApp):
    """An app that stops all tasks before it ends."""

    def __init__(self, config: Config, theme: str, problems: Sequence[Problem] = ()) -> None:
        super().__init__(config, theme, problems)
        self.session: Session | None = None
        self.signal: int | None = None
        """The signal that ended it."""
        self.is_stopping = False
        """Whether it ends as soon as all tasks have."""
        self.ignores_interrupt = False
        """Whether what is pressed is for another program."""

    def on_mount(self) -> None:
        """Listen to signals."""
        if threading.current_thread() is threading.main_thread():
            loop = asyncio.get_running_loop()
            for number in SIGNALS:
                loop.add_signal_handler(number, self._on_signal, number)

    async def action_quit(self) -> None:
        """Quit; ask first while tasks run. Asked again, stop everything; once more, kill it."""
        if self.session is None or not (self.session.engine.is_own and self.session.engine.is_running):
            if not self.is_stopping:
                self.exit()
        elif self.is_stopping:
            self.session.engine.stop_all(kill=True)
        elif isinstance(self.screen, QuitDialog):
            self.screen.dismiss(True)
        elif self.session.state.runs and self.session.state.done == self.session.state.total:
            self._stop_and_exit()  # only cleaning up goes on: there is nothing to ask about
        else:
            self.push_screen(QuitDialog(self.session), self._decided)

    def _decided(self, quit_now: bool | None) -> None:
        if quit_now:
            self._stop_and_exit()

    def _on_signal(self, number: int) -> None:
        if self.ignores_interrupt and number == signal.SIGINT:
            return
        if self.signal is None:
            self.signal = number
        if self.session is None or not self.session.engine.is_own:
            self.exit()
        elif self.is_stopping:
            self.session.engine.stop_all(kill=True)
        else:
            self._stop_and_exit()

    def _stop_and_exit(self) -> None:
        assert self.session is not None
        self.is_stopping = True
        self.push_screen(StoppingDialog(self.session))
        self.run_worker(self._close_engine, thread=True, group="close")

    def _close_engine(self) -> None:
        assert self.session is not None
        self.session.engine.close(kill=False)
        self.call_from_thread(self.exit)
