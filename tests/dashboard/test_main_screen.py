"""The panes together: one selection, focus, zoom, filter, sizes, help and palette."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from seeknal_tui.dashboard.details import Tab
from seeknal_tui.dashboard.help_screen import HelpScreen
from seeknal_tui.run.events import Status
from tests.dashboard.driving import Driver, opened

SALES = """
    name: shop
    sources:
      - {name: raw_sales, command: "echo sold"}
      - {name: raw_stock, sleep: 1h}
    transforms:
      - {name: clean_sales, depends_on: [raw_sales]}
      - {name: clean_stock, depends_on: [raw_stock], tags: [slow]}
    execution: {max_parallel: 2}
"""
SIZES = [(250, 70), (200, 50), (132, 40), (100, 30), (80, 24), (40, 10), (20, 5)]


def selected_in_panes(driver: Driver) -> set[int | None]:
    main = driver.main
    return {main.timeline.selected, main.tasks.selected, main.graph.selected, driver.session.selected}


class TestOneSelection:
    async def test_the_cursor_moves_in_every_pane(self, tmp_path: Path) -> None:
        async with opened(tmp_path, SALES) as driver:
            await driver.press("down")
            assert len(selected_in_panes(driver)) == 1
            name = driver.session.pipeline.tasks[driver.session.selected].name
            await driver.see(f"3 {name} ──")

    async def test_a_click_on_a_task_selects_it_and_a_second_one_opens_it(self, tmp_path: Path) -> None:
        async with opened(tmp_path, SALES) as driver:
            await driver.press("2")
            timeline = driver.main.timeline
            row = timeline.rows.index(driver.session.pipeline.numbers["clean_stock"])
            offset = (6, row + 2)
            await driver.pilot.click(timeline, offset=offset)
            assert selected_in_panes(driver) == {driver.session.pipeline.numbers["clean_stock"]}
            await driver.pilot.click(timeline, offset=offset)
            await driver.wait(lambda: driver.main.details.front.has_focus)

    async def test_the_log_follows_the_selection(self, tmp_path: Path) -> None:
        async with opened(tmp_path, SALES, start=True) as driver:
            await driver.reach("raw_sales", Status.SUCCEEDED)
            await driver.select("raw_sales")
            await driver.press("L")
            await driver.see("sold")
            await driver.select("raw_stock")
            await driver.see("It has printed nothing yet.")
            await driver.select("clean_stock")
            await driver.see("It has not run yet.")


class TestWhileTasksRun:
    async def test_what_is_beside_the_pane_in_front_keeps_up_too(self, tmp_path: Path) -> None:
        text = """
            name: gates
            sources:
              - {name: first, command: "while [ ! -e first ]; do sleep 0.01; done"}
              - {name: long, sleep: 1h}
            transforms:
              - {name: second, command: "while [ ! -e second ]; do sleep 0.01; done", depends_on: [first]}
        """
        async with opened(tmp_path, text, start=True) as driver:

            def shown(row: str) -> bool:
                return any(row in line for line in driver.lines_of(driver.main.timeline))

            for front, name in (("1", "first"), ("3", "second")):
                await driver.press(front)
                await driver.wait(partial(shown, f"◐ {name} "))
                (tmp_path / name).touch()
                await driver.wait(partial(shown, f"● {name} "))
            assert driver.session.state.is_running


class TestPanes:
    async def test_digits_and_tab_go_from_pane_to_pane(self, tmp_path: Path) -> None:
        async with opened(tmp_path, SALES) as driver:
            main = driver.main
            await driver.press("1")
            assert main.graph.has_focus
            await driver.press("tab")
            assert main.timeline.has_focus
            await driver.press("tab")
            assert main.details.front.has_focus
            await driver.press("shift+tab")
            assert main.timeline.has_focus
            await driver.press("3")
            assert main.details.front.has_focus

    async def test_z_shows_the_pane_on_the_whole_screen_and_back(self, tmp_path: Path) -> None:
        async with opened(tmp_path, SALES) as driver:
            await driver.press("2", "z")
            assert driver.main.timeline.size.width > 130
            assert not driver.main.details.display
            await driver.press("z")
            assert driver.main.details.display
            assert driver.main.timeline.has_focus

    async def test_brackets_go_through_the_tabs(self, tmp_path: Path) -> None:
        async with opened(tmp_path, SALES) as driver:
            await driver.press("]", "]")
            assert driver.main.details.tab is Tab.DEFINITION
            await driver.see("pipeline.yml:4:")
            await driver.press("[", "[", "[")
            assert driver.main.details.tab is Tab.PROFILE

    async def test_enter_opens_the_log_of_what_ran_and_the_reason_of_what_did_not(self, tmp_path: Path) -> None:
        async with opened(tmp_path, SALES, start=True) as driver:
            await driver.reach("raw_sales", Status.SUCCEEDED)
            await driver.select("raw_sales")
            await driver.press("2", "enter")
            assert driver.main.details.tab is Tab.LOG
            await driver.select("clean_stock")
            await driver.press("2", "enter")
            assert driver.main.details.tab is Tab.WHY
            await driver.see("Waits for 1 of its 1 dependency", "raw_stock")

    async def test_escape_leaves_the_details(self, tmp_path: Path) -> None:
        async with opened(tmp_path, SALES) as driver:
            await driver.press("w", "escape")
            assert driver.main.timeline.has_focus


class TestSizes:
    @pytest.mark.parametrize("size", SIZES)
    async def test_every_key_works_at_every_size(self, tmp_path: Path, size: tuple[int, int]) -> None:
        async with opened(tmp_path, SALES, size=size, start=True) as driver:
            for key in (
                "1",
                "2",
                "3",
                "4",
                "tab",
                "z",
                "escape",
                "w",
                "L",
                "]",
                "F",
                "s",
                "<",
                ">",
                "n",
                "down",
                "space",
            ):
                await driver.press(key)
            await driver.press("question_mark")
            await driver.press("escape")
            assert driver.session.selected in range(4)

    async def test_resizing_keeps_the_selection_and_the_focus(self, tmp_path: Path) -> None:
        async with opened(tmp_path, SALES, size=(200, 50)) as driver:
            await driver.select("clean_stock")
            await driver.press("w")
            for size in (*SIZES, (200, 50)):
                await driver.pilot.resize_terminal(*size)
                await driver.pilot.pause()
            assert selected_in_panes(driver) == {3}
            assert driver.main.details.display
            assert driver.main.timeline.display
            assert driver.main.graph.display

    async def test_a_small_screen_has_the_list_of_tasks_and_nothing_else(self, tmp_path: Path) -> None:
        async with opened(tmp_path, SALES, size=(40, 10)) as driver:
            main = driver.main
            assert main.tasks.display
            assert not any(pane.display for pane in (main.graph, main.timeline, main.details))
            assert main.tasks.has_focus
            await driver.press("enter")
            assert main.details.display
            assert not main.tasks.display
            await driver.press("escape")
            assert main.tasks.has_focus

    async def test_in_between_one_pane_stands_beside_the_names(self, tmp_path: Path) -> None:
        async with opened(tmp_path, SALES, size=(80, 24)) as driver:
            main = driver.main
            await driver.press("w")
            assert main.tasks.display
            assert main.details.display
            assert not main.graph.display
            await driver.press("1")
            assert main.tasks.display
            assert main.graph.display
            assert not main.details.display
            await driver.see("? help")


class TestFilter:
    async def test_a_part_of_the_name_shows_only_the_tasks_with_it(self, tmp_path: Path) -> None:
        async with opened(tmp_path, SALES) as driver:
            await driver.press("slash", *"stock", "enter")
            assert driver.session.matches == {1, 3}
            assert set(driver.main.timeline.rows) == {1, 3}
            assert driver.session.selected in {1, 3}

    async def test_an_expression_selects_as_on_the_command_line(self, tmp_path: Path) -> None:
        async with opened(tmp_path, SALES) as driver:
            await driver.press("slash", *"+clean_sales")
            assert driver.session.matches == {0, 2}
            await driver.see("2 found")

    async def test_what_is_wrong_with_an_expression_is_told_while_it_is_typed(self, tmp_path: Path) -> None:
        async with opened(tmp_path, SALES) as driver:
            await driver.press("slash", *"kind:sorce")
            await driver.wait(lambda: "sorce" in driver.screen_text.splitlines()[-2].split("  ", 2)[-1])

    async def test_n_goes_from_match_to_match_around_the_end(self, tmp_path: Path) -> None:
        async with opened(tmp_path, SALES) as driver:
            await driver.press("slash", *"sales", "enter")
            before = driver.session.selected
            await driver.press("n")
            assert driver.session.selected == 2 - before
            await driver.press("n")
            assert driver.session.selected == before
            await driver.press("N")
            assert driver.session.selected == 2 - before

    async def test_escape_clears_the_filter(self, tmp_path: Path) -> None:
        async with opened(tmp_path, SALES) as driver:
            await driver.press("slash", *"stock", "enter", "escape")
            assert driver.session.matches is None
            assert len(driver.main.timeline.rows) == 4

    async def test_the_header_tells_that_tasks_are_left_out_as_long_as_they_are(self, tmp_path: Path) -> None:
        async with opened(tmp_path, SALES) as driver:
            await driver.press("slash", *"stock", "enter")
            await driver.see(" /stock: 2 of 4 tasks ")
            await driver.press("escape")
            await driver.wait(lambda: "/stock" not in driver.screen_text)

    async def test_a_filter_by_status_follows_the_run(self, tmp_path: Path) -> None:
        async with opened(tmp_path, SALES) as driver:
            await driver.press("slash", *"status:succeeded", "enter")
            assert driver.session.matches == set()
            await driver.press("a", "enter")
            await driver.wait(lambda: driver.session.matches == {0, 2})


class TestHelp:
    async def test_the_question_mark_shows_the_keys(self, tmp_path: Path) -> None:
        async with opened(tmp_path, SALES) as driver:
            await driver.press("question_mark")
            assert isinstance(driver.app.screen, HelpScreen)
            await driver.see("run the marked tasks, or the task under the cursor")
            await driver.press("escape")
            assert driver.app.screen is driver.main

    async def test_the_palette_has_every_action(self, tmp_path: Path) -> None:
        async with opened(tmp_path, SALES) as driver:
            await driver.press("colon", *"pause")
            await driver.see("pause (nothing new starts), and go on")

    async def test_a_click_in_the_footer_does_what_the_key_does(self, tmp_path: Path) -> None:
        async with opened(tmp_path, SALES) as driver:
            footer = driver.screen_text.splitlines()[-1]
            await driver.pilot.click(offset=(footer.index("r run"), 39))
            await driver.see("Run raw_sales")
