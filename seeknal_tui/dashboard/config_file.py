"""Reading the user's config file, as strictly as a pipeline file, and its JSON Schema."""

from __future__ import annotations

from pathlib import Path

from seeknal_tui.dashboard.actions import ACTIONS
from seeknal_tui.dashboard.config import Config, Notice
from seeknal_tui.dashboard.themes import PALETTES
from seeknal_tui.dashboard.user_keys import key_name
from seeknal_tui.history.limits import LIMITS
from seeknal_tui.pipeline import value_types as types
from seeknal_tui.pipeline.files import read_text
from seeknal_tui.pipeline.json_schema import DIALECT, section_schema
from seeknal_tui.pipeline.problems import Problem, Problems, UnreadableError, quote
from seeknal_tui.pipeline.reading import Mapping as MappingNode
from seeknal_tui.pipeline.reading import Node, Scalar, Sequence, read_tree
from seeknal_tui.pipeline.schema import Key, Section, read_section


class _Switch:
    """True or false."""

    expected = "true or false"

    def read(self, node: Node, what: str, problems: Problems) -> bool | None:
        """The value."""
        if isinstance(node, Scalar) and isinstance(node.value, bool):
            return node.value
        types.refuse(node, what, self.expected, problems)
        return None

    def json_schema(self) -> types.JsonSchema:
        """A truth value."""
        return {"type": "boolean"}


class _Notices:
    """One of the notices; ``off`` may stand without quotes, although YAML takes it for false."""

    _words = types.OneOf(tuple(Notice))
    expected = _words.expected

    def read(self, node: Node, what: str, problems: Problems) -> str | None:
        """The word."""
        if isinstance(node, Scalar) and node.value is False:
            return Notice.OFF
        return self._words.read(node, what, problems)

    def json_schema(self) -> types.JsonSchema:
        """The words."""
        return {"enum": [*Notice, False]}


class _ActionKeys:
    """Keys by the names of actions."""

    expected = "a mapping of actions to keys, as in {run_all: A, pause: [P, f5]}"

    def read(self, node: Node, what: str, problems: Problems) -> dict[str, tuple[str, ...]] | None:
        """The keys as they are written; what is wrong is told and left out."""
        if isinstance(node, Scalar) and node.value is None:
            return {}
        if not isinstance(node, MappingNode):
            types.refuse(node, what, self.expected, problems)
            return None
        names = [action.name for action in ACTIONS]
        used: dict[str, str] = {}
        found: dict[str, tuple[str, ...]] = {}
        for name, (at, value) in node.entries.items():
            if name not in names:
                problems.error(at, f"there is no action {quote(name)}", misspelt=(name, names), otherwise=_SEE)
                continue
            written = [self._key(item, name, used, problems) for item in _items(value)]
            keys = tuple(key for key in written if key)
            if keys:
                found[name] = keys
        return found

    def _key(self, node: Node, action: str, used: dict[str, str], problems: Problems) -> str | None:
        # 7 is a number and y a truth value to YAML: a key is what is written.
        text = node.text if isinstance(node, Scalar) and node.value is not None else ""
        name = key_name(text)
        if name is None:
            expected = "a key, such as A, ?, f5, ctrl+g or space"
            types.refuse(node, f"the key of {action}", expected, problems)
            return None
        if name in used:
            problems.error(node, f"the key {quote(text)} is already given to {used[name]}: give {action} another one")
            return None
        used[name] = action
        return text

    def json_schema(self) -> types.JsonSchema:
        """Every action with what it does."""
        key = {"type": ["string", "integer", "boolean"]}
        keys = {"anyOf": [key, {"type": "array", "items": key, "minItems": 1}]}
        return {
            "type": ["object", "null"],
            "properties": {action.name: {"description": action.help, **keys} for action in ACTIONS},
            "additionalProperties": False,
        }


_SEE = ": press : in the dashboard, or see seeknal-tui schema --config"

CONFIG = Section.of(
    "the config file",
    Key("keys", _ActionKeys(), "for an action another key, or a list of keys"),
    Key("theme", types.OneOf(tuple(PALETTES)), "the colours; without it dark, or ansi where there are but 16"),
    Key("notify", _Notices(), "how the end of a long run is told"),
    Key("after", types.Duration(), "how long a run must have taken for its end to be told"),
    Key("history", LIMITS, "how many of the past runs are kept"),
    Key("mouse", _Switch(), "whether the dashboard takes the mouse; M takes it and gives it back"),
)


def _items(node: Node) -> list[Node]:
    return node.items if isinstance(node, Sequence) else [node]


def read_config(path: Path) -> tuple[Config, tuple[Problem, ...]]:
    """What that file says as far as it can be read, and all that is wrong with it."""
    problems = Problems(str(path))
    try:
        root = read_tree(read_text(path), problems)
    except UnreadableError as error:
        problems.error(error, error.message)
        return Config(), problems.sorted()
    if root is None or (isinstance(root, Scalar) and root.value is None):
        return Config(), ()
    if not isinstance(root, MappingNode):
        problems.error(root, f"the config file must be a mapping with {', '.join(CONFIG.keys)}")
        return Config(), problems.sorted()
    values = read_section(root, CONFIG, problems)
    if "notify" in values:
        values["notify"] = Notice(values["notify"])
    return Config(**values), problems.sorted()


def config_schema() -> types.JsonSchema:
    """The JSON Schema of the config file."""
    return {"$schema": DIALECT, "title": "The config file of seeknal-tui", **section_schema(CONFIG)}
