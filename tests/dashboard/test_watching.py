"""Watching a run of another process in the dashboard; the runs are real processes."""

from __future__ import annotations

import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from seeknal_tui.dashboard.main_screen import MainScreen
from seeknal_tui.dashboard.watch_app import WatchApp
from seeknal_tui.history.past_runs import HistoryUnusable, NoSuchRun, PastRuns
from seeknal_tui.run.events import RunStatus, Status
from tests.control.running import Running, running, wait_for
from tests.dashboard.driving import Driver

GATED = """
    tasks:
      - {name: gate, command: "echo at the gate; until [ -e go ]; do sleep 0.02; done; echo through"}
      - {name: quick}
      - {name: after, depends_on: [gate]}
      - {name: queued, sleep: 1h}
    execution: {max_parallel: 1}
"""


def run_id_of(run: Running) -> str:
    return str(run.events[0]["run_id"])


@asynccontextmanager
async def watching(run: Running, size: tuple[int, int] = (160, 40)) -> AsyncIterator[Driver]:
    """A dashboard that watches that run."""
    runs = PastRuns(run.folder)

    def is_recorded() -> bool:
        try:
            return bool(runs.find(run_id_of(run)))
        except (NoSuchRun, HistoryUnusable):  # the file is just being made
            return False

    wait_for(is_recorded)
    app = WatchApp(run.folder / "pipeline.yml", run_id_of(run))
    async with app.run_test(size=size, notifications=True) as pilot:
        driver = Driver(app, pilot)
        await driver.wait(lambda: app.session and isinstance(app.screen, MainScreen))
        yield driver


class TestFollowing:
    async def test_who_joins_late_sees_everything_so_far_and_then_what_happens(self, tmp_path: Path) -> None:
        with running(tmp_path, GATED, "--exclude", "queued") as run:
            run.until("task_started", task="gate")
            async with watching(run) as driver:
                await driver.reach("gate", Status.RUNNING)
                await driver.see(f"WATCHING PROCESS {run.process.pid}", "running")
                (tmp_path / "go").touch()
                await driver.idle()
                assert driver.status("after") is Status.SUCCEEDED
                await driver.see("3/3 done", "succeeded")

    async def test_the_log_is_seen_as_it_grows(self, tmp_path: Path) -> None:
        with running(tmp_path, GATED) as run:
            run.until("task_output", task="gate")
            async with watching(run) as driver:
                await driver.select("gate")
                await driver.press("L")
                await driver.see("at the gate")
                (tmp_path / "go").touch()
                await driver.see("through")

    async def test_why_a_task_waits_is_known_without_its_scheduler(self, tmp_path: Path) -> None:
        with running(tmp_path, GATED) as run:
            run.until("task_started", task="gate")
            async with watching(run) as driver:
                await driver.reach("gate", Status.RUNNING)
                await driver.select("queued")
                await driver.press("w")
                await driver.see("Waits for a slot", "held by")

    async def test_a_runner_that_is_killed_is_noticed(self, tmp_path: Path) -> None:
        with running(tmp_path, GATED) as run:
            run.until("task_started", task="gate")
            async with watching(run) as driver:
                await driver.reach("gate", Status.RUNNING)
                os.kill(run.process.pid, signal.SIGKILL)
                run.process.wait()
                await driver.wait(lambda: driver.session.state.status is RunStatus.INTERRUPTED)
                await driver.see("interrupted")
                await driver.press("p")
                await driver.see("nothing runs that could be paused")


class TestAsking:
    async def test_it_is_paused_widened_stopped_and_rerun_from_here(self, tmp_path: Path) -> None:
        with running(tmp_path, GATED) as run:
            run.until("task_started", task="gate")
            run.client().close()  # waits until it serves
            async with watching(run) as driver:
                await driver.reach("gate", Status.RUNNING)
                await driver.press("p")
                run.until("paused")
                await driver.see("paused")
                await driver.press("p")
                run.until("resumed")
                await driver.press("plus")
                run.until("max_parallel_changed", max_parallel=2)
                await driver.reach("queued", Status.RUNNING)
                await driver.select("queued")
                await driver.press("x")
                run.until("task_finished", task="queued", status="cancelled")
                await driver.reach("queued", Status.CANCELLED)
                await driver.press("r", "enter")
                run.until("task_queued", task="queued")
                await driver.reach("queued", Status.RUNNING)

    async def test_the_whole_run_is_stopped_after_a_question(self, tmp_path: Path) -> None:
        with running(tmp_path, GATED) as run:
            run.until("task_started", task="gate")
            run.client().close()
            async with watching(run) as driver:
                await driver.reach("gate", Status.RUNNING)
                await driver.press("ctrl+x")
                await driver.see("Stop the whole run", "1 running")
                await driver.press("enter")
                assert run.until("run_finished")["summary"]["status"] == "cancelled"
                await driver.idle()

    async def test_quitting_asks_nothing_and_leaves_the_run_going(self, tmp_path: Path) -> None:
        with running(tmp_path, GATED) as run:
            run.until("task_started", task="gate")
            async with watching(run) as driver:
                await driver.reach("gate", Status.RUNNING)
                await driver.press("q")
                await driver.wait(lambda: driver.app._exit)
            assert run.process.poll() is None
            (tmp_path / "go").touch()
            run.until("task_finished", task="gate", status="succeeded")

    async def test_when_nobody_runs_it_any_more_one_is_told_so(self, tmp_path: Path) -> None:
        with running(tmp_path, GATED, "--exclude", "queued") as run:
            run.until("task_started", task="gate")
            async with watching(run) as driver:
                await driver.reach("gate", Status.RUNNING)
                (tmp_path / "go").touch()
                await driver.idle()
                run.process.wait()
                await driver.press("a", "enter")
                await driver.see("cannot be asked any more")


class TestPastRuns:
    async def test_one_that_has_ended_is_shown_as_past(self, tmp_path: Path) -> None:
        with running(tmp_path, "tasks: [{name: a}, {name: b, depends_on: [a]}]") as run:
            run.until("run_finished")
            run.process.wait()
            async with watching(run) as driver:
                await driver.see(f"PAST RUN {run_id_of(run)}", "2/2 done")
                await driver.press("comma")
                await driver.see("THE PAST")
