"""The keys of the pipeline file: one table from which a file is read and checked."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from seeknal_tui.pipeline import value_types as types
from seeknal_tui.pipeline.model import Kind, OnFailure
from seeknal_tui.pipeline.problems import Problems, listed, quote, unquoted
from seeknal_tui.pipeline.reading import Mapping, Node, Scalar, Sequence

TASK_LISTS = {
    "sources": Kind.SOURCE,
    "transforms": Kind.TRANSFORM,
    "aggregations": Kind.AGGREGATION,
    "tasks": Kind.TASK,
}
MAX_TASKS = 100_000
NAME = types.Name()
ENVIRONMENT_NAME = types.Name(may_be_dots=False)
FORMATS = ("csv", "parquet", "json", "jsonl")


@dataclass(frozen=True, slots=True)
class Key:
    """One key that a mapping of the file may have."""

    name: str
    type: types.ValueType
    description: str
    is_action: bool = False
    """Whether it says what a task does; a task has one such key at most."""
    only_in: Kind | None = None
    """The kind of task that may have it."""
    only_with: tuple[str, ...] = ()
    """The actions it has an effect on."""


@dataclass(frozen=True)
class Section:
    """A mapping of the file: what a message calls it, and its keys."""

    what: str
    keys: dict[str, Key]

    @classmethod
    def of(cls, what: str, *keys: Key) -> Section:
        """The section with those keys."""
        return cls(what, {key.name: key for key in keys})


class _Tasks:
    """A list of tasks; the tasks themselves are read by the section `TASK`."""

    expected = "a list of tasks"

    def read(self, node: Node, what: str, problems: Problems) -> list[Node] | None:
        if isinstance(node, Sequence):
            return node.items
        if isinstance(node, Scalar) and node.value is None:
            return []
        types.refuse(node, what, self.expected, problems, ", each beginning with - name: …")
        return None

    def json_schema(self) -> types.JsonSchema:
        """The list; what its tasks are is said by whoever knows the section."""
        return {"type": ["array", "null"]}


class Nested:
    """A mapping with a section of its own."""

    expected = "a mapping"

    def read(self, node: Node, what: str, problems: Problems) -> Mapping | None:
        """The mapping, whose keys are still to be read."""
        if isinstance(node, Mapping):
            return node
        if isinstance(node, Scalar) and node.value is None:
            return Mapping({}, node.line, node.column)
        types.refuse(node, what, self.expected, problems)
        return None

    def json_schema(self) -> types.JsonSchema:
        """The mapping; what its keys are is said by whoever knows the section."""
        return {"type": ["object", "null"]}


NESTED = Nested()
RETRIES = Key("retries", types.WholeNumber(), "how often a task that fails is started again")
RETRY_DELAY = Key("retry_delay", types.Duration(), "how long to wait before each new attempt")
TIMEOUT = Key("timeout", types.Duration(may_be_zero=False), "how long an attempt may take before it is stopped")
DEFAULTS = (RETRIES, RETRY_DELAY, TIMEOUT)
VARIABLES = types.MappingOf(types.WrittenText(), None, "variables, as in {LEVEL: debug}")

EXECUTION = Section.of(
    "execution",
    Key("max_parallel", types.WholeNumberOrAuto(), "how many tasks run at once; auto: as many as there are cores"),
    Key("on_failure", types.OneOf(tuple(OnFailure)), "after a failure go on with what does not depend on it, or stop"),
    Key("pools", types.MappingOf(types.WholeNumber(1), NAME, "pools, as in {warehouse: 2}"), "slots of shared things"),
    *DEFAULTS,
)

ENVIRONMENT = Section(
    "an environment",
    {
        **EXECUTION.keys,
        "env": Key("env", VARIABLES, "variables of every command and python task, before those of its own env"),
    },
)

TASK = Section.of(
    "a task",
    Key("name", NAME, "the task's name, unique in the file"),
    Key("description", types.Text(may_be_empty=True), "what the task is for"),
    Key("tags", types.ListOf(types.Text(), "text"), "words to select tasks by"),
    Key("depends_on", types.ListOf(NAME, "task names"), "the tasks that must succeed before this one starts"),
    Key("path", types.Text("the path of a file"), "the source's data", is_action=True, only_in=Kind.SOURCE),
    Key("sql", types.Text("DuckDB SQL"), "a query whose rows are the task's result", is_action=True),
    Key("command", types.Command(), "a command line for the shell, or a list of arguments", is_action=True),
    Key("python", types.PythonTarget(), "a function that is called in a process of its own", is_action=True),
    Key("sleep", types.Duration(), "a wait, as a stand-in for work", is_action=True),
    *DEFAULTS,
    Key("pool", types.PoolUse(), "the pool whose slots the task needs"),
    Key("outputs", types.ListOf(types.Text("a path"), "paths"), "what the task writes, beside its result"),
    Key("env", VARIABLES, "environment variables of the process", only_with=("command", "python")),
    Key("cwd", types.Text("the path of a folder"), "where the process runs", only_with=("command", "python")),
    Key("format", types.OneOf(FORMATS), "what the data are, whatever the suffix says", only_with=("path",)),
    Key("estimate", types.Duration(), "how long the task is expected to take, until there is history"),
)
ACTIONS = tuple(name for name, key in TASK.keys.items() if key.is_action)

PIPELINE = Section.of(
    "a pipeline",
    Key("name", types.Text(), "the pipeline's name"),
    Key("description", types.Text(may_be_empty=True), "what the pipeline is for"),
    Key("execution", NESTED, "how the pipeline is run"),
    Key("environments", NESTED, "by name, what is different in each environment"),
    *(Key(name, _Tasks(), f"the pipeline's {name}") for name in TASK_LISTS),
)


def read_section(node: Mapping, section: Section, problems: Problems) -> dict[str, Any]:
    """The values of a mapping's keys; what is wrong or unknown is told and left out."""
    values: dict[str, Any] = {}
    keys = section.keys
    for name, (key, entry) in node.entries.items():
        known = keys.get(name)
        if known is None:
            _unknown_key(name, key, section, problems)
            continue
        value = known.type.read(entry, name, problems)
        if value is not None:
            values[name] = value
    return values


def _unknown_key(name: str, at: Scalar, section: Section, problems: Problems) -> None:
    message = f"{section.what} has no key {quote(name)}"
    relatives = (EXECUTION, TASK, PIPELINE) if section in (EXECUTION, ENVIRONMENT, TASK, PIPELINE) else ()
    home = next((other.what for other in relatives if name in other.keys), None)
    if home:
        problems.error(at, f"{message}: it is a key of {home}")
    else:
        problems.error(
            at, message, misspelt=(name, section.keys), otherwise=f"; it can have {listed(section.keys, 30)}"
        )


@dataclass(slots=True)
class Draft:
    """A task as it stands in the file, each value checked by itself."""

    name: str
    kind: Kind
    node: Mapping
    values: dict[str, Any]

    def at(self, key: str) -> Node:
        """Where the value of that key stands, or the task if it has none."""
        entry = self.node.entries.get(key)
        return entry[1] if entry else self.node

    def key(self, key: str) -> Scalar:
        """Where that key itself stands; it must be there."""
        return self.node.entries[key][0]


def read_drafts(values: dict[str, Any], problems: Problems) -> Iterator[Draft]:
    """Every task of the four lists that has a name, in their order; the second task of a name is told and left out."""
    seen: dict[str, Draft] = {}
    count = 0
    for list_name in [name for name in values if name in TASK_LISTS]:
        for node in values[list_name]:
            count += 1
            if count > MAX_TASKS:
                problems.error(node, f"a pipeline has at most {MAX_TASKS:,} tasks: split it")
                return
            draft = _read_draft(node, TASK_LISTS[list_name], seen, problems)
            if draft:
                seen[draft.name] = draft
                yield draft


def _read_draft(node: Node, kind: Kind, seen: dict[str, Draft], problems: Problems) -> Draft | None:
    if not isinstance(node, Mapping):
        advice = f": write - name: {unquoted(node.text)}" if isinstance(node, Scalar) and node.text else ""
        types.refuse(node, "a task", "a mapping with a name", problems, advice)
        return None
    values = read_section(node, TASK, problems)
    _check_actions(node, kind, values, problems)
    if "name" not in node.entries:
        problems.error(node, "this task has no name: add name: …")
    name = values.get("name")
    if name is None:
        return None
    if name in seen:
        first = seen[name].key("name")
        at = node.entries["name"][1]
        problems.error(at, f"there already is a task {name} in line {first.line}: every task needs a name of its own")
        return None
    return Draft(name, kind, node, values)


def _check_actions(node: Mapping, kind: Kind, values: dict[str, Any], problems: Problems) -> None:
    written = node.entries.keys()
    actions = [name for name in written if name in ACTIONS]
    for extra in actions[1:]:
        message = (
            f"a task does one thing, and this one has {actions[0]} and {extra}: remove one, or make two tasks of it"
        )
        problems.error(node.entries[extra][0], message)
    for name in written:
        key = TASK.keys.get(name)
        if key is None:
            continue
        if key.only_in and kind is not key.only_in:
            problems.error(
                node.entries[name][0], f"only a source has {name}: move this task to sources, or use sql to read data"
            )
        if key.only_with and not _any_of(key.only_with, actions):
            _without_effect(name, key, node.entries[name][0], problems)
    if kind is not Kind.SOURCE and "path" in values:
        del values["path"]


def _any_of(names: Collection[str], others: Collection[str]) -> bool:
    return any(name in others for name in names)


def _without_effect(name: str, key: Key, at: Scalar, problems: Problems) -> None:
    problems.warning(at, f"{name} has no effect here, it is for tasks with {' or '.join(key.only_with)}: remove it")
