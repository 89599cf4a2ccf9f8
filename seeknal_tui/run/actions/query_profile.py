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

PACKED_PER_S = 1e9
"""Bytes that a core packs or unpacks in a second, at most. Sorts, joins, groups and windows that had enough memory
were sooner by that, and up to three times as much, where they had spilled."""


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
    spilled_bytes: int = 0
    """What it put on disk because it did not fit into memory."""
    spill_s: float = 0.0
    """How many seconds of the query went into writing that and reading it again, at least."""


def parse_profile(text: str) -> QueryProfile | None:
    """The profile that DuckDB gives as JSON; None if it has no plan."""
    with suppress(ValueError, TypeError, AttributeError, LookupError, RecursionError):
        profile = json.loads(text)
        (root,) = profile["operator"]
        while root["type"] == "RESULT_COLLECTOR":
            (root,) = root["children"]
        query, io, system = profile["query"], profile["io"], profile["system"]
        return QueryProfile(
            root=_operator(root),
            seconds=float(query["total_time"]),
            cpu_s=float(query["cpu_time"]),
            read_bytes=int(io["total_bytes_read"]),
            written_bytes=int(io["total_bytes_written"]),
            peak_bytes=int(system["peak_buffer_memory"]),
            spilled_bytes=int(system.get("total_bytes_spilled", 0)),
            spill_s=_spill_s(query, io, system),
        )
    return None


def _spill_s(query: dict[str, Any], io: dict[str, Any], system: dict[str, Any]) -> float:
    """What was spilled is written once and read once, and the processor has to pack it and unpack it.

    Its share of all bytes is its share of the time for them. Times are those of all threads together; the query was
    shorter than that by as many times as it used cores.
    """
    moved = 2.0 * float(system.get("total_bytes_spilled", 0))
    if not moved:
        return 0.0
    share = min(1.0, moved / (io["total_bytes_read"] + io["total_bytes_written"]))
    io_s: float = share * (float(io.get("total_read_time", 0)) + float(io.get("total_write_time", 0)))
    cores = max(1.0, float(query["cpu_time"]) / max(1e-6, float(query["total_time"])))
    return min((io_s + moved / PACKED_PER_S) / cores, float(query["total_time"]))


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
