"""What has changed: told for each task, and run by a key."""

from __future__ import annotations

from pathlib import Path

from seeknal_tui.dashboard.rerun_dialog import RerunDialog
from seeknal_tui.run.events import Status
from tests.dashboard.driving import opened
from tests.dashboard.frozen import FrozenApp, session_at

PIPELINE = """
sources:
  - {name: sales, path: sales.csv}
transforms:
  - {name: clean, sql: "SELECT id, amount FROM sales"}
  - {name: other, sql: "SELECT 1 AS one"}
aggregations:
  - {name: total, sql: "SELECT sum(amount) AS total FROM clean"}
"""


async def test_the_details_tell_why_a_task_would_run_again(tmp_path: Path) -> None:
    (tmp_path / "sales.csv").write_text("id,amount\n1,10\n")
    async with opened(tmp_path, PIPELINE) as driver:
        await driver.press("w")
        await driver.see("Has not run yet", "it never ran")
        await driver.run_all()
        await driver.see("Its result stands: nothing has changed.")
        (tmp_path / "sales.csv").write_text("id,amount\n1,10\n2,20\n")
        await driver.see("c would run it, because", "`sales.csv` changed")
        await driver.select("clean")
        await driver.see("upstream `sales` runs again")


async def test_c_runs_what_has_changed_when_its_plan_was_seen(tmp_path: Path) -> None:
    (tmp_path / "sales.csv").write_text("id,amount\n1,10\n")
    async with opened(tmp_path, PIPELINE) as driver:
        await driver.run_all()
        await driver.press("c")
        await driver.see("nothing has changed since the results were made")
        (tmp_path / "sales.csv").write_text("id,amount\n1,10\n2,20\n")
        await driver.press("c")
        await driver.see("Run what has changed", "sales, clean, total", "reuse     1")
        await driver.press("enter")
        await driver.wait(lambda: driver.session.state.runs == 2)
        await driver.idle()
        assert {driver.status(name) for name in ("sales", "clean", "total")} == {Status.SUCCEEDED}
        assert driver.status("other") is Status.REUSED


async def test_before_a_rerun_a_breaking_edit_is_told_with_who_reads_what_is_lost(tmp_path: Path) -> None:
    (tmp_path / "sales.csv").write_text("id,amount\n1,10\n")
    async with opened(tmp_path, PIPELINE) as driver:
        await driver.run_all()
        (tmp_path / "pipeline.yml").write_text(PIPELINE.replace("id, amount FROM", "id FROM"))
        await driver.see("was read again")
        await driver.press("c")
        await driver.see("clean: its SQL changed", "breaking: clean", "amount will be gone: read by total")
        await driver.press("escape", "a")
        await driver.see("Run all tasks", "amount will be gone: read by total")


async def test_run_changed_begins_at_once_unless_an_edit_breaks_something(tmp_path: Path) -> None:
    (tmp_path / "sales.csv").write_text("id,amount\n1,10\n")
    async with opened(tmp_path, PIPELINE, start=True, changed=True) as driver:
        await driver.idle()
        assert driver.status("total") is Status.SUCCEEDED
    more = PIPELINE.replace("1 AS one", "2 AS one")
    async with opened(tmp_path, more, start=True, changed=True) as driver:
        await driver.idle()
        assert driver.status("other") is Status.SUCCEEDED
        assert driver.status("total") is Status.REUSED
    broken = more.replace("id, amount FROM", "id FROM").replace("2 AS one", "3 AS one")
    async with opened(tmp_path, broken, start=True, changed=True, selected="clean+") as driver:
        await driver.see("Run what has changed", "clean, total", "amount will be gone: read by total")
        assert driver.session.state.runs == 0


async def test_run_begins_at_once_unless_an_edit_breaks_something(tmp_path: Path) -> None:
    (tmp_path / "sales.csv").write_text("id,amount\n1,10\n")
    async with opened(tmp_path, PIPELINE, start=True) as driver:
        await driver.idle()
        assert driver.status("total") is Status.SUCCEEDED
    broken = PIPELINE.replace("id, amount FROM", "id FROM")
    async with opened(tmp_path, broken, start=True) as driver:
        await driver.see("Run all tasks", "amount will be gone: read by total")
        assert driver.session.state.runs == 0
        await driver.press("enter")
        await driver.wait(lambda: driver.session.state.runs == 1)


async def test_nothing_is_looked_for_where_no_file_is() -> None:
    session = session_at()
    assert session.pipeline.file is not None
    assert not session.pipeline.file.exists()
    app = FrozenApp(session)
    async with app.run_test() as pilot:
        await pilot.press("a")
        assert isinstance(app.screen, RerunDialog)
        assert [worker for worker in app.workers if worker.group == "changes"] == []
    session.engine.close(kill=False)
    assert session.changes is None
