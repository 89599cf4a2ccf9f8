"""How each task ended when it was last run."""

from __future__ import annotations

from pathlib import Path

from seeknal_tui.run.last_statuses import keep_statuses, last_statuses


def test_a_task_that_was_not_run_again_keeps_its_status(tmp_path: Path) -> None:
    keep_statuses(tmp_path, {"a": "failed", "b": "succeeded"})
    keep_statuses(tmp_path, {"b": "failed"})
    assert last_statuses(tmp_path) == {"a": "failed", "b": "failed"}


def test_what_cannot_be_read_counts_as_nothing(tmp_path: Path) -> None:
    keep_statuses(tmp_path, {"a": "failed"})
    (tmp_path / ".seeknal_tui" / "statuses.json").write_text("{")
    assert last_statuses(tmp_path) == {}


def test_a_folder_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "target").write_text("in the way")
    keep_statuses(tmp_path / "target", {"a": "failed"})
