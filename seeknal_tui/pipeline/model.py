"""The pipeline as data: tasks, what they do, what they wait for. Nothing here reads a file or runs anything."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from pathlib import Path


class Kind(StrEnum):
    """What a task is for; given by the list of the file in which it stands."""

    SOURCE = "source"
    TRANSFORM = "transform"
    AGGREGATION = "aggregation"
    TASK = "task"


class OnFailure(StrEnum):
    """What a failed task does to the rest of the run."""

    CONTINUE = "continue"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in a file; line and column count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class PathAction:
    """Reads a source's data by DuckDB."""

    path: str
    format: str
    """One of ``csv``, ``parquet``, ``json``, ``jsonl``."""


@dataclass(frozen=True, slots=True)
class SqlAction:
    """Runs DuckDB SQL; the rows of its last statement are the task's result."""

    sql: str
    place: Place
    """Where the first line of the SQL stands."""
    line_by_line: bool = True
    """Whether line *n* of the SQL is line *n* below its place (a ``|`` block), as it is not where YAML folds lines."""


@dataclass(frozen=True, slots=True)
class CommandAction:
    """Runs a process: a text by the shell, an argument list without one."""

    command: str | tuple[str, ...]
    place: Place = field(default=Place("", 0, 0), compare=False)
    """Where the first line of a shell command stands."""
    line_by_line: bool = field(default=False, compare=False)
    """As in :class:`SqlAction`."""


@dataclass(frozen=True, slots=True)
class PythonAction:
    """Calls ``module:function`` in a process of its own."""

    module: str
    function: str

    @property
    def target(self) -> str:
        """The target as the file writes it."""
        return f"{self.module}:{self.function}"


@dataclass(frozen=True, slots=True)
class SleepAction:
    """Waits; a stand-in for work."""

    seconds: float


Action = PathAction | SqlAction | CommandAction | PythonAction | SleepAction | None
"""What a task does; None is a join point, which ends at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One node of the pipeline, with the defaults of ``execution`` and of the environment already filled in."""

    name: str
    kind: Kind = Kind.TASK
    action: Action = None
    depends_on: tuple[str, ...] = ()
    """The dependencies that the file declares."""
    found_dependencies: tuple[str, ...] = ()
    """The tasks whose tables the task's SQL reads, whether declared or not."""
    sql_read: bool = False
    """Whether all of the SQL could be read, so that a declared dependency that is not among the found is not read."""
    description: str = ""
    tags: tuple[str, ...] = ()
    retries: int = 0
    retry_delay: float = 0.0
    timeout: float | None = None
    """Seconds an attempt may take."""
    pools: tuple[tuple[str, int], ...] = ()
    """Name and number of slots taken, for each pool the task needs."""
    outputs: tuple[str, ...] = ()
    """Absolute paths that the task writes, beside its result."""
    env: tuple[tuple[str, str], ...] = ()
    cwd: str = ""
    """Absolute folder in which ``command`` and ``python`` run; empty for the pipeline's own."""
    estimate: float | None = None
    """Expected seconds, used until there is history."""
    place: Place = Place("", 0, 0)

    @property
    def upstream(self) -> tuple[str, ...]:
        """Every task this one waits for: the declared in the order of the file, then the found."""
        if not self.found_dependencies:
            return self.depends_on
        return tuple(dict.fromkeys((*self.depends_on, *self.found_dependencies)))

    @property
    def has_rows(self) -> bool:
        """Whether the task always leaves rows as its result (a ``command`` or ``python`` may)."""
        return isinstance(self.action, PathAction | SqlAction)


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """How a pipeline is to be run, unless the command line says otherwise."""

    max_parallel: int = 4
    on_failure: OnFailure = OnFailure.CONTINUE
    pools: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Pipeline:
    """Tasks and their order. A task's *number* is its position in ``tasks``; graphs are given by numbers."""

    name: str
    tasks: tuple[Task, ...]
    execution: Execution = field(default_factory=Execution)
    description: str = ""
    file: Path | None = None
    environment: str = ""
    """The environment the pipeline was loaded for; empty for production."""
    environments: tuple[str, ...] = ()

    @property
    def folder(self) -> Path:
        """The folder that relative paths start from."""
        return self.file.parent if self.file else Path.cwd()

    @property
    def target(self) -> Path:
        """The folder of the results."""
        production = self.production_target
        return production / "environments" / self.environment if self.environment else production

    @property
    def production_target(self) -> Path:
        """The folder of the results outside of any environment."""
        return self.folder / "target"

    @cached_property
    def numbers(self) -> dict[str, int]:
        """The number of each task by its name."""
        return {task.name: number for number, task in enumerate(self.tasks)}

    @cached_property
    def longest_name(self) -> int:
        """Characters of the longest name of a task."""
        return max((len(task.name) for task in self.tasks), default=0)

    @cached_property
    def upstream(self) -> tuple[tuple[int, ...], ...]:
        """For each task, the numbers of the tasks it waits for."""
        numbers = self.numbers
        return tuple(tuple(numbers[name] for name in task.upstream) for task in self.tasks)

    @cached_property
    def downstream(self) -> tuple[tuple[int, ...], ...]:
        """For each task, the numbers of the tasks that wait for it."""
        found: list[list[int]] = [[] for _ in self.tasks]
        for number, upstream in enumerate(self.upstream):
            for other in upstream:
                found[other].append(number)
        return tuple(tuple(numbers) for numbers in found)

    @cached_property
    def topological_order(self) -> tuple[int, ...]:
        """Every number, each after all it waits for (Kahn's algorithm); not all of them where there is a cycle."""
        waiting = [len(upstream) for upstream in self.upstream]
        order = [number for number, count in enumerate(waiting) if count == 0]
        for number in order:
            for follower in self.downstream[number]:
                waiting[follower] -= 1
                if waiting[follower] == 0:
                    order.append(follower)
        return tuple(order)

    def task(self, name: str) -> Task:
        """The task of that name; raises KeyError."""
        return self.tasks[self.numbers[name]]

    def closure(self, chosen: Iterable[int], *, downstream: bool, depth: int | None = None) -> set[int]:
        """The chosen numbers with all that lies upstream (or downstream) of them, at most *depth* edges away."""
        edges = self.downstream if downstream else self.upstream
        found = set(chosen)
        border = set(found)
        while border and (depth is None or depth > 0):
            border = {other for number in border for other in edges[number]} - found
            found |= border
            depth = None if depth is None else depth - 1
        return found
