"""A run of what has changed, before it starts: what it runs, and what there is to tell of it."""

from __future__ import annotations

from dataclasses import dataclass

from seeknal_tui.history.asked import tasks_asked
from seeknal_tui.history.changes import Changes, find_changes, reason_text
from seeknal_tui.pipeline.model import Pipeline
from seeknal_tui.run.plan import (
    NotRunnable,
    RerunPlan,
    asked_for,
    plan_rerun,
    refuse_if_missing,
    standing_results,
)

MOST_LINES = 40


@dataclass(frozen=True, slots=True)
class ChangedPlan:
    """What is run because it has changed, and why."""

    plan: RerunPlan
    changes: Changes


def plan_changed(pipeline: Pipeline, selected: str | None, excluded: str | None) -> ChangedPlan:
    """What has changed of the tasks that ``--select`` and ``--exclude`` leave, if anything has. Raises NotRunnable."""
    within = tasks_asked(pipeline, selected, excluded)
    if not within:
        raise NotRunnable("the selection leaves no task to run")
    changes = find_changes(pipeline, within)
    chosen = changes.to_run & within
    standing = standing_results(pipeline) | {number for number, reasons in enumerate(changes.reasons) if not reasons}
    asked = " ".join(filter(None, ["--changed", asked_for(selected, excluded)]))
    plan = plan_rerun(pipeline, chosen, standing, asked)
    refuse_if_missing(plan, pipeline)
    return ChangedPlan(plan, changes)


def told_before(pipeline: Pipeline, changed: ChangedPlan) -> list[str]:
    """Why each task runs, and what the edits mean for what comes after them, in lines."""
    from seeknal_tui.history.categories import categorize, edit_lines  # noqa: PLC0415 - DuckDB is slow to import

    run, reasons = changed.plan.run, changed.changes.reasons
    lines = [f"{pipeline.tasks[number].name}: {reason_text(reasons[number])}" for number in run[:MOST_LINES]]
    if len(run) > MOST_LINES:
        lines.append(f"… and {len(run) - MOST_LINES:,} more")
    return lines + edit_lines(pipeline, categorize(pipeline, changed.changes, frozenset(run)))[:MOST_LINES]
