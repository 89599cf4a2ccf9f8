"""Looking at earlier moments: of a run of this dashboard, and of one of the past."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from seeknal_tui.dashboard.details import Tab
from seeknal_tui.dashboard.main_screen import MainScreen
from seeknal_tui.dashboard.past_run import open_past_run
from seeknal_tui.history.past_runs import PastRun, PastRuns
from seeknal_tui.run.events import RunStatus, Status
from seeknal_tui.run.task_log import index_path, read_index
from tests.dashboard.driving import Driver, opened

CHAIN = """
    tasks:
      - {name: first, command: "echo one; echo two"}
      - {name: second, command: "echo three; sleep 0.2; echo four", depends_on: [first]}
      - {name: third, depends_on: [second]}
"""


@asynccontextmanager
async def with_past(folder: Path, text: str = CHAIN, size: tuple[int, int] = (160, 40)) -> AsyncIterator[Driver]:
    """The dashboard after a run of everything."""
    async with opened(folder, text, size=size) as driver:
        await driver.run_all()
        yield driver


def shown(driver: Driver) -> MainScreen:
    assert isinstance(driver.app.screen, MainScreen)
    return driver.app.screen


async def ended(driver: Driver, folder: Path) -> PastRun:
    """The latest run, when all of it is written down."""
    runs = PastRuns(folder)
    await driver.wait(lambda: runs.find().status is RunStatus.SUCCEEDED)
    return runs.load(runs.find().run_id)


class TestSteps:
    async def test_a_comma_goes_back_change_by_change_and_a_point_comes_on_again(self, tmp_path: Path) -> None:
        async with with_past(tmp_path) as driver:
            await driver.press("comma")
            await driver.see("THE PAST", " of ")
            while driver.status("second") is not Status.RUNNING:
                await driver.press("comma")
            assert driver.status("first") is Status.SUCCEEDED
            assert driver.status("third") is Status.PENDING
            await driver.see("1/3 done")
            while driver.session.looks_back:
                await driver.press("full_stop")
            await driver.see("succeeded", "3/3 done")
            assert "THE PAST" not in driver.screen_text

    async def test_escape_goes_back_to_the_end(self, tmp_path: Path) -> None:
        async with with_past(tmp_path) as driver:
            await driver.press("comma", "comma", "comma", "escape")
            await driver.see("3/3 done")
            assert not driver.session.looks_back
            assert driver.status("third") is Status.SUCCEEDED

    async def test_the_key_end_too_and_then_it_is_for_the_pane_again(self, tmp_path: Path) -> None:
        async with with_past(tmp_path) as driver:
            await driver.press("left_curly_bracket", "end")
            assert not driver.session.looks_back
            await driver.select("first")
            await driver.press("2", "end")
            assert driver.session.selected == 2

    async def test_the_timeline_can_be_dragged_to_a_moment_on_its_axis(self, tmp_path: Path) -> None:
        async with with_past(tmp_path) as driver:
            timeline = driver.main.timeline
            axis = timeline.content_region
            x = axis.x + axis.width - 1
            while (x - 1) > axis.x and not driver.session.looks_back:
                x -= 3
                await driver.pilot.mouse_down(offset=(x, axis.y))
                await driver.pilot.pause()
            moment = driver.session.now
            await driver.pilot.hover(offset=(x - 6, axis.y))
            await driver.wait(lambda: driver.session.now < moment)
            await driver.pilot.mouse_up(offset=(x - 6, axis.y))
            still = driver.session.now
            await driver.pilot.hover(offset=(x - 12, axis.y))
            assert driver.session.now == still

    async def test_before_anything_has_run_there_is_no_past(self, tmp_path: Path) -> None:
        async with opened(tmp_path, CHAIN) as driver:
            await driver.press("comma")
            await driver.see("there is no past to look at")

    async def test_nothing_is_run_or_changed_from_the_past(self, tmp_path: Path) -> None:
        async with with_past(tmp_path) as driver:
            slots = driver.session.engine.max_parallel
            await driver.press("comma", "r")
            await driver.see("this is the past")
            await driver.press("plus", "p", "x")
            assert driver.session.state.runs == 1
            assert driver.session.engine.max_parallel == slots

    async def test_what_a_running_task_does_meanwhile_is_there_when_the_user_comes_back(self, tmp_path: Path) -> None:
        text = """
            tasks:
              - {name: quick}
              - {name: waits, command: "until [ -e go ]; do sleep 0.01; done"}
        """
        async with opened(tmp_path, text) as driver:
            await driver.press("a", "enter")
            await driver.reach("waits", Status.RUNNING)
            await driver.press("comma")
            assert driver.session.looks_back
            (tmp_path / "go").touch()
            await driver.wait(lambda: not driver.session.engine.is_running)
            await driver.see("THE PAST")
            await driver.press("escape")
            await driver.idle()
            assert driver.status("waits") is Status.SUCCEEDED


def when_three_was_printed(driver: Driver) -> float:
    """Session seconds, as the log's index tells them: the next line came a fifth of a second later."""
    log = driver.session.log_path(1)
    assert log is not None
    return read_index(index_path(log))[0].at - driver.session.state.started_at


class TestTheLog:
    async def test_it_has_what_was_printed_up_to_the_moment(self, tmp_path: Path) -> None:
        async with with_past(tmp_path) as driver:
            await driver.select("second")
            driver.main.open_tab(Tab.LOG)
            await driver.see("three", "four")
            driver.main.moment_changed(driver.session.seek(when_three_was_printed(driver) + 0.01))
            await driver.see("three")
            assert "four" not in driver.screen_text
            await driver.press("escape")
            await driver.see("four")

    async def test_so_have_all_tasks_logs_in_one(self, tmp_path: Path) -> None:
        async with with_past(tmp_path) as driver:
            await driver.select("second")
            driver.main.open_tab(Tab.LOG)
            driver.main.show_pane("details")
            await driver.press("A")
            await driver.see("one", "two", "three", "four")
            driver.main.moment_changed(driver.session.seek(when_three_was_printed(driver) + 0.01))
            await driver.wait(lambda: "four" not in driver.screen_text)
            await driver.see("two", "three")
            driver.main.moment_changed(driver.session.seek(0.0))
            await driver.wait(lambda: "two" not in driver.screen_text)


class TestARunOfThePast:
    async def test_it_opens_at_its_end_and_says_that_it_is_past(self, tmp_path: Path) -> None:
        async with with_past(tmp_path) as driver:
            past = await ended(driver, tmp_path)
            await open_past_run(driver.app, past)
            await driver.see(f"PAST RUN {past.record.run_id}", "3/3 done")

    async def test_the_footer_has_no_keys_that_run_or_stop_and_begins_with_those_that_lead_away(
        self, tmp_path: Path
    ) -> None:
        async with with_past(tmp_path) as driver:
            assert " r run " in driver.screen_text.splitlines()[-1]
            await open_past_run(driver.app, await ended(driver, tmp_path))
            await driver.wait(lambda: driver.screen_text.splitlines()[-1].startswith(" , . back in time  esc back "))
            footer = driver.screen_text.splitlines()[-1]
            assert not any(key in footer for key in (" r run ", " x stop ", " + - "))
            await driver.press("escape", "comma")
            await driver.wait(lambda: driver.screen_text.splitlines()[-1].startswith(" , . back in time  esc back "))
            await driver.press("escape")
            await driver.wait(lambda: " r run " in driver.screen_text.splitlines()[-1])

    async def test_its_slider_stands_where_it_stood_at_its_end(self, tmp_path: Path) -> None:
        text = "tasks: [{name: first, command: 'until [ -e go ]; do sleep 0.01; done'}, {name: second}]"
        async with opened(tmp_path, text, size=(160, 40)) as driver:
            await driver.press("a", "enter")
            await driver.reach("first", Status.RUNNING)
            await driver.press("plus", "plus", "minus")
            slots = driver.session.engine.max_parallel
            (tmp_path / "go").touch()
            await driver.idle()
            await open_past_run(driver.app, await ended(driver, tmp_path))
            assert shown(driver).session.engine.max_parallel == slots
            await driver.see(f"▸{slots} →")

    async def test_it_can_be_scrubbed_and_escape_leaves_the_moment_and_then_the_run(self, tmp_path: Path) -> None:
        async with with_past(tmp_path) as driver:
            await open_past_run(driver.app, await ended(driver, tmp_path))
            past = shown(driver)
            await driver.press("comma", "comma")
            await driver.see("THE PAST")
            assert past.session.looks_back
            assert not driver.session.looks_back
            await driver.press("escape")
            assert not past.session.looks_back
            await driver.press("escape")
            await driver.wait(lambda: driver.app.screen is driver.main)

    async def test_nothing_can_be_run_from_it_and_it_says_what_to_do(self, tmp_path: Path) -> None:
        async with with_past(tmp_path) as driver:
            await open_past_run(driver.app, await ended(driver, tmp_path))
            await driver.press("a")
            await driver.see("a run of the past", "esc")
            assert shown(driver).session.state.runs == 1
