"""A YAML file as a light tree in which everything knows its line and column.

libyaml's events are read directly: PyYAML's own composer and constructor cost three times as much and lose the places.
What a plain scalar means is left to PyYAML's resolver and constructor, so that it means what PyYAML's safe loader
says. Nothing but plain values is ever built, whatever a tag asks for, and everything that can grow has a bound.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml
from yaml.reader import ReaderError

from seeknal_tui.pipeline.problems import Problems, UnreadableError, quote
from seeknal_tui.safe_text import one_line

MAX_DEPTH = 50
TOO_DEEP = f"nested deeper than {MAX_DEPTH} levels: a pipeline needs five"
MAX_NODES = 500_000
MAX_ITEMS = 100_000
MAX_KEYS = 10_000
MAX_REPEATED = 100
MAX_PLAIN = 200
"""Plain scalars longer than that are text: no number or date that a pipeline can use is so long."""

YAML_TAG = "tag:yaml.org,2002:"
TEXT_TAG, DATE_TAG, MERGE_TAG = f"{YAML_TAG}str", f"{YAML_TAG}timestamp", f"{YAML_TAG}merge"
SCALAR_TAGS = {f"{YAML_TAG}{name}" for name in ("str", "int", "float", "bool", "null")}
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Unquoted:
    """A plain scalar that YAML takes for something that no key of a pipeline can be, such as a date."""

    what: str


@dataclass(slots=True, eq=False)
class Scalar:
    """One value; *text* is what the file has, *value* what it means."""

    value: str | int | float | bool | Unquoted | None
    text: str
    line: int
    column: int
    style: str | None = None
    """``|``, ``>``, a quote, or None for a plain scalar."""
    end_line: int = 0


@dataclass(slots=True, eq=False)
class Sequence:
    """A list."""

    items: list[Node]
    line: int
    column: int


@dataclass(slots=True, eq=False)
class Mapping:
    """Keys, as the file writes them, and values; what ``<<`` merges is in it."""

    entries: dict[str, tuple[Scalar, Node]]
    line: int
    column: int


Node = Scalar | Sequence | Mapping


def read_tree(text: str, problems: Problems) -> Node | None:
    """The one document in *text*; None if it is empty.

    Tells *problems* what is wrong and goes on where it can; raises UnreadableError where it cannot.
    """
    builder = _Builder(problems)
    try:
        for event in yaml.parse(text, Loader=LOADER):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        raise _syntax_error(error) from None
    except ReaderError as error:
        raise UnreadableError(f"this is not YAML: {error.reason}") from None
    return builder.root


def top_level_lists(text: str) -> Iterator[str]:
    """The keys at the top whose value is a list, as far as *text* can be read."""
    depth, key = 0, ""
    try:
        for event in yaml.parse(text, Loader=LOADER):
            if depth == 1 and not isinstance(event, yaml.CollectionEndEvent):
                if key:
                    if isinstance(event, yaml.SequenceStartEvent):
                        yield key
                    key = ""
                elif isinstance(event, yaml.ScalarEvent):
                    key = event.value
                else:
                    return
            if isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
                depth += 1
                if depth > MAX_DEPTH or (depth == 1 and isinstance(event, yaml.SequenceStartEvent)):
                    return
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
    except yaml.YAMLError:
        return


ADVICE = {
    "tab character": "indent with spaces, never with tabs",
    "cannot start any token": "indent with spaces, never with tabs, and put text that begins with @ or ` in quotes",
    "mapping values are not allowed": "check the indentation, and put text that has a colon and a space in quotes",
    "could not find expected ':'": "every line of a mapping needs a key, a colon and a space",
    "expected <block end>": "check the indentation: what belongs together begins in the same column",
    "did not find expected key": "check the indentation: what belongs together begins in the same column",
    "did not find expected '-' indicator": "check the indentation: the entries of a list begin in the same column",
    "unexpected end of stream": "a quote or a bracket is not closed",
    "did not find expected ',' or": "a bracket is not closed, or a comma is missing",
}


def _syntax_error(error: yaml.MarkedYAMLError) -> UnreadableError:
    mark = error.problem_mark or error.context_mark
    problem = one_line(error.problem or error.context or "it cannot be read")
    if "nesting depth" in problem:  # libyaml's own bound: its newer releases reach it before they give the first event
        return UnreadableError(TOO_DEEP, *_place(mark))
    since = error.context_mark
    if error.context and since and mark and since.line != mark.line:
        problem += f" {one_line(error.context)} that begins in line {since.line + 1}"
    advice = next((text for part, text in ADVICE.items() if part in problem), "check the indentation and the quotes")
    return UnreadableError(f"this is not YAML: {problem}: {advice}", *_place(mark))


def _place(mark: Any) -> tuple[int, int]:
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


class _Scalars(yaml.constructor.SafeConstructor, yaml.resolver.Resolver):
    """PyYAML's own meaning of scalars, without its loader."""

    def __init__(self) -> None:
        yaml.constructor.SafeConstructor.__init__(self)
        yaml.resolver.Resolver.__init__(self)
        self._build = {
            f"{YAML_TAG}int": self.construct_yaml_int,
            f"{YAML_TAG}float": self.construct_yaml_float,
            f"{YAML_TAG}bool": self.construct_yaml_bool,
            f"{YAML_TAG}null": self.construct_yaml_null,
        }
        self._known: dict[str, tuple[str, str | int | float | bool | Unquoted | None]] = {}

    def plain(self, text: str) -> tuple[str, str | int | float | bool | Unquoted | None]:
        """Tag and value of a plain scalar."""
        known = self._known.get(text)
        if known is None:
            if len(text) > MAX_PLAIN:
                return TEXT_TAG, text
            tag = self.resolve(yaml.ScalarNode, text, (True, False))  # type: ignore[no-untyped-call]
            try:
                known = tag, self.tagged(tag, text)
            except ValueError:  # PyYAML takes 0x_ for a number, and then fails
                known = TEXT_TAG, text
            self._known[text] = known
        return known

    def tagged(self, tag: str, text: str) -> str | int | float | bool | Unquoted | None:
        """The value of a scalar of that tag; raises ValueError if *text* has no such value."""
        build = self._build.get(tag)
        if build is None:
            return Unquoted("the date") if tag == DATE_TAG else text
        if len(text) > MAX_PLAIN:
            raise ValueError("too long")
        try:
            value: str | int | float | bool | None = build(yaml.ScalarNode(tag, text))
        except (LookupError, OverflowError) as error:
            raise ValueError("no such value") from error
        return value


class _Builder:
    """Takes libyaml's events one after the other and builds the tree."""

    def __init__(self, problems: Problems) -> None:
        self.root: Node | None = None
        self._problems = problems
        self._scalars = _Scalars()
        self._open: list[_Collection] = []
        self._anchors: dict[str, tuple[Node, int]] = {}
        self._nodes = 0
        self._documents = 0
        self._take = {
            yaml.ScalarEvent: self._scalar,
            yaml.MappingStartEvent: self._start,
            yaml.SequenceStartEvent: self._start,
            yaml.MappingEndEvent: self._end,
            yaml.SequenceEndEvent: self._end,
            yaml.AliasEvent: self._alias,
            yaml.DocumentStartEvent: self._document,
        }

    def take(self, event: Any) -> None:
        take = self._take.get(type(event))
        if take:
            take(event)

    def _document(self, event: Any) -> None:
        self._documents += 1
        if self._documents > 1:
            raise _unreadable(event, "a second document begins here: a pipeline file has one; remove the line ---")

    def _scalar(self, event: Any) -> None:
        text, tag, mark = event.value, event.tag, event.start_mark
        if tag is None and event.implicit[0]:
            tag, value = self._scalars.plain(text)
        else:
            value = text if tag is None or tag == "!" else self._tagged(event)
        node = Scalar(value, text, mark.line + 1, mark.column + 1, event.style, event.end_mark.line + 1)
        if event.anchor is not None:
            self._anchors[event.anchor] = node, 1
        self._add(node, 1, is_merge=tag == MERGE_TAG)

    def _tagged(self, event: Any) -> str | int | float | bool | Unquoted | None:
        tag = event.tag
        if tag in SCALAR_TAGS:
            try:
                return self._scalars.tagged(tag, event.value)
            except ValueError:
                self._wrong_tag(event, f"{quote(event.value)} is no {tag.removeprefix(YAML_TAG)}: remove the tag")
        else:
            self._wrong_tag(event, f"the tag {_shown(tag)} is refused, only plain values are read: remove it")
        text: str = event.value
        return text

    def _wrong_tag(self, event: Any, message: str) -> None:
        self._problems.error(_spot(event), message, final=True)

    def _start(self, event: Any) -> None:
        if len(self._open) >= MAX_DEPTH:
            raise _unreadable(event, TOO_DEEP)
        is_list = type(event) is yaml.SequenceStartEvent
        line, column = event.start_mark.line + 1, event.start_mark.column + 1
        if event.tag not in (None, "!", f"{YAML_TAG}seq" if is_list else f"{YAML_TAG}map"):
            self._wrong_tag(event, f"the tag {_shown(event.tag)} is refused, only plain values are read: remove it")
        node: Sequence | Mapping = Sequence([], line, column) if is_list else Mapping({}, line, column)
        self._open.append(_Collection(node, event.anchor, self._nodes))
        if event.anchor is not None:
            self._anchors.pop(event.anchor, None)

    def _end(self, event: Any) -> None:
        closed = self._open.pop()
        node = closed.node
        if isinstance(node, Mapping):
            for key, value in closed.merged:
                self._merge(node, key, value)
        size = self._nodes - closed.nodes_before + 1
        if closed.anchor is not None:
            self._anchors[closed.anchor] = node, size
        self._add(node, 1)

    def _alias(self, event: Any) -> None:
        name = event.anchor
        if name not in self._anchors:
            if any(one.anchor == name for one in self._open):
                raise _unreadable(
                    event, f"the alias {quote('*' + name)} stands inside of what it repeats: write it out"
                )
            raise _unreadable(
                event, f"there is no anchor {quote('&' + name)} above this alias: define it or write it out"
            )
        node, size = self._anchors[name]
        self._add(node, size, alias=event)

    def _add(self, node: Node, size: int, *, is_merge: bool = False, alias: yaml.Event | None = None) -> None:
        self._nodes += size
        at = _spot(alias) if alias else node
        if self._nodes > MAX_NODES:
            what = "aliases repeat so much that the file has" if alias else "the file has"
            raise UnreadableError(f"{what} more than {MAX_NODES:,} values: make it smaller", at.line, at.column)
        if not self._open:
            self.root = node
            return
        into = self._open[-1]
        if isinstance(into.node, Sequence):
            into.node.items.append(node)
            if len(into.node.items) > MAX_ITEMS:
                raise UnreadableError(f"this list has more than {MAX_ITEMS:,} entries", at.line, at.column)
        elif into.key is None:
            into.key, into.key_is_merge = self._key(node, at), is_merge
        else:
            self._value(into, into.key, node)
            into.key = None

    def _key(self, node: Node, at: _Spot | Node) -> Scalar:
        if isinstance(node, Scalar):
            return node
        self._problems.error(
            at, "a key must be text, not a list or a mapping: put text that begins with [ or { in quotes"
        )
        return Scalar("", "", at.line, at.column)

    def _value(self, into: _Collection, key: Scalar, node: Node) -> None:
        assert isinstance(into.node, Mapping)
        if into.key_is_merge:
            into.merged.append((key, node))
            return
        entries = into.node.entries
        first = entries.setdefault(key.text, (key, node))
        if first[0] is not key:
            self._problems.error(
                key, f"the key {quote(key.text)} stands here twice, first in line {first[0].line}: remove one"
            )
            into.repeated += 1
            if into.repeated > MAX_REPEATED:
                raise UnreadableError(f"this mapping repeats more than {MAX_REPEATED} keys", key.line, key.column)
        if len(entries) > MAX_KEYS:
            raise UnreadableError(f"this mapping has more than {MAX_KEYS:,} keys", key.line, key.column)

    def _merge(self, node: Mapping, key: Scalar, value: Node) -> None:
        sources = value.items if isinstance(value, Sequence) else [value]
        for source in sources:
            if not isinstance(source, Mapping):
                self._problems.error(
                    key, "<< merges a mapping or a list of mappings (as in <<: *defaults), nothing else"
                )
                return
            self._nodes += len(source.entries)
            if self._nodes > MAX_NODES:
                raise UnreadableError(
                    f"<< merges more than {MAX_NODES:,} values: make it smaller", key.line, key.column
                )
            for text, entry in source.entries.items():
                node.entries.setdefault(text, entry)


@dataclass(slots=True)
class _Spot:
    line: int
    column: int


class _Collection:
    """A list or mapping whose end has not come yet."""

    __slots__ = ("anchor", "key", "key_is_merge", "merged", "node", "nodes_before", "repeated")

    def __init__(self, node: Sequence | Mapping, anchor: str | None, nodes_before: int) -> None:
        self.node, self.anchor, self.nodes_before = node, anchor, nodes_before
        self.key: Scalar | None = None
        self.key_is_merge = False
        self.merged: list[tuple[Scalar, Node]] = []
        self.repeated = 0


def _shown(tag: str) -> str:
    return quote("!!" + tag.removeprefix(YAML_TAG) if tag.startswith(YAML_TAG) else tag)


def _spot(event: Any) -> _Spot:
    return _Spot(event.start_mark.line + 1, event.start_mark.column + 1)


def _unreadable(event: Any, message: str) -> UnreadableError:
    at = _spot(event)
    return UnreadableError(message, at.line, at.column)
