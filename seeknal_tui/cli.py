"""The command line: reads what was typed, calls the room that does it, turns the outcome into an exit code."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click
from click.shell_completion import CompletionItem

from seeknal_tui import __version__
from seeknal_tui.completion import complete_selection
from seeknal_tui.pipeline.files import PipelineNotFound, find_pipeline_file
from seeknal_tui.pipeline.model import OnFailure, Pipeline

if TYPE_CHECKING:
    from seeknal_tui.pipeline.loading import Loaded

WRONG_USE = 2
THEMES = ("dark", "light", "high-contrast", "colour-blind", "ansi")
"""The dashboard's, named here because Textual is slow to import; a test compares the two."""
CLOSED_PIPE = 141
"""As a shell tells of a process that SIGPIPE ended."""


class PathFirst(click.Group):
    """Lets ``seeknal-tui PATH`` stand for opening PATH: what is no command is a path."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command named first, else ``open`` with all arguments."""
        if args and args[0] not in self.commands and not args[0].startswith("-"):
            if not Path(args[0]).exists() and os.sep not in args[0] and "." not in args[0]:
                return super().resolve_command(ctx, args)
            return "open", self.commands["open"], args
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """The commands, and the files that may be a PATH."""
        files = [] if incomplete.startswith("-") else [CompletionItem(incomplete, type="file")]
        return [*super().shell_complete(ctx, incomplete), *files]


path_argument = click.argument("path", type=click.Path(path_type=Path), default=Path())
theme_option = click.option("--theme", type=click.Choice(THEMES), help="The colours of the dashboard.")
json_option = click.option("--json", "as_json", is_flag=True, help="JSON on stdout.")
environment_option = click.option("--env", "environment", default="", metavar="NAME", help="The environment to run in.")


@click.group(cls=PathFirst, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="seeknal-tui")
@click.pass_context
def cli(context: click.Context) -> None:
    """Run a data pipeline and watch, understand and rerun it.

    seeknal-tui PATH opens the dashboard on a pipeline file, or on a folder with one; nothing runs until asked.
    """
    if context.invoked_subcommand is None:
        context.invoke(open_command, path=Path(), environment="", theme=None)


@cli.command("open", hidden=True)
@path_argument
@environment_option
@theme_option
def open_command(path: Path, environment: str, theme: str | None) -> None:
    """Open the dashboard on PATH; nothing runs until asked."""
    file = _find(path)
    if not sys.stdout.isatty() or not sys.stdin.isatty():
        _fail(f"the dashboard needs a terminal; without one: seeknal-tui run {path}, or seeknal-tui check {path}")
    _dashboard(file, environment=environment, theme=theme)


@cli.command()
@path_argument
@click.option(
    "--select",
    "selected",
    metavar="EXPR",
    shell_complete=complete_selection,
    help="Only these tasks: clean_*, tag:x, +name, name+ …",
)
@click.option("--exclude", "excluded", metavar="EXPR", shell_complete=complete_selection, help="Not these tasks.")
@click.option("--max-parallel", type=click.IntRange(min=1), metavar="N", help="How many tasks run at once.")
@click.option("--on-failure", type=click.Choice([str(way) for way in OnFailure]), help="What a failed task does.")
@environment_option
@click.option("--no-ui", is_flag=True, help="Plain lines instead of the dashboard.")
@click.option("--json", "as_json", is_flag=True, help="One event per line as JSON on stdout.")
@click.option("--watch", is_flag=True, help="Rerun what changes in the file, and all downstream of it.")
@theme_option
def run(
    path: Path,
    *,
    selected: str | None,
    excluded: str | None,
    max_parallel: int | None,
    on_failure: str | None,
    environment: str,
    no_ui: bool,
    as_json: bool,
    watch: bool,
    theme: str | None,
) -> None:
    """Run the pipeline PATH: with the dashboard, or as plain lines without a terminal."""
    file = _find(path)
    failing = OnFailure(on_failure) if on_failure else None
    with_dashboard = not no_ui and not as_json and sys.stdout.isatty() and sys.stdin.isatty()
    if watch and not with_dashboard:
        _fail("--watch needs the dashboard: leave --no-ui and --json out, and run it in a terminal")
    if with_dashboard:
        _dashboard(
            file,
            environment=environment,
            start=True,
            selected=selected,
            excluded=excluded,
            max_parallel=max_parallel,
            on_failure=failing,
            watch=watch,
            theme=theme,
        )
    pipeline = _load(file, environment)
    from seeknal_tui.headless import run_headless  # noqa: PLC0415 - check does not need them
    from seeknal_tui.run.plan import NotRunnable  # noqa: PLC0415

    os.chdir(pipeline.folder)  # so that relative paths in SQL start at the pipeline's folder
    try:
        sys.exit(
            run_headless(
                pipeline,
                selected=selected,
                excluded=excluded,
                max_parallel=max_parallel,
                on_failure=failing,
                as_json=as_json,
            )
        )
    except NotRunnable as error:
        _fail(str(error))
    except BrokenPipeError:
        # Whoever read our output has gone. Python would complain once more when it flushes stdout at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(CLOSED_PIPE)


@cli.command()
@path_argument
@environment_option
@json_option
def check(path: Path, environment: str, *, as_json: bool) -> None:
    """Load and check the pipeline PATH; runs nothing. Exits with 0, or 2 if there is an error in it."""
    from seeknal_tui.pipeline.loading import load  # noqa: PLC0415 - the dashboard's first paint does not wait for it

    loaded = load(_find(path), environment)
    if as_json:
        _print(json.dumps(_check_object(loaded)))
    else:
        for problem in loaded.problems:
            click.echo(str(problem), err=True)
        if loaded.pipeline is not None:
            _print(_check_text(loaded.pipeline))
    sys.exit(WRONG_USE if loaded.pipeline is None else 0)


@cli.command()
@click.option("--config", "of_config", is_flag=True, help="The schema of your config file instead.")
def schema(*, of_config: bool) -> None:
    """Print the JSON Schema of the pipeline file, with which editors complete and check it."""
    if of_config:
        from seeknal_tui.dashboard.config_file import config_schema  # noqa: PLC0415 - Textual is slow to import

        _print(json.dumps(config_schema(), indent=2, ensure_ascii=False))
    else:
        from seeknal_tui.pipeline.json_schema import pipeline_schema  # noqa: PLC0415 - only needed here

        _print(json.dumps(pipeline_schema(), indent=2, ensure_ascii=False))


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
    return f"{pipeline.name}: {len(pipeline.tasks)} tasks, {edges} dependencies{in_sql}; it can be run"


def _find(path: Path) -> Path:
    try:
        return find_pipeline_file(path)
    except PipelineNotFound as error:
        _fail(str(error))


def _load(file: Path, environment: str) -> Pipeline:
    from seeknal_tui.pipeline.loading import load  # noqa: PLC0415

    loaded = load(file, environment)
    for problem in loaded.problems:
        click.echo(str(problem), err=True)
    if loaded.pipeline is None:
        sys.exit(WRONG_USE)
    return loaded.pipeline


def _dashboard(file: Path, **options: Any) -> NoReturn:
    if not file.is_file():
        _load(file, "")  # tells what is wrong with it, and ends
    from seeknal_tui.dashboard.app import run_dashboard  # noqa: PLC0415 - Textual is slow to import

    sys.exit(run_dashboard(file, **options))


def _print(text: str) -> None:
    click.echo(text)


def _fail(message: str) -> NoReturn:
    click.echo(f"seeknal-tui: {message}", err=True)
    sys.exit(WRONG_USE)


def main() -> None:
    """The entry point of the command ``seeknal-tui``."""
    cli(prog_name="seeknal-tui")
