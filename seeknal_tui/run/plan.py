"""What a run of some tasks will run, reuse and leave alone: told before it starts."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from seeknal_tui.pipeline.model import Pipeline
from seeknal_tui.pipeline.selection import SelectionError, select
from seeknal_tui.run.results import Results

NO_STATUSES: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class RerunPlan:
    """Task numbers, each list in the order of the file."""

    run: tuple[int, ...]
    reuse: tuple[int, ...]
    """Not run, because their results stand."""
    skip: tuple[int, ...]
    """Not asked for, and without a result."""
    missing: tuple[int, ...]
    """Those of ``skip`` whose rows a task to be run reads: while there are any, the run cannot start."""
    selected: str = ""
    """What was asked for, as ``--select`` would say it; empty for everything."""


def plan_rerun(
    pipeline: Pipeline, chosen: AbstractSet[int], standing: AbstractSet[int], selected: str = ""
) -> RerunPlan:
    """The plan for running the *chosen* tasks where those *standing* have a result that can be read."""
    everything = range(len(pipeline.tasks))
    skip = tuple(number for number in everything if number not in chosen and number not in standing)
    needed = {other for number in chosen for other in pipeline.upstream[number]}
    return RerunPlan(
        run=tuple(sorted(chosen)),
        reuse=tuple(number for number in everything if number in standing and number not in chosen),
        skip=skip,
        missing=tuple(number for number in skip if number in needed and pipeline.tasks[number].has_rows),
        selected=selected,
    )


class NotRunnable(Exception):  # noqa: N818 - named as the user reads it
    """What was asked for cannot be run; the message says why and what to do."""


class NothingToRun(NotRunnable):
    """What was asked for is done already."""


def selected_tasks(
    pipeline: Pipeline, selected: str | None, excluded: str | None, statuses: Mapping[str, str] = NO_STATUSES
) -> set[int]:
    """The tasks that ``--select`` and ``--exclude`` leave; *statuses* tells how each ended when it was last run.

    Raises NotRunnable for what is no selection.
    """
    try:
        chosen = set(range(len(pipeline.tasks))) if selected is None else select(pipeline, selected, statuses)
        return chosen if excluded is None else chosen - select(pipeline, excluded, statuses)
    except SelectionError as error:
        raise NotRunnable(str(error)) from error


def plan_selection(
    pipeline: Pipeline, selected: str | None, excluded: str | None, statuses: Mapping[str, str] = NO_STATUSES
) -> RerunPlan:
    """What ``--select`` and ``--exclude`` will run; *statuses* tells how each ended when it was last run.

    Raises NotRunnable.
    """
    chosen = selected_tasks(pipeline, selected, excluded, statuses)
    if not chosen:
        raise NotRunnable("the selection leaves no task to run")
    standing = standing_results(pipeline) if len(chosen) < len(pipeline.tasks) else set()
    plan = plan_rerun(pipeline, chosen, standing, asked_for(selected, excluded))
    refuse_if_missing(plan, pipeline)
    return plan


def asked_for(selected: str | None, excluded: str | None) -> str:
    """What the command line asked for, in its words."""
    return " ".join(part for part in (selected, f"--exclude {excluded}" if excluded else "") if part)


def standing_results(pipeline: Pipeline) -> set[int]:
    """The tasks whose rows are there to be read."""
    results = Results.of(pipeline)
    return {number for number, task in enumerate(pipeline.tasks) if results.exists(task.name)}


def refuse_if_missing(plan: RerunPlan, pipeline: Pipeline) -> None:
    """Raise NotRunnable if rows that the plan reads are not there."""
    if plan.missing:
        names = ", ".join(pipeline.tasks[number].name for number in plan.missing[:5])
        more = f" and {len(plan.missing) - 5} more" if len(plan.missing) > 5 else ""
        raise NotRunnable(
            f"no result of {names}{more} is in {pipeline.target}, and what was selected reads it: "
            "select it too (+name takes a task with all it needs)"
        )
