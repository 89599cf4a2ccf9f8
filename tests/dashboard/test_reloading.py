"""The dashboard notices what happens to the pipeline file, and with --watch runs what has changed."""

from __future__ import annotations

import os
from pathlib import Path
from textwrap import dedent

import pytest

from seeknal_tui.dashboard.problems_screen import ProblemsScreen, problem_lines
from seeknal_tui.dashboard.themes import LIGHT
from seeknal_tui.pipeline.loading import load
from seeknal_tui.run.events import Status
from tests.dashboard.driving import Driver, opened

CHAIN = """
tasks:
  - {name: first, command: echo one}
  - {name: second, sleep: 10ms, depends_on: [first]}
  - {name: beside, sleep: 10ms}
"""


def write(folder: Path, text: str) -> None:
    (folder / "pipeline.yml").write_text(dedent(text))


def runs_of(driver: Driver, name: str) -> int:
    return len(driver.session.state.attempts[driver.session.pipeline.numbers[name]])


class TestNoticing:
    async def test_what_is_new_gone_and_changed_is_told_and_the_cursor_stays(self, tmp_path: Path) -> None:
        async with opened(tmp_path, CHAIN) as driver:
            await driver.select("second")
            write(tmp_path, CHAIN.replace("one", "two").replace("name: beside", "name: new_one"))
            await driver.see("pipeline.yml was read again: 1 new, 1 gone, 1")
            assert driver.session.pipeline.tasks[driver.session.selected].name == "second"

    async def test_a_file_that_an_editor_replaces_by_renaming(self, tmp_path: Path) -> None:
        async with opened(tmp_path, CHAIN) as driver:
            other = tmp_path / "pipeline.yml.swp"
            other.write_text(CHAIN + "  - {name: last}\n")
            os.replace(other, tmp_path / "pipeline.yml")
            await driver.wait(lambda: "last" in driver.session.pipeline.numbers)

    async def test_during_a_run_it_waits_for_the_end_and_says_so(self, tmp_path: Path) -> None:
        async with opened(tmp_path, "tasks: [{name: slow, sleep: 1h}]", start=True) as driver:
            await driver.reach("slow", Status.RUNNING)
            write(tmp_path, "tasks: [{name: slow, sleep: 1h}, {name: more}]")
            await driver.see("the file is read again when the run has ended")
            assert len(driver.session.pipeline.tasks) == 1
            await driver.press("X")
            await driver.wait(lambda: len(driver.session.pipeline.tasks) == 2)

    async def test_while_a_dialog_is_open_it_waits(self, tmp_path: Path) -> None:
        async with opened(tmp_path, CHAIN) as driver:
            await driver.press("a")
            write(tmp_path, "tasks: [{name: only}]")
            await driver.wait(lambda: driver.app.is_file_waiting)
            assert len(driver.session.pipeline.tasks) == 3
            await driver.press("escape")
            await driver.wait(lambda: len(driver.session.pipeline.tasks) == 1)


class TestBroken:
    async def test_its_errors_are_shown_before_the_last_good_pipeline(self, tmp_path: Path) -> None:
        async with opened(tmp_path, CHAIN) as driver:
            write(tmp_path, "tasks:\n  - {name: first, slep: 1s}\n")
            await driver.see("1 error", "slep", "2 │   - {name: first, slep: 1s}", "^", "esc the pipeline as it was")
            await driver.press("escape")
            assert driver.app.screen is driver.main
            assert len(driver.session.pipeline.tasks) == 3

    async def test_the_corrected_file_is_taken_without_a_key(self, tmp_path: Path) -> None:
        async with opened(tmp_path, CHAIN) as driver:
            write(tmp_path, "tasks: [")
            await driver.wait(lambda: isinstance(driver.app.screen, ProblemsScreen))
            write(tmp_path, CHAIN + "  - {name: last}\n")
            await driver.see("pipeline.yml is right again: 1 new: last")
            assert driver.app.screen is driver.main
            assert "has errors" not in driver.screen_text

    async def test_beside_the_pipeline_as_it_was_stands_that_the_file_has_errors(self, tmp_path: Path) -> None:
        async with opened(tmp_path, CHAIN) as driver:
            write(tmp_path, "tasks: [")
            await driver.wait(lambda: isinstance(driver.app.screen, ProblemsScreen))
            await driver.press("escape")
            await driver.see("3 tasks", "pipeline.yml has errors", "ctrl+r tells them")
            await driver.press("ctrl+r")
            await driver.wait(lambda: isinstance(driver.app.screen, ProblemsScreen))

    async def test_a_file_that_never_was_right_opens_when_it_is(self, tmp_path: Path) -> None:
        async with opened(tmp_path, "tasks: [") as driver:
            write(tmp_path, CHAIN)
            await driver.see("idle", "3 tasks")

    @pytest.mark.parametrize(
        ("line", "picture", "caret"),
        [
            ("  - {name: a, slep: 1}", "  - {name: a, slep: 1}", 14),
            ("  - {name: a, description: 日本, slep: 1}", "  - {name: a, description: 日本, slep: 1}", 33),
            ('  - {name: a, description: "\\e[31m", slep: 1}', '  - {name: a, description: "\\e[31m", slep: 1}', 37),
            (f"  - {{name: a, description: {'x' * 90}, slep: 1}}", f"…{'x' * 38}, slep: 1}}", 41),
        ],
    )
    def test_the_caret_stands_below_the_place(self, tmp_path: Path, line: str, picture: str, caret: int) -> None:
        text = f"tasks:\n{line}\n"
        write(tmp_path, text)
        problems = load(tmp_path / "pipeline.yml").problems
        shown, below = [text.plain for text in problem_lines(problems, tmp_path, LIGHT, text.splitlines())[-2:]]
        assert shown == f"        2 │ {picture}"
        assert below == f"          │ {' ' * caret}^"


class TestWatch:
    async def test_what_changed_and_all_downstream_is_run_and_nothing_else(self, tmp_path: Path) -> None:
        async with opened(tmp_path, CHAIN, start=True, watch=True) as driver:
            await driver.idle()
            write(tmp_path, CHAIN.replace("one", "two"))
            await driver.wait(lambda: driver.session.state.runs == 2)
            await driver.idle()
            assert [runs_of(driver, name) for name in ("first", "second", "beside")] == [2, 2, 1]

    async def test_a_new_task_is_run(self, tmp_path: Path) -> None:
        async with opened(tmp_path, CHAIN, start=True, watch=True) as driver:
            await driver.idle()
            write(tmp_path, CHAIN + "  - {name: last, sleep: 1ms, depends_on: [beside]}\n")
            await driver.wait(lambda: "last" in driver.session.pipeline.numbers and runs_of(driver, "last"))
            assert runs_of(driver, "beside") == 1

    async def test_a_description_runs_nothing(self, tmp_path: Path) -> None:
        async with opened(tmp_path, CHAIN, start=True, watch=True) as driver:
            await driver.idle()
            write(tmp_path, CHAIN.replace("name: beside", "name: beside, description: words"))
            await driver.see("pipeline.yml was read again: 1 changed: beside")
            assert driver.session.state.runs == 1

    async def test_a_selection_holds_for_what_is_rerun_too(self, tmp_path: Path) -> None:
        async with opened(tmp_path, CHAIN, start=True, watch=True, selected="first") as driver:
            await driver.idle()
            write(tmp_path, CHAIN.replace("one", "two"))
            await driver.wait(lambda: driver.session.state.runs == 2)
            await driver.idle()
            assert [runs_of(driver, name) for name in ("first", "second", "beside")] == [2, 0, 0]
