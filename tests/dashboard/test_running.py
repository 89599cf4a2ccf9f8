"""Running, stopping and watching tasks with the keys of the main screen; the runner is the real one."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from seeknal_tui.dashboard.engine import LocalEngine
from seeknal_tui.dashboard.quit_dialog import QuitDialog
from seeknal_tui.dashboard.rerun_dialog import RerunDialog
from seeknal_tui.run.events import Status, TaskStarted
from seeknal_tui.run.execution import Execution
from seeknal_tui.run.feed import Feed
from tests.dashboard.driving import opened

CHAIN = """
    tasks:
      - {name: first}
      - {name: second, depends_on: [first]}
      - {name: third, depends_on: [second]}
"""
SLOW = """
    tasks:
      - {name: slow, sleep: 1h}
      - {name: after, depends_on: [slow]}
      - {name: other, sleep: 1h}
    execution: {max_parallel: 1}
"""
BROKEN = """
    tasks:
      - {name: fine}
      - {name: broken, command: "test -e corrected"}
      - {name: behind, depends_on: [broken]}
"""


class TestRunning:
    async def test_nothing_runs_until_asked(self, tmp_path: Path) -> None:
        async with opened(tmp_path, CHAIN) as driver:
            await driver.see("idle", "3 tasks")
            assert driver.session.state.runs == 0

    async def test_what_will_run_is_shown_before_it_starts(self, tmp_path: Path) -> None:
        async with opened(tmp_path, CHAIN) as driver:
            await driver.press("a")
            await driver.see("Run all tasks", "first, second, third", "enter run")
            assert driver.session.state.runs == 0
            await driver.press("enter")
            await driver.see("succeeded", "3/3 done")

    async def test_escape_cancels_what_was_proposed(self, tmp_path: Path) -> None:
        async with opened(tmp_path, CHAIN) as driver:
            await driver.press("a", "escape")
            assert not isinstance(driver.app.screen, RerunDialog)
            assert driver.session.state.runs == 0

    async def test_a_notice_hides_no_answer_on_a_small_screen_and_is_there_after_it(self, tmp_path: Path) -> None:
        async with opened(tmp_path, CHAIN, size=(40, 10)) as driver:
            driver.main.tell("notable: " + "words that take several lines " * 4)
            await driver.see("notable")
            await driver.press("a")
            await driver.see("Run all tasks", "enter run", "esc cancel")
            await driver.pilot.pause(0.2)
            assert "notable" not in driver.screen_text
            await driver.press("escape")
            await driver.see("notable")

    async def test_r_runs_the_task_under_the_cursor(self, tmp_path: Path) -> None:
        async with opened(tmp_path, CHAIN) as driver:
            await driver.select("second")
            await driver.press("r", "enter")
            await driver.reach("second", Status.SUCCEEDED)
            assert driver.status("first") is driver.status("third") is Status.PENDING

    async def test_r_runs_all_marked_tasks_and_takes_the_marks_away(self, tmp_path: Path) -> None:
        async with opened(tmp_path, CHAIN) as driver:
            await driver.select("first")
            await driver.press("space")
            await driver.select("third")
            await driver.press("space")
            await driver.select("second")
            await driver.press("r", "enter")
            await driver.idle()
            assert driver.status("first") is driver.status("third") is Status.SUCCEEDED
            assert driver.status("second") is Status.PENDING
            assert not driver.session.marked

    async def test_escape_takes_the_filter_away_and_then_the_marks(self, tmp_path: Path) -> None:
        async with opened(tmp_path, CHAIN) as driver:
            await driver.press("space", "slash", *"third", "enter")
            await driver.press("escape")
            assert (driver.session.filter, driver.session.marked) == ("", {0})
            await driver.press("escape")
            assert not driver.session.marked

    async def test_capital_r_runs_everything_downstream_too(self, tmp_path: Path) -> None:
        async with opened(tmp_path, CHAIN) as driver:
            await driver.select("second")
            await driver.press("R", "enter")
            await driver.idle()
            assert driver.status("third") is Status.SUCCEEDED
            assert driver.status("first") is Status.PENDING

    async def test_u_runs_what_is_needed_upstream_and_has_no_result(self, tmp_path: Path) -> None:
        async with opened(tmp_path, CHAIN) as driver:
            await driver.select("third")
            await driver.press("u", "enter")
            await driver.idle()
            assert driver.status("first") is Status.SUCCEEDED
            await driver.press("u")
            await driver.see("reuse     2")
            await driver.press("enter")
            await driver.wait(lambda: driver.session.state.runs == 2 and not driver.session.state.is_running)
            assert driver.status("first") is driver.status("second") is Status.REUSED

    async def test_f_runs_what_failed_and_what_was_skipped_because_of_it(self, tmp_path: Path) -> None:
        async with opened(tmp_path, BROKEN) as driver:
            await driver.run_all()
            await driver.see("failed", "1 skipped")
            (tmp_path / "corrected").touch()
            await driver.press("f")
            await driver.see("run       2   broken, behind")
            await driver.press("enter")
            await driver.wait(lambda: driver.session.state.runs == 2 and not driver.session.state.is_running)
            assert driver.status("behind") is Status.SUCCEEDED
            assert len(driver.session.state.attempts[0]) == 1

    async def test_f_says_so_when_nothing_has_failed(self, tmp_path: Path) -> None:
        async with opened(tmp_path, CHAIN) as driver:
            await driver.press("f")
            await driver.see("nothing has failed")

    async def test_a_run_that_needs_a_result_which_is_not_there_is_refused_with_advice(self, tmp_path: Path) -> None:
        text = """
            transforms:
              - {name: numbers, sql: SELECT 1 AS n}
              - {name: total, sql: SELECT sum(n) FROM numbers}
        """
        async with opened(tmp_path, text) as driver:
            await driver.select("total")
            await driver.press("r")
            await driver.see("no result of numbers is there", "press u")
            await driver.press("u", "enter")
            await driver.reach("total", Status.SUCCEEDED)

    async def test_tasks_are_added_to_a_run_that_goes_on_and_nothing_starts_twice_at_once(self, tmp_path: Path) -> None:
        async with opened(tmp_path, SLOW) as driver:
            feed = Feed()
            engine = driver.session.engine
            assert isinstance(engine, LocalEngine)
            engine.runner.subscribe(feed)
            await driver.select("slow")
            await driver.press("r", "enter")
            await driver.reach("slow", Status.RUNNING)
            await driver.select("other")
            await driver.press("r")
            await driver.see("added to the run that goes on")
            await driver.press("enter")
            await driver.reach("other", Status.READY)
            assert driver.session.state.runs == 1
            await driver.press("r", "enter")
            assert [event.task for event in feed.drain() if isinstance(event, TaskStarted)] == ["slow"]


class TestSelections:
    async def test_s_asks_for_an_expression_and_shows_what_it_will_run(self, tmp_path: Path) -> None:
        async with opened(tmp_path, CHAIN) as driver:
            await driver.press("S", *"+second")
            await driver.see("2 tasks", "first, second")
            await driver.press("enter")
            await driver.see("Run +second", "about", "with")
            await driver.press("enter")
            await driver.reach("second", Status.SUCCEEDED)
            assert driver.status("third") is Status.PENDING

    async def test_what_is_wrong_with_it_is_told_in_place(self, tmp_path: Path) -> None:
        async with opened(tmp_path, CHAIN, size=(80, 24)) as driver:
            await driver.press("S", *"secnd", "enter")
            await driver.see("did you mean second?")
            assert driver.session.state.runs == 0
            await driver.press("escape")
            assert driver.app.screen is driver.main

    async def test_fits_the_smallest_screen(self, tmp_path: Path) -> None:
        async with opened(tmp_path, CHAIN, size=(40, 10)) as driver:
            await driver.press("S", *"third")
            await driver.see("1 task", "enter show")


class TestCopying:
    async def test_y_copies_the_name_of_the_task_under_the_cursor(self, tmp_path: Path) -> None:
        async with opened(tmp_path, CHAIN) as driver:
            await driver.select("second")
            await driver.press("1", "y")
            assert driver.app.clipboard == "second"

    async def test_y_copies_the_definition_and_the_error_where_they_are_shown(self, tmp_path: Path) -> None:
        async with opened(tmp_path, BROKEN) as driver:
            await driver.run_all()
            await driver.select("broken")
            await driver.press("w", "y")
            assert driver.app.clipboard == "exited with 1"
            await driver.press("right_square_bracket", "right_square_bracket", "y")
            assert driver.app.clipboard == "test -e corrected"


class TestWhileItRuns:
    async def test_x_stops_the_running_task_and_what_depends_on_it_is_skipped(self, tmp_path: Path) -> None:
        async with opened(tmp_path, SLOW, start=True) as driver:
            await driver.reach("slow", Status.RUNNING)
            await driver.select("slow")
            await driver.press("x")
            await driver.reach("slow", Status.CANCELLED)
            await driver.reach("after", Status.SKIPPED)
            await driver.reach("other", Status.RUNNING)

    async def test_x_cancels_a_waiting_task(self, tmp_path: Path) -> None:
        async with opened(tmp_path, SLOW, start=True) as driver:
            await driver.reach("slow", Status.RUNNING)
            await driver.select("other")
            await driver.press("x")
            await driver.reach("other", Status.CANCELLED)
            assert driver.status("slow") is Status.RUNNING

    async def test_x_tells_what_is_skipped_with_a_task_that_waits(self, tmp_path: Path) -> None:
        text = """
            execution: {max_parallel: 1}
            tasks:
              - {name: first, sleep: 1h}
              - {name: second, sleep: 1s, depends_on: [first]}
              - {name: third, sleep: 1s, depends_on: [second]}
              - {name: fourth, sleep: 1s, depends_on: [second, third]}
        """
        async with opened(tmp_path, text, start=True, size=(200, 50)) as driver:
            await driver.reach("first", Status.RUNNING)
            await driver.select("second")
            await driver.press("x")
            await driver.see("second is stopped, and 2 tasks that need it are")
            await driver.see("third, fourth")
            await driver.reach("fourth", Status.SKIPPED)

    async def test_f_tells_the_key_for_what_was_stopped(self, tmp_path: Path) -> None:
        async with opened(tmp_path, SLOW, start=True) as driver:
            await driver.reach("slow", Status.RUNNING)
            await driver.select("slow")
            await driver.press("x")
            await driver.reach("slow", Status.CANCELLED)
            await driver.press("f")
            await driver.see("nothing has failed; U runs what was stopped")

    async def test_capital_x_kills_a_task_that_ignores_being_asked_to_end(self, tmp_path: Path) -> None:
        text = """
            tasks:
              - {name: stubborn, command: "trap '' TERM; echo armed; while :; do sleep 0.05; done"}
        """
        async with opened(tmp_path, text, start=True) as driver:
            await driver.select("stubborn")
            await driver.press("L")
            await driver.see("armed")
            await driver.press("X")
            await driver.reach("stubborn", Status.CANCELLED)

    async def test_p_pauses_and_goes_on(self, tmp_path: Path) -> None:
        async with opened(tmp_path, SLOW, start=True) as driver:
            await driver.press("p")
            await driver.see("paused")
            await driver.press("p")
            await driver.wait(lambda: "paused" not in driver.screen_text)

    async def test_plus_and_minus_change_the_number_of_slots(self, tmp_path: Path) -> None:
        async with opened(tmp_path, SLOW, start=True) as driver:
            await driver.reach("slow", Status.RUNNING)
            await driver.press("+")
            await driver.reach("other", Status.RUNNING)
            await driver.see("2 slots, 2 busy")
            await driver.press("-")
            await driver.see("1 slot, 2 busy")

    async def test_the_slots_are_never_less_than_one(self, tmp_path: Path) -> None:
        async with opened(tmp_path, SLOW) as driver:
            await driver.press("-", "-")
            assert driver.session.engine.max_parallel == 1

    async def test_why_tells_who_holds_the_slots(self, tmp_path: Path) -> None:
        async with opened(tmp_path, SLOW, start=True) as driver:
            await driver.reach("slow", Status.RUNNING)
            await driver.select("other")
            await driver.press("w")
            await driver.see("Waits for a slot", "The 1 slot is held by", "◐ slow")


class TestQuitting:
    async def test_q_quits_at_once_when_nothing_runs(self, tmp_path: Path) -> None:
        async with opened(tmp_path, CHAIN) as driver:
            await driver.run_all()
            await driver.press("q")
            await driver.wait(lambda: not driver.app.is_running)
            assert driver.session.exit_code == 0

    async def test_q_does_not_ask_while_a_run_only_cleans_up(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        may_end, clean_up = threading.Event(), Execution.clean_up

        def clean_up_later(execution: Execution) -> None:
            assert may_end.wait(60)
            clean_up(execution)

        monkeypatch.setattr(Execution, "clean_up", clean_up_later)
        async with opened(tmp_path, CHAIN, start=True) as driver:
            await driver.wait(lambda: driver.session.state.done == 3)
            assert driver.session.engine.is_running
            await driver.press("q")
            assert not isinstance(driver.app.screen, QuitDialog)
            may_end.set()
            await driver.wait(lambda: not driver.app.is_running)
            driver.session.take_all()
            assert driver.session.exit_code == 0

    async def test_q_asks_while_tasks_run_and_escape_stays(self, tmp_path: Path) -> None:
        async with opened(tmp_path, SLOW, start=True) as driver:
            await driver.reach("slow", Status.RUNNING)
            await driver.press("q")
            await driver.see("Tasks still run", "1 running, 2 waiting", "esc stay")
            await driver.press("escape")
            assert not isinstance(driver.app.screen, QuitDialog)
            assert driver.status("slow") is Status.RUNNING

    async def test_q_and_enter_stop_everything_and_quit(self, tmp_path: Path) -> None:
        async with opened(tmp_path, SLOW, start=True) as driver:
            await driver.reach("slow", Status.RUNNING)
            await driver.press("q", "enter")
            await driver.wait(lambda: not driver.app.is_running)
            assert not driver.session.engine.is_running
            driver.session.take_all()
            assert driver.session.exit_code == 130

    async def test_a_further_q_kills_what_does_not_end(self, tmp_path: Path) -> None:
        text = """
            tasks:
              - {name: stubborn, command: "trap '' TERM; echo armed; while :; do sleep 0.05; done"}
        """
        async with opened(tmp_path, text, start=True) as driver:
            await driver.press("L")
            await driver.see("armed")
            await driver.press("q", "enter")
            await driver.see("Waiting for stubborn", "q kill at once")
            await driver.press("q")
            await driver.wait(lambda: not driver.app.is_running)
