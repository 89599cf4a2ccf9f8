"""The dashboard from the command line: how it starts, and what it leaves in the terminal."""

from __future__ import annotations

import contextlib
import signal
import sys
from pathlib import Path
from typing import TextIO

from seeknal_tui.dashboard.app import DashboardApp
from seeknal_tui.dashboard.config import load_config
from seeknal_tui.dashboard.crash import CrashLog
from seeknal_tui.dashboard.ending import SIGNALS, EndingApp
from seeknal_tui.dashboard.terminal import terminal_that_may_go_away
from seeknal_tui.dashboard.themes import theme_of_terminal
from seeknal_tui.pipeline.model import OnFailure

WRONG_USE = 2
CRASHED = 70


def run_dashboard(
    path: Path,
    *,
    environment: str = "",
    start: bool = False,
    selected: str | None = None,
    excluded: str | None = None,
    resume: bool = False,
    changed: bool = False,
    max_parallel: int | None = None,
    on_failure: OnFailure | None = None,
    watch: bool = False,
    theme: str | None = None,
) -> int:
    """Open the dashboard on a pipeline file, with *start* running at once; returns the exit code when it was quit."""
    file = path.resolve()
    config, problems = load_config()
    _print(sys.stderr, list(map(str, problems)))
    app = DashboardApp(
        file,
        environment=environment,
        start=start,
        selected=selected,
        excluded=excluded,
        resume=resume,
        changed=changed,
        max_parallel=max_parallel,
        on_failure=on_failure,
        watch=watch,
        config=config,
        config_problems=problems,
        theme=theme or config.theme or theme_of_terminal(),
    )
    # Relative paths in SQL start at the pipeline's folder.
    with contextlib.chdir(file.parent), CrashLog(file.parent / "target" / ".seeknal_tui") as crashes:
        _show(app, crashes)
        if app.session is not None:
            app.session.close(kill=True)
        return _say_farewell(app, crashes)


def run_watch(file: Path, run_id: str, *, theme: str | None = None) -> int:
    """Show a run that another process executes, or one of the past; returns the exit code when it was quit."""
    from seeknal_tui.dashboard.watch_app import WatchApp  # noqa: PLC0415

    config, problems = load_config()
    _print(sys.stderr, list(map(str, problems)))
    colours = theme or config.theme or theme_of_terminal()
    app = WatchApp(file, run_id, config=config, config_problems=problems, theme=colours)
    with CrashLog(file.parent / "target" / ".seeknal_tui") as crashes:
        _show(app, crashes)
        if not crashes.is_empty and app.signal != signal.SIGHUP:
            words = f"the watching broke, and the run goes on without it; the details are in {crashes.write()}"
            _print(sys.stderr, [f"seeknal-tui: {words}"])
            return CRASHED
    session = app.session
    if session is None:
        return SIGNALS[signal.Signals(app.signal)] if app.signal else app.return_code or 0
    from seeknal_tui.dashboard.farewell import farewell_of_watcher  # noqa: PLC0415

    session.close()
    _print(sys.stdout, farewell_of_watcher(session))
    return SIGNALS[signal.Signals(app.signal)] if app.signal else 0


def _show(app: EndingApp, crashes: CrashLog) -> None:
    app.error_console = crashes.console
    try:
        with terminal_that_may_go_away():
            app.run(mouse=app.config.mouse)
    except Exception as error:  # noqa: BLE001 - told later, once the terminal is what it was
        crashes.note(error)


def _say_farewell(app: DashboardApp, crashes: CrashLog) -> int:
    """Print what is left to say; returns the exit code."""
    # A terminal that has gone may well break something: that is no news to anyone.
    if not crashes.is_empty and app.signal != signal.SIGHUP:
        _print(
            sys.stderr,
            [f"seeknal-tui: the dashboard broke, and every task was stopped; the details are in {crashes.write()}"],
        )
        return CRASHED
    if app.refusal is not None:
        from seeknal_tui.run.plan import NothingToRun  # noqa: PLC0415

        _print(sys.stderr, [f"seeknal-tui: {app.refusal}"])
        return 0 if isinstance(app.refusal, NothingToRun) else WRONG_USE
    if app.session is None:
        return SIGNALS[signal.Signals(app.signal)] if app.signal else WRONG_USE if app.has_errors else 0
    from seeknal_tui.dashboard.farewell import farewell  # noqa: PLC0415

    _print(sys.stdout, farewell(app.session))
    return SIGNALS[signal.Signals(app.signal)] if app.signal else app.session.exit_code


def _print(out: TextIO, lines: list[str]) -> None:
    with contextlib.suppress(OSError):  # the terminal may be gone
        for line in lines:
            out.write(f"{line}\n")
        out.flush()
