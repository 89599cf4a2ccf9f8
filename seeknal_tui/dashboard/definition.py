"""How a task is defined: its settings, and its SQL or command with the line numbers of the file."""

from __future__ import annotations

import shlex
from functools import lru_cache

from rich.text import Text

from seeknal_tui.dashboard.look import Palette
from seeknal_tui.dashboard.task_facts import field_lines, shown_path
from seeknal_tui.pipeline.durations import format_duration
from seeknal_tui.pipeline.model import (
    CommandAction,
    PathAction,
    Pipeline,
    Place,
    PythonAction,
    SleepAction,
    SqlAction,
    Task,
)
from seeknal_tui.safe_text import lines as safe_lines
from seeknal_tui.safe_text import one_line

LONGEST_HIGHLIGHTED = 20_000
"""Characters; longer code is shown without colours, which take too long to find."""


def definition_lines(pipeline: Pipeline, task: Task, palette: Palette) -> list[Text]:
    """How the file defines the task."""
    lines = field_lines(_definition(pipeline, task), palette)
    match task.action:
        case SqlAction(sql, place, line_by_line):
            lines += [Text(), _heading("SQL", place, pipeline, palette)]
            lines += _code(sql, "sql", place.line if line_by_line else 0, palette)
        case CommandAction(command, place, line_by_line) if isinstance(command, str):
            lines += [Text(), _heading("shell command", place, pipeline, palette)]
            lines += _code(command, "bash", place.line if line_by_line else 0, palette)
        case CommandAction(command):
            lines += [Text(), Text("command", palette.dim), *(Text(one_line(part)) for part in command)]
    return lines


def definition_text(task: Task) -> str:
    """What the task does, to be copied: its SQL or command as the file has it, else in words."""
    match task.action:
        case SqlAction(sql):
            return sql
        case CommandAction(command):
            return command if isinstance(command, str) else shlex.join(command)
        case _:
            return _action(task)


def _heading(what: str, place: Place, pipeline: Pipeline, palette: Palette) -> Text:
    where = one_line(shown_path(str(place), pipeline.folder)) if place.file else ""
    return Text(f"{what}   {where}".rstrip(), palette.dim)


def _code(code: str, language: str, first: int, palette: Palette) -> list[Text]:
    """Code in colours, with the numbers of its lines in the file from *first* on; without numbers where that is 0."""
    lines = _highlighted(safe_lines(code).rstrip(), language, palette)
    if not first:
        return list(lines)
    width = len(str(first + len(lines) - 1))
    return [Text(f"{number:>{width}}  ", palette.edge) + line for number, line in enumerate(lines, first)]


@lru_cache(64)
def _highlighted(code: str, language: str, palette: Palette) -> tuple[Text, ...]:
    """The lines of the code in the colours of the palette. To be copied, not changed."""
    if len(code) > LONGEST_HIGHLIGHTED:
        return tuple(Text(line) for line in code.split("\n"))
    from pygments import lexers, token  # type: ignore[import-untyped]  # noqa: PLC0415 - slow

    colours = (
        (token.Comment, palette.dim),
        (token.Literal.String, palette.succeeded),
        (token.Literal.Number, palette.reused),
        (token.Keyword, palette.running),
        (token.Name.Builtin, palette.running),
        (token.Name.Variable, palette.critical),
    )
    text = Text()
    for kind, piece in lexers.get_lexer_by_name(language, stripnl=False, ensurenl=False).get_tokens(code):
        text.append(piece, next((colour for group, colour in colours if kind in group), palette.text))
    return tuple(text.split("\n", allow_blank=True))[: code.count("\n") + 1]


def _definition(pipeline: Pipeline, task: Task) -> list[tuple[str, str]]:
    declared = set(task.depends_on)
    found = [name for name in task.found_dependencies if name not in declared]
    fields = [("description", line) for line in task.description.splitlines()]
    fields += [
        ("kind", str(task.kind)),
        ("file", shown_path(str(task.place), pipeline.folder) if task.place.file else ""),
        ("action", _action(task)),
        ("depends on", ", ".join(task.depends_on)),
        ("found in SQL", ", ".join(found)),
        ("tags", ", ".join(task.tags)),
        ("pools", ", ".join(f"{pool} ({slots})" for pool, slots in task.pools)),
        ("retries", f"{task.retries}, after {format_duration(task.retry_delay)}" if task.retries else ""),
        ("timeout", "" if task.timeout is None else format_duration(task.timeout)),
        ("estimate", "" if task.estimate is None else format_duration(task.estimate)),
        ("folder", task.cwd),
    ]
    fields += [("writes", shown_path(path, pipeline.folder)) for path in task.outputs]
    fields += [("env", f"{name}={value}") for name, value in task.env]
    return fields


def _action(task: Task) -> str:
    match task.action:
        case PathAction(path, file_format):
            return f"reads {path} ({file_format})"
        case SqlAction():
            return "SQL"
        case CommandAction():
            return "command"
        case PythonAction():
            return f"python {task.action.target}"
        case SleepAction(seconds):
            return f"sleeps {format_duration(seconds)}"
        case None:
            return "none: a join point, or a task still to be written"
