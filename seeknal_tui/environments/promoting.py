"""Making the results of an environment those of production, where they belong together."""

from __future__ import annotations

from dataclasses import dataclass

from seeknal_tui.environments.folders import (
    Environment,
    Refused,
    environments_of,
    latest_run,
    production_of,
    refuse_if_one_runs,
    undisturbed,
)
from seeknal_tui.environments.records import records_kept
from seeknal_tui.pipeline.model import Pipeline
from seeknal_tui.pipeline.problems import listed
from seeknal_tui.run.events import RunStatus, Status
from seeknal_tui.run.last_statuses import keep_statuses, last_statuses
from seeknal_tui.run.promotion import Promoted, latest_promotion, promote_results, undo_promotion
from seeknal_tui.run.results import SUFFIX

WORDS = {Status.FAILED: "failed", Status.SKIPPED: "was skipped", Status.CANCELLED: "was cancelled"}
"""The endings after which a result is missing, or is an older one."""


@dataclass(frozen=True, slots=True)
class Promotion:
    """What a promotion will do. Names of tasks, in the order of the file."""

    environment: Environment
    tasks: tuple[str, ...]
    new: tuple[str, ...]
    """Those of them that have no result in production yet."""
    left_out: tuple[str, ...]
    """Results in the environment of tasks that are no longer in the file."""


def plan_promotion(pipeline: Pipeline, environment: Environment) -> Promotion:
    """What promoting an environment means. Raises Refused if its results are not all there, or not all of one piece.

    Production reads nothing of an environment. So a task that reads what is promoted must have been run in the
    environment too: production's own result of it would be of what was there before.
    """
    production = production_of(pipeline)
    refuse_if_one_runs(_all(pipeline))
    made = [task.name for task in pipeline.tasks if task.name in environment.results]
    if not made:
        raise Refused(f"{environment} has no results: {_run(pipeline, environment)} makes them")
    _check_runs(pipeline, environment)
    numbers = pipeline.numbers
    behind = pipeline.closure({numbers[name] for name in made}, downstream=True)
    present = {*environment.results, *production.results}
    for number, task in enumerate(pipeline.tasks):
        if not task.has_rows or task.name in environment.results:
            continue
        if number in behind:
            read = next(other for other in task.upstream if numbers[other] in behind)
            raise Refused(
                f"{task.name} reads {read} and has no result in {environment}, so production's would be of the former "
                f"{read}: {_run(pipeline, environment, f'--select {task.name}+')} makes it"
            )
        if task.name not in present:
            raise Refused(
                f"neither {environment} nor production has a result of {task.name}: "
                f"{_run(pipeline, environment, f'--select {task.name}+')} makes it"
            )
    return Promotion(
        environment,
        tasks=tuple(made),
        new=tuple(name for name in made if name not in production.results),
        left_out=tuple(sorted(environment.results - numbers.keys())),
    )


def promote(pipeline: Pipeline, promotion: Promotion) -> None:
    """Do it: all of it or nothing. Raises Refused, and PromotionError."""
    production, environment = production_of(pipeline), promotion.environment
    with undisturbed(_all(pipeline)):
        sources = {name: environment.target / f"{name}{SUFFIX}" for name in promotion.tasks}
        with records_kept(pipeline, environment.name, promotion.tasks):
            promote_results(production.target, sources, environment.name)
        keep_statuses(production.target, dict.fromkeys(promotion.tasks, Status.SUCCEEDED))


def plan_undo(pipeline: Pipeline, name: str = "") -> Promoted:
    """The promotion that undoing would undo, of the environment *name* if that is given. Raises Refused."""
    promoted = latest_promotion(pipeline.production_target)
    if promoted is None:
        raise Refused("there is no promotion to undo")
    if name and promoted.environment != name:
        raise Refused(f"the latest promotion was that of {promoted.environment}, not of {name}")
    if promoted.changed_since:
        raise Refused(
            f"production was run since {promoted.environment} was promoted ({listed(promoted.changed_since, 3)} "
            "changed), and the former results would not belong together with that: run production again instead"
        )
    refuse_if_one_runs(_all(pipeline))
    return promoted


def undo(pipeline: Pipeline) -> None:
    """Put back what the latest promotion replaced. Raises Refused, and PromotionError."""
    target = pipeline.production_target
    promoted = latest_promotion(target)
    with undisturbed(_all(pipeline)), records_kept(pipeline, promoted.environment if promoted else ""):
        undo_promotion(target)


def _all(pipeline: Pipeline) -> list[Environment]:
    """Where nothing may run while production's results are replaced: every environment reads them."""
    return [production_of(pipeline), *(environment for environment in environments_of(pipeline) if environment.exists)]


def _check_runs(pipeline: Pipeline, environment: Environment) -> None:
    """Refuse where what a run did not end may have left older results."""
    latest = latest_run(pipeline, environment)
    if latest is not None and latest.status is RunStatus.INTERRUPTED:
        raise Refused(
            f"the latest run in {environment} was interrupted ({latest.run_id}), so some of its results may be old: "
            f"{_run(pipeline, environment, '--resume')}, and promote then"
        )
    statuses = last_statuses(environment.target)
    unfinished = [task.name for task in pipeline.tasks if statuses.get(task.name) in WORDS]
    if unfinished:
        first = unfinished[0]
        raise Refused(
            f"{first} {WORDS[Status(statuses[first])]} when it was last run in {environment}, so the results of "
            f"{listed(unfinished, 3)} are missing there, or old: {_run(pipeline, environment, f'--select {first}+')}, "
            "and promote then"
        )


def _run(pipeline: Pipeline, environment: Environment, more: str = "") -> str:
    file = pipeline.file.name if pipeline.file else ""
    return " ".join(word for word in ("seeknal-tui run", file, "--env", environment.name, more) if word)
