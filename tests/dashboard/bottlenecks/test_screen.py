"""The screen of bottlenecks, under a pilot, on runs that really ran."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from seeknal_tui.dashboard.bottlenecks.screen import BottleneckScreen
from tests.dashboard.driving import Driver, opened


def keys_of(text: str) -> list[str]:
    return ["equals_sign" if key == "=" else key for key in text]


FOUR = """
    name: four
    execution: {max_parallel: 1}
    tasks:
      - {name: a, sleep: 150ms}
      - {name: b, sleep: 150ms}
      - {name: c, sleep: 150ms}
      - {name: last, sleep: 10ms, depends_on: [a, b, c]}
    """


@asynccontextmanager
async def after_a_run(folder: Path, text: str = FOUR, size: tuple[int, int] = (140, 40)) -> AsyncIterator[Driver]:
    async with opened(folder, text, size=size) as driver:
        await driver.run_all()
        await driver.press("b")
        yield driver


class TestShown:
    async def test_what_would_help_and_where_the_time_went(self, tmp_path: Path) -> None:
        async with after_a_run(tmp_path) as driver:
            await driver.see("too little parallel", "set max_parallel to 3")
            await driver.see("The run took", "With unlimited slots it could not be shorter than")
            await driver.see("Finish by max_parallel", "enough 3", "Busy over time", "slots")
            await driver.see("Where the time of all 4 tasks went, ", "running", "a slot", "The critical path")

    async def test_on_a_small_screen_the_verdict_is_told_to_its_end(self, tmp_path: Path) -> None:
        async with after_a_run(tmp_path, size=(40, 10)) as driver:
            await driver.see("The run took")
            assert "that is its critical path." in " ".join(driver.screen_text.split())

    async def test_before_any_run_it_says_what_to_do(self, tmp_path: Path) -> None:
        async with opened(tmp_path, FOUR) as driver:
            await driver.press("b")
            await driver.see("Nothing has been run yet")
            await driver.press("enter")
            await driver.see("there is no finding to try")
            await driver.press("i")
            await driver.see("esc goes back, and a runs all tasks")

    async def test_where_nothing_holds_it_up_it_says_so(self, tmp_path: Path) -> None:
        text = """
            execution: {max_parallel: 4}
            tasks: [{name: a, sleep: 200ms}, {name: b, sleep: 200ms}, {name: c, sleep: 200ms}]
            """
        async with after_a_run(tmp_path, text) as driver:
            await driver.see("Nothing was found that would make the run shorter")
            await driver.press("enter")
            await driver.see("there is no finding to try: i tries a change of your own")

    async def test_it_is_brought_up_to_date_while_the_run_goes_on(self, tmp_path: Path) -> None:
        text = """
            execution: {max_parallel: 1}
            tasks: [{name: a, command: read -r line < gate}, {name: b, sleep: 20ms, depends_on: [a]}]
            """
        import os

        os.mkfifo(tmp_path / "gate")
        async with opened(tmp_path, text, start=True) as driver:
            await driver.wait(lambda: driver.session.state.running)
            await driver.press("b")
            await driver.see("The run goes on since")
            (tmp_path / "gate").write_text("go\n")
            await driver.see("The run took")

    @pytest.mark.parametrize("size", [(200, 50), (80, 24)])
    async def test_the_words_are_explained(self, tmp_path: Path, size: tuple[int, int]) -> None:
        async with after_a_run(tmp_path, size=size) as driver:
            await driver.press("question_mark")
            await driver.see("What the words mean", "Slot")
            await driver.press("escape")
            await driver.see("What would help")

    async def test_it_does_not_break_on_the_smallest_terminal(self, tmp_path: Path) -> None:
        async with after_a_run(tmp_path, size=(40, 10)) as driver:
            await driver.see("The run took", "resource limit")


class TestTried:
    async def test_enter_tries_the_finding_and_takes_it_back(self, tmp_path: Path) -> None:
        async with after_a_run(tmp_path) as driver:
            await driver.see("set max_parallel to 3")
            await driver.press("enter")
            await driver.see("By the forecast, with 3 slots:", "instead of")
            await driver.press("enter")
            await driver.see("The run took")

    async def test_what_is_typed_is_tried_on_top(self, tmp_path: Path) -> None:
        async with after_a_run(tmp_path) as driver:
            await driver.see("set max_parallel to 3")
            for change in ("slots=4", "a=2x"):
                await driver.press("i")
                await driver.see("What if", "twice as fast")
                await driver.press("ctrl+u", *keys_of(change), "enter")
            await driver.see("with 4 slots, with a=2x:", "instead of")
            await driver.press("backspace")
            await driver.see("The run took")

    async def test_what_is_not_understood_is_told(self, tmp_path: Path) -> None:
        async with after_a_run(tmp_path) as driver:
            await driver.see("set max_parallel to 3")
            await driver.press("i")
            await driver.see("What if")
            await driver.press("ctrl+u", *keys_of("lst=2x"), "enter")
            await driver.see("there is no task lst: is last meant?")
            await driver.press("escape")
            await driver.see("What would help")


class TestLit:
    async def test_the_tasks_of_the_finding_stand_out_on_the_main_screen_until_esc(self, tmp_path: Path) -> None:
        async with after_a_run(tmp_path) as driver:
            await driver.see("set max_parallel to 3")
            await driver.press("b")
            await driver.wait(lambda: not isinstance(driver.app.screen, BottleneckScreen))
            lit = driver.session.lit
            assert {driver.session.pipeline.tasks[number].name for number in lit} < {"a", "b", "c"}
            await driver.wait(lambda: driver.main.graph.critical == lit == driver.main.timeline.critical)
            await driver.press("escape")
            await driver.wait(lambda: driver.main.graph.critical == driver.session.critical)
            assert not driver.session.lit

    async def test_a_click_on_a_finding_tries_it(self, tmp_path: Path) -> None:
        async with after_a_run(tmp_path) as driver:
            await driver.see("set max_parallel to 3")
            await driver.pilot.click("#findings", offset=(10, 1))
            await driver.see("By the forecast, with 3 slots:")
