"""The pane that shows what a task printed."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from seeknal_tui.dashboard.log.view import LogView
from seeknal_tui.run.task_log import TaskLog, index_path, read_index
from tests.dashboard.driving import PATIENCE_S


class LogApp(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.animation_level = "none"
        self.view = LogView()

    def compose(self) -> ComposeResult:
        yield self.view

    @property
    def lines(self) -> list[str]:
        return [self.view.render_line(y).text for y in range(self.view.size.height)]


async def until(pilot: Pilot[None], condition: Callable[[], bool]) -> None:
    """Wait for what a key does; scrolling comes with the next frame."""
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        await pilot.pause(0.01)


def write(path: Path, *texts: str, stream: str = "stdout") -> None:
    log = TaskLog(path)
    for text in texts:
        log.write(stream, text.encode())
    log.close()


def numbered(begin: int, end: int) -> str:
    return "".join(f"line {number}\n" for number in range(begin, end))


class TestFollowing:
    async def test_the_end_is_shown_and_followed_while_the_log_grows(self, tmp_path: Path) -> None:
        path = tmp_path / "a.log"
        write(path, numbered(0, 100))
        app = LogApp()
        async with app.run_test(size=(40, 10)) as pilot:
            app.view.open(path, [])
            await pilot.pause()
            assert app.lines[-1].strip() == "line 99"
            write(path, numbered(100, 200))
            app.view.look()
            await pilot.pause()
            assert app.lines[-1].strip() == "line 199"

    async def test_it_stops_the_moment_the_user_scrolls_up_and_a_pill_counts_what_came_since(
        self, tmp_path: Path
    ) -> None:
        path = tmp_path / "a.log"
        write(path, numbered(0, 100))
        app = LogApp()
        async with app.run_test(size=(40, 10)) as pilot:
            app.view.open(path, [])
            app.view.focus()
            await pilot.pause()
            await pilot.press("up")
            await until(pilot, lambda: not app.view.following)
            seen = app.lines[0]
            write(path, numbered(100, 130))
            app.view.look()
            await pilot.pause()
            assert app.lines[0] == seen
            assert "+30 lines" in app.lines[-1]

    async def test_end_and_capital_g_follow_again(self, tmp_path: Path) -> None:
        path = tmp_path / "a.log"
        write(path, numbered(0, 100))
        app = LogApp()
        async with app.run_test(size=(40, 10)) as pilot:
            app.view.open(path, [])
            app.view.focus()
            await pilot.pause()
            for key in ("end", "G"):
                await pilot.press("g")
                await until(pilot, lambda: not app.view.following and app.lines[0].strip() == "line 0")
                await pilot.press(key)
                assert app.view.following
                assert app.lines[-1].strip() == "line 99"

    async def test_another_log_is_followed_anew(self, tmp_path: Path) -> None:
        write(tmp_path / "a.log", numbered(0, 100))
        write(tmp_path / "b.log", numbered(500, 600))
        app = LogApp()
        async with app.run_test(size=(40, 10)) as pilot:
            app.view.open(tmp_path / "a.log", [])
            app.view.focus()
            await pilot.pause()
            await pilot.press("up")
            await until(pilot, lambda: not app.view.following)
            app.view.open(tmp_path / "b.log", [])
            await pilot.pause()
            assert app.view.following
            assert app.lines[-1].strip() == "line 599"


class TestLines:
    async def test_every_line_is_exactly_as_wide_as_the_pane(self, tmp_path: Path) -> None:
        path = tmp_path / "a.log"
        write(
            path, "漢字" * 100 + "\n", "x" * 100_000 + "\n", "e\u0301" * 60 + "\n", "\x1b[2J\x9b31m\u202e\n", "\t\r\n"
        )
        app = LogApp()
        async with app.run_test(size=(31, 8)) as pilot:
            app.view.open(path, [])
            app.view.focus()
            await pilot.pause()
            for _ in range(5):
                await pilot.pause()
                assert {cell_len(line) for line in app.lines} == {31}
                await pilot.press("right")

    async def test_an_over_long_line_can_be_scrolled_sideways(self, tmp_path: Path) -> None:
        path = tmp_path / "a.log"
        write(path, "".join(f"{number:07d} " for number in range(500_000)) + "\n")
        app = LogApp()
        async with app.run_test(size=(40, 8)) as pilot:
            app.view.open(path, [])
            await pilot.pause()
            assert app.lines[0].startswith("  0000000 0000001")
            assert app.lines[0].rstrip().endswith("…")
            await until(pilot, lambda: app.view.max_scroll_x > 8 * 400_000)  # when all of the line has been read
            app.view.scroll_to(x=8 * 400_000, animate=False)
            await until(pilot, lambda: app.lines[0].startswith("  0400000 0400001"))

    async def test_standard_error_is_told_apart_without_colour(self, tmp_path: Path) -> None:
        path = tmp_path / "a.log"
        write(path, "said\n")
        write(path, "warned\n", stream="stderr")
        app = LogApp()
        async with app.run_test(size=(40, 8)) as pilot:
            app.view.open(path, [])
            await pilot.pause()
            assert [line.rstrip() for line in app.lines[:2]] == ["  said", "▌ warned"]

    async def test_attempts_are_separated(self, tmp_path: Path) -> None:
        path = tmp_path / "a.log"
        write(path, "one\n")
        write(path, "two\n")
        second = read_index(index_path(path))[1]
        app = LogApp()
        async with app.run_test(size=(40, 8)) as pilot:
            app.view.open(path, [(2, second.at)])
            await pilot.pause()
            assert [line.strip(" ─") for line in app.lines[:3]] == ["one", "attempt 2", "two"]

    async def test_a_task_that_printed_nothing_says_so(self, tmp_path: Path) -> None:
        app = LogApp()
        async with app.run_test(size=(40, 8)) as pilot:
            app.view.note = "It printed nothing."
            app.view.open(tmp_path / "none.log", [])
            await pilot.pause()
            assert app.lines[0].strip() == "It printed nothing."


async def test_a_million_lines_are_there_after_a_few_looks(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_bytes(b"".join(b"line %d\n" % number for number in range(1_000_000)))
    app = LogApp()
    async with app.run_test(size=(40, 10)) as pilot:
        app.view.open(path, [])
        while not app.view.is_complete:
            app.view.look()
        await pilot.pause()
        assert app.lines[-1].strip() == "line 999999"
        app.view.focus()
        await pilot.pause()
        await pilot.press("g")
        await until(pilot, lambda: app.lines[0].strip() == "line 0")
