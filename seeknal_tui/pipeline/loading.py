"""From a pipeline file to a checked pipeline, or to all that is wrong with it.

Executes nothing and imports nothing of the user's.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seeknal_tui.pipeline import checks, files, reading, schema
from seeknal_tui.pipeline.model import Execution, OnFailure, Pipeline
from seeknal_tui.pipeline.problems import Located, Problem, Problems, UnreadableError, listed, quote
from seeknal_tui.pipeline.schema import Draft
from seeknal_tui.pipeline.tasks import Dependencies, TaskBuilder

__all__ = ["Loaded", "Problem", "load"]


@dataclass(frozen=True, slots=True)
class Loaded:
    """A pipeline, unless there is an error among the problems, and all that is wrong or doubtful, by place."""

    pipeline: Pipeline | None
    problems: tuple[Problem, ...]


def load(path: Path, environment: str = "") -> Loaded:
    """The pipeline of a file as it is in an environment (empty for production).

    Never raises for anything that a file contains.
    """
    problems = Problems(str(path))
    with _no_garbage_collection():
        try:
            pipeline = _load(path, environment, problems)
        except UnreadableError as error:
            # What was found before it stands in a file that could not be read to its end: one error says it all.
            problems, pipeline = Problems(str(path)), None
            problems.error(error, error.message)
    return Loaded(None if problems.has_errors else pipeline, problems.sorted())


@contextmanager
def _no_garbage_collection() -> Iterator[None]:
    """A large file makes hundreds of thousands of objects, none of them garbage: looking for it doubles the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _load(path: Path, environment: str, problems: Problems) -> Pipeline | None:
    text = files.read_text(path)
    root = reading.read_tree(text, problems)
    if root is None or (isinstance(root, reading.Scalar) and root.value is None):
        raise UnreadableError("the file is empty: a pipeline needs a list of tasks, such as sources: or tasks:")
    if not isinstance(root, reading.Mapping):
        raise UnreadableError("the top of the file must be a mapping with sources:, tasks: and the like", root.line)
    values = schema.read_section(root, schema.PIPELINE, problems)
    settings, environments = _settings(values, environment, root, problems)
    drafts = {draft.name: draft for draft in schema.read_drafts(values, problems)}
    if not drafts and not problems.has_errors:
        problems.error(root, f"the pipeline has no tasks: add some below {listed(schema.TASK_LISTS)}")
    file = Path(os.path.abspath(path))
    builder = TaskBuilder(str(file.parent), text, settings, problems)
    dependencies = _dependencies(drafts, builder, problems)
    pipeline = Pipeline(
        name=values.get("name", file.stem),
        tasks=tuple([builder.build(draft, dependencies[name]) for name, draft in drafts.items()]),
        execution=_execution(settings),
        description=values.get("description", ""),
        file=file,
        environment=environment,
        environments=environments,
    )
    checks.check_names(drafts, problems)
    checks.check_cycles(pipeline, drafts, problems)
    checks.check_files(pipeline, drafts, problems)
    return pipeline


def _settings(
    values: dict[str, Any], environment: str, root: Located, problems: Problems
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """How to run the pipeline in that environment, and the names of all environments."""
    settings: dict[str, Any] = {}
    if "execution" in values:
        settings = schema.read_section(values["execution"], schema.EXECUTION, problems)
    environments = _environments(values.get("environments"), problems)
    if environment and environment not in environments:
        at = values.get("environments", root)
        none = f": there is {listed(environments)}" if environments else ": the file has none; add environments:"
        message = f"there is no environment {quote(environment)}"
        problems.error(at, message, misspelt=(environment, environments), otherwise=none)
    chosen = environments.get(environment, {})
    pools = {**settings.get("pools", {}), **chosen.get("pools", {})}
    return {**settings, **chosen, "pools": pools}, tuple(environments)


def _environments(node: reading.Mapping | None, problems: Problems) -> dict[str, dict[str, Any]]:
    environments: dict[str, dict[str, Any]] = {}
    seen: dict[str, str] = {}
    for name, (key, entry) in node.entries.items() if node else ():
        if not schema.ENVIRONMENT_NAME.check(name, key, problems):
            continue
        first = seen.setdefault(name.lower(), name)
        if first != name:
            message = (
                f"{name} and {first} differ only by case, and their results would be in the same folder: rename one"
            )
            problems.error(key, message)
        nested = schema.NESTED.read(entry, f"the environment {name}", problems)
        environments[name] = schema.read_section(nested, schema.ENVIRONMENT, problems) if nested else {}
    return environments


def _execution(settings: dict[str, Any]) -> Execution:
    return Execution(
        max_parallel=settings.get("max_parallel") or os.cpu_count() or 1,
        on_failure=OnFailure(settings.get("on_failure", OnFailure.CONTINUE)),
        pools=settings["pools"],
    )


def _dependencies(drafts: Mapping[str, Draft], builder: TaskBuilder, problems: Problems) -> dict[str, Dependencies]:
    """What each task waits for: what it declares, and what its SQL reads."""
    dependencies = {
        name: Dependencies(checks.declared_dependencies(draft, drafts, problems)) for name, draft in drafts.items()
    }
    with_sql = {name: builder.sql(draft) for name, draft in drafts.items() if "sql" in draft.values}
    if with_sql:
        from seeknal_tui.pipeline import sql_tasks  # DuckDB is slow to import # noqa: PLC0415

        for name, (found, complete) in sql_tasks.find(with_sql, list(drafts), problems).items():
            dependencies[name] = Dependencies(dependencies[name].declared, found, complete)
    return dependencies
