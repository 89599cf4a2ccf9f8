"""What commands have in common: arguments, options, and how a command fails."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any, NoReturn

import click

from seeknal_tui.pipeline.files import PipelineNotFound, find_pipeline_file
from seeknal_tui.pipeline.model import Pipeline

WRONG_USE = 2
THEMES = ("dark", "light", "high-contrast", "colour-blind", "ansi")
"""The dashboard's, named here because Textual is slow to import; a test compares the two."""


class WholeNumber(click.IntRange):
    """A whole number; click's own message speaks of an integer range."""

    name = "whole number"


path_argument = click.argument("path", type=click.Path(path_type=Path), default=Path())
theme_option = click.option("--theme", type=click.Choice(THEMES), help="The colours of the dashboard.")
json_option = click.option("--json", "as_json", is_flag=True, help="JSON on stdout.")
environment_option = click.option("--env", "environment", default="", metavar="NAME", help="The environment to run in.")


def find_file(path: Path) -> Path:
    """The pipeline file that *path* stands for; ends the program with a message if there is none."""
    try:
        return find_pipeline_file(path)
    except PipelineNotFound as error:
        fail(str(error))


def name_and_path(name: str, path: Path) -> tuple[str, Path]:
    """The name, which may be left out, and the path, also where the pipeline was typed in the place of the name."""
    if name and path == Path() and Path(name).exists():
        return "", Path(name)
    return name, path


def load_pipeline(file: Path, environment: str) -> Pipeline:
    """The pipeline of a file, its problems told on stderr; ends the program if there is an error among them."""
    from seeknal_tui.pipeline.loading import load  # noqa: PLC0415 - not every command loads a file

    loaded = load(file, environment)
    for problem in loaded.problems:
        click.echo(str(problem), err=True)
    if loaded.pipeline is None:
        sys.exit(WRONG_USE)
    return loaded.pipeline


def has_terminal() -> bool:
    """Whether a person sits before one that can show the dashboard; ``TERM=dumb`` says that it cannot place text."""
    return sys.stdout.isatty() and sys.stdin.isatty() and os.environ.get("TERM") != "dumb"


def dashboard(file: Path, **options: Any) -> NoReturn:
    """Show the dashboard, and end the program with its exit code."""
    if not file.is_file():
        load_pipeline(file, "")  # tells what is wrong with it, and ends
    from seeknal_tui.dashboard.program import run_dashboard  # noqa: PLC0415 - Textual is slow to import

    sys.exit(run_dashboard(file, **options))


def fail(message: str) -> NoReturn:
    """End the program with a message on stderr: the command line is wrong."""
    click.echo(f"seeknal-tui: {message}", err=True)
    sys.exit(WRONG_USE)
