"""A past run as a row of texts, for every list of runs."""

from __future__ import annotations

import time

from seeknal_tui.history.past_runs import RunRecord
from seeknal_tui.pipeline.durations import format_duration
from seeknal_tui.run.events import Status
from seeknal_tui.safe_text import one_line

HEADINGS = ("run", "started", "status", "took", "speedup", "tasks", "environment", "held up by", "selected")
WIDEST_SELECTION = 60


def row_texts(run: RunRecord) -> tuple[str, ...]:
    """The texts of a run, one for each of the headings; of one line each, and harmless to a terminal."""
    return (
        run.run_id,
        time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(run.started_at)),
        run.status,
        format_duration(run.wall_s),
        speedup_text(run),
        counts_text(run),
        one_line(run.environment),
        f"{run.holdup} {format_duration(run.holdup_s)}" if run.holdup else "",
        one_line(run.selected)[:WIDEST_SELECTION] or "everything",
    )


def speedup_text(run: RunRecord) -> str:
    """How much faster than one after the other, as in ``2.5×``; nothing of a single task, which cannot be faster."""
    several = sum(run.counts.values()) - run.counts.get(Status.REUSED, 0) > 1
    return f"{run.speedup:.1f}×" if several and run.task_s else ""


def counts_text(run: RunRecord) -> str:
    """How many tasks ended in each way, as in ``21 succeeded, 1 failed``."""
    return ", ".join(f"{count:,} {status}" for status, count in run.counts.items() if count)
