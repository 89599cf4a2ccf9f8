"""``seeknal-tui compare``: two runs side by side."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from seeknal_tui.commands.common import fail, find_file, json_option, name_and_path

if TYPE_CHECKING:
    from seeknal_tui.history.past_runs import PastRuns


@click.command("compare")
@click.argument("names", nargs=-1, metavar="[RUN [RUN]] [FILE]")
@click.option(
    "--path",
    type=click.Path(path_type=Path),
    default=Path(),
    help="The pipeline, or its folder, if that is not the current one.",
)
@json_option
def command(names: tuple[str, ...], path: Path, *, as_json: bool) -> None:
    """What is different in the second RUN: what got slower or faster, was added, is gone or changed.

    A RUN is a run's id, or its beginning. With one of them, it is compared with the latest run; with none, the latest
    run is compared with the one before it. FILE is the pipeline, where there are several.
    """
    from seeknal_tui.analysis.comparison import compare_runs  # noqa: PLC0415 - other commands do not need it
    from seeknal_tui.history.past_runs import HistoryUnusable, NoSuchRun, PastRuns  # noqa: PLC0415
    from seeknal_tui.reports.comparison import comparison_lines, comparison_object  # noqa: PLC0415

    before, after, path = _runs_and_path(names, path)
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


def _runs_and_path(names: Sequence[str], path: Path) -> tuple[str, str, Path]:
    """The two runs, each of which may be left out, and the path, which may have been typed beside them."""
    runs = []
    for name in names:
        run, path = name_and_path(name, path)
        runs += [run] if run else []
    if len(runs) > 2:
        raise click.UsageError(f"two runs can be compared, not {len(runs)}")
    before, after = [*runs, "", ""][:2]
    return before, after, path


def _run_before(runs: PastRuns, file: str) -> str:
    """The id of the run before the latest one of that file."""
    latest = runs.runs(limit=2, file=file)
    if len(latest) < 2:
        fail("there are no two runs to compare yet: seeknal-tui history lists them")
    return latest[1].run_id
