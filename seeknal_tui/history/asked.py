"""What the command line asks to be run, as far as that depends on runs before."""

from __future__ import annotations

from seeknal_tui.history.past_runs import PastRuns
from seeknal_tui.history.resuming import latest_state, plan_resume
from seeknal_tui.pipeline.model import Pipeline
from seeknal_tui.run.plan import RerunPlan, plan_selection, selected_tasks


def plan_asked(pipeline: Pipeline, selected: str | None, excluded: str | None, *, resume: bool = False) -> RerunPlan:
    """The plan for ``--select`` and ``--exclude``, or for ``--resume``. Raises NotRunnable."""
    if resume:
        return plan_resume(pipeline, latest_state(pipeline))
    return plan_selection(pipeline, selected, excluded, _statuses(pipeline, selected, excluded))


def tasks_asked(pipeline: Pipeline, selected: str | None, excluded: str | None) -> set[int]:
    """The tasks that ``--select`` and ``--exclude`` leave. Raises NotRunnable."""
    return selected_tasks(pipeline, selected, excluded, _statuses(pipeline, selected, excluded))


def _statuses(pipeline: Pipeline, *expressions: str | None) -> dict[str, str]:
    """How each task ended when it was last run, if an expression may ask for that."""
    return PastRuns(pipeline.folder).statuses(pipeline) if any(expressions) else {}
