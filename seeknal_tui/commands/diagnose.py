"""``seeknal-tui diagnose``: what held a run up, and what would help."""

from __future__ import annotations

import json
from pathlib import Path

import click

from seeknal_tui.commands.common import fail, find_file, json_option, name_and_path


@click.command("diagnose")
@click.argument("run", default="")
@click.option(
    "--path",
    type=click.Path(path_type=Path),
    default=Path(),
    help="The pipeline, or its folder, if that is not the current one.",
)
@json_option
def command(run: str, path: Path, *, as_json: bool) -> None:
    """Tell what held RUN up, and what would help: a run's id or its beginning, or nothing for the latest run."""
    from seeknal_tui.analysis.costs import machine_cores  # noqa: PLC0415
    from seeknal_tui.analysis.diagnosis import diagnose  # noqa: PLC0415 - other commands do not need it
    from seeknal_tui.analysis.findings.case import Case  # noqa: PLC0415
    from seeknal_tui.history.past_runs import HistoryUnusable, NoSuchRun, PastRuns  # noqa: PLC0415
    from seeknal_tui.reports.diagnosis import diagnosis_lines, diagnosis_object  # noqa: PLC0415
    from seeknal_tui.run.profiles import profiles_of  # noqa: PLC0415

    run, path = name_and_path(run, path)
    file = find_file(path)
    try:
        runs = PastRuns(file.resolve().parent)
        past = runs.load(runs.find(run, None if run else file.name).run_id)
    except (NoSuchRun, HistoryUnusable) as error:
        fail(str(error))
    state = past.state()
    case = Case(state, state.now, machine_cores(), runs.measurements(past.pipeline), profiles_of(state))
    diagnosis = diagnose(case)
    if as_json:
        click.echo(json.dumps(diagnosis_object(diagnosis), ensure_ascii=True))
    else:
        click.echo("\n".join(diagnosis_lines(diagnosis)))
