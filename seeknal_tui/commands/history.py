"""``seeknal-tui history``: the runs of the past."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from seeknal_tui.commands.common import WholeNumber, fail, json_option, path_argument

if TYPE_CHECKING:
    from seeknal_tui.history.past_runs import RunRecord

SHOWN = 20


@click.command("history")
@path_argument
@click.option("--env", "environment", metavar="NAME", help="Only runs in that environment ('' for production).")
@click.option("--limit", type=WholeNumber(min=1), metavar="N", help=f"At most so many ({SHOWN}, or all as JSON).")
@json_option
def command(path: Path, environment: str | None, limit: int | None, *, as_json: bool) -> None:
    """List the past runs of the pipeline PATH, newest first; of a folder, those of all its pipelines."""
    from seeknal_tui.history.past_runs import HistoryUnusable, PastRuns  # noqa: PLC0415 - SQLite is slow to import

    if not path.exists():
        fail(f"{path}: there is no such file or folder: check the path")
    folder, file = (path, None) if path.is_dir() else (path.parent, path.name)
    try:
        past = PastRuns(folder)
        runs = past.runs(limit if as_json or limit else SHOWN, environment, file)
    except HistoryUnusable as error:
        fail(str(error))
    if as_json:
        click.echo(json.dumps({"runs": [_run_object(run) for run in runs]}))
    elif runs:
        click.echo("\n".join(_table(runs)))
    else:
        click.echo(past.none_of(file), err=True)
    sys.exit(0)


def _run_object(run: RunRecord) -> dict[str, Any]:
    return {
        "run_id": run.run_id,
        "started_at": round(run.started_at, 6),
        "status": run.status,
        "wall_s": round(run.wall_s, 6),
        "task_s": round(run.task_s, 6),
        "speedup": round(run.speedup, 4),
        "max_parallel": run.max_parallel,
        "pipeline": run.pipeline,
        "file": run.file,
        "environment": run.environment,
        "selected": run.selected,
        "counts": run.counts,
        "held_up_by": {"task": run.holdup, "running_s": round(run.holdup_s, 6)} if run.holdup else None,
    }


def _table(runs: list[RunRecord]) -> list[str]:
    """The runs in columns as wide as what is in them; one that is empty in all rows is left out."""
    from seeknal_tui.history.listing import HEADINGS, row_texts  # noqa: PLC0415

    rows = [HEADINGS, *map(row_texts, runs)]
    columns = [column for column in zip(*rows, strict=True) if any(column[1:])]
    widths = [max(map(len, column)) for column in columns]
    return [
        "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()
        for row in zip(*columns, strict=True)
    ]
