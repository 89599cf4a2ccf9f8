"""The JSON Schema of the pipeline file, from the table that the file is read by: editors complete and check with it.

What a schema of one value cannot say (that a dependency exists, that there is no cycle, that SQL can be read) is left
to ``seeknal-tui check``.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations

from seeknal_tui.pipeline.model import Kind
from seeknal_tui.pipeline.schema import (
    ACTIONS,
    ENVIRONMENT,
    ENVIRONMENT_NAME,
    EXECUTION,
    PIPELINE,
    TASK,
    TASK_LISTS,
    Key,
    Section,
)
from seeknal_tui.pipeline.value_types import JsonSchema

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def pipeline_schema() -> JsonSchema:
    """The schema of a pipeline file."""
    schema = {
        "$schema": DIALECT,
        "title": "A pipeline of seeknal-tui",
        **section_schema(PIPELINE),
        "$defs": {
            "execution": _or_nothing(section_schema(EXECUTION)),
            "environment": _or_nothing(section_schema(ENVIRONMENT)),
            **{str(kind): _task_schema(kind) for kind in TASK_LISTS.values()},
        },
    }
    keys = schema["properties"]
    keys["execution"] |= {"$ref": "#/$defs/execution"}
    keys["environments"] |= {
        "propertyNames": ENVIRONMENT_NAME.json_schema(),
        "additionalProperties": {"$ref": "#/$defs/environment"},
    }
    for name, kind in TASK_LISTS.items():
        keys[name] |= {"items": {"$ref": f"#/$defs/{kind}"}}
    schema["anyOf"] = [{"required": [name]} for name in TASK_LISTS]
    return schema


def section_schema(section: Section, keys: Iterable[Key] | None = None) -> JsonSchema:
    """A mapping with the keys of a section (or only these of them), and no others."""
    return {
        "type": "object",
        "properties": {
            key.name: {"description": key.description, **key.type.json_schema()}
            for key in (section.keys.values() if keys is None else keys)
        },
        "additionalProperties": False,
    }


def _task_schema(kind: Kind) -> JsonSchema:
    """A task of that kind: it has a name and at most one action."""
    keys = [key for key in TASK.keys.values() if key.only_in in (None, kind)]
    actions = [key.name for key in keys if key.name in ACTIONS]
    return {
        **section_schema(TASK, keys),
        "required": ["name"],
        "not": {"anyOf": [{"required": list(pair)} for pair in combinations(actions, 2)]},
    }


def _or_nothing(schema: JsonSchema) -> JsonSchema:
    return {**schema, "type": ["object", "null"]}
