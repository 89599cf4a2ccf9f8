"""``seeknal-tui watch``: a run that another process executes, or one of the past."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from seeknal_tui.commands.common import fail, find_file, has_terminal, name_and_path, theme_option
from seeknal_tui.safe_text import one_line

if TYPE_CHECKING:
    from seeknal_tui.history.past_runs import PastRun

LOOK_EVERY_S = 0.1


@click.command("watch")
@click.argument("run", default="")
@click.option(
    "--path",
    type=click.Path(path_type=Path),
    default=Path(),
    help="The pipeline, or its folder, if that is not the current one.",
)
@click.option("--no-ui", is_flag=True, help="Plain lines instead of the dashboard.")
@click.option("--json", "as_json", is_flag=True, help="One event per line as JSON on stdout.")
@theme_option
def command(run: str, path: Path, *, no_ui: bool, as_json: bool, theme: str | None) -> None:
    """Watch RUN: a run that goes on in another terminal, or one of the past; the latest if RUN is left out.

    RUN is a run's id or the beginning of one. Quitting leaves the run going.
    """
    from seeknal_tui.history.past_runs import HistoryUnusable, NoSuchRun, PastRuns  # noqa: PLC0415

    run, path = name_and_path(run, path)
    file = find_file(path).resolve()
    try:
        runs = PastRuns(file.parent)
        record = runs.find(run, None if run else file.name)
        past = None if _with_dashboard(no_ui=no_ui, as_json=as_json) else runs.load(record.run_id)
    except (NoSuchRun, HistoryUnusable) as error:
        fail(str(error))
    if past is None:
        from seeknal_tui.dashboard.program import run_watch  # noqa: PLC0415 - Textual is slow to import

        sys.exit(run_watch(file, record.run_id, theme=theme))
    try:
        _follow(past, as_json=as_json)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(141)
    except KeyboardInterrupt:
        sys.exit(130)


def _with_dashboard(*, no_ui: bool, as_json: bool) -> bool:
    return not no_ui and not as_json and has_terminal()


def _follow(past: PastRun, *, as_json: bool) -> None:
    """Print what has happened in a run, and what happens, until it ends."""
    from seeknal_tui.analysis.summary import summarize  # noqa: PLC0415
    from seeknal_tui.history.following import Follower  # noqa: PLC0415
    from seeknal_tui.reports.json_lines import event_lines  # noqa: PLC0415
    from seeknal_tui.reports.plain import event_text  # noqa: PLC0415
    from seeknal_tui.run.events import RunFinished  # noqa: PLC0415
    from seeknal_tui.run.state import RunState  # noqa: PLC0415

    follower, state = Follower(past.pipeline, past.record.run_id), RunState(past.pipeline)
    while True:
        for event in follower.look():
            state.apply(event)
            if as_json:
                lines = event_lines(event, summarize(state) if type(event) is RunFinished else None)
            else:
                lines = event_text(event, state)
            if lines:
                click.echo("\n".join(lines))
        if follower.has_ended:
            break
        if follower.problem:
            fail(follower.problem)
        time.sleep(LOOK_EVERY_S)
    if not as_json:
        name = one_line(past.pipeline.name)
        click.echo(f"{name} {state.status} in {state.wall_s:.1f} s, run {past.record.run_id}")
