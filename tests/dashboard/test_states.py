"""Each pane in each of its states, at three sizes: the cells that it paints, as text.

After a wanted change: ``pytest tests/dashboard/test_states.py --snapshot-update``, and read the difference.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest
from syrupy.assertion import SnapshotAssertion
from textual.pilot import Pilot
from textual.screen import ModalScreen
from textual.widget import Widget

from seeknal_tui.dashboard.main_screen import MainScreen
from seeknal_tui.dashboard.problems_screen import ProblemsScreen
from seeknal_tui.dashboard.quit_dialog import QuitDialog, StopDialog, StoppingDialog
from seeknal_tui.pipeline.model import Pipeline, Place, SqlAction
from seeknal_tui.pipeline.problems import Problem
from seeknal_tui.run.events import (
    Event,
    MaxParallelChanged,
    Paused,
    RunFinished,
    RunStatus,
    Status,
    TaskFinished,
    TaskReady,
)
from seeknal_tui.run.task_log import TaskLog
from tests.dashboard.frozen import EVENTS, FLIGHTS, NOW, SIZES, FrozenApp, done, in_folder, session_at

PATIENCE_S = 60.0

sizes = pytest.mark.parametrize("size", SIZES, ids=["200x50", "80x24", "40x10"])


class Look:
    """The frozen dashboard, and what one of its panes paints."""

    def __init__(self, pilot: Pilot[Any]) -> None:
        self.pilot = pilot

    @property
    def main(self) -> MainScreen:
        screen = self.pilot.app.screen_stack[1]
        assert isinstance(screen, MainScreen)
        return screen

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def select(self, name: str) -> None:
        self.main.select_task(FLIGHTS.numbers[name])
        await self.pilot.pause()

    def cells(self, widget: Widget) -> str:
        """The cells of the widget, blanks at the end of a line left out."""
        left, top, width, height = widget.region
        strips = self.pilot.app.screen._compositor.render_strips()[top : top + height]
        return "\n".join(strip.crop(left, left + width).text.rstrip() for strip in strips)

    @property
    def screen(self) -> str:
        """The cells of the whole screen."""
        return self.cells(self.pilot.app.screen)

    @property
    def frame(self) -> str:
        """The lines around the panes: header and slider, and the footer."""
        lines = self.screen.splitlines()
        return "\n".join([*lines[:2], lines[-1]])

    async def when(self, widget: Widget, text: str) -> str:
        """The cells of the widget once that text is among them."""
        deadline = time.monotonic() + PATIENCE_S
        while text not in (cells := self.cells(widget)):
            assert time.monotonic() < deadline, cells
            await self.pilot.pause(0.02)
        return cells


@asynccontextmanager
async def look_at(
    size: tuple[int, int], pipeline: Pipeline = FLIGHTS, events: Sequence[Event] = EVENTS, now: float = NOW
) -> AsyncIterator[Look]:
    session = session_at(pipeline, events, now)
    app = FrozenApp(session)
    async with app.run_test(size=size, notifications=True) as pilot:
        await pilot.pause()
        yield Look(pilot)
    session.engine.close(kill=False)


@sizes
class TestGraph:
    @pytest.mark.parametrize("keys", [[], ["t"]], ids=["left to right", "top down"])
    async def test_each_level(self, size: tuple[int, int], keys: list[str], snapshot: SnapshotAssertion) -> None:
        async with look_at(size) as look:
            await look.select("enriched")
            await look.press("1", *keys, *["greater_than_sign"] * 3)
            for level in ("boxes", "chips", "braille", "heat"):
                assert level in str(look.main.graph.border_title)
                assert look.cells(look.main.graph) == snapshot(name=level)
                await look.press("less_than_sign")

    async def test_folded_by_kind(self, size: tuple[int, int], snapshot: SnapshotAssertion) -> None:
        async with look_at(size) as look:
            await look.press("1", "o")
            assert look.cells(look.main.graph) == snapshot(name="all folded")
            await look.press("enter")
            assert look.cells(look.main.graph) == snapshot(name="one unfolded")

    async def test_marks_and_a_filter(self, size: tuple[int, int], snapshot: SnapshotAssertion) -> None:
        async with look_at(size) as look:
            await look.press("1", "space")
            look.main.filter_by("clean")
            await look.pilot.pause()
            assert look.cells(look.main.graph) == snapshot


@sizes
class TestTimeline:
    async def test_each_order(self, size: tuple[int, int], snapshot: SnapshotAssertion) -> None:
        async with look_at(size) as look:
            await look.press("2")
            for order in ("start", "duration", "wait", "slack", "name"):
                assert order in look.main.timeline.caption
                assert look.cells(look.main.timeline) == snapshot(name=order)
                await look.press("s")

    async def test_groups(self, size: tuple[int, int], snapshot: SnapshotAssertion) -> None:
        async with look_at(size) as look:
            await look.press("2", "O")
            assert look.cells(look.main.timeline) == snapshot(name="by kind")
            await look.press("g", "enter")
            assert look.cells(look.main.timeline) == snapshot(name="one folded")

    async def test_lanes(self, size: tuple[int, int], snapshot: SnapshotAssertion) -> None:
        async with look_at(size) as look:
            await look.press("2", "v")
            assert look.cells(look.main.timeline) == snapshot

    async def test_only_what_has_started(self, size: tuple[int, int], snapshot: SnapshotAssertion) -> None:
        async with look_at(size) as look:
            await look.press("2", "i")
            assert look.cells(look.main.timeline) == snapshot

    async def test_zoomed(self, size: tuple[int, int], snapshot: SnapshotAssertion) -> None:
        async with look_at(size) as look:
            await look.press("2", "greater_than_sign")
            assert look.cells(look.main.timeline) == snapshot(name="in")
            await look.press("less_than_sign", "less_than_sign")
            assert look.cells(look.main.timeline) == snapshot(name="out")

    async def test_paused(self, size: tuple[int, int], snapshot: SnapshotAssertion) -> None:
        async with look_at(size, events=[*EVENTS, Paused(8.1)], now=9.5) as look:
            await look.press("2")
            assert look.cells(look.main.timeline) == snapshot

    async def test_before_any_run(self, size: tuple[int, int], snapshot: SnapshotAssertion) -> None:
        async with look_at(size, events=[]) as look:
            await look.press("2")
            assert look.cells(look.main.timeline) == snapshot


@pytest.mark.parametrize("size", SIZES[1:], ids=["80x24", "40x10"])
class TestTaskList:
    @pytest.mark.parametrize("events", [EVENTS, []], ids=["while it runs", "before any run"])
    async def test_every_task(self, size: tuple[int, int], events: list[Event], snapshot: SnapshotAssertion) -> None:
        async with look_at(size, events=events) as look:
            await look.press("4", "space")
            assert look.cells(look.main.tasks) == snapshot


@sizes
class TestDetails:
    @pytest.mark.parametrize(
        ("name", "more"),
        [
            ("enriched", []),
            ("planes_age", []),
            ("clean_weather", []),
            ("rolling_daily", []),
            ("rolling_daily", [TaskReady(8.2, "rolling_daily")]),
            ("rolling_daily", [TaskFinished(8.2, "rolling_daily", Status.SKIPPED)]),
            ("rolling_daily", [TaskFinished(8.2, "rolling_daily", Status.CANCELLED)]),
            ("rolling_daily", [TaskFinished(8.2, "rolling_daily", Status.REUSED)]),
        ],
        ids=["running", "failed", "succeeded", "pending", "ready", "skipped", "cancelled", "reused"],
    )
    async def test_why_and_attempts(
        self, size: tuple[int, int], name: str, more: list[Event], snapshot: SnapshotAssertion
    ) -> None:
        async with look_at(size, events=[*EVENTS, *more]) as look:
            await look.select(name)
            await look.press("w")
            assert look.cells(look.main.details) == snapshot(name="why")
            await look.press("left_square_bracket")
            assert look.cells(look.main.details) == snapshot(name="profile")
            await look.press("left_square_bracket")
            assert look.cells(look.main.details) == snapshot(name="attempts")

    async def test_definition(self, size: tuple[int, int], snapshot: SnapshotAssertion, tmp_path: Path) -> None:
        pipeline = in_folder(tmp_path)
        sql = SqlAction(
            "SELECT day, avg(delay) -- per day\nFROM enriched\nWHERE delay > 10 GROUP BY day",
            Place("flights.yml", 20, 12),
        )
        tasks = (*pipeline.tasks[:-1], replace(pipeline.tasks[-1], action=sql))
        async with look_at(size, replace(pipeline, tasks=tasks)) as look:
            await look.select("rolling_daily")
            await look.press("w", "right_square_bracket", "right_square_bracket")
            assert look.cells(look.main.details) == snapshot

    async def test_data(self, size: tuple[int, int], snapshot: SnapshotAssertion, tmp_path: Path) -> None:
        pipeline = in_folder(tmp_path)
        pipeline.target.mkdir()
        rows = "SELECT i AS id, 'a' || chr(27) || '[31m' || i AS name, NULL AS nothing FROM range(1000) t(i)"
        duckdb.execute(f"COPY ({rows}) TO '{pipeline.target / 'clean_weather.parquet'}'")
        async with look_at(size, pipeline) as look:
            await look.select("clean_weather")
            await look.press("w", "left_square_bracket", "left_square_bracket", "left_square_bracket")
            await look.when(look.main.details, "rows 1-")
            assert await look.when(look.main.details, "␛") == snapshot(name="first")
            await look.press("G")
            assert await look.when(look.main.details, " 999  a") == snapshot(name="last")


@sizes
class TestLog:
    @asynccontextmanager
    async def a_log(self, size: tuple[int, int], folder: Path) -> AsyncIterator[Look]:
        pipeline = in_folder(folder)
        logs = folder / "target" / ".seeknal_tui" / "8f3c"
        written = TaskLog(logs / "enriched.log")
        for number in range(60):
            written.write(
                "stdout", b"line %d of \x1b[31mmany\x1b[0m, the last of which is the longest of all\n" % number
            )
        written.write("stderr", b"ValueError: \x1b]0;title\x07 and \x1b[2J do nothing\n")
        written.write("stdout", b"the end\n")
        written.close()
        async with look_at(size, pipeline) as look:
            await look.select("enriched")
            await look.press("L")
            await look.when(look.main.details, "the end")
            yield look

    async def test_followed_and_not(self, size: tuple[int, int], snapshot: SnapshotAssertion, tmp_path: Path) -> None:
        async with self.a_log(size, tmp_path) as look:
            assert look.cells(look.main.details) == snapshot(name="at its end")
            await look.press("g")
            assert await look.when(look.main.details, "line 0 ") == snapshot(name="at its beginning")

    async def test_searched(self, size: tuple[int, int], snapshot: SnapshotAssertion, tmp_path: Path) -> None:
        async with self.a_log(size, tmp_path) as look:
            await look.press("slash", *"line 5", "enter")
            assert await look.when(look.main.details, "of 11") == snapshot(name="text")
            await look.press("escape", "e")
            assert await look.when(look.main.details, "1 of 1") == snapshot(name="errors")

    async def test_wrapped(self, size: tuple[int, int], snapshot: SnapshotAssertion, tmp_path: Path) -> None:
        async with self.a_log(size, tmp_path) as look:
            await look.press("W")
            assert look.cells(look.main.details) == snapshot

    async def test_lines_chosen(self, size: tuple[int, int], snapshot: SnapshotAssertion, tmp_path: Path) -> None:
        async with self.a_log(size, tmp_path) as look:
            await look.press("V", "k", "k")
            assert look.cells(look.main.details) == snapshot


def finished(*events: Event, status: RunStatus) -> list[Event]:
    """The rest of the run: what still runs ends so, what waits is left out."""
    return [*EVENTS, *events, RunFinished(9.0, status)]


ENDS: dict[str, tuple[list[Event], float]] = {
    "before any run": ([], 0.0),
    "running": (EVENTS, NOW),
    "paused": ([*EVENTS, Paused(8.1)], 9.5),
    "fewer slots than tasks": ([*EVENTS, MaxParallelChanged(8.1, 1)], NOW),
    "failed": (
        finished(
            done(9.0, "enriched"),
            done(9.0, "delays_by_weather"),
            done(9.0, "rolling_daily", Status.SKIPPED),
            status=RunStatus.FAILED,
        ),
        9.5,
    ),
    "cancelled": (
        finished(
            *(done(9.0, name, Status.CANCELLED) for name in ("enriched", "delays_by_weather", "rolling_daily")),
            status=RunStatus.CANCELLED,
        ),
        9.5,
    ),
}


@sizes
class TestHeaderSliderAndFooter:
    @pytest.mark.parametrize("state", ENDS)
    async def test_in_each_state_of_the_run(
        self, size: tuple[int, int], state: str, snapshot: SnapshotAssertion
    ) -> None:
        events, now = ENDS[state]
        async with look_at(size, events=events, now=now) as look:
            assert look.frame == snapshot

    async def test_with_the_focus_and_with_a_number_typed(
        self, size: tuple[int, int], snapshot: SnapshotAssertion
    ) -> None:
        async with look_at(size) as look:
            look.main.slider.focus()
            await look.pilot.pause()
            assert look.frame == snapshot(name="focused")
            await look.press("3", "0")
            assert look.frame == snapshot(name="typed")
            await look.press("0", "enter")
            assert look.frame == snapshot(name="refused")

    async def test_at_an_earlier_moment(self, size: tuple[int, int], snapshot: SnapshotAssertion) -> None:
        async with look_at(size) as look:
            await look.press("comma", "comma")
            assert look.frame == snapshot


@sizes
class TestWindows:
    async def test_what_asks_and_what_is_typed(self, size: tuple[int, int], snapshot: SnapshotAssertion) -> None:
        async with look_at(size) as look:
            await look.press("S")
            assert look.screen == snapshot(name="selection")
            await look.press(*"clean_", "asterisk")
            assert look.screen == snapshot(name="selection typed")
            await look.press("escape", "slash", *"clean")
            assert look.screen == snapshot(name="filter")
            await look.press("escape")
            session = look.main.session
            dialogs: list[ModalScreen[Any]] = [StopDialog(session), QuitDialog(session), StoppingDialog(session)]
            for dialog in dialogs:
                await look.pilot.app.push_screen(dialog)
                await look.pilot.pause()
                assert look.screen == snapshot(name=type(dialog).__name__)
                look.pilot.app.pop_screen()

    async def test_the_palette(self, size: tuple[int, int], snapshot: SnapshotAssertion) -> None:
        async with look_at(size) as look:
            await look.press("colon", *"theme")
            assert (
                await look.when(look.pilot.app.screen, "theme: colour-blind" if size[1] > 10 else "theme:") == snapshot
            )

    async def test_a_notice(self, size: tuple[int, int], snapshot: SnapshotAssertion) -> None:
        async with look_at(size) as look:
            look.main.tell("planes_age neither runs nor waits", severity="warning")
            assert await look.when(look.pilot.app.screen, "neither") == snapshot

    async def test_what_is_wrong_with_the_file(self, size: tuple[int, int], snapshot: SnapshotAssertion) -> None:
        text = "name: shop\ntasks: [{nmae: x}]\n"
        problems = [
            Problem(Place("/shop/flights.yml", 2, 10), "error", 'there is no key "nmae": did you mean "name"?'),
            Problem(Place("/shop/flights.yml", 2, 9), "warning", "the task does nothing"),
        ]
        async with look_at(size) as look:
            lines = text.splitlines()
            await look.pilot.app.push_screen(ProblemsScreen(Path("/shop/flights.yml"), problems, lines, behind=True))
            await look.pilot.pause()
            assert look.screen == snapshot
