"""The log among the other panes."""

from __future__ import annotations

from pathlib import Path

from tests.dashboard.driving import opened

CHATTY = """
    tasks:
      - name: first
        command: "printf 'one\\\\ntwo\\\\nValueError: three\\\\n'"
      - name: second
        depends_on: [first]
        command: "echo four"
"""


async def test_the_slash_searches_in_the_log_and_filters_everywhere_else(tmp_path: Path) -> None:
    async with opened(tmp_path, CHATTY) as driver:
        await driver.run_all()
        await driver.select("first")
        await driver.press("L", "slash", *"two", "enter")
        await driver.see("1 of 1")
        assert driver.session.filter == ""
        await driver.press("escape", "2", "slash", *"sec")
        assert driver.session.filter == "sec"


async def test_what_is_typed_as_a_search_are_no_keys(tmp_path: Path) -> None:
    async with opened(tmp_path, CHATTY) as driver:
        await driver.run_all()
        await driver.press("L", "slash", *"qapRx+:?")
        assert driver.main.details.front.has_focus
        assert driver.app.screen is driver.main
        assert driver.app.is_running


async def test_a_resize_while_a_search_is_typed_leaves_the_focus_there(tmp_path: Path) -> None:
    async with opened(tmp_path, CHATTY) as driver:
        await driver.run_all()
        await driver.press("L", "slash", "t")
        await driver.pilot.resize_terminal(120, 30)
        await driver.press("w", "o", "enter")
        await driver.see("1 of 1")


async def test_e_goes_to_the_error_when_the_log_has_the_focus(tmp_path: Path) -> None:
    async with opened(tmp_path, CHATTY) as driver:
        await driver.run_all()
        await driver.select("first")
        await driver.press("L", "e")
        await driver.see("errors", "1 of 1")


async def test_all_tasks_logs_are_shown_in_one(tmp_path: Path) -> None:
    async with opened(tmp_path, CHATTY) as driver:
        await driver.run_all()
        await driver.press("L", "A")
        await driver.see("all tasks", "4 lines", "four", "two")


async def test_the_filter_can_be_chosen_by_its_name_while_the_log_has_the_focus(tmp_path: Path) -> None:
    async with opened(tmp_path, CHATTY) as driver:
        await driver.run_all()
        await driver.press("L")
        await driver.main.perform("filter")
        await driver.press(*"sec")
        assert driver.session.filter == "sec"
