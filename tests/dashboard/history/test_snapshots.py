"""How the history and a comparison look at the three sizes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.app import App
from textual.screen import Screen

from seeknal_tui.analysis.comparison import compare_runs
from seeknal_tui.dashboard.app import DashboardApp
from seeknal_tui.dashboard.history.comparison_screen import ComparisonScreen
from seeknal_tui.dashboard.history.screen import HistoryScreen
from seeknal_tui.dashboard.themes import textual_theme
from seeknal_tui.history.past_runs import PastRuns
from seeknal_tui.run.events import RunStatus
from tests.analysis.test_comparison import diamond
from tests.dashboard.frozen import SIZES
from tests.dashboard.history.records import record

RECORDS = [
    record(
        "8f3c21aa", at=7200, wall_s=9.4, status=RunStatus.FAILED, counts={"succeeded": 21, "failed": 1, "skipped": 2}
    ),
    record("51c09e7b", at=3700, environment="dev", selected="clean_sales+", wall_s=3.1),
    record("0aa91f42", at=3600, status=RunStatus.INTERRUPTED, counts={"succeeded": 7}, holdup=""),
    record("77d3b0c1", wall_s=4000.0, task_s=21_000.0, counts={"succeeded": 10_000}),
]


class FrozenApp(App[None]):
    """A screen of the history with runs that do not change."""

    HORIZONTAL_BREAKPOINTS = DashboardApp.HORIZONTAL_BREAKPOINTS
    VERTICAL_BREAKPOINTS = DashboardApp.VERTICAL_BREAKPOINTS

    def __init__(self, screen: Callable[[], Screen[None]]) -> None:
        super().__init__(ansi_color=True)
        self.register_theme(textual_theme("dark"))
        self.theme = "dark"
        self._made = screen

    def on_mount(self) -> None:
        self.push_screen(self._made())


@pytest.fixture(autouse=True)
def universal_time(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize("size", SIZES)
def test_the_history(snap_compare: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]) -> None:
    monkeypatch.setattr(PastRuns, "runs", lambda *_, **__: RECORDS)

    async def shown(pilot: Any) -> None:
        while not pilot.app.screen.runs.records:
            await pilot.pause(0.02)
        await pilot.press("space", "j")

    app = FrozenApp(lambda: HistoryScreen(Path("/shop/flights.yml")))
    assert snap_compare(app, terminal_size=size, run_before=shown)


@pytest.mark.parametrize("size", SIZES)
def test_two_runs_side_by_side(snap_compare: Callable[..., Any], size: tuple[int, int]) -> None:
    comparison = compare_runs(diamond(b=3, c=2), diamond(b=2.5, c=4))
    assert snap_compare(FrozenApp(lambda: ComparisonScreen(comparison)), terminal_size=size)
