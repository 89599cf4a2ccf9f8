"""A pipeline as plain values, and back: what a run ran, kept beside the run, since the file may change.

What has its default is left out. What a later version has added is passed over when it is read.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

from seeknal_tui.history.encoding import tuples
from seeknal_tui.pipeline.model import (
    CommandAction,
    Execution,
    Kind,
    OnFailure,
    PathAction,
    Pipeline,
    Place,
    PythonAction,
    SleepAction,
    SqlAction,
    Task,
)

_ACTIONS: dict[str, Any] = {
    "path": PathAction,
    "sql": SqlAction,
    "command": CommandAction,
    "python": PythonAction,
    "sleep": SleepAction,
}
_ACTION_NAMES = {action: name for name, action in _ACTIONS.items()}


def _defaults(kind: Any) -> list[tuple[str, Any]]:
    return [(field.name, field.default) for field in fields(kind)]


_DEFAULTS = {kind: _defaults(kind) for kind in (Task, *_ACTIONS.values())}


def to_text(pipeline: Pipeline) -> str:
    """The pipeline as it is kept."""
    return json.dumps(to_object(pipeline), separators=(",", ":"))


def digest_of(text: str) -> str:
    """What stands for a kept pipeline: the same only for the same."""
    return hashlib.sha256(text.encode()).hexdigest()


def to_object(pipeline: Pipeline) -> dict[str, Any]:
    """The pipeline as values that JSON knows."""
    execution = pipeline.execution
    return {
        "name": pipeline.name,
        "description": pipeline.description,
        "file": pipeline.file.name if pipeline.file else "",
        "environment": pipeline.environment,
        "environments": pipeline.environments,
        "execution": {
            "max_parallel": execution.max_parallel,
            "on_failure": execution.on_failure,
            "pools": dict(execution.pools),
        },
        "tasks": [_task_object(task) for task in pipeline.tasks],
    }


def _task_object(task: Task) -> dict[str, Any]:
    found = {
        name: value
        for name, default in _DEFAULTS[Task]
        if (value := getattr(task, name)) is not default and value != default
    }
    if "action" in found:
        found["action"] = _action_object(task.action)
    if "place" in found:
        found["place"] = _place_object(task.place)
    return found


def _action_object(action: Any) -> dict[str, Any]:
    kind = type(action)
    found: dict[str, Any] = {"do": _ACTION_NAMES[kind]}
    for name, default in _DEFAULTS[kind]:
        value = getattr(action, name)
        if value is not default and (default is MISSING or value != default):
            found[name] = _place_object(value) if name == "place" else value
    return found


def _place_object(place: Place) -> list[Any]:
    return [place.file, place.line, place.column]


def from_object(found: dict[str, Any], folder: Path) -> Pipeline:
    """The pipeline, whose file is in *folder*. Raises ValueError for what is none."""
    try:
        execution = found["execution"]
        return Pipeline(
            name=found["name"],
            tasks=tuple([_task(task) for task in found["tasks"]]),
            execution=Execution(
                max_parallel=execution["max_parallel"],
                on_failure=OnFailure(execution["on_failure"]),
                pools=execution["pools"],
            ),
            description=found["description"],
            file=folder / found["file"] if found["file"] else None,
            environment=found["environment"],
            environments=tuple(found["environments"]),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"the definition of a pipeline lacks {error}") from error


def _known(kind: Any, found: dict[str, Any]) -> dict[str, Any]:
    return {name: tuples(found[name]) for name, _ in _DEFAULTS[kind] if name in found}


def _task(found: dict[str, Any]) -> Task:
    values = _known(Task, found)
    if "kind" in values:
        values["kind"] = Kind(values["kind"])
    if "place" in values:
        values["place"] = Place(*values["place"])
    if "action" in values:
        values["action"] = _action(values["action"])
    return Task(**values)


def _action(found: dict[str, Any]) -> Any:
    kind = _ACTIONS.get(found["do"])
    if kind is None:
        return None
    values = _known(kind, found)
    if "place" in values:
        values["place"] = Place(*values["place"])
    return kind(**values)
