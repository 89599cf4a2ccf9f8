"""What the dashboard runs as soon as it is open, as the command line asks for it. Knows no widget."""

from __future__ import annotations

from dataclasses import dataclass

from seeknal_tui.history.asked import plan_asked, tasks_asked
from seeknal_tui.history.breaking import breaking_lines
from seeknal_tui.history.changes import Changes
from seeknal_tui.pipeline.model import Pipeline
from seeknal_tui.run.plan import NotRunnable, RerunPlan
from seeknal_tui.run.run_lock import refuse_second_run


@dataclass(frozen=True, slots=True)
class Start:
    """One of three: a plan to be begun, changes to be asked about first, or why neither can be."""

    plan: RerunPlan | None = None
    breaks: bool = False
    """Whether an edit breaks something if that plan is run: then it is asked about first, too."""
    ask: tuple[Changes, frozenset[int]] | None = None
    """What has changed, and the tasks within which it is run: an edit breaks something, and the user is told first."""
    refusal: NotRunnable | None = None


def plan_start(pipeline: Pipeline, selected: str | None, excluded: str | None, *, changed: bool, resume: bool) -> Start:
    """What to begin with. Reads files and past runs, and so is not for the loop."""
    try:
        refuse_second_run(pipeline.target)
        if not changed:
            plan = plan_asked(pipeline, selected, excluded, resume=resume)
            return Start(plan, breaks=bool(breaking_lines(pipeline, plan.run)))
        from seeknal_tui.history.categories import Category, categorize  # noqa: PLC0415 - DuckDB is slow to import
        from seeknal_tui.history.changed_plan import plan_changed  # noqa: PLC0415

        found = plan_changed(pipeline, selected, excluded)
        edits = categorize(pipeline, found.changes, frozenset(found.plan.run))
        if any(edit.category is Category.BREAKING for edit in edits):
            return Start(ask=(found.changes, frozenset(tasks_asked(pipeline, selected, excluded))))
        return Start(found.plan)
    except NotRunnable as refusal:
        return Start(refusal=refusal)
