"""Which tables a task's SQL reads, found by parsing it. Nothing is run and no table is looked up.

DuckDB's own parser splits the SQL into statements and finds what is wrong with it. It hands out the tree of a single
SELECT (as JSON), but not of other statements; those are read by sqlglot. Where neither can, the SQL is still right,
for DuckDB's parser took it, only what it reads is not wholly known.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import duckdb

from seeknal_tui.pipeline.sql_names import comparable
from seeknal_tui.pipeline.sql_places import locate_error

MAX_SQL = 64_000
"""Characters; DuckDB's parser takes about 2 KB of memory for each."""
MAX_OPEN_BRACKETS = 1_000
"""DuckDB refuses deeper expressions too, but only after it took a megabyte for every hundred levels."""
BATCH = 200_000
"""Characters of SQL whose trees are in memory at once."""
READS_NOTHING = {"TRANSACTION", "LOAD", "ATTACH", "DETACH"}
SERIALIZE = """SELECT json_serialize_sql(sql, skip_null := true, skip_empty := true, skip_default := true)
FROM (SELECT unnest(?::VARCHAR[]) AS sql)"""


@dataclass(frozen=True, slots=True)
class TableRead:
    """A table that is read by a name without schema; *offset* is its place in the SQL, in characters."""

    name: str
    offset: int

    @property
    def key(self) -> str:
        """The name as DuckDB compares it."""
        return comparable(self.name)


@dataclass(frozen=True, slots=True)
class SqlError:
    """Why the SQL cannot be used, at a line and column of it, both from 1."""

    message: str
    line: int = 1
    column: int = 1


@dataclass(frozen=True, slots=True)
class SqlRead:
    """What was found in the SQL of one task."""

    tables: tuple[TableRead, ...] = ()
    """The tables that the SQL reads and does not itself make, each once, in order of appearance."""
    complete: bool = False
    """Whether every statement could be read."""
    error: SqlError | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a task's SQL."""

    sql: str
    offset: int
    """Where it begins in the SQL, in characters."""
    kind: str
    """As DuckDB calls it: SELECT, CREATE, INSERT …"""


@dataclass(slots=True)
class _Tree:
    """The tables of one statement."""

    tables: list[TableRead] = field(default_factory=list)
    makes: str | None = None
    """The table or view that it creates."""
    is_query: bool = False
    complete: bool = True


def place_at(sql: str, offset: int) -> tuple[int, int]:
    """Line and column, both from 1, of a character of the SQL."""
    return sql.count("\n", 0, offset) + 1, offset - sql.rfind("\n", 0, offset)


def split(sql: str, connection: duckdb.DuckDBPyConnection) -> list[Statement]:
    """The statements of some SQL; raises duckdb.Error if DuckDB's parser rejects it."""
    statements: list[Statement] = []
    end = 0
    for statement in connection.extract_statements(sql):
        text = statement.query
        start = max(sql.find(text, end), end)
        end = start + len(text)
        statements.append(Statement(text, start, statement.type.name))
    return statements


def read_all(texts: Sequence[str]) -> list[SqlRead]:
    """What each of the SQL texts reads, or why it cannot be used."""
    # A connection of its own: parsing shares nothing with what runs at the same time, and touches no database.
    with duckdb.connect(config={"threads": 1}) as connection:
        parsed = [_parse(sql, connection) for sql in texts]
        read = [one for statements in parsed if isinstance(statements, list) for one in statements]
        trees = _trees([one for one in read if one.kind == "SELECT"], connection)
    return [
        SqlRead(error=statements) if isinstance(statements, SqlError) else _combine(sql, statements, trees)
        for sql, statements in zip(texts, parsed, strict=True)
    ]


def _parse(sql: str, connection: duckdb.DuckDBPyConnection) -> list[Statement] | SqlError:
    if len(sql) > MAX_SQL:
        return SqlError(
            f"the SQL has {len(sql):,} characters, and may have {MAX_SQL:,}: put data into a file of their own"
        )
    if _deepest(sql) > MAX_OPEN_BRACKETS:
        return SqlError(f"the SQL has more than {MAX_OPEN_BRACKETS:,} brackets open at once: make it simpler")
    try:
        statements = split(sql, connection)
    except duckdb.Error as error:
        text = str(error)
        first, _, _ = text.partition("\n")
        reason = first.partition(": ")[2] or first
        return SqlError(f"DuckDB cannot parse this SQL: {reason}", *(locate_error(text, sql) or (1, 1)))
    return statements or SqlError("there is no statement in this SQL: write a SELECT")


def _deepest(sql: str) -> int:
    """How many brackets are open at once at most; one in a string or comment counts too, which does no harm."""
    if sql.count("(") + sql.count("[") + sql.count("{") <= MAX_OPEN_BRACKETS:
        return 0
    depth = deepest = 0
    for character in sql:
        if character in "([{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in ")]}":
            depth -= 1
    return deepest


def _trees(selects: Iterable[Statement], connection: duckdb.DuckDBPyConnection) -> dict[int, _Tree]:
    """The tree of each SELECT by its identity, as far as DuckDB hands it out."""
    trees: dict[int, _Tree] = {}
    for batch in _batches(selects):
        rows = connection.execute(SERIALIZE, [[one.sql for one in batch]]).fetchall()
        for statement, (text,) in zip(batch, rows, strict=True):
            tree = _tree_of_json(statement, text)
            if tree:
                trees[id(statement)] = tree
    return trees


def _batches(statements: Iterable[Statement]) -> Iterator[list[Statement]]:
    batch: list[Statement] = []
    size = 0
    for statement in statements:
        batch.append(statement)
        size += len(statement.sql)
        if size > BATCH:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _tree_of_json(statement: Statement, text: str) -> _Tree | None:
    try:
        root = json.loads(text)
    except RecursionError:
        return None
    if root.get("error"):
        return None
    characters = statement.sql.encode()
    tables = [
        TableRead(name, len(characters[:place].decode(errors="ignore")) if place < len(characters) else 0)
        for name, place in _tables_of_json(root)
    ]
    return _Tree(sorted(tables, key=lambda table: table.offset), is_query=True)


def _tables_of_json(root: Any) -> Iterator[tuple[str, int]]:
    """Name and byte offset of each table that is no CTE where it stands."""
    todo: list[tuple[Any, frozenset[str]]] = [(root, frozenset())]
    while todo:
        node, ctes = todo.pop()
        if isinstance(node, list):
            todo += [(item, ctes) for item in node]
        elif isinstance(node, dict):
            for name in _tables_of_node(node):
                if comparable(name) not in ctes:
                    yield name, node.get("query_location", 0)
            if "cte_map" in node:
                ctes = _enter_ctes(node["cte_map"], ctes, todo)
            recursive = node.get("type") == "RECURSIVE_CTE_NODE"
            for key, value in node.items():
                if key == "cte_map" or not isinstance(value, dict | list):
                    continue
                # Only the second half of a recursive CTE sees the CTE itself.
                own = recursive and key == "right"
                todo.append((value, ctes | {comparable(node["cte_name"])} if own else ctes))


def _enter_ctes(cte_map: Any, ctes: frozenset[str], todo: list[tuple[Any, frozenset[str]]]) -> frozenset[str]:
    """Puts each CTE's body on the list, with the CTEs before it, and returns all that the query itself sees."""
    for entry in cte_map.get("map", ()):
        todo.append((entry["value"], ctes))
        ctes |= {comparable(entry["key"])}
    return ctes


def _tables_of_node(node: dict[str, Any]) -> list[str]:
    kind = node.get("type")
    if kind == "BASE_TABLE":
        path = node["qualified_name"]["path"]
        return path if len(path) == 1 else []
    if kind == "TABLE_FUNCTION" and node["function"].get("function_name") == "query_table":
        return [text for argument in node["function"].get("arguments", ())[:1] for text in _constants(argument)]
    return []


def _constants(argument: dict[str, Any]) -> list[str]:
    """The texts of a constant, or of a list of constants."""
    expression = argument["expression"]
    if expression.get("class") == "CONSTANT" and expression["literal"].get("kind") == "STRING":
        return [expression["literal"].get("text", "")]
    if expression.get("function_name") == "list_value":
        return [text for item in expression.get("arguments", ()) for text in _constants(item)]
    return []


def _combine(sql: str, statements: list[Statement], trees: dict[int, _Tree]) -> SqlRead:
    tables: dict[str, TableRead] = {}
    made: set[str] = set()
    complete, tree = True, _Tree()
    for statement in statements:
        tree = trees.get(id(statement)) or _tree_by_sqlglot(statement)
        for table in tree.tables:
            if table.key not in made:
                tables.setdefault(table.key, TableRead(table.name, statement.offset + table.offset))
        if tree.makes:
            made.add(tree.makes)
        complete = complete and tree.complete
    last = statements[-1]
    # PIVOT is no SELECT for DuckDB; where sqlglot cannot read it, DuckDB shall judge when it runs.
    if last.kind != "SELECT" and not (last.kind == "MULTI" and (tree.is_query or not tree.complete)):
        kind = last.kind.replace("_", " ")
        message = (
            f"the last statement is {kind}, and a task's result is what a SELECT returns: end the SQL with a SELECT"
        )
        start = last.offset + len(last.sql) - len(last.sql.lstrip())
        return SqlRead(error=SqlError(message, *place_at(sql, start)))
    return SqlRead(tuple(tables.values()), complete)


def _tree_by_sqlglot(statement: Statement) -> _Tree:
    if statement.kind in READS_NOTHING:
        return _Tree()
    from seeknal_tui.pipeline import sql_statements  # sqlglot is slow to import # noqa: PLC0415

    root = sql_statements.parse(statement.sql)
    if root is None:
        return _Tree(is_query=statement.kind == "SELECT", complete=False)
    tables = [TableRead(name, offset) for name, offset in sql_statements.tables(root)]
    return _Tree(tables, sql_statements.made(root), sql_statements.is_query(root))
