"""Opens the whole dashboard on a pipeline written for a test, and waits for what is to be seen."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, chdir
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import Any

from textual.pilot import Pilot
from textual.widget import Widget

from seeknal_tui.dashboard.app import DashboardApp
from seeknal_tui.dashboard.main_screen import MainScreen
from seeknal_tui.dashboard.session import Session
from seeknal_tui.run.events import Status

PATIENCE_S = 60.0


@dataclass
class Driver:
    """The dashboard under a pilot."""

    app: Any
    """A dashboard on a pipeline, or one that watches a run."""
    pilot: Pilot[None]

    @property
    def session(self) -> Session:
        session = self.app.session
        assert isinstance(session, Session)
        return session

    @property
    def main(self) -> MainScreen:
        return next(screen for screen in self.app.screen_stack if isinstance(screen, MainScreen))

    @property
    def screen_text(self) -> str:
        """Everything that is seen, line by line."""
        strips = self.app.screen._compositor.render_strips()
        return "\n".join(strip.text for strip in strips)

    def lines_of(self, widget: Widget) -> list[str]:
        """What is seen of that widget."""
        left, top, width, height = widget.region
        strips = self.app.screen._compositor.render_strips()[top : top + height]
        return [strip.crop(left, left + width).text for strip in strips]

    async def wait(self, condition: Callable[[], object]) -> None:
        """Wait until the condition holds."""
        deadline = time.monotonic() + PATIENCE_S
        while not condition():
            assert time.monotonic() < deadline, f"waited in vain; the screen:\n{self.screen_text}"
            await self.pilot.pause(0.02)

    async def press(self, *keys: str) -> None:
        """Press keys, one after the other."""
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def see(self, *texts: str) -> None:
        """Wait until all these texts are on the screen."""
        await self.wait(lambda: all(text in self.screen_text for text in texts))

    async def select(self, name: str) -> None:
        """Move the cursor to a task."""
        number = self.session.pipeline.numbers[name]
        self.main.select_task(number)
        await self.pilot.pause()

    def status(self, name: str) -> Status:
        return self.session.state.statuses[self.session.pipeline.numbers[name]]

    async def reach(self, name: str, status: Status) -> None:
        """Wait until a task has a status."""
        await self.wait(lambda: self.status(name) is status)

    async def idle(self) -> None:
        """Wait until a run has been and is over, and the screen knows it."""
        await self.wait(lambda: self.session.state.runs and not self.session.state.is_running)

    async def run_all(self) -> None:
        """Run everything and wait for the end."""
        await self.press("a", "enter")
        await self.idle()


@asynccontextmanager
async def opened(
    folder: Path, text: str, *, size: tuple[int, int] = (140, 40), start: bool = False, **options: Any
) -> AsyncIterator[Driver]:
    """The dashboard on a pipeline of that text, with those options of the app."""
    file = folder / "pipeline.yml"
    file.write_text(dedent(text))
    app = DashboardApp(file, start=start, **options)
    with chdir(folder):
        async with app.run_test(size=size, notifications=True) as pilot:
            driver = Driver(app, pilot)
            try:
                await driver.wait(lambda: app.has_errors or (app.session and isinstance(app.screen, MainScreen)))
                await pilot.pause()
                yield driver
            finally:
                if app.session is not None:
                    await asyncio.to_thread(app.session.engine.close, kill=True)
