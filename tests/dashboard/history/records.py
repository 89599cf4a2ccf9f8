"""Records of runs for the tests of the history's screens."""

from __future__ import annotations

from typing import Any

from seeknal_tui.history.past_runs import RunRecord
from seeknal_tui.run.events import RunStatus

BEGAN = 1_795_000_000.0


def record(run_id: str, *, at: float = 0.0, status: RunStatus = RunStatus.SUCCEEDED, **more: Any) -> RunRecord:
    """A run of three tasks that took 2 s."""
    fields: dict[str, Any] = {
        "file": "shop.yml",
        "pipeline": "shop",
        "environment": "",
        "wall_s": 2.0,
        "task_s": 5.0,
        "max_parallel": 4,
        "selected": "",
        "counts": {"succeeded": 3},
        "holdup": "enriched",
        "holdup_s": 1.2,
    }
    return RunRecord(run_id=run_id, started_at=BEGAN + at, status=status, **(fields | more))
