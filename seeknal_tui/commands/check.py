"""``seeknal-tui check``: what is wrong with a file."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from seeknal_tui.commands.common import WRONG_USE, environment_option, find_file, json_option, path_argument
from seeknal_tui.pipeline.model import Pipeline
from seeknal_tui.pipeline.problems import counted
from seeknal_tui.safe_text import one_line

if TYPE_CHECKING:
    from seeknal_tui.pipeline.loading import Loaded


@click.command("check")
@path_argument
@environment_option
@json_option
def command(path: Path, environment: str, *, as_json: bool) -> None:
    """Load and check the pipeline PATH; runs nothing. Exits with 0, or 2 if there is an error in it."""
    from seeknal_tui.pipeline.loading import load  # noqa: PLC0415 - the dashboard's first paint does not wait for it

    loaded = load(find_file(path), environment)
    if as_json:
        click.echo(json.dumps(_check_object(loaded)))
    else:
        for problem in loaded.problems:
            click.echo(str(problem), err=True)
        if loaded.pipeline is not None:
            click.echo(_check_text(loaded.pipeline))
    sys.exit(WRONG_USE if loaded.pipeline is None else 0)


def _check_object(loaded: Loaded) -> dict[str, Any]:
    tasks = loaded.pipeline.tasks if loaded.pipeline else ()
    return {
        "ok": loaded.pipeline is not None,
        "problems": [
            {
                "file": problem.place.file,
                "line": problem.place.line,
                "column": problem.place.column,
                "severity": problem.severity,
                "message": problem.message,
            }
            for problem in loaded.problems
        ],
        "tasks": [
            {
                "name": task.name,
                "kind": task.kind,
                "depends_on": list(task.depends_on),
                "found_dependencies": list(task.found_dependencies),
                "file": task.place.file,
                "line": task.place.line,
            }
            for task in tasks
        ],
    }


def _check_text(pipeline: Pipeline) -> str:
    edges = sum(len(upstream) for upstream in pipeline.upstream)
    found = sum(len(set(task.found_dependencies) - set(task.depends_on)) for task in pipeline.tasks)
    in_sql = f", {found} of them found in SQL only" if found else ""
    tasks = counted(len(pipeline.tasks), "task")
    return f"{one_line(pipeline.name)}: {tasks}, {counted(edges, 'dependency')}{in_sql}; it can be run"
