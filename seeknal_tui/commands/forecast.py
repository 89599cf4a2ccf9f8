"""``seeknal-tui forecast``: how long a run would take at each max_parallel, and what would make it shorter."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import click

from seeknal_tui.commands.common import (
    environment_option,
    fail,
    find_file,
    json_option,
    load_pipeline,
    path_argument,
)
from seeknal_tui.pipeline.model import Pipeline
from seeknal_tui.run.events import RunStatus
from seeknal_tui.run.measured import Measurements

HIGHEST = 256


@click.command("forecast")
@path_argument
@click.option(
    "--max-parallel",
    "values",
    default="",
    metavar="LIST",
    help="Which values to try: 1-16, or 2,4,8. Without it, 1 to 16 and the pipeline's own.",
)
@click.option("--select", "selected", metavar="EXPR", help="A run of only these tasks.")
@click.option("--exclude", "excluded", metavar="EXPR", help="Without these.")
@click.option(
    "--what-if",
    "changes",
    multiple=True,
    metavar="CHANGE",
    help="As if TASK=2x (twice as fast), TASK=3s (takes so long), TASK/4 (is split in 4), TASK-OTHER (does not"
    " wait for OTHER), pool:NAME=3 (has so many slots). Can be given several times.",
)
@environment_option
@json_option
def command(
    path: Path,
    *,
    values: str,
    selected: str | None,
    excluded: str | None,
    changes: tuple[str, ...],
    environment: str,
    as_json: bool,
) -> None:
    """Tell how long a run of the pipeline PATH would take at each max_parallel; runs nothing.

    What tasks take comes from earlier runs, else from their estimate.
    """
    from seeknal_tui.analysis.costs import task_costs  # noqa: PLC0415 - other commands do not need them
    from seeknal_tui.analysis.forecast import forecast  # noqa: PLC0415
    from seeknal_tui.analysis.what_if import NoSuchChange, Plan, changed  # noqa: PLC0415
    from seeknal_tui.history.past_runs import PastRuns  # noqa: PLC0415
    from seeknal_tui.reports.forecast import forecast_lines, forecast_object  # noqa: PLC0415
    from seeknal_tui.run.plan import NotRunnable, selected_tasks  # noqa: PLC0415

    pipeline = load_pipeline(find_file(path), environment)
    tried = _values(values, pipeline.execution.max_parallel)
    try:
        members = frozenset(selected_tasks(pipeline, selected, excluded))
        measurements = PastRuns(pipeline.folder).measurements(pipeline)
        closing = _closing_s(pipeline, measurements)
        plan = Plan(pipeline, tuple(task_costs(pipeline, measurements)), members)
        before = forecast(plan.pipeline, plan.costs, tried, numbers=plan.members, closing_s=closing)
        for change in changes:
            plan = changed(plan, change)
    except (NotRunnable, NoSuchChange) as error:
        fail(str(error))
    found = forecast(plan.pipeline, plan.costs, tried, numbers=plan.members, closing_s=closing) if changes else before
    current = pipeline.execution.max_parallel
    if as_json:
        click.echo(json.dumps(forecast_object(found, current)))
    else:
        width = os.get_terminal_size().columns if os.isatty(1) else 80
        click.echo("\n".join(forecast_lines(plan, found, current, before if changes else None, width)))


def _closing_s(pipeline: Pipeline, measurements: Measurements) -> float:
    """What it took the latest runs to end after their last tasks."""
    from seeknal_tui.analysis.costs import closing_s  # noqa: PLC0415
    from seeknal_tui.history.past_runs import HistoryUnusable, PastRuns  # noqa: PLC0415

    file = pipeline.file.name if pipeline.file else None
    try:
        records = PastRuns(pipeline.folder).runs(limit=20, file=file)
    except HistoryUnusable:
        return 0.0
    ended = (record for record in records if record.status is RunStatus.SUCCEEDED)
    return closing_s([(record.run_id, record.started_at, record.wall_s) for record in ended], measurements)


def _values(text: str, current: int) -> list[int]:
    """The values that a list like ``1-4,8`` names; ends the program if it is none."""
    if not text:
        return sorted({*range(1, 17), current})
    found: set[int] = set()
    for part in text.split(","):
        match = re.fullmatch(r"\s*(\d{1,4})\s*(?:-\s*(\d{1,4})\s*)?", part)
        low, high = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
        if not 1 <= low <= high <= HIGHEST:
            fail(f"--max-parallel takes values from 1 to {HIGHEST}, such as 1-16 or 2,4,8: not {text}")
        found.update(range(low, high + 1))
    return sorted(found)
