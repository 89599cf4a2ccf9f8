"""What the keys do in the log."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from seeknal_tui.dashboard.log.pane import LogPane
from seeknal_tui.run.task_log import TaskLog


class PaneApp(App[None]):
    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.animation_level = "none"
        self.folder = folder
        self.copied: list[str] = []
        self.told: list[str] = []
        self.pane = LogPane(
            lambda: folder / "target", lambda: [(path.stem, path) for path in sorted(folder.glob("*.log"))]
        )

    def compose(self) -> ComposeResult:
        yield self.pane

    def on_mount(self) -> None:
        self.pane.view.focus()
        self.set_interval(0.02, self.pane.view.look)

    def copy_to_clipboard(self, text: str) -> None:
        self.copied.append(text)

    @property
    def lines(self) -> list[str]:
        view = self.pane.view
        return [view.render_line(y).text.rstrip() for y in range(view.size.height)]

    @property
    def search_line(self) -> str:
        return self.screen._compositor.render_strips()[-1].text


class Driver:
    """The pane under a pilot."""

    def __init__(self, app: PaneApp, pilot: Pilot[None]) -> None:
        self.app = app
        self.view = app.pane.view
        self._pilot = pilot

    async def press(self, *keys: str) -> None:
        await self._pilot.press(*keys)
        await self._pilot.pause()

    async def until(self, condition: Callable[[], object]) -> None:
        for _ in range(1500):
            if condition():
                return
            await self._pilot.pause(0.01)
        raise AssertionError(f"waited in vain: {self.app.lines} {self.app.search_line}")

    async def search(self, text: str) -> None:
        await self.press("slash", *({" ": "space"}.get(c, c) for c in text), "enter")
        await self.until(lambda: self.view.search is not None and not self.view.search.is_busy)

    def sees(self, text: str) -> bool:
        return any(text in line for line in self.app.lines)


def write(path: Path, text: str, stream: str = "stdout") -> None:
    log = TaskLog(path)
    log.write(stream, text.encode())
    log.close()


@asynccontextmanager
async def opened(folder: Path, size: tuple[int, int] = (60, 11)) -> AsyncIterator[Driver]:
    app = PaneApp(folder)
    async with app.run_test(size=size) as pilot:
        app.pane.view.open(folder / "a.log", [])
        await pilot.pause()
        yield Driver(app, pilot)


@pytest.fixture
def long_log(tmp_path: Path) -> Path:
    lines = [f"line {number}" for number in range(5000)]
    for number in (100, 2000, 4500):
        lines[number] = f"line {number} Needle"
    lines[3000] = "ValueError: no such thing"
    write(tmp_path / "a.log", "".join(f"{line}\n" for line in lines))
    return tmp_path


class TestSearching:
    async def test_n_and_capital_n_go_round_all_matches_of_the_whole_log(self, long_log: Path) -> None:
        async with opened(long_log) as driver:
            await driver.press("g")
            await driver.search("needle")
            await driver.until(lambda: driver.sees("line 100 Needle"))
            assert "1 of 3" in driver.app.search_line
            for key, number in [("n", 2000), ("n", 4500), ("n", 100), ("N", 4500)]:
                await driver.press(key)
                await driver.until(lambda number=number: driver.sees(f"line {number} Needle"))  # type: ignore[misc]
            assert not driver.view.following

    async def test_a_capital_is_heeded_and_ctrl_t_changes_that(self, long_log: Path) -> None:
        async with opened(long_log) as driver:
            await driver.search("NEEDLE")
            await driver.until(lambda: "nothing found" in driver.app.search_line)
            await driver.press("slash", "ctrl+t", "enter")
            await driver.until(lambda: "of 3" in driver.app.search_line)

    async def test_ctrl_r_makes_it_an_expression_and_a_bad_one_is_told_at_once(self, long_log: Path) -> None:
        async with opened(long_log) as driver:
            await driver.press("slash", "ctrl+r", "N", "left_parenthesis")
            await driver.until(lambda: "no regular expression" in driver.app.search_line)
            await driver.press("enter")
            assert driver.view.search is None
            await driver.press("backspace", "full_stop", "full_stop", "d", "enter")
            await driver.until(lambda: "of 3" in driver.app.search_line)

    async def test_escape_ends_the_search(self, long_log: Path) -> None:
        async with opened(long_log) as driver:
            await driver.search("needle")
            await driver.press("escape")
            assert driver.view.search is None
            assert "needle" not in driver.app.search_line

    async def test_e_goes_to_the_first_line_that_looks_like_an_error(self, long_log: Path) -> None:
        async with opened(long_log) as driver:
            await driver.press("e")
            await driver.until(lambda: driver.sees("ValueError: no such thing"))

    async def test_a_match_far_to_the_right_is_scrolled_into_view(self, tmp_path: Path) -> None:
        write(tmp_path / "a.log", "x" * 500 + "needle\n")
        async with opened(tmp_path) as driver:
            await driver.search("needle")
            await driver.until(lambda: driver.sees("needle"))


class TestCopying:
    async def test_chosen_lines_are_copied_without_margin_and_also_into_a_file(self, tmp_path: Path) -> None:
        write(tmp_path / "a.log", "".join(f"\x1b[31mline\x1b[0m {number}\n" for number in range(100)), "stderr")
        async with opened(tmp_path) as driver:
            await driver.press("g", "V", "down", "down", "y")
            await driver.until(lambda: driver.app.copied)
            assert driver.app.copied == ["line 0\nline 1\nline 2\n"]
            assert (tmp_path / "target" / "copied.txt").read_text() == "line 0\nline 1\nline 2\n"
            assert not driver.view.chosen

    async def test_the_choice_extends_over_the_whole_log(self, long_log: Path) -> None:
        async with opened(long_log) as driver:
            await driver.press("g", "V", "G", "y")
            await driver.until((long_log / "target" / "copied.txt").exists)
            assert (long_log / "target" / "copied.txt").read_text() == (long_log / "a.log").read_text()

    async def test_too_much_for_a_terminal_goes_into_the_file_only(self, tmp_path: Path) -> None:
        write(tmp_path / "a.log", "x" * 200_000 + "\n")
        async with opened(tmp_path) as driver:
            await driver.press("y")
            await driver.until((tmp_path / "target" / "copied.txt").exists)
            assert (tmp_path / "target" / "copied.txt").stat().st_size == 200_001
            assert driver.app.copied == []

    async def test_lines_are_chosen_by_dragging_the_mouse(self, tmp_path: Path) -> None:
        write(tmp_path / "a.log", "one\ntwo\nthree\nfour\n")
        async with opened(tmp_path) as driver:
            pilot = driver._pilot
            await pilot.mouse_down(driver.view, offset=(3, 1))
            await pilot.hover(driver.view, offset=(3, 2))
            await pilot.mouse_up(driver.view, offset=(3, 2))
            await driver.press("y")
            await driver.until(lambda: driver.app.copied)
            assert driver.app.copied == ["two\nthree\n"]

    async def test_escape_right_after_it_ends_the_search(self, long_log: Path) -> None:
        async with opened(long_log) as driver:
            await driver.search("needle")
            await driver.press("V", "up", "y", "escape")
            assert driver.view.search is None
            await driver.until(lambda: driver.app.copied)

    async def test_escape_chooses_nothing(self, long_log: Path) -> None:
        async with opened(long_log) as driver:
            await driver.press("V", "up", "escape")
            assert not driver.view.chosen


class TestLook:
    async def test_wrapped_lines_are_shown_to_their_end(self, tmp_path: Path) -> None:
        write(tmp_path / "a.log", "".join(f"{number} {'word ' * 30}end{number}\n" for number in range(50)))
        async with opened(tmp_path) as driver:
            await driver.press("W")
            await driver.until(lambda: driver.app.lines[-1].strip().endswith("end49"))
            await driver.press("g")
            await driver.until(lambda: driver.app.lines[0].strip().startswith("0 word"))
            assert driver.sees("end0")
            await driver.press("G")
            await driver.until(lambda: driver.app.lines[-1].strip().endswith("end49"))

    async def test_every_row_of_a_wrapped_log_can_be_reached_a_line_at_a_time(self, tmp_path: Path) -> None:
        write(tmp_path / "a.log", "".join(f"{number:04d}" for number in range(700)) + "\nlast\n")
        async with opened(tmp_path) as driver:
            await driver.press("W", "g")
            await driver.until(lambda: driver.app.lines[0].strip().startswith("0000"))
            seen = [driver.app.lines[0].strip()]
            for _ in range(100):
                before = driver.app.lines[:]
                await driver.press("down")
                if driver.app.lines == before:
                    break
                seen.append(driver.app.lines[0].strip())
            assert (
                "".join(seen + driver.app.lines[1:]).replace(" ", "")
                == "".join(f"{number:04d}" for number in range(700)) + "last"
            )

    async def test_times_are_told_on_request(self, tmp_path: Path) -> None:
        write(tmp_path / "a.log", "hello\n")
        async with opened(tmp_path) as driver:
            assert driver.app.lines[0] == "  hello"
            await driver.press("T")
            await driver.until(lambda: driver.app.lines[0].split()[0].startswith("+"))
            await driver.press("T")
            await driver.until(lambda: driver.app.lines[0].split()[0].count(":") == 2)
            await driver.press("T")
            await driver.until(lambda: driver.app.lines[0] == "  hello")


class TestAllLogs:
    async def test_capital_a_shows_all_tasks_logs_by_time_and_goes_back(self, tmp_path: Path) -> None:
        write(tmp_path / "a.log", "first\n")
        write(tmp_path / "b.log", "second\n", "stderr")
        write(tmp_path / "a.log", "third\n")
        async with opened(tmp_path) as driver:
            await driver.press("A")
            await driver.until(lambda: driver.sees("third"))
            assert [line.split() for line in driver.app.lines[:3]] == [
                ["a", "first"],
                ["▌", "b", "second"],
                ["a", "third"],
            ]
            await driver.press("A")
            await driver.until(lambda: driver.app.lines[:2] == ["  first", "  third"])


async def test_what_is_nasty_is_seen_and_does_nothing(tmp_path: Path) -> None:
    write(
        tmp_path / "a.log",
        "[@click=app.quit]x[/]\n\x1b]8;;http://x\x1b\\link\n\x1b]52;c;aGk=\x07\n\x1b]0;t\x07\n\u202eabc\n"
        + "\u200b漢e\u0301\n",
    )
    async with opened(tmp_path) as driver:
        assert driver.app.lines[:6] == [
            "  [@click=app.quit]x[/]",
            "  ␛]8;;http://x␛\\link",
            "  ␛]52;c;aGk=␇",
            "  ␛]0;t␇",
            "  \ufffdabc",
            "  \ufffd漢e\u0301",
        ]
        await driver._pilot.click(driver.view, offset=(3, 0))
        assert driver.app.is_running
        assert driver.app.copied == []
