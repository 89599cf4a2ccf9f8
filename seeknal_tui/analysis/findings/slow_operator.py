"""Where the time of a query went: the operator of DuckDB's plan that took most of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from seeknal_tui.analysis.findings.case import Case
from seeknal_tui.analysis.findings.finding import Finding, FindingKind
from seeknal_tui.pipeline.durations import format_duration
from seeknal_tui.run.actions.query_profile import OperatorNode, QueryProfile

LEAST_S = 0.2
"""Of all threads together."""
LARGE, HUGE = 0.4, 0.75
"""Shares of the query's time: a large one tells something where the rows are strange, a huge one anyway."""
TIMES_OFF = 10.0
"""So many times more rows than were expected, or than came in, are strange."""
PLAIN = ("SCAN", "READ_", "COPY", "COLLECTOR", "INSERT", "CREATE")
"""Reading and writing: that is what a query is for."""
JOINS = ("JOIN", "PRODUCT")
MOST_TRIED = 20
MOST_CHARACTERS = 60


def slow_operators(case: Case) -> Iterator[Finding]:
    """One for each query of which one operator took most of the time."""
    profiles = sorted(case.profiles.items(), key=lambda item: -item[1].seconds)
    for number, profile in profiles[:MOST_TRIED]:
        slow = _slowest(profile)
        if number not in case.spans or slow is None:
            continue
        share = slow.seconds / max(profile.cpu_s, 1e-6)
        scenario = case.run.with_duration(number, case.duration(number) * (1 - share / 2))
        saves_s = case.saving(scenario)
        if saves_s >= case.least_s:
            yield Finding(
                FindingKind.SLOW_OPERATOR,
                (number,),
                _evidence(case.name(number), slow, share),
                _advice(case.name(number), slow.node),
                saves_s,
                scenario,
                f"if that {'took half as long' if slow.with_above else 'operator were twice as fast'}",
            )


class _Slow(NamedTuple):
    """An operator, and the time that went into it."""

    node: OperatorNode
    seconds: float
    with_above: bool = False
    """Whether the time is also that of the operators that had to go through all its rows."""


def _slowest(profile: QueryProfile) -> _Slow | None:
    least_s = max(LEAST_S, LARGE * profile.cpu_s)
    alone = max((_Slow(node, node.seconds) for _, node in profile.root.walk()), key=lambda slow: slow.seconds)
    if not _is_plain(alone.node) and alone.seconds >= least_s:
        is_strange = _is_misjudged(alone.node) or _blows_up(alone.node)
        if is_strange or alone.seconds >= HUGE * profile.cpu_s:
            return alone
    with_above = max(_blown_up(profile.root, ()), key=lambda slow: slow.seconds, default=None)
    return with_above if with_above is not None and with_above.seconds >= least_s else None


def _blown_up(node: OperatorNode, above: tuple[OperatorNode, ...]) -> Iterator[_Slow]:
    """Those that give far more rows than they get, each with the time of what stands above and gets nearly as many."""
    if _blows_up(node) and not _is_plain(node):
        seconds, rows = node.seconds, node.rows
        for operator in above:
            if rows * TIMES_OFF < node.rows:
                break
            seconds, rows = seconds + operator.seconds, operator.rows
        yield _Slow(node, seconds, with_above=True)
    for child in node.children:
        yield from _blown_up(child, (node, *above))


def _is_plain(node: OperatorNode) -> bool:
    return any(sign in node.name.upper() for sign in PLAIN)


def _is_misjudged(node: OperatorNode) -> bool:
    return node.estimated_rows is not None and node.rows > TIMES_OFF * max(1, node.estimated_rows)


def _blows_up(node: OperatorNode) -> bool:
    """Whether far more rows came out than went in."""
    return bool(node.children) and node.rows > TIMES_OFF * max(1, *(child.rows for child in node.children))


def _evidence(name: str, slow: _Slow, share: float) -> str:
    node = slow.node
    details = next((value for key, value in node.details if key in DETAILS), "")
    on = f" on {details[:MOST_CHARACTERS]}" if details else ""
    rows = f"it gave {node.rows:,} rows"
    if node.estimated_rows is not None:
        rows = f"DuckDB expected {node.estimated_rows:,} rows of it and met {node.rows:,}"
    into = ""
    if node.children:
        into = f"; {' and '.join(f'{child.rows:,}' for child in node.children[:2])} rows went in"
    above = " and those that had to go through all its rows" if slow.with_above else ""
    return (
        f"{share:.0%} of the time of {name} ({format_duration(slow.seconds)} of all threads) went into the operator "
        f"{node.name}{on}{above}: {rows}{into}."
    )


DETAILS = ("Conditions", "Condition", "Order By", "Groups", "Projections", "Expression", "Filters")


def _advice(name: str, node: OperatorNode) -> str:
    if any(sign in node.name for sign in JOINS):
        if _blows_up(node):
            return f"join in {name} on equal keys that are unique on one side, or filter and aggregate before the join"
        return f"filter and aggregate in {name} before this join"
    if "WINDOW" in node.name:
        return f"let the window of {name} see fewer rows: filter before it, or partition it more finely"
    if "ORDER" in node.name:
        return f"leave the ORDER BY in {name} out, or sort fewer rows and columns"
    if "GROUP" in node.name:
        return f"filter in {name} before grouping, or group by fewer and shorter keys"
    return f"let fewer rows reach this operator of {name}"
