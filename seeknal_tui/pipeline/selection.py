"""Choosing tasks by an expression, as dbt writes it.

A *part* is a name, a name with ``*``, ``?`` or ``[…]``, or ``tag:…``, ``kind:…``, ``status:…``. ``+`` before it adds
all that lies upstream, ``+`` after it all downstream; a number at the ``+`` says how many edges away. A comma is *and*,
a space is *or*, and the comma binds tighter: ``tag:daily,kind:source sales+`` is the daily sources, or sales with all
that follows from it. ``2+1`` is the task 1 with two levels upstream.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from fnmatch import translate

from seeknal_tui.pipeline.model import Kind, Pipeline
from seeknal_tui.pipeline.problems import listed, nearest_name, quote
from seeknal_tui.safe_text import one_line

PART = re.compile(r"(?:(?P<up>[0-9]*)\+)?(?P<what>[^+]+)(?:\+(?P<down>[0-9]*))?")
COMMA = re.compile(r"\s*,\s*")
METHODS = ("name", "tag", "kind", "status")
EXPRESSION_SIGNS = frozenset(":+*?[,")
"""A filter with one of these is a selection expression; any other is a part of names."""
EXAMPLES = "write a name, clean_*, tag:x, kind:source, status:failed, +name, name+ or 2+name+1"


class SelectionError(ValueError):
    """The expression cannot be read, or a part of it matches no task; the message says what would be right."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def select(pipeline: Pipeline, expression: str, statuses: Mapping[str, str] | None = None) -> set[int]:
    """The numbers of the chosen tasks. *statuses* is each task's status by name, which ``status:`` needs.

    Raises SelectionError.
    """
    alternatives = COMMA.sub(",", expression.strip()).split()
    if not alternatives:
        raise SelectionError(f"the selection is empty: {EXAMPLES}")
    chosen: set[int] = set()
    for alternative in alternatives:
        parts = [_select_part(pipeline, part, statuses) for part in alternative.split(",")]
        chosen |= set.intersection(*parts)
    return chosen


def _select_part(pipeline: Pipeline, part: str, statuses: Mapping[str, str] | None) -> set[int]:
    read = PART.fullmatch(part)
    if read is None:
        found = (
            f"cannot read {quote(part)} in the selection"
            if part
            else "the selection has a comma with nothing beside it"
        )
        raise SelectionError(f"{found}: {EXAMPLES}")
    matches = _match(pipeline, read["what"], statuses)
    chosen = set(matches)
    if read["up"] is not None:
        chosen |= pipeline.closure(matches, downstream=False, depth=_depth(read["up"]))
    if read["down"] is not None:
        chosen |= pipeline.closure(matches, downstream=True, depth=_depth(read["down"]))
    return chosen


def _depth(digits: str) -> int | None:
    return int(digits[-9:]) if digits else None


def _match(pipeline: Pipeline, what: str, statuses: Mapping[str, str] | None) -> set[int]:
    method, colon, pattern = what.partition(":")
    if not colon:
        method, pattern = "name", what
    if method not in METHODS:
        raise SelectionError(f"there is no selection by {quote(method)}{_hint(method, METHODS)}")
    if not pattern:
        raise SelectionError(f"{method}: in the selection needs a value, such as {method}:{_example(method)}")
    if method == "name":
        number = pipeline.numbers.get(pattern)
        if number is not None:
            return {number}
    if method == "status" and statuses is None:
        raise SelectionError(
            "status: selects by what a run left behind, and there is no run yet: run the pipeline first"
        )
    values = _values(pipeline, method, statuses or {})
    fits = re.compile(translate(pattern)).match
    found = {number for number, own in enumerate(values) if any(fits(value) for value in own)}
    if not found:
        raise SelectionError(_nothing(method, pattern, values))
    return found


def _values(pipeline: Pipeline, method: str, statuses: Mapping[str, str]) -> list[tuple[str, ...]]:
    """What each task has of that which the method compares."""
    match method:
        case "name":
            return [(task.name,) for task in pipeline.tasks]
        case "tag":
            return [task.tags for task in pipeline.tasks]
        case "kind":
            return [(task.kind.value,) for task in pipeline.tasks]
        case _:
            return [(str(statuses.get(task.name, "")),) for task in pipeline.tasks]


def _nothing(method: str, pattern: str, values: list[tuple[str, ...]]) -> str:
    existing = list(dict.fromkeys(value for own in values for value in own if value))
    shown = quote(pattern)
    match method:
        case "name" if any(character in pattern for character in "*?["):
            return f"no task's name matches {shown}: check the pattern"
        case "name":
            return f"there is no task {shown}{_hint(pattern, existing)}"
        case "tag":
            return f"no task has the tag {shown}{_hint(pattern, existing) if existing else ': no task has any tag'}"
        case "kind":
            return f"no task is of the kind {shown}{_hint(pattern, existing, tuple(Kind))}"
        case _:
            return f"no task has the status {shown}{_hint(pattern, existing)}"


def _hint(wrong: str, names: Collection[str], others: Collection[str] = ()) -> str:
    near = nearest_name(wrong, [*names, *(other for other in others if other != wrong)])
    return f": did you mean {one_line(near)}?" if near else f": there is {listed(names)}"


def _example(method: str) -> str:
    return {"name": "sales", "tag": "daily", "kind": "source", "status": "failed"}[method]


def filtered(pipeline: Pipeline, text: str, statuses: Mapping[str, str]) -> frozenset[int]:
    """The tasks that a filter lets through: those of a selection expression, or whose names have one of its words.

    Raises SelectionError for what looks like an expression and is none.
    """
    if not EXPRESSION_SIGNS.isdisjoint(text):
        return frozenset(select(pipeline, text, statuses))
    fragments = text.lower().split()
    return frozenset(
        number for number, task in enumerate(pipeline.tasks) if any(part in task.name.lower() for part in fragments)
    )
