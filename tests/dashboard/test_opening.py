"""Opening a file, telling what is wrong with it, reading it again."""

from __future__ import annotations

from pathlib import Path

from seeknal_tui.dashboard.problems_screen import ProblemsScreen
from seeknal_tui.run.events import Status
from tests.dashboard.driving import opened

RIGHT = """
    tasks:
      - {name: first}
      - {name: second, depends_on: [first]}
"""
WRONG = """
    tasks:
      - {name: first}
      - {name: second, depends_on: [frist]}
      - {name: third, retries: many}
"""


class TestErrors:
    async def test_all_errors_are_told_with_their_places(self, tmp_path: Path) -> None:
        async with opened(tmp_path, WRONG) as driver:
            assert isinstance(driver.app.screen, ProblemsScreen)
            await driver.see("2 errors", "pipeline.yml:4:", "frist", "pipeline.yml:5:", "many")

    async def test_nothing_runs_from_a_file_with_errors(self, tmp_path: Path) -> None:
        async with opened(tmp_path, WRONG) as driver:
            await driver.press("a")
            await driver.see("the file has errors: correct them, and it is read again")

    async def test_the_corrected_file_opens_with_ctrl_r(self, tmp_path: Path) -> None:
        async with opened(tmp_path, WRONG) as driver:
            (tmp_path / "pipeline.yml").write_text("tasks: [{name: first}]")
            await driver.press("ctrl+r")
            await driver.see("idle", "1 task")

    async def test_a_file_with_a_bad_text_cannot_paint_or_act(self, tmp_path: Path) -> None:
        text = 'tasks: [{name: first, depends_on: ["[red]x[/]", "[@click=app.quit]y", "\\e[31m"]}]'
        async with opened(tmp_path, text) as driver:
            await driver.see("[red]x[/]", "[@click=app.quit]y")
            assert "\x1b" not in driver.screen_text


class TestReadingAgain:
    async def test_the_cursor_and_the_states_are_kept_by_name(self, tmp_path: Path) -> None:
        async with opened(tmp_path, RIGHT) as driver:
            await driver.run_all()
            await driver.select("second")
            (tmp_path / "pipeline.yml").write_text("tasks: [{name: zero}, {name: first}, {name: second}]")
            await driver.press("ctrl+r")
            await driver.wait(lambda: len(driver.session.pipeline.tasks) == 3)
            await driver.see("3 second ──")
            assert driver.status("second") is Status.SUCCEEDED
            assert driver.status("zero") is Status.PENDING
            await driver.press("r", "enter")
            await driver.wait(lambda: driver.session.state.runs == 2)

    async def test_a_file_that_became_wrong_shows_its_errors_and_escape_goes_back(self, tmp_path: Path) -> None:
        async with opened(tmp_path, RIGHT) as driver:
            (tmp_path / "pipeline.yml").write_text("tasks: [{nmae: first}]")
            await driver.press("ctrl+r")
            await driver.see("nmae", "esc the pipeline as it was")
            await driver.press("escape")
            assert driver.app.screen is driver.main

    async def test_while_tasks_run_it_waits_for_their_end(self, tmp_path: Path) -> None:
        async with opened(tmp_path, "tasks: [{name: slow, sleep: 1h}]", start=True) as driver:
            await driver.reach("slow", Status.RUNNING)
            await driver.press("ctrl+r")
            await driver.see("the file is read again when the run has ended")
            await driver.press("X")
            await driver.see("pipeline.yml was read again: no task has changed")
