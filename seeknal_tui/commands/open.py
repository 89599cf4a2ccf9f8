"""``seeknal-tui PATH``: the dashboard."""

from __future__ import annotations

from pathlib import Path

import click

from seeknal_tui.commands.common import (
    dashboard,
    environment_option,
    fail,
    find_file,
    has_terminal,
    path_argument,
    theme_option,
)


@click.command("open", hidden=True)
@path_argument
@environment_option
@theme_option
def command(path: Path, environment: str, theme: str | None) -> None:
    """Open the dashboard on PATH; nothing runs until asked."""
    file = find_file(path)
    if not has_terminal():
        fail(f"the dashboard needs a terminal; without one: seeknal-tui run {path}, or seeknal-tui check {path}")
    dashboard(file, environment=environment, theme=theme)
