"""The types that a value of the pipeline file may have: what each expects, and how it is read.

A type reads a node of the file's tree. It tells what is wrong and then returns None, so that one pass finds everything.
"""

from __future__ import annotations

import keyword
from typing import Any, Protocol

from seeknal_tui.pipeline.durations import DURATION_PATTERN, parse_duration
from seeknal_tui.pipeline.problems import Problems, quote, unquoted
from seeknal_tui.pipeline.reading import Mapping, Node, Scalar, Sequence, Unquoted

NAME_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.")
NAME_LENGTH = 128

JsonSchema = dict[str, Any]
"""A JSON Schema (draft 2020-12) as data."""


class ValueType(Protocol):
    """What a key takes."""

    expected: str
    """What a value must be, as a message says it."""

    def read(self, node: Node, what: str, problems: Problems) -> object:
        """The value, or None after telling *problems* why it is none; *what* is what a message calls it."""

    def json_schema(self) -> JsonSchema:
        """What a value must be, for editors."""


def describe(node: Node) -> str:
    """What stands in the file, for a message that expected something else."""
    if not isinstance(node, Scalar):
        return "a list" if isinstance(node, Sequence) else "a mapping"
    text = quote(node.text)
    match node.value:
        case None:
            found = "nothing"
        case bool():
            found = f"{text}, which YAML takes for {'true' if node.value else 'false'}"
        case int() | float():
            found = f"the number {unquoted(node.text)}"
        case Unquoted(what=what):
            found = f"{what} {unquoted(node.text)}"
        case _:
            found = f"the text {text}" if node.text else "an empty text"
    return found


def refuse(node: Node, what: str, expected: str, problems: Problems, advice: str = "") -> None:
    """Tell that *node* is not what was expected of *what*."""
    problems.error(node, f"{what} must be {expected}, found {describe(node)}{advice}")


def whole_number(node: Node) -> int | None:
    """The value of a whole number; truth values are none."""
    if isinstance(node, Scalar) and isinstance(node.value, int) and not isinstance(node.value, bool):
        return node.value
    return None


class Text:
    """Any text that a file name, an argument or a screen can take."""

    def __init__(self, expected: str = "text", *, may_be_empty: bool = False) -> None:
        self.expected, self.may_be_empty = expected, may_be_empty

    def read(self, node: Node, what: str, problems: Problems) -> str | None:
        """The text."""
        if not isinstance(node, Scalar) or not isinstance(node.value, str):
            needs_quotes = isinstance(node, Scalar) and node.value is not None
            refuse(node, what, self.expected, problems, ": put it in quotes" if needs_quotes else "")
            return None
        if "\0" in node.value:
            problems.error(node, f"{what} has a NUL character, which no program can take: remove it")
            return None
        if not self.may_be_empty and not node.value.strip():
            problems.error(node, f"{what} must be {self.expected}, found an empty text: fill it in or remove the key")
            return None
        return node.value

    def json_schema(self) -> JsonSchema:
        """Text, with a character that is no space unless it may be empty."""
        return {"type": "string"} if self.may_be_empty else {"type": "string", "pattern": r"\S"}


class WrittenText:
    """Text, or a number or truth value, which is taken as it is written."""

    expected = "text, a number or true or false"

    def read(self, node: Node, what: str, problems: Problems) -> str | None:
        """The text as the file has it."""
        if isinstance(node, Scalar) and isinstance(node.value, str | int | float | Unquoted) and "\0" not in node.text:
            return node.text
        advice = ': write "" for an empty text' if isinstance(node, Scalar) and node.value is None else ""
        refuse(node, what, self.expected, problems, advice)
        return None

    def json_schema(self) -> JsonSchema:
        """Any single value."""
        return {"type": ["string", "number", "boolean"]}


class Name:
    """A name of letters, digits, ``_``, ``-`` and ``.``."""

    expected = "made of letters, digits, _ - and ."

    def __init__(self, *, may_be_dots: bool = True) -> None:
        self.may_be_dots = may_be_dots
        """Whether ``.`` and ``..`` are names, as they cannot be where the name is a folder's."""

    def read(self, node: Node, what: str, problems: Problems) -> str | None:
        """The name."""
        if isinstance(node, Scalar) and isinstance(node.value, str):
            return node.value if self.check(node.value, node, problems) else None
        Text(self.expected).read(node, what, problems)
        return None

    def json_schema(self) -> JsonSchema:
        """The characters of a name."""
        not_dots = "" if self.may_be_dots else r"(?!\.+$)"
        return {"type": "string", "pattern": f"^{not_dots}[A-Za-z0-9_.-]{{1,{NAME_LENGTH}}}$"}

    def check(self, name: str, at: Node, problems: Problems) -> bool:
        """Whether *name* is one; tells why not."""
        if NAME_CHARACTERS.issuperset(name) and 0 < len(name) <= NAME_LENGTH and (self.may_be_dots or name.strip(".")):
            return True
        if len(name) > NAME_LENGTH:
            message = f"{quote(name)} has {len(name):,} characters, and a name at most {NAME_LENGTH}"
        else:
            message = f"{quote(name)} is no name: use letters (a to z), digits, _ - and . only, at least one"
        problems.error(at, message)
        return False


class WholeNumber:
    """A whole number from *minimum* on."""

    def __init__(self, minimum: int = 0) -> None:
        self.minimum = minimum
        self.expected = f"a whole number from {minimum}"

    def read(self, node: Node, what: str, problems: Problems) -> int | None:
        """The number."""
        number = whole_number(node)
        if number is not None and number >= self.minimum:
            return number
        refuse(node, what, self.expected, problems)
        return None

    def json_schema(self) -> JsonSchema:
        """The number."""
        return {"type": "integer", "minimum": self.minimum}


class WholeNumberOrAuto:
    """A whole number from 1 on, or ``auto``, which is read as 0."""

    expected = "a whole number from 1, or auto"

    def read(self, node: Node, what: str, problems: Problems) -> int | None:
        """The number; 0 for ``auto``."""
        if isinstance(node, Scalar) and node.value == "auto":
            return 0
        number = whole_number(node)
        if number is not None and number >= 1:
            return number
        refuse(node, what, self.expected, problems)
        return None

    def json_schema(self) -> JsonSchema:
        """The number, or the word."""
        return {"anyOf": [{"type": "integer", "minimum": 1}, {"const": "auto"}]}


class Duration:
    """A time span; read as seconds."""

    def __init__(self, *, may_be_zero: bool = True) -> None:
        self.may_be_zero = may_be_zero
        longer = "" if may_be_zero else " longer than zero"
        self.expected = f"a duration{longer}, such as 500ms, 1.5s, 5m, 1h30m or seconds"

    def read(self, node: Node, what: str, problems: Problems) -> float | None:
        """The seconds."""
        try:
            seconds = parse_duration(node.value if isinstance(node, Scalar) else None)
            if seconds > 0 or self.may_be_zero:
                return seconds
        except (ValueError, OverflowError):
            pass
        refuse(node, what, self.expected, problems)
        return None

    def json_schema(self) -> JsonSchema:
        """A number of seconds, or numbers with units."""
        number = {"type": "number", "minimum": 0} if self.may_be_zero else {"type": "number", "exclusiveMinimum": 0}
        return {"anyOf": [number, {"type": "string", "pattern": f"^({DURATION_PATTERN})$"}]}


class OneOf:
    """One of a few words."""

    def __init__(self, words: tuple[str, ...]) -> None:
        self.words = words
        self.expected = f"{', '.join(words[:-1])} or {words[-1]}"

    def read(self, node: Node, what: str, problems: Problems) -> str | None:
        """The word."""
        if isinstance(node, Scalar) and node.value in self.words:
            return node.text
        misspelt = (node.value, self.words) if isinstance(node, Scalar) and isinstance(node.value, str) else None
        problems.error(node, f"{what} must be {self.expected}, found {describe(node)}", misspelt=misspelt)
        return None

    def json_schema(self) -> JsonSchema:
        """The words."""
        return {"enum": list(self.words)}


class ListOf:
    """A list; an entry that is wrong is left out. Nothing is an empty list."""

    def __init__(self, item: ValueType, what: str) -> None:
        self.item = item
        self.expected = f"a list of {what}"

    def read(self, node: Node, what: str, problems: Problems) -> list[tuple[object, Node]] | None:
        """Each value with its node."""
        if isinstance(node, Scalar) and node.value is None:
            return []
        if not isinstance(node, Sequence):
            advice = f": write [{unquoted(node.text)}]" if isinstance(node, Scalar) else ""
            refuse(node, what, self.expected, problems, advice)
            return None
        values = [(self.item.read(item, f"each entry of {what}", problems), item) for item in node.items]
        return [(value, item) for value, item in values if value is not None]

    def json_schema(self) -> JsonSchema:
        """The list, or nothing."""
        return {"type": ["array", "null"], "items": self.item.json_schema()}


class MappingOf:
    """Names and values of one type. Nothing is an empty mapping."""

    def __init__(self, value: ValueType, name: Name | None, what: str) -> None:
        self.value, self.name = value, name
        self.expected = f"a mapping of {what}"

    def read(self, node: Node, what: str, problems: Problems) -> dict[str, object] | None:
        """The values by their names."""
        if isinstance(node, Scalar) and node.value is None:
            return {}
        if not isinstance(node, Mapping):
            refuse(node, what, self.expected, problems)
            return None
        values: dict[str, object] = {}
        for name, (key, entry) in node.entries.items():
            fits = self.name.check(name, key, problems) if self.name else _is_variable(name, key, problems)
            value = self.value.read(entry, f"{unquoted(name)} in {what}", problems)
            if fits and value is not None:
                values[name] = value
        return values

    def json_schema(self) -> JsonSchema:
        """The mapping, or nothing."""
        names = self.name.json_schema() if self.name else {"pattern": "^[^=]+$"}
        return {
            "type": ["object", "null"],
            "propertyNames": names,
            "additionalProperties": self.value.json_schema(),
        }


def _is_variable(name: str, at: Node, problems: Problems) -> bool:
    if name and "=" not in name and "\0" not in name:
        return True
    problems.error(
        at, f"{quote(name)} cannot be the name of an environment variable: it needs a character, and no = or NUL"
    )
    return False


class PoolUse:
    """The name of a pool, of which one slot is taken, or names with numbers of slots."""

    expected = "the name of a pool, or a mapping of names to slots such as {warehouse: 2}"

    def read(self, node: Node, what: str, problems: Problems) -> dict[str, tuple[int, Node]] | None:
        """Slots by name of pool, each with the node that names it."""
        if isinstance(node, Scalar) and isinstance(node.value, str):
            return {node.value: (1, node)}
        if not isinstance(node, Mapping):
            refuse(node, what, self.expected, problems)
            return None
        slots = {
            name: (WholeNumber(1).read(value, f"{unquoted(name)} in {what}", problems), key)
            for name, (key, value) in node.entries.items()
        }
        return {name: (count, key) for name, (count, key) in slots.items() if count is not None}

    def json_schema(self) -> JsonSchema:
        """The name, or the mapping."""
        return {
            "anyOf": [
                {"type": "string"},
                {"type": "object", "additionalProperties": WholeNumber(1).json_schema()},
            ]
        }


class Command:
    """A command line for the shell, or a list of arguments."""

    expected = "a command line, or a list of arguments"

    def read(self, node: Node, what: str, problems: Problems) -> str | tuple[str, ...] | None:
        """The text, or the arguments."""
        if not isinstance(node, Sequence):
            return Text(self.expected).read(node, what, problems)
        arguments = [WrittenText().read(item, f"each entry of {what}", problems) for item in node.items]
        if not arguments or arguments[0] == "":
            problems.error(node, "the list names no program: its first entry is the program, the others its arguments")
            return None
        return None if None in arguments else tuple(argument for argument in arguments if argument is not None)

    def json_schema(self) -> JsonSchema:
        """The text, or the list with the program first."""
        program = {"type": "array", "minItems": 1, "items": WrittenText().json_schema()}
        return {"anyOf": [Text().json_schema(), program]}


class PythonTarget:
    """``package.module:function``; the parts are read, nothing is imported."""

    expected = "package.module:function"

    def read(self, node: Node, what: str, problems: Problems) -> tuple[str, str] | None:
        """Module and function."""
        text = Text(self.expected).read(node, what, problems)
        if text is None:
            return None
        module, _, function = text.partition(":")
        if all(part.isidentifier() and not keyword.iskeyword(part) for part in (*module.split("."), function)):
            return module, function
        problems.error(
            node, f"{what} must be {self.expected} (names with dots, one colon, nothing else), found {describe(node)}"
        )
        return None

    def json_schema(self) -> JsonSchema:
        """Names with dots, a colon, a name."""
        return {"type": "string", "pattern": r"^[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*$"}
