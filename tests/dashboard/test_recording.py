"""The record of runs, as the dashboard's user meets it."""

from __future__ import annotations

from pathlib import Path

from seeknal_tui.history.database import database_path
from seeknal_tui.history.recording import Recording
from seeknal_tui.pipeline.loading import load
from seeknal_tui.run.events import RunStarted, Status, TaskFinished, TaskReady, TaskStarted
from tests.dashboard.driving import opened

TWO = """
    tasks:
      - {name: first, sleep: 10ms}
      - {name: second, depends_on: [first], sleep: 10ms}
    """


def killed_in(folder: Path) -> None:
    """Leave behind a run that was killed while its second task ran."""
    (folder / "pipeline.yml").write_text(TWO)
    pipeline = load(folder / "pipeline.yml").pipeline
    assert pipeline is not None
    started = RunStarted(0.0, "8f3c0000", "pipeline", "", 2, ("first", "second"), 5.0)
    recording = Recording(pipeline, started, None)
    done = TaskFinished(1.0, "first", Status.SUCCEEDED)
    recording.write([started, TaskReady(0.0, "first"), TaskStarted(0.0, "first", 1, 0), done])
    recording.write([TaskReady(1.0, "second"), TaskStarted(1.0, "second", 1, 0)])
    recording.close()


async def test_a_run_that_was_interrupted_is_told_and_gone_on_with_by_a_key(tmp_path: Path) -> None:
    killed_in(tmp_path)
    async with opened(tmp_path, TWO) as it:
        await it.see("8f3c0000", "was interrupted")
        await it.press("U")
        await it.see("Resume: run what had not succeeded")
        await it.press("enter")
        await it.idle()
        assert (it.status("first"), it.status("second")) == (Status.REUSED, Status.SUCCEEDED)


async def test_after_a_run_in_which_all_succeeded_there_is_nothing_to_resume(tmp_path: Path) -> None:
    async with opened(tmp_path, TWO) as it:
        await it.run_all()
        await it.press("U")
        await it.see("there is nothing to resume")


async def test_a_run_that_is_not_being_recorded_is_told(tmp_path: Path) -> None:
    path = database_path(tmp_path)
    path.parent.mkdir(parents=True)
    async with opened(tmp_path, TWO) as it:
        path.write_bytes(b"this is no database at all, and long enough to be read as one" * 50)
        await it.run_all()
        await it.see("not being recorded", "damaged")  # where the words before break depends on the path
