"""The timeline's keys on the whole screen."""

from __future__ import annotations

from pathlib import Path

from tests.dashboard.driving import opened

SHOP = """
    name: shop
    sources:
      - {name: sales, sleep: 0}
      - {name: stock, sleep: 0}
    transforms:
      - {name: clean_sales, sleep: 0, depends_on: [sales]}
"""


async def test_v_shows_lanes_and_enter_opens_the_bar_under_the_cursor(tmp_path: Path) -> None:
    async with opened(tmp_path, SHOP) as driver:
        await driver.run_all()
        await driver.press("2", "v")
        await driver.see("2 Timeline ─ lanes")
        await driver.select("clean_sales")
        assert driver.main.timeline.cursor_row is not None
        await driver.press("enter")
        assert driver.main.details.front.has_focus
        await driver.press("escape", "v")
        await driver.see("2 Timeline ─ start ▾")


async def test_i_hides_what_has_not_started(tmp_path: Path) -> None:
    async with opened(tmp_path, SHOP) as driver:
        await driver.press("i")
        assert driver.main.timeline.rows == []
        await driver.run_all()
        await driver.wait(lambda: len(driver.main.timeline.rows) == 3)


async def test_shift_o_groups_and_enter_and_space_fold_a_group_and_mark_or_open_nothing(tmp_path: Path) -> None:
    async with opened(tmp_path, SHOP) as driver:
        timeline = driver.main.timeline
        await driver.press("2", "O", "g", "space")
        await driver.see("by kind")
        assert len(timeline.rows) == 3
        await driver.press("enter")
        assert len(timeline.rows) == 5
        assert driver.session.marked == set()
        assert timeline.has_focus
        await driver.press("j", "space")
        assert driver.session.marked == {0}
        await driver.press("enter")
        assert driver.main.details.front.has_focus


async def test_the_lower_border_tells_of_the_task_under_the_cursor(tmp_path: Path) -> None:
    async with opened(tmp_path, SHOP) as driver:
        await driver.press("2")
        await driver.see("sales · not run")
