"""What some SQL means and what it reads beside tables, found by DuckDB's own parser. Nothing is run or looked up.

Two texts mean the same if DuckDB's parser makes the same tree of them: comments, layout, the case of keywords and
needless brackets are gone from it, while strings, quoted identifiers and aliases are in it as they were written. Of
statements that DuckDB does not hand out as a tree (all but SELECT) the tokens are compared, with a space wherever there
was any layout between them. That may call different what is not, and never the other way round.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import duckdb

from seeknal_tui.pipeline.sql_dependencies import SERIALIZE, Statement, split
from seeknal_tui.pipeline.sql_names import comparable

CLOCKS = {
    "now": "time",
    "current_timestamp": "time",
    "current_time": "time",
    "current_localtime": "time",
    "current_localtimestamp": "time",
    "localtime": "time",
    "localtimestamp": "time",
    "get_current_time": "time",
    "get_current_timestamp": "time",
    "transaction_timestamp": "time",
    "current_date": "date",
    "today": "date",
    "age": "date",  # with one argument
}
"""What asks for the time, or for the date only."""
READS_FILES = frozenset(
    {
        "glob",
        "parquet_bloom_probe",
        "parquet_file_metadata",
        "parquet_full_metadata",
        "parquet_kv_metadata",
        "parquet_metadata",
        "parquet_scan",
        "parquet_schema",
        "read_blob",
        "read_csv",
        "read_csv_auto",
        "read_duckdb",
        "read_json",
        "read_json_auto",
        "read_json_objects",
        "read_json_objects_auto",
        "read_ndjson",
        "read_ndjson_auto",
        "read_ndjson_objects",
        "read_parquet",
        "read_text",
        "sniff_csv",
    }
)
"""Table functions whose first argument is a path, a pattern, or a list of them."""
READS_NOTHING = frozenset(
    {
        "generate_series",
        "histogram",
        "histogram_values",
        "json_each",
        "json_tree",
        "query_table",
        "range",
        "repeat",
        "repeat_row",
        "summary",
        "unnest",
        "test_all_types",
    }
)
"""Table functions that make rows of their arguments only (of `query_table`, the tables are dependencies)."""
FURTHER = ("read_", "st_read", "duckdb_", "pragma_", "query", "postgres_", "mysql_", "sqlite_", "iceberg_", "delta_")
"""How functions begin that read something else, of DuckDB's extensions too."""
HARMLESS = frozenset({"CREATE", "INSERT", "UPDATE", "DELETE", "SET", "VARIABLE_SET", "DROP", "ALTER", "TRANSACTION"})
"""Statements that read nothing but what they name; COPY, which writes, is seen to apart."""
OTHER_FOLDER = "file_search_path"
"""The setting by which a relative path means another file."""


@dataclass(slots=True)
class SqlInputs:
    """What some SQL reads beside the tables of tasks, and beside tables that it makes itself."""

    paths: list[str] = field(default_factory=list)
    """Files and patterns that it reads, as it writes them."""
    maybe: list[str] = field(default_factory=list)
    """Texts that are paths if there are such files."""
    clock: str = ""
    """``date`` if the result may be another tomorrow, ``time`` if it may be another at once."""
    unknown: str = ""
    """What else it reads, of which nothing can be known; empty if there is no such thing."""

    def asks_for(self, clock: str) -> None:
        """It asks for the date, or for the time."""
        self.clock = max(self.clock, clock)

    def reads_unknown(self, what: str) -> None:
        """It reads something of which nothing is known."""
        self.unknown = self.unknown or what


class SqlReader:
    """Reads SQL by a DuckDB of its own, which touches no database. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._connection = duckdb.connect(config={"threads": 1})

    def meaning_of(self, sql: str) -> str:
        """A digest that two texts have in common only if they mean the same; what cannot be parsed means its text."""
        with self._lock:
            try:
                parts = [_meaning(statement, self._connection) for statement in split(sql, self._connection)]
            except (duckdb.Error, RecursionError):
                parts = [sql]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()

    def inputs_of(self, sql: str, tables: frozenset[str]) -> SqlInputs:
        """What the SQL of a task reads, where *tables* are the comparable names of the tasks that it depends on."""
        inputs = SqlInputs()
        with self._lock:
            try:
                made = set(tables)
                for statement in split(sql, self._connection):
                    _read(statement, made, inputs, self._connection)
            except (duckdb.Error, RecursionError):
                inputs.reads_unknown("it cannot be parsed")
        return inputs

    def files_of(self, pattern: str) -> list[str]:
        """The files that DuckDB finds for a pattern."""
        with self._lock:
            try:
                found = self._connection.execute("SELECT file FROM glob(?)", [pattern]).fetchall()
            except duckdb.Error:
                return []
        return sorted(path for (path,) in found)


@cache
def sql_reader() -> SqlReader:
    """The one of this process: it takes some milliseconds to make."""
    return SqlReader()


def _meaning(statement: Statement, connection: duckdb.DuckDBPyConnection) -> Any:
    tree = _tree(statement, connection)
    return _without_places(tree) if tree is not None else list(_pieces(statement.sql))


def _tree(statement: Statement, connection: duckdb.DuckDBPyConnection) -> dict[str, Any] | None:
    if statement.kind != "SELECT":
        return None
    found = connection.execute(SERIALIZE, [[statement.sql]]).fetchone()
    tree: dict[str, Any] = json.loads(found[0]) if found else {"error": True}
    return None if tree.get("error") else tree


def _without_places(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _without_places(value) for key, value in node.items() if not key.startswith("query_location")}
    return [_without_places(item) for item in node] if isinstance(node, list) else node


def _pieces(sql: str) -> Iterator[str]:
    """The tokens without comments, and a space wherever two tokens do not touch; semicolons at the end do not count."""
    pieces: list[str] = []
    for text, kind, touches in _tokens(sql):
        if kind is not duckdb.token_type.comment:
            pieces += [text] if touches or not pieces else [" ", text]
    while pieces and pieces[-1] in (";", " "):
        pieces.pop()
    yield from pieces


def _tokens(sql: str) -> Iterator[tuple[str, duckdb.token_type, bool]]:
    """Each token, its kind, and whether it touches the token before it that is no comment."""
    data = sql.encode()
    tokens = duckdb.tokenize(sql)
    ends = [*(offset for offset, _ in tokens[1:]), len(data)]
    touches = True
    for (offset, kind), end in zip(tokens, ends, strict=True):
        whole = data[offset:end]
        text = whole.rstrip(b" \t\r\n\v\f")
        yield text.decode(errors="replace"), kind, touches
        touches = kind is not duckdb.token_type.comment and len(text) == len(whole)


# What it reads


def _read(statement: Statement, made: set[str], inputs: SqlInputs, connection: duckdb.DuckDBPyConnection) -> None:
    tree = _tree(statement, connection)
    if tree is not None:
        _read_tree(tree, frozenset(made), inputs)
    elif statement.kind in HARMLESS or statement.kind in ("COPY", "MULTI", "SELECT", "LOAD"):
        _read_tokens(statement, made, inputs)
    else:
        inputs.reads_unknown(statement.kind.replace("_", " "))


def _read_tree(root: Any, tables: frozenset[str], inputs: SqlInputs) -> None:
    # A name of a common table expression is a table everywhere: where it is not, there is none of that name to read.
    tables |= {comparable(name) for name in _names_of_ctes(root)}
    for node in _nodes(root):
        match node.get("type"):
            case "BASE_TABLE":
                _read_table(node["qualified_name"]["path"], tables, inputs)
            case "TABLE_FUNCTION":
                _read_function(node["function"], tables, inputs)
            case "FUNCTION":
                inputs.asks_for(CLOCKS.get(node.get("function_name", "").lower(), ""))
            case "COLUMN_REF":
                inputs.asks_for(
                    CLOCKS.get(node["column_names"][0].lower(), "") if len(node["column_names"]) == 1 else ""
                )


def _nodes(root: Any) -> Iterator[dict[str, Any]]:
    todo = [root]
    while todo:
        node = todo.pop()
        if isinstance(node, dict):
            yield node
            todo += node.values()
        elif isinstance(node, list):
            todo += node


def _names_of_ctes(root: Any) -> Iterator[str]:
    for node in _nodes(root):
        for entry in node.get("cte_map", {}).get("map", ()):
            yield entry["key"]
        if "cte_name" in node:
            yield node["cte_name"]


def _read_table(path: Sequence[str], tables: frozenset[str], inputs: SqlInputs) -> None:
    own = len(path) == 1 or [part.lower() for part in path[:-1]] in (["main"], ["memory"], ["memory", "main"], ["temp"])
    if not own or comparable(path[-1]) not in tables:
        inputs.paths.append(".".join(path))


def _read_function(function: dict[str, Any], made: frozenset[str], inputs: SqlInputs) -> None:
    name = function.get("function_name", "").lower()
    inputs.asks_for(CLOCKS.get(name, ""))
    if name in READS_NOTHING or name in made:  # a macro
        return
    arguments = function.get("arguments", ())
    paths = _texts(arguments[0]["expression"]) if name in READS_FILES and arguments else None
    if paths is None:
        inputs.reads_unknown(f"{name}()")
    else:
        inputs.paths += paths


def _texts(expression: dict[str, Any]) -> list[str] | None:
    """The texts of a constant or of a list of constants; None for anything that is worked out."""
    if expression.get("class") == "CONSTANT" and expression["literal"].get("kind") == "STRING":
        return [expression["literal"].get("text", "")]
    if expression.get("function_name") == "list_value":
        items = [_texts(argument["expression"]) for argument in expression.get("arguments", ())]
        return None if None in items else [text for item in items for text in item or ()]
    return None


def _read_tokens(statement: Statement, made: set[str], inputs: SqlInputs) -> None:
    """The same for a statement without a tree: every text in it may be a path."""
    tokens = [(text, kind) for text, kind, _ in _tokens(statement.sql) if kind is not duckdb.token_type.comment]
    before = ""
    for position, (text, kind) in enumerate(tokens):
        word = text.lower()
        after = tokens[position + 1][0] if position + 1 < len(tokens) else ""
        if kind is duckdb.token_type.string_const:
            if before != "to":  # COPY writes there
                inputs.maybe.append(text.strip("'").replace("''", "'"))
        elif kind in (duckdb.token_type.identifier, duckdb.token_type.keyword):
            inputs.asks_for(CLOCKS.get(word, ""))
            if word == OTHER_FOLDER:
                inputs.reads_unknown(OTHER_FOLDER)
            if after == "(":
                _read_call(word, before, [one for one, _ in tokens[position + 2 : position + 4]], inputs)
            elif text.startswith('"') or before in ("from", "join"):
                inputs.maybe.append(text.strip('"').replace('""', '"'))
            if before in ("table", "view", "exists", "macro", "function"):
                made.add(comparable(text.strip('"').replace('""', '"')))
        before = word


def _read_call(name: str, before: str, arguments: Sequence[str], inputs: SqlInputs) -> None:
    if name in READS_FILES:
        if not arguments or not arguments[0].startswith(("'", "[")):
            inputs.reads_unknown(f"{name}()")
    elif name not in READS_NOTHING and (before in ("from", "join", "call") or name.startswith(FURTHER)):
        inputs.reads_unknown(f"{name}()")
