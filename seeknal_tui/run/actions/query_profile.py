"""What a query did: DuckDB's profile of it, written beside the log of its task and read for the screen.

The file holds the profile as DuckDB gives it. Reading one needs no DuckDB.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class OperatorNode:
    """An operator of the query's plan, with those that it gets its rows from."""

    name: str
    """As DuckDB writes it: ``HASH_JOIN``, ``READ_PARQUET``."""
    seconds: float
    """The time that all threads together spent in it, without its children."""
    rows: int
    """The rows that came out of it."""
    estimated_rows: int | None
    """The rows that the optimizer expected."""
    details: tuple[tuple[str, str], ...]
    """What it works on: ``("Conditions", "customer_id = customer_id")``."""
    children: tuple[OperatorNode, ...]

    def walk(self, depth: int = 0) -> Iterator[tuple[int, OperatorNode]]:
        """This operator and all below it, top down, each with its depth."""
        yield depth, self
        for child in self.children:
            yield from child.walk(depth + 1)


@dataclass(frozen=True, slots=True)
class QueryProfile:
    """A query's plan with what it cost."""

    root: OperatorNode
    seconds: float
    """From its start to its end."""
    cpu_s: float
    """The time that all threads together spent in its operators."""
    read_bytes: int
    written_bytes: int
    peak_bytes: int
    """The most memory that DuckDB's buffers held."""


def parse_profile(text: str) -> QueryProfile | None:
    """The profile that DuckDB gives as JSON; None if it has no plan."""
    with suppress(ValueError, TypeError, AttributeError, LookupError, RecursionError):
        profile = json.loads(text)
        (root,) = profile["operator"]
        while root["type"] == "RESULT_COLLECTOR":
            (root,) = root["children"]
        query, io = profile["query"], profile["io"]
        return QueryProfile(
            root=_operator(root),
            seconds=float(query["total_time"]),
            cpu_s=float(query["cpu_time"]),
            read_bytes=int(io["total_bytes_read"]),
            written_bytes=int(io["total_bytes_written"]),
            peak_bytes=int(profile["system"]["peak_buffer_memory"]),
        )
    return None


def _operator(node: dict[str, Any]) -> OperatorNode:
    extra = dict(node.get("extra_info", {}))
    estimated = extra.pop("Estimated Cardinality", None)
    function = extra.pop("Function", None)
    return OperatorNode(
        name=str(function if node["type"] == "TABLE_SCAN" and function else node["type"]),
        seconds=float(node["timing"]),
        rows=int(node["intermediate_rows"]),
        estimated_rows=int(estimated) if estimated is not None else None,
        details=tuple((key, _text(value)) for key, value in extra.items()),
        children=tuple(_operator(child) for child in node.get("children", ())),
    )


def _text(value: object) -> str:
    return ", ".join(str(part) for part in value) if isinstance(value, list) else str(value)


def read_profile(path: Path) -> QueryProfile | None:
    """The profile that a run kept; None if there is none that can be read."""
    try:
        return parse_profile(path.read_text(encoding="utf-8", errors="replace"))
    except OSError:
        return None


def write_profile(path: Path, text: str) -> None:
    """Keep a profile. One that cannot be written is given up: the task is worth more than its profile."""
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", errors="replace")
