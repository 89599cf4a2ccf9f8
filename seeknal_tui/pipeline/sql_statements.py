"""The tables of statements that DuckDB's parser does not hand out, read by sqlglot: CREATE, INSERT, PIVOT …"""

from __future__ import annotations

import logging
from collections.abc import Iterator

import sqlglot
from sqlglot import exp

logging.getLogger("sqlglot").setLevel(logging.CRITICAL)  # it would tell on stderr what it cannot read


def parse(sql: str) -> exp.Expr | None:
    """The tree of one statement, or None where sqlglot cannot read it."""
    try:
        # What follows the semicolon, such as a comment, is an expression of its own.
        root = sqlglot.parse(sql, dialect="duckdb")[0]
    except Exception:  # noqa: BLE001 - DuckDB took the SQL: whatever sqlglot stumbles over, it only means "not read"
        return None
    return None if root is None or root.find(exp.Command) else root


def tables(root: exp.Expr) -> Iterator[tuple[str, int]]:
    """Name and place (in characters) of each table that is read by a name without schema and is no CTE there."""
    if isinstance(root, exp.Use | exp.Drop):
        return
    target = _target(root)
    found = [
        (table.name, int(table.this.meta.get("start", 0)))
        for table in root.find_all(exp.Table)
        if table is not target and isinstance(table.this, exp.Identifier) and not table.db and not _is_cte(table)
    ]
    yield from sorted(found, key=lambda one: one[1])


def made(root: exp.Expr) -> str | None:
    """The table or view that a CREATE makes, in lower case."""
    target = _target(root)
    return None if target is None or isinstance(target.parent, exp.UserDefinedFunction) else target.name.lower()


def is_query(root: exp.Expr) -> bool:
    """Whether the statement is a query, and not one that changes or creates something."""
    return isinstance(root, exp.Query | exp.Table | exp.Pivot | exp.From)


def _target(root: exp.Expr) -> exp.Table | None:
    """The table, view or macro that a CREATE makes."""
    if not isinstance(root, exp.Create):
        return None
    target = root.this.this if isinstance(root.this, exp.Schema | exp.UserDefinedFunction) else root.this
    return target if isinstance(target, exp.Table) else None


def _is_cte(table: exp.Table) -> bool:
    name = table.name.lower()
    below: exp.Expr = table
    inside: exp.Expr = table
    while (around := inside.parent) is not None:
        ctes = around.args.get("with_")
        if ctes is not None:
            visible = ctes.expressions
            if inside is ctes:  # in the body of the CTE *below*, which sees those before it
                own = next(index for index, cte in enumerate(visible) if cte is below)
                visible = visible[: own + bool(ctes.args.get("recursive"))]
            if any(cte.alias.lower() == name for cte in visible):
                return True
        below, inside = inside, around
    return False
