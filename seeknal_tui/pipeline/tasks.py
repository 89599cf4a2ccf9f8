"""From what the file says about a task to the task: paths made absolute, defaults filled in."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from seeknal_tui.pipeline.model import (
    Action,
    CommandAction,
    PathAction,
    Place,
    PythonAction,
    SleepAction,
    SqlAction,
    Task,
)
from seeknal_tui.pipeline.problems import Problems, quote
from seeknal_tui.pipeline.reading import Scalar
from seeknal_tui.pipeline.schema import FORMATS, Draft
from seeknal_tui.pipeline.sql_places import place_of_sql, split_lines

SUFFIXES = {".csv": "csv", ".tsv": "csv", ".parquet": "parquet", ".json": "json", ".jsonl": "jsonl", ".ndjson": "jsonl"}
COMPRESSED = (".gz", ".zst")


def is_remote(path: str) -> bool:
    """Whether DuckDB reads that path over a network, so that it cannot be checked here."""
    return "://" in path


def absolute(path: str, folder: str) -> str:
    """The path from the pipeline's folder on, in its one spelling; a remote one as it is."""
    return path if is_remote(path) else os.path.normpath(os.path.join(folder, path))


@dataclass(frozen=True, slots=True)
class Dependencies:
    """What a task waits for."""

    declared: tuple[str, ...] = ()
    found: tuple[str, ...] = ()
    sql_read: bool = False


@dataclass
class TaskBuilder:
    """Builds the tasks of one file."""

    folder: str
    """Absolute folder of the file."""
    text: str
    """The file's text."""
    settings: dict[str, Any]
    """The values of `execution` and of the environment on top of it."""
    problems: Problems

    @cached_property
    def lines(self) -> list[str]:
        """The file's lines."""
        return split_lines(self.text)

    def build(self, draft: Draft, dependencies: Dependencies) -> Task:
        """The task."""
        values, get, settings = draft.values, draft.values.get, self.settings
        cwd = get("cwd")
        runs_process = "command" in values or "python" in values
        return Task(
            name=draft.name,
            kind=draft.kind,
            action=self._action(draft),
            depends_on=dependencies.declared,
            found_dependencies=dependencies.found,
            sql_read=dependencies.sql_read,
            description=get("description", ""),
            tags=tuple(dict.fromkeys([tag for tag, _ in get("tags", ())])),
            retries=get("retries", settings.get("retries", 0)),
            retry_delay=get("retry_delay", settings.get("retry_delay", 0.0)),
            timeout=get("timeout", settings.get("timeout")),
            pools=self._pools(draft) if "pool" in values else (),
            outputs=tuple(dict.fromkeys([absolute(path, self.folder) for path, _ in get("outputs", ())])),
            env=tuple({**get("env", {}), **settings.get("env", {})}.items()) if runs_process else (),
            cwd=absolute(cwd, self.folder) if cwd else "",
            estimate=get("estimate"),
            place=self.problems.place(draft.node),
        )

    def sql(self, draft: Draft) -> SqlAction:
        """The SQL of a task that has some."""
        node = draft.at("sql")
        assert isinstance(node, Scalar)
        line, column, line_by_line = place_of_sql(node, self.lines)
        return SqlAction(draft.values["sql"], Place(self.problems.file, line, column), line_by_line)

    def _action(self, draft: Draft) -> Action:
        values = draft.values
        if "path" in values:
            return self._path(draft, values["path"])
        if "sql" in values:
            return self.sql(draft)
        if "command" in values:
            return self._command(draft)
        if "python" in values:
            return PythonAction(*values["python"])
        return SleepAction(values["sleep"]) if "sleep" in values else None

    def _command(self, draft: Draft) -> CommandAction:
        node = draft.at("command")
        if not isinstance(node, Scalar):
            return CommandAction(draft.values["command"])
        line, column, line_by_line = place_of_sql(node, self.lines)
        return CommandAction(draft.values["command"], Place(self.problems.file, line, column), line_by_line)

    def _path(self, draft: Draft, path: str) -> PathAction | None:
        data_format = draft.values.get("format") or format_of(path)
        if data_format is None:
            if "format" not in draft.node.entries:
                message = (
                    f"the suffix of {quote(path)} does not say what the data are: add format: {', '.join(FORMATS[:-1])}"
                )
                self.problems.error(draft.at("path"), f"{message} or {FORMATS[-1]}")
            return None
        return PathAction(absolute(path, self.folder), data_format)

    def _pools(self, draft: Draft) -> tuple[tuple[str, int], ...]:
        pools: dict[str, int] = self.settings.get("pools", {})
        used: list[tuple[str, int]] = []
        for name, (slots, node) in draft.values["pool"].items():
            if name not in pools:
                none = (
                    "; there is none: add execution: {pools: {…}}" if not pools else f"; there are {', '.join(pools)}"
                )
                self.problems.error(node, f"there is no pool {quote(name)}", misspelt=(name, pools), otherwise=none)
            elif slots > pools[name]:
                message = (
                    f"the pool {name} has {pools[name]} slots, and this task asks for {slots}, so it could never start"
                )
                self.problems.error(node, f"{message}: ask for fewer or make the pool larger")
            else:
                used.append((name, slots))
        return tuple(used)


def format_of(path: str) -> str | None:
    """The format that a path's suffix names, also below ``.gz`` or ``.zst``; None if none."""
    stem, suffix = os.path.splitext(path.lower())
    if suffix in COMPRESSED:
        suffix = os.path.splitext(stem)[1]
    return SUFFIXES.get(suffix)
