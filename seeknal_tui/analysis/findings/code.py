"""Whether the code of a task may look at a file that it does not open: at its size, its age, or whether it is there.

No system tells who asks for that. So a task whose code speaks of the file, or asks such things of files that it does
not name, may have looked at any. The code is read as it is now, as far as it lies in the pipeline's folder.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from seeknal_tui.pipeline.command_inputs import files_of
from seeknal_tui.pipeline.model import CommandAction, Pipeline, PythonAction, Task
from seeknal_tui.pipeline.python_code import code_of_function

CODE = (".py", ".sh", ".bash", ".zsh", ".sql", ".r", ".R", ".jl", ".js", ".pl", ".rb", "Makefile")
MOST_CHARACTERS = 1_000_000
ALL_RESULTS = "SEEKNAL_TUI_INPUTS"
ASKING = r"exists|lexists|is_file|isfile|is_dir|isdir|getsize|getmtime|getctime|l?stat|samefile"
NAMED = re.compile(rf"""\b(?:{ASKING}|access)\(\s*(["'])[^"'{{}}]*\1|Path\((["'])[^"'{{}}]*\2\)\.(?:{ASKING})\b""")
"""A file that is named where it is asked for; if it were one of the other task's, its name would be found."""
LOOKS = re.compile(rf"\b(?:{ASKING}|os\.access|listdir|scandir|iterdir|r?glob|os\.walk)\b")
SHELL_LOOKS = re.compile(r"(?:^|[;&|(\s])(?:\[|test|stat|ls|find|du|make|ninja|rsync|git|dvc)\s")


class _Source(NamedTuple):
    text: str
    """In small letters."""
    looks: bool
    """Whether it asks for something of files that it does not name."""


class Code:
    """The code of the tasks of one pipeline; each file is read once."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._folder = str(pipeline.folder)
        self._sources: dict[str, _Source] = {}
        self._functions: dict[tuple[str, str, str], list[_Source]] = {}

    def may_look_at(self, task: Task, names: Iterable[str]) -> bool:
        """Whether the task's code may look at what goes by any of those names: a task, its files."""
        words = _words(names)
        return any(source.looks or any(_stands_in(word, source.text) for word in words) for source in self._of(task))

    def _of(self, task: Task) -> Iterable[_Source]:
        cwd = task.cwd or self._folder
        if isinstance(task.action, CommandAction):
            command = task.action.command
            text = command if isinstance(command, str) else " ".join(command)
            yield _shell(text)
            yield from self._read(files_of(command, cwd, self._folder))
        elif isinstance(task.action, PythonAction):
            function = task.action.module, task.action.function, cwd
            if function not in self._functions:
                files, code = code_of_function(*function[:2], [self._folder, cwd])
                self._functions[function] = [_python(code), *self._read(files)]
            yield from self._functions[function]

    def _read(self, files: Iterable[str]) -> Iterable[_Source]:
        for file in files:
            if file.endswith(CODE):
                if file not in self._sources:
                    self._sources[file] = _read(file)
                yield self._sources[file]


def _read(file: str) -> _Source:
    try:
        with open(file, encoding="utf-8", errors="replace") as source:
            text = source.read(MOST_CHARACTERS)
    except OSError:
        return _Source("", looks=True)
    return _python(text) if file.endswith(".py") else _shell(text)


def _shell(text: str) -> _Source:
    return _Source(text.lower(), ALL_RESULTS in text or SHELL_LOOKS.search(text) is not None)


def _python(text: str) -> _Source:
    return _Source(text.lower(), ALL_RESULTS in text or LOOKS.search(NAMED.sub("", text)) is not None)


def _words(names: Iterable[str]) -> set[str]:
    """The names in small letters, also as they are written in the name of a variable."""
    return {word.lower() for name in names for word in (name, re.sub("[^0-9A-Za-z]", "_", name))}


def _stands_in(word: str, text: str) -> bool:
    """Whether the text has it as a word."""
    at = text.find(word)
    while at >= 0:
        if not text[at - 1 : at].isalnum() and not text[at + len(word) : at + len(word) + 1].isalnum():
            return True
        at = text.find(word, at + 1)
    return False
