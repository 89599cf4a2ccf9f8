"""The command line: finds the command that was typed and leaves the rest to its module."""

from __future__ import annotations

import gc
import io
import os
import sys
from glob import escape, glob
from importlib import import_module
from pathlib import Path

import click
from click.shell_completion import CompletionItem

from seeknal_tui import __version__

COMMANDS = ("open", "run", "check", "forecast", "watch", "history", "diagnose", "compare", "env", "schema")
"""In the order of the help; ``seeknal_tui.commands`` has a module of that name for each."""
COLLECTED_AT = 50_000
"""So many young objects let the garbage collector look for those that only hold each other. With Python's own 700 it
looked a hundred times while a command was imported, all of which stays: a tenth of a short run."""


class PathFirst(click.Group):
    """Lets ``seeknal-tui PATH`` stand for opening PATH: what is no command is a path."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all commands."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, its module imported only now."""
        if cmd_name not in COMMANDS:
            return None
        command = import_module(f"seeknal_tui.commands.{cmd_name}").command
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command named first, else ``open`` with all arguments."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            if not Path(args[0]).exists() and os.sep not in args[0] and "." not in args[0]:
                ctx.fail(_unknown(args[0]))
            return "open", self.get_command(ctx, "open"), args
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """The commands, and the files that may be a PATH."""
        found = super().shell_complete(ctx, incomplete)
        if incomplete.startswith("-"):
            return found
        if not found:
            return [CompletionItem(incomplete, type="file")]
        # Bash forgets the commands when it is told to look for files: where there are some, the files are told, too.
        files = sorted(glob(f"{escape(incomplete)}*"))
        return [*found, *(CompletionItem(path + os.sep * os.path.isdir(path)) for path in files)]


def _unknown(name: str) -> str:
    """What to tell of a word that is neither a command nor a path."""
    from seeknal_tui.pipeline.problems import nearest_name, quote  # noqa: PLC0415 - only where it is needed

    near = nearest_name(name, COMMANDS)
    return f"there is no command or file {quote(name)}" + ("" if near is None else f": did you mean {near}?")


@click.group(cls=PathFirst, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="seeknal-tui")
@click.pass_context
def cli(context: click.Context) -> None:
    """Run a data pipeline and watch, understand and rerun it.

    seeknal-tui PATH opens the dashboard on a pipeline file, or on a folder with one; nothing runs until asked.
    """
    if context.invoked_subcommand is None:
        from seeknal_tui.commands.open import command  # noqa: PLC0415 - only the command that was typed is imported

        context.invoke(command, path=Path(), environment="", theme=None)


def main() -> None:
    """The entry point of the command ``seeknal-tui``."""
    gc.set_threshold(COLLECTED_AT)
    _prepare_output()
    try:
        cli(prog_name="seeknal-tui")
    except OSError as error:
        if error.filename is not None or not isinstance(sys.stdout, io.TextIOWrapper):
            raise
        # A write that failed names no file: it was that of our output. Python would fail once more when it flushes it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        click.echo(f"seeknal-tui: the output cannot be written: {error.strerror}", err=True)
        sys.exit(1)


def _prepare_output() -> None:
    """See to it that no output ends a run: one that the shell closed, or a glyph that its encoding lacks."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 - open to the end
        stream = getattr(sys, name)
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
