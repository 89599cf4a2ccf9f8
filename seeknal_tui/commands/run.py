"""``seeknal-tui run``: a run with the dashboard, or without."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from seeknal_tui.commands.common import (
    WholeNumber,
    dashboard,
    environment_option,
    fail,
    find_file,
    has_terminal,
    load_pipeline,
    path_argument,
    theme_option,
)
from seeknal_tui.completion import complete_selection
from seeknal_tui.pipeline.model import OnFailure

CLOSED_PIPE = 141
"""As a shell tells of a process that SIGPIPE ended."""


@click.command("run")
@path_argument
@click.option(
    "--select",
    "selected",
    metavar="EXPR",
    shell_complete=complete_selection,
    help="Only these tasks: clean_*, tag:x, +name, name+ …",
)
@click.option("--exclude", "excluded", metavar="EXPR", shell_complete=complete_selection, help="Not these tasks.")
@click.option("--changed", is_flag=True, help="Only what has changed since it was run, and all downstream of that.")
@click.option("--resume", is_flag=True, help="Only what had not succeeded in the latest run.")
@click.option("--max-parallel", type=WholeNumber(min=1), metavar="N", help="How many tasks run at once.")
@click.option("--on-failure", type=click.Choice([str(way) for way in OnFailure]), help="What a failed task does.")
@environment_option
@click.option("--no-ui", is_flag=True, help="Plain lines instead of the dashboard.")
@click.option("--json", "as_json", is_flag=True, help="One event per line as JSON on stdout.")
@click.option("--watch", is_flag=True, help="Rerun what changes in the file, and all downstream of it.")
@theme_option
def command(
    path: Path,
    *,
    selected: str | None,
    excluded: str | None,
    changed: bool,
    resume: bool,
    max_parallel: int | None,
    on_failure: str | None,
    environment: str,
    no_ui: bool,
    as_json: bool,
    watch: bool,
    theme: str | None,
) -> None:
    """Run the pipeline PATH: with the dashboard, or as plain lines without a terminal."""
    file = find_file(path)
    failing = OnFailure(on_failure) if on_failure else None
    with_dashboard = not no_ui and not as_json and has_terminal()
    if resume and (selected or excluded or changed):
        fail("--resume goes on with what the latest run was asked for: leave --select, --exclude and --changed out")
    if watch and not with_dashboard:
        fail("--watch needs the dashboard: leave --no-ui and --json out, and run it in a terminal")
    if with_dashboard:
        dashboard(
            file,
            environment=environment,
            start=True,
            selected=selected,
            excluded=excluded,
            resume=resume,
            changed=changed,
            max_parallel=max_parallel,
            on_failure=failing,
            watch=watch,
            theme=theme,
        )
    pipeline = load_pipeline(file, environment)
    from seeknal_tui.headless import run_headless  # noqa: PLC0415 - check does not need them
    from seeknal_tui.run.plan import NothingToRun, NotRunnable  # noqa: PLC0415

    os.chdir(pipeline.folder)  # so that relative paths in SQL start at the pipeline's folder
    try:
        sys.exit(
            run_headless(
                pipeline,
                selected=selected,
                excluded=excluded,
                changed=changed,
                resume=resume,
                max_parallel=max_parallel,
                on_failure=failing,
                as_json=as_json,
            )
        )
    except NothingToRun as reason:
        click.echo(f"seeknal-tui: {reason}", err=True)
    except NotRunnable as error:
        fail(str(error))
    except BrokenPipeError:
        # Whoever read our output has gone. Python would complain once more when it flushes stdout at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(CLOSED_PIPE)
