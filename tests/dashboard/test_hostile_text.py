"""Text of others wherever the dashboard shows it: nothing of it acts, is hidden, or paints outside its cells.

The loader refuses such names of tasks, but what a run is watched from is only a file, so each pane takes care itself.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import duckdb
import pytest
from rich.cells import cell_len
from textual.screen import Screen

from seeknal_tui.analysis.comparison import compare_runs
from seeknal_tui.dashboard.bottlenecks.screen import BottleneckScreen
from seeknal_tui.dashboard.history.comparison_screen import ComparisonScreen
from seeknal_tui.dashboard.history.screen import HistoryScreen
from seeknal_tui.dashboard.problems_screen import ProblemsScreen
from seeknal_tui.dashboard.quit_dialog import StoppingDialog
from seeknal_tui.history.past_runs import PastRuns
from seeknal_tui.pipeline.model import CommandAction, Execution, Pipeline, Place, SqlAction, Task
from seeknal_tui.pipeline.problems import Problem
from seeknal_tui.run.events import Event, RunFinished, RunStatus, Status, TaskFinished
from seeknal_tui.run.task_log import TaskLog
from seeknal_tui.safe_text import one_line
from tests.dashboard.driving import Driver
from tests.dashboard.frozen import FrozenApp, session_at
from tests.dashboard.history.records import record
from tests.dashboard.runs import begun, folded, started

HOSTILE = (
    "evil[red]x[/]",
    "evil[@click=app.quit]y[/]",
    "evil\x1b]8;;file:///etc\x1b\\y\x1b]8;;\x1b\\",
    "evil\x1b]52;c;aGVsbG8=\x07",
    "evil\x1b]0;title\x07",
    "evil\x1b[2J\x1b[H\x9b31m",
    "evil\u202edcba\u2066x\u2069\u200f",
    "evil\u200b\u200d\ufeff\u2060\u00ad\ufe0f",
    "evil\u6f22\u5b57\U0001f469\u200d\U0001f467\u6f22\u5b57",
    "evil\r\nnext\ttab\x01\x7f\u2028",
)
LONG = "evil" + "x" * 1_000_000
LOUD = "evil_loud"
"""The one task with a log and rows: its name is the name of files."""

WIDE = (160, 45)


def pipeline_in(folder: Path) -> Pipeline:
    """A chain of tasks, of which every text that is anybody's to write is hostile."""
    tasks: list[Task] = []
    for number, text in enumerate(HOSTILE):
        place = Place(str(folder / "shop.yml"), number + 3, 5)
        action = SqlAction(f"SELECT '{text}'", place) if number % 2 else CommandAction(text)
        needs = (tasks[-1].name,) if tasks else ()
        tasks.append(Task(name=text, action=action, depends_on=needs, description=text, tags=(text,), place=place))
    tasks.append(Task(name=LOUD, action=CommandAction(LONG), description=LONG))
    mixed = HOSTILE[2] + HOSTILE[6]
    return Pipeline(mixed, tuple(tasks), Execution(max_parallel=2), mixed, folder / "shop.yml", environment=mixed)


def events_of(pipeline: Pipeline, second: float = 1.0) -> list[Event]:
    """All but two have ended, one with an error of all hostile texts, one with a very long one."""
    names = [task.name for task in pipeline.tasks]
    events: list[Event] = [begun(pipeline, max_parallel=2), *started(0.0, names[0])]
    for number in range(len(HOSTILE) - 2):
        status = Status.FAILED if number == 3 else Status.SUCCEEDED
        events.append(TaskFinished(number + second, names[number], status, "".join(HOSTILE) * (number == 3)))
        events += started(number + second, names[number + 1])
    return [*events, *started(8.0, LOUD, lane=1), TaskFinished(8.1, LOUD, Status.FAILED, LONG)]


@asynccontextmanager
async def shown(folder: Path, size: tuple[int, int] = WIDE) -> AsyncIterator[Driver]:
    pipeline = pipeline_in(folder)
    session = session_at(pipeline, events_of(pipeline), 9.5)
    app = FrozenApp(session)
    async with app.run_test(size=size, notifications=True) as pilot:
        await pilot.pause()
        yield Driver(app, pilot)
    session.engine.close(kill=True)


def expect_harmless(driver: Driver, *, named: bool = True) -> None:
    """Every line fills its cells, has no sign that acts or hides, and no link or action of another's."""
    width, height = driver.app.size
    strips = driver.app.screen._compositor.render_strips()
    assert len(strips) == height
    for strip in strips:
        assert one_line(strip.text) == strip.text
        assert cell_len(strip.text) == strip.cell_length == width, strip.text
        for segment in strip:
            style = segment.style
            assert style is None or (style.link is None and "app.quit" not in str(style.meta))
    if named:
        assert "evil" in driver.screen_text


class TestHarmless:
    @pytest.mark.parametrize("size", [(160, 45), (80, 24), (40, 10)])
    async def test_in_graph_and_timeline(self, tmp_path: Path, size: tuple[int, int]) -> None:
        async with shown(tmp_path, size) as driver:
            for key in ("1", "t", "less_than_sign", "greater_than_sign", "o", "o", "o", "o"):
                await driver.press(key)
                expect_harmless(driver)
            for key in ("2", "s", "O", "O", "O", "v", "v"):
                await driver.press(key)
                expect_harmless(driver)

    async def test_in_the_details_of_every_task(self, tmp_path: Path) -> None:
        async with shown(tmp_path) as driver:
            await driver.press("w")
            for task in driver.session.pipeline.tasks:
                for _ in range(6):
                    await driver.select(task.name)
                    expect_harmless(driver)
                    await driver.press("right_square_bracket")

    async def test_in_the_log(self, tmp_path: Path) -> None:
        pipeline = pipeline_in(tmp_path)
        log = TaskLog(pipeline.target / ".seeknal_tui" / "8f3c" / f"{LOUD}.log")
        for text in (*HOSTILE, LONG):
            log.write("stderr", text.encode() + b"\n")
        log.write("stdout", b"evil\xff\xfe bytes that are no text\nthe last of all")
        log.close()
        async with shown(tmp_path) as driver:
            await driver.select(LOUD)
            await driver.press("L")
            await driver.see("the last of all")
            for key in ("g", "W", "W", "T", "A", "G", "V", "slash", "e", "v", "enter"):
                await driver.press(key)
                expect_harmless(driver)

    async def test_in_the_rows_of_a_result(self, tmp_path: Path) -> None:
        pipeline = pipeline_in(tmp_path)
        pipeline.target.mkdir(parents=True)
        duckdb.execute('CREATE OR REPLACE TEMP TABLE hostile ("evil[red]\x1b]0;t\x07\u202e" VARCHAR)')
        duckdb.executemany("INSERT INTO hostile VALUES (?)", [[text] for text in (*HOSTILE, LONG)])
        duckdb.execute(f"COPY hostile TO '{pipeline.target / LOUD}.parquet'")
        async with shown(tmp_path) as driver:
            await driver.select(LOUD)
            await driver.press("w", "left_square_bracket", "left_square_bracket", "left_square_bracket")
            await driver.see("rows 1-")
            for key in ("l", "G"):
                expect_harmless(driver)
                await driver.press(key)
            expect_harmless(driver)

    async def test_in_windows_and_notices(self, tmp_path: Path) -> None:
        async with shown(tmp_path) as driver:
            await driver.select(HOSTILE[3])
            await driver.press("x")
            await driver.see("neither runs nor waits")
            expect_harmless(driver)
            await driver.press("slash", *"ev")
            expect_harmless(driver)
            await driver.press("escape", "S", *"ev", "asterisk")
            expect_harmless(driver)
            await driver.press("escape", "question_mark")
            expect_harmless(driver, named=False)
            await driver.press("escape")
            for name in HOSTILE[1:4]:
                await driver.select(name)
                await driver.press("r")
                expect_harmless(driver)
                await driver.press("escape")
            driver.app.push_screen(StoppingDialog(driver.session))
            await driver.see("Waiting for evil")
            expect_harmless(driver)

    async def test_in_the_other_screens(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        pipeline = pipeline_in(tmp_path)
        ended = RunFinished(12.0, RunStatus.FAILED)
        runs = [folded(pipeline, *events_of(pipeline, second), ended) for second in (0.5, 1.0)]
        records = [
            record(f"{number}{text}", pipeline=text, environment=text, selected=text, holdup=text)
            for number, text in enumerate(HOSTILE)
        ]
        monkeypatch.setattr(PastRuns, "runs", lambda *_, **__: records)
        problems = [Problem(Place(f"{text}.yml", 1, 3), "error", text) for text in HOSTILE]
        screens: list[Screen[None]] = [
            HistoryScreen(tmp_path / f"{HOSTILE[4]}.yml"),
            ComparisonScreen(compare_runs(*runs)),
            ProblemsScreen(tmp_path / f"{HOSTILE[4]}.yml", problems, [LONG], behind=False),
        ]
        async with shown(tmp_path) as driver:
            for screen in screens:
                await driver.app.push_screen(screen)
                await driver.see("evil")
                for key in ("j", "j", "j"):
                    expect_harmless(driver)
                    await driver.press(key)
                driver.app.pop_screen()
            await driver.press("b")
            bottlenecks = driver.app.screen
            assert isinstance(bottlenecks, BottleneckScreen)
            await bottlenecks.workers.wait_for_complete()
            await driver.pilot.pause()
            expect_harmless(driver)
