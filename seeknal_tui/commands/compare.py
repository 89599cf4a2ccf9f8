"""``seeknal-tui compare``: two runs side by side."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from seeknal_tui.commands.common import fail, find_file, json_option, name_and_path

if TYPE_CHECKING:
    from seeknal_tui.history.past_runs import PastRuns


@click.command("compare")
@click.argument("before", metavar="RUN", default="")
@click.argument("after", metavar="RUN", default="")
@click.option(
    "--path",
    type=click.Path(path_type=Path),
    default=Path(),
    help="The pipeline, or its folder, if that is not the current one.",
)
@json_option
def command(before: str, after: str, path: Path, *, as_json: bool) -> None:
    """What is different in the second RUN: what got slower or faster, was added, is gone or changed.

    A RUN is a run's id, or its beginning. With one of them, it is compared with the latest run; with none, the latest
    run is compared with the one before it.
    """
    from seeknal_tui.analysis.comparison import compare_runs  # noqa: PLC0415 - other commands do not need it
    from seeknal_tui.history.past_runs import HistoryUnusable, NoSuchRun, PastRuns  # noqa: PLC0415
    from seeknal_tui.reports.comparison import comparison_lines, comparison_object  # noqa: PLC0415

    before, path = name_and_path(before, path)
    file = find_file(path)
    try:
        runs = PastRuns(file.resolve().parent)
        pair = [runs.find(before, file.name).run_id if before else _run_before(runs, file.name)]
        pair.append(runs.find(after, file.name).run_id)
        first, second = (runs.load(run_id).state() for run_id in pair)
    except (NoSuchRun, HistoryUnusable) as error:
        fail(str(error))
    comparison = compare_runs(first, second)
    if as_json:
        click.echo(json.dumps(comparison_object(comparison)))
    else:
        click.echo("\n".join(comparison_lines(comparison)))


def _run_before(runs: PastRuns, file: str) -> str:
    """The id of the run before the latest one of that file."""
    latest = runs.runs(limit=2, file=file)
    if len(latest) < 2:
        fail("there are no two runs to compare yet: seeknal-tui history lists them")
    return latest[1].run_id
