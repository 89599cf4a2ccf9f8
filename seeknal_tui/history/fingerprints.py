"""What a task's result is made from, at one moment, in a form that can be kept and compared.

A fingerprint is taken before the attempt that it stands for begins to read. Whatever changes later, be it while the
task runs, is different when the next one is taken. What a task's upstream tasks made is none of it: see
:mod:`seeknal_tui.history.changes`.

What cannot be known counts as changed: data on other machines, paths that SQL works out, attached databases. What a
program or a Python function reads beside what the pipeline file names cannot be seen at all.
"""

from __future__ import annotations

import glob
import hashlib
import os
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from seeknal_tui.history.file_states import UNSTEADY, FileState, FileStates, stat_of
from seeknal_tui.pipeline import command_inputs, python_code
from seeknal_tui.pipeline.model import CommandAction, PathAction, Pipeline, PythonAction, SleepAction, SqlAction, Task
from seeknal_tui.pipeline.sql_names import comparable
from seeknal_tui.pipeline.tasks import is_remote

DEFINITION = {
    "do": "it does something else",
    "sql": "its SQL changed",
    "command": "its command changed",
    "python": "its function is another",
    "path": "its path changed",
    "format": "its format changed",
    "sleep": "its duration changed",
    "cwd": "its folder (cwd) changed",
    "outputs": "its outputs changed",
    "depends_on": "its dependencies changed",
}
"""What the file says of how a result is made, and what is told when that is another."""
METADATA = ("kind", "description", "tags", "retries", "retry_delay", "timeout", "pools", "estimate")
"""What else it says of a task; none of it has a bearing on the result."""
OF_THE_RUN = ("SEEKNAL_TUI_ENVIRONMENT", "SEEKNAL_TUI_TARGET")
"""The variables that a run sets to the same for all of an environment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """What the result of a task is made from. Texts and values are kept as digests."""

    definition: Mapping[str, str]
    """The keys are those of `DEFINITION`."""
    metadata: Mapping[str, str] = field(default_factory=dict)
    """The keys are those of `METADATA`."""
    meaning: str = ""
    """Of its SQL, however that is laid out."""
    paths: tuple[str, ...] = ()
    """Files and patterns that its SQL reads, as it writes them."""
    maybe: tuple[str, ...] = ()
    """Texts of its SQL that are paths if there are such files."""
    variables: Mapping[str, str] = field(default_factory=dict)
    """The variables that it declares or refers to."""
    files: Mapping[str, FileState] = field(default_factory=dict)
    """By path; relative to the pipeline's folder where they lie in it."""
    clock: str = ""
    """``date`` or ``time``, if it asks for that."""
    day: str = ""
    """The day on which it asked for the date."""
    unknown: str = ""
    """What it reads of which nothing can be known."""


@dataclass(slots=True)
class _Inputs:
    """What one task reads, in the making."""

    files: dict[str, None] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    variables: dict[str, str] = field(default_factory=dict)
    meaning: str = ""
    paths: tuple[str, ...] = ()
    maybe: tuple[str, ...] = ()
    clock: str = ""
    unknown: str = ""


class Fingerprints:
    """Takes the fingerprints of the tasks of one pipeline. Thread-safe."""

    def __init__(self, pipeline: Pipeline, *, contents: bool = True) -> None:
        """Without *contents* no file is read: one whose stat is another counts as changed."""
        self._pipeline = pipeline
        self._folder = str(pipeline.folder.absolute())
        self._states = FileStates(contents=contents)

    def learn(self, known: Fingerprint) -> None:
        """Take over the contents of files that were read for an earlier fingerprint."""
        self._states.learn((self.absolute(file), state) for file, state in known.files.items())

    def take(self, task: Task, known: Fingerprint | None = None) -> Fingerprint:
        """The fingerprint of a task now. From *known*, an earlier one, is taken what need not be worked out again."""
        definition = _definition(task, self._folder)
        inputs = _Inputs(variables=dict(task.env))
        match task.action:
            case SqlAction(sql=sql):
                self._read_sql(sql, task, definition, known, inputs)
            case PathAction(path=path):
                self._find([path], inputs)
            case CommandAction(command=command):
                self._read_command(command, task, inputs)
            case PythonAction(module=module):
                self._read_python(module, task, inputs)
        states = {file: self._states.look(file) for file in inputs.files if not _is_in(file, task.outputs)}
        found = {self._shown(file): state for file, state in states.items() if state is not None}
        return Fingerprint(
            definition=definition,
            metadata=metadata_of(task),
            meaning=inputs.meaning,
            paths=inputs.paths,
            maybe=inputs.maybe,
            variables={name: _digest(value) for name, value in sorted(inputs.variables.items())},
            files={**found, **dict.fromkeys(inputs.missing, UNSTEADY)},
            clock=inputs.clock,
            day=time.strftime("%Y-%m-%d") if inputs.clock == "date" else "",
            unknown=inputs.unknown,
        )

    def after(self, taken: Fingerprint) -> Fingerprint:
        """The same when the attempt is over: a file that changed meanwhile was read before that, or after."""
        changed = {file for file, state in taken.files.items() if stat_of(self.absolute(file)) != state.stat}
        return replace(taken, files={**taken.files, **dict.fromkeys(changed, UNSTEADY)}) if changed else taken

    def absolute(self, file: str) -> str:
        """The path of a file of a fingerprint."""
        return os.path.join(self._folder, file)

    def _shown(self, file: str) -> str:
        return os.path.relpath(file, self._folder) if file.startswith(self._folder + os.sep) else file

    # What each action reads

    def _read_sql(
        self, sql: str, task: Task, definition: Mapping[str, str], known: Fingerprint | None, inputs: _Inputs
    ) -> None:
        if known is not None and all(known.definition.get(part) == definition[part] for part in ("sql", "depends_on")):
            inputs.meaning, inputs.paths, inputs.maybe = known.meaning, known.paths, known.maybe
            inputs.clock, inputs.unknown = known.clock, known.unknown
        else:
            from seeknal_tui.history.sql_meaning import sql_reader  # noqa: PLC0415 - DuckDB is slow to import

            reader = sql_reader()
            read = reader.inputs_of(sql, frozenset(map(comparable, task.upstream)))
            inputs.meaning, inputs.paths, inputs.maybe = reader.meaning_of(sql), tuple(read.paths), tuple(read.maybe)
            inputs.clock, inputs.unknown = read.clock, read.unknown
        self._find(inputs.paths, inputs)
        self._find(inputs.maybe, inputs, must_be=False)

    def _read_command(self, command: str | tuple[str, ...], task: Task, inputs: _Inputs) -> None:
        for name in command_inputs.variables_of(command):
            if name in OF_THE_RUN:
                inputs.variables[name] = self._pipeline.environment
            elif not name.startswith(command_inputs.OURS):
                inputs.variables.setdefault(name, os.environ.get(name, ""))
        files = command_inputs.files_of(command, task.cwd or self._folder, self._folder)
        inputs.files.update(dict.fromkeys(files))

    def _read_python(self, module: str, task: Task, inputs: _Inputs) -> None:
        path = dict(task.env).get("PYTHONPATH", os.environ.get("PYTHONPATH", ""))
        project = [self._folder, task.cwd or self._folder, *filter(None, path.split(os.pathsep))]
        files = python_code.files_of_module(module, project) or python_code.files_of_installed(module, sys.path)
        inputs.files.update(dict.fromkeys(files))
        if not files:
            inputs.unknown = f"the module {module}"

    def _find(self, paths: Iterable[str], inputs: _Inputs, *, must_be: bool = True) -> None:
        for path in paths:
            if is_remote(path):
                inputs.unknown = inputs.unknown or path
                continue
            found = list(self._files(path))
            inputs.files.update(dict.fromkeys(found))
            if not found and must_be:
                inputs.missing.append(path)

    def _files(self, path: str) -> Iterator[str]:
        absolute = os.path.normpath(os.path.join(self._folder, os.path.expanduser(path)))
        if os.path.isfile(absolute):
            yield absolute
        if glob.has_magic(path):
            from seeknal_tui.history.sql_meaning import sql_reader  # noqa: PLC0415

            yield from map(os.path.normpath, sql_reader().files_of(absolute))


def metadata_of(task: Task) -> dict[str, str]:
    """What else the file says of a task, that has no bearing on its result."""
    return {name: _digest(repr(value)) for name in METADATA if (value := getattr(task, name))}


# Comparing two


def differences(before: Fingerprint, now: Fingerprint) -> list[str]:
    """Why a result that was made from *before* is not what *now* would make, in words; empty if nothing has changed."""
    told = changed_definition(before, now)
    if "do" in before.definition and before.definition["do"] != now.definition.get("do"):
        return [DEFINITION["do"]]
    told += _of_variables(before.variables, now.variables)
    told += _of_files(before.files, now.files)
    if before.clock == "time" == now.clock:
        told.append("it asks for the time of day")
    elif before.day != now.day and now.day:
        told.append("it asks for the date, and a new day began")
    if now.unknown:
        told.append(f"it reads {now.unknown}, of which nothing can be known")
    return told


def changed_definition(before: Fingerprint, now: Fingerprint) -> list[str]:
    """What else the file tells the task to do, in words; empty if it is the same."""
    return [
        DEFINITION[part]
        for part in dict.fromkeys((*before.definition, *now.definition))
        if before.definition.get(part) != now.definition.get(part)
        and not (part == "sql" and before.meaning and before.meaning == now.meaning)
    ]


def changed_metadata(before: Fingerprint, now: Fingerprint) -> list[str]:
    """The names of what else the file says of the task, where that is another."""
    return [name for name in METADATA if before.metadata.get(name) != now.metadata.get(name)]


def _of_variables(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    names = sorted(name for name in {*before, *now} if before.get(name) != now.get(name))
    return [f"its variable {name} changed" for name in names]


def _of_files(before: Mapping[str, FileState], now: Mapping[str, FileState]) -> list[str]:
    told = []
    for file in sorted({*before, *now}):
        old, new = before.get(file), now.get(file)
        if new is None or new is UNSTEADY:
            told.append(f"`{file}` is gone")
        elif old is None:
            told.append(f"`{file}` is new")
        elif old == UNSTEADY:
            told.append(f"`{file}` changed while the task ran")
        elif not _is_same(old, new):
            told.append(f"`{file}` changed")
    return told


def _is_same(before: FileState, now: FileState) -> bool:
    if before.settled and before.stat == now.stat:
        return True
    return bool(before.digest) and before.digest == now.digest


def _definition(task: Task, folder: str) -> dict[str, str]:
    action = task.action
    found: dict[str, object] = {"do": type(action).__name__, "depends_on": sorted(task.upstream)}
    match action:
        case SqlAction(sql=sql):
            found["sql"] = sql
        case CommandAction(command=command):
            found["command"] = _without_last_newline(command) if isinstance(command, str) else command
        case PythonAction():
            found["python"] = action.target
        case PathAction():
            found["path"], found["format"] = _relative(action.path, folder), action.format
        case SleepAction(seconds=seconds):
            found["sleep"] = seconds
    if task.cwd:
        found["cwd"] = _relative(task.cwd, folder)
    if task.outputs:
        found["outputs"] = sorted(_relative(path, folder) for path in task.outputs)
    return {part: _digest(repr(value)) for part, value in found.items()}


def _without_last_newline(command: str) -> str:
    """A block of YAML ends with one, a plain scalar does not; behind a backslash it means something."""
    bare = command.rstrip("\n")
    return command if bare.endswith("\\") else bare


def _relative(path: str, folder: str) -> str:
    return path if is_remote(path) else os.path.relpath(path, folder)


def _is_in(file: str, folders: Iterable[str]) -> bool:
    return any(file == folder or file.startswith(folder + os.sep) for folder in folders)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:32]
