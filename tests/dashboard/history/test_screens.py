"""The history on the dashboard: runs that were really run."""

from __future__ import annotations

from pathlib import Path

from seeknal_tui.dashboard.history.comparison_screen import ComparisonScreen
from seeknal_tui.dashboard.history.screen import HistoryScreen
from seeknal_tui.dashboard.main_screen import MainScreen
from seeknal_tui.history.past_runs import PastRuns
from seeknal_tui.pipeline.loading import load
from tests.dashboard.driving import Driver, opened
from tests.history.recorded import record

SHOP = """
environments: {dev: }
tasks:
  - {name: a, sleep: 10ms}
  - {name: b, sleep: 10ms, depends_on: [a]}
  - {name: c, command: "exit 3"}
"""


def run(folder: Path, *names: str, environment: str = "") -> None:
    """Run these tasks of the shop, all if none are named, and record that."""
    file = folder / "pipeline.yml"
    file.write_text(SHOP)
    pipeline = load(file, environment).pipeline
    assert pipeline is not None
    record(pipeline, [pipeline.numbers[name] for name in names] or None, selected=" ".join(names))


def ids(folder: Path) -> list[str]:
    return [one.run_id for one in PastRuns(folder).runs()]


def history(driver: Driver) -> HistoryScreen:
    screen = driver.app.screen
    assert isinstance(screen, HistoryScreen)
    return screen


class TestHistory:
    async def test_lists_the_runs_of_the_file_newest_first(self, tmp_path: Path) -> None:
        run(tmp_path, "a")
        run(tmp_path, environment="dev")
        async with opened(tmp_path, SHOP, size=(150, 30)) as driver:
            await driver.press("H")
            await driver.see("History of pipeline.yml ─ 2 runs", *ids(tmp_path))
            assert [one.run_id for one in history(driver).runs.records] == ids(tmp_path)
            newest, oldest = driver.screen_text.splitlines()[2:4]
            assert all(word in newest for word in ("failed", " dev ", "all"))
            assert all(word in oldest for word in ("succeeded", "production", " a "))

    async def test_without_runs_says_so(self, tmp_path: Path) -> None:
        async with opened(tmp_path, SHOP) as driver:
            await driver.press("H")
            await driver.see("nothing has been run yet")
            await driver.press("enter", "space", "c", "G", "escape")
            await driver.wait(lambda: isinstance(driver.app.screen, MainScreen))

    async def test_opens_a_run_in_the_dashboard_and_comes_back(self, tmp_path: Path) -> None:
        run(tmp_path, "a", "b")
        run(tmp_path)
        first = ids(tmp_path)[1]
        async with opened(tmp_path, SHOP) as driver:
            await driver.press("H")
            await driver.see(first)
            await driver.press("j", "enter")
            await driver.see(f"PAST RUN {first}", "2/2 done")
            await driver.press("escape")
            await driver.wait(lambda: isinstance(driver.app.screen, HistoryScreen))
            selected = history(driver).runs.selected
            assert selected is not None
            assert selected.run_id == first
            await driver.press("escape")
            await driver.wait(lambda: driver.app.screen is driver.main)

    async def test_a_run_that_ends_meanwhile_is_seen(self, tmp_path: Path) -> None:
        async with opened(tmp_path, SHOP) as driver:
            await driver.press("H")
            await driver.see("nothing has been run yet")
            run(tmp_path, "a")
            await driver.see("1 run", ids(tmp_path)[0])

    async def test_filters_by_whatever_the_row_tells(self, tmp_path: Path) -> None:
        run(tmp_path, "a")
        run(tmp_path, environment="dev")
        async with opened(tmp_path, SHOP, size=(150, 30)) as driver:
            await driver.press("H")
            await driver.see("2 runs")
            await driver.press("slash", *"dev failed")
            await driver.see("1 found")
            assert [one.environment for one in history(driver).runs.records] == ["dev"]
            await driver.press("enter", "escape")
            await driver.wait(lambda: len(history(driver).runs.records) == 2)

    async def test_that_cannot_be_read_says_why(self, tmp_path: Path) -> None:
        run(tmp_path, "a")
        (tmp_path / "target/.seeknal_tui/history.sqlite").write_bytes(b"no database " * 1000)
        async with opened(tmp_path, SHOP) as driver:
            await driver.press("H")
            await driver.see("cannot be read", "is damaged")


class TestUsually:
    async def test_the_details_tell_what_a_task_took_in_earlier_runs_and_in_this_session(self, tmp_path: Path) -> None:
        for _ in range(2):
            run(tmp_path, "a")
        async with opened(tmp_path, SHOP, size=(150, 40)) as driver:
            await driver.see("(median of 2 runs)")
            await driver.run_all()
            await driver.see("(median of 3 runs)")
            await driver.select("c")
            await driver.wait(lambda: "runs)" not in driver.screen_text)  # it never succeeded

    async def test_and_those_of_a_past_run_in_all_that_are_remembered(self, tmp_path: Path) -> None:
        for _ in range(3):
            run(tmp_path, "a")
        async with opened(tmp_path, SHOP, size=(150, 40)) as driver:
            await driver.press("H")
            await driver.see(ids(tmp_path)[1])
            await driver.press("j", "enter")
            await driver.see("PAST RUN", "(median of 3 runs)")


class TestComparison:
    async def test_compares_the_two_marked_runs(self, tmp_path: Path) -> None:
        run(tmp_path, "a")
        run(tmp_path, "a", "b")
        run(tmp_path)
        newest, _, oldest = ids(tmp_path)
        async with opened(tmp_path, SHOP) as driver:
            await driver.press("H")
            await driver.see(oldest)
            await driver.press("space", "G", "space", "c")
            await driver.wait(lambda: isinstance(driver.app.screen, ComparisonScreen))
            await driver.see(f"{oldest} and {newest}", f"ran only in {newest}: b, c", "only second")
            await driver.press("s")
            await driver.see("by start")
            await driver.press("escape")
            await driver.wait(lambda: isinstance(driver.app.screen, HistoryScreen))

    async def test_without_marks_compares_with_the_run_before(self, tmp_path: Path) -> None:
        run(tmp_path, "a")
        run(tmp_path, "a", "b")
        newest, oldest = ids(tmp_path)
        async with opened(tmp_path, SHOP) as driver:
            await driver.press("H")
            await driver.see(oldest)
            await driver.press("c")
            await driver.see(f"{oldest} and {newest}")

    async def test_of_a_run_alone_says_what_to_do(self, tmp_path: Path) -> None:
        run(tmp_path, "a")
        async with opened(tmp_path, SHOP) as driver:
            await driver.press("H")
            await driver.see("1 run")
            await driver.press("c")
            await driver.see("mark two runs with space")
