"""How much of the past is kept: ``history: {keep_runs: 1000, keep_size: 1GB}`` in the user's config file."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass

from seeknal_tui.config_path import config_path
from seeknal_tui.pipeline import value_types as types
from seeknal_tui.pipeline.files import read_text
from seeknal_tui.pipeline.json_schema import section_schema
from seeknal_tui.pipeline.problems import Problems, UnreadableError
from seeknal_tui.pipeline.reading import Mapping, Node, Scalar, read_tree
from seeknal_tui.pipeline.schema import Key, Section, read_section

UNITS = {"": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}
SIZE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(|KB|MB|GB|TB)\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Limits:
    """The older runs beyond these are removed, with their logs."""

    keep_runs: int = 1000
    keep_size: int = 10**9
    """Bytes of all runs and their logs."""


class Size:
    """A number of bytes."""

    expected = "a size, such as 500MB, 1.5GB or a number of bytes"

    def read(self, node: Node, what: str, problems: Problems) -> int | None:
        """The bytes."""
        text = node.text if isinstance(node, Scalar) and node.value is not None else ""
        read = SIZE.fullmatch(text)
        if read is None:
            types.refuse(node, what, self.expected, problems)
            return None
        return int(float(read[1]) * UNITS[read[2].upper()])

    def json_schema(self) -> types.JsonSchema:
        """A number, or one with a unit."""
        pattern = r"^\s*\d+(\.\d+)?\s*(KB|MB|GB|TB|kb|mb|gb|tb)?\s*$"
        return {"anyOf": [{"type": "integer", "minimum": 0}, {"type": "string", "pattern": pattern}]}


class LimitsType:
    """The limits, as a value of the config file."""

    expected = "a mapping, as in {keep_runs: 1000, keep_size: 1GB}"

    def read(self, node: Node, what: str, problems: Problems) -> Limits | None:
        """The limits; what is wrong is told, and its default taken."""
        if isinstance(node, Scalar) and node.value is None:
            return Limits()
        if not isinstance(node, Mapping):
            types.refuse(node, what, self.expected, problems)
            return None
        return Limits(**read_section(node, SECTION, problems))

    def json_schema(self) -> types.JsonSchema:
        """The mapping."""
        return {**section_schema(SECTION), "type": ["object", "null"]}


SECTION = Section.of(
    "history",
    Key("keep_runs", types.WholeNumber(1), "how many runs are kept; 1000 without it"),
    Key("keep_size", Size(), "how large all runs with their logs may be; 1GB without it"),
)
LIMITS = LimitsType()


def load_limits() -> tuple[Limits, str]:
    """What the user's config file says of the history, and what is wrong with that: empty if nothing is."""
    path = config_path()
    if not os.path.lexists(path):
        return Limits(), ""
    problems = Problems(str(path))
    limits = None
    try:
        root = read_tree(read_text(path), problems)
        if isinstance(root, Mapping) and "history" in root.entries:
            limits = LIMITS.read(root.entries["history"][1], "history", problems)
    except UnreadableError as error:
        problems.error(error, error.message)
    return limits or Limits(), str(problems.sorted()[0]) if problems.has_errors else ""
