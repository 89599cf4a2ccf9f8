"""Going on where the latest run stopped, however it ended."""

from __future__ import annotations

from seeknal_tui.history.past_runs import HistoryUnusable, PastRuns
from seeknal_tui.pipeline.model import Pipeline
from seeknal_tui.run.events import Status
from seeknal_tui.run.plan import NothingToRun, NotRunnable, RerunPlan, plan_rerun, refuse_if_missing, standing_results
from seeknal_tui.run.results import Results
from seeknal_tui.run.state import RunState

RESUME = "--resume"
GOOD = (Status.SUCCEEDED, Status.REUSED)


def plan_resume(pipeline: Pipeline, latest: RunState) -> RerunPlan:
    """Run what had not succeeded in the *latest* run of the pipeline in its environment; all else is reused.

    A task that had succeeded is run too if its result is no longer as it left it. Raises NotRunnable, and NothingToRun
    if everything had succeeded.
    """
    numbers, members = pipeline.numbers, _members(latest)
    # A run of everything that is gone on with is one of everything that is there now.
    asked = numbers.keys() if latest.selected in ("", RESUME) else members.keys() & numbers.keys()
    standing = {
        numbers[name]
        for name, then in members.items()
        if latest.statuses[then] in GOOD and name in numbers and _stands(pipeline, name, latest.bytes[then])
    }
    chosen = {numbers[name] for name in asked} - standing
    if not chosen:
        raise NothingToRun(f"there is nothing to resume: all tasks of the latest run, {latest.run_id}, have succeeded")
    selected = latest.selected if latest.selected.startswith(RESUME) else f"{RESUME} {latest.selected}".rstrip()
    plan = plan_rerun(pipeline, chosen, standing | standing_results(pipeline), selected)
    refuse_if_missing(plan, pipeline)
    return plan


def latest_state(pipeline: Pipeline) -> RunState:
    """The state of the latest run of the pipeline in its environment. Raises NotRunnable if there is none."""
    past = PastRuns(pipeline.folder)
    try:
        found = past.runs(limit=1, environment=pipeline.environment, file=pipeline.file.name if pipeline.file else "")
        if not found:
            where = f" in the environment {pipeline.environment}" if pipeline.environment else ""
            raise NotRunnable(f"there is nothing to resume: no run of the pipeline{where} is recorded; run it first")
        return past.load(found[0].run_id).state()
    except HistoryUnusable as error:
        raise NotRunnable(f"there is nothing to resume from: {error}") from error


def _members(state: RunState) -> dict[str, int]:
    return {name: number for name, number in state.pipeline.numbers.items() if state.in_run[number]}


def _stands(pipeline: Pipeline, name: str, size: int | None) -> bool:
    """Whether the result that a task has left, of *size* bytes if it was new in that run, is there and whole."""
    if size is None and not pipeline.task(name).has_rows:
        return True
    try:
        found = Results.of(pipeline).path_of(name).stat().st_size
    except OSError:
        return False
    return size is None or found == size
