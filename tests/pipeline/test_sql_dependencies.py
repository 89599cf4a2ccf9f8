"""Which tables a SQL text reads."""

from __future__ import annotations

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seeknal_tui.pipeline.sql_dependencies import MAX_SQL, SqlRead, read_all, split
from tests.pipeline.conftest import Loader

READS = {
    "SELECT * FROM sales": "sales",
    "FROM sales": "sales",
    "TABLE sales": "sales",
    "SUMMARIZE sales": "sales",
    "DESCRIBE SELECT * FROM sales": "sales",
    "VALUES (1)": "",
    "SELECT * FROM b, a JOIN c USING (x)": "b a c",
    "SELECT * FROM a POSITIONAL JOIN b": "a b",
    "SELECT * FROM a ASOF JOIN b ON a.t >= b.t": "a b",
    "SELECT * FROM a, LATERAL (SELECT * FROM b WHERE b.x = a.x)": "a b",
    "SELECT (SELECT max(x) FROM b) FROM a WHERE y IN (FROM c) ORDER BY (SELECT 1 FROM d)": "b a c d",
    "SELECT sum(x) FILTER (WHERE x IN (FROM a)) OVER (PARTITION BY (SELECT 1 FROM b)) FROM c": "a b c",
    "SELECT 1 FROM a UNION ALL BY NAME SELECT 2 FROM b EXCEPT FROM c": "a b c",
    "SELECT * FROM sales, SALES, Sales": "sales",
    "SELECT * FROM main.a, other.b, memory.main.c, d": "d",
    "SELECT * FROM 'data.csv', range(3), read_csv('x.csv')": "data.csv",
    'SELECT * FROM "my-task.v1"': "my-task.v1",
    "SELECT * FROM query_table('a'), query_table(['b', 'c'])": "a b c",
    "SELECT 'FROM a' -- FROM b": "",
    "SELECT a.x FROM b AS a": "b",
    "UNPIVOT a ON x": "a",
    "PIVOT a ON x USING sum(y)": "a",
    "SELECT * FROM (PIVOT a ON x USING sum(y)) JOIN b USING (z)": "a b",
    # A CTE hides the table of its name, from its end on, inside of its query only.
    "WITH a AS (SELECT 1) SELECT * FROM a": "",
    "WITH A AS (SELECT 1) SELECT * FROM a": "",
    "WITH a AS (SELECT * FROM a) SELECT * FROM a": "a",
    "WITH a AS (FROM b), b AS (FROM c) SELECT * FROM a, b": "b c",
    "SELECT * FROM a, (WITH a AS (SELECT 1) FROM a)": "a",
    "WITH a AS (SELECT 1) SELECT (SELECT 1 FROM a), x FROM b": "b",
    "WITH a AS (SELECT 1) (FROM b UNION FROM a)": "b",
    "WITH RECURSIVE a AS (FROM b UNION ALL SELECT * FROM a, c) FROM a": "b c",
    "WITH RECURSIVE a AS (FROM a UNION ALL SELECT * FROM a WHERE false) FROM a": "a",
    # Earlier statements, and what they make.
    "CREATE TEMP TABLE t AS SELECT * FROM a; SELECT * FROM t JOIN b USING (x)": "a b",
    "CREATE TEMP VIEW a AS FROM a; FROM a": "a",
    "FROM a; CREATE TABLE a AS SELECT 1; FROM a": "a",
    "CREATE TABLE t (x INT); INSERT INTO t SELECT * FROM a; FROM t": "a",
    "CREATE MACRO f(x) AS TABLE SELECT * FROM a WHERE y = x; FROM f(1)": "a",
    "CREATE TEMP TABLE t AS WITH c AS (FROM a), d AS (FROM c) FROM d, e; FROM t": "a e",
    "COPY (FROM a) TO 'x.csv'; FROM b": "a b",
    "SET threads = 2; BEGIN; FROM a; COMMIT; FROM b": "a b",
    "DROP TABLE IF EXISTS a; FROM b": "b",
    "CREATE TEMP TABLE t AS FROM a; /* done */ FROM t; -- end": "a",
}


def read(sql: str) -> SqlRead:
    (one,) = read_all([sql])
    return one


@pytest.mark.parametrize("sql", READS)
def test_its_tables_are_found_in_order_of_appearance(sql: str) -> None:
    found = read(sql)
    assert found.error is None
    assert " ".join(table.name for table in found.tables) == READS[sql]
    assert found.complete


def test_each_table_knows_where_it_stands() -> None:
    sql = "SELECT 'äöü😀' FROM a;\n\n WITH x AS (FROM b) SELECT * FROM x, c"
    assert [sql[table.offset] for table in read(sql).tables] == ["a", "b", "c"]


def test_sql_that_only_duckdb_can_read_is_right_but_not_wholly_read() -> None:
    found = read("CREATE TYPE t AS ENUM (SELECT x FROM a); SELECT * FROM b")
    assert found.error is None
    assert not found.complete
    assert [table.name for table in found.tables] == ["b"]


@pytest.mark.parametrize(
    "last",
    [
        "INSERT INTO a VALUES (1)",
        "EXPLAIN SELECT 1",
        "CALL range(3)",
        "CREATE TABLE t AS PIVOT a ON x IN (1) USING sum(y)",
    ],
)
def test_the_last_statement_must_be_a_query(last: str) -> None:
    error = read(f"SELECT 1;\n {last}").error
    assert error is not None
    assert "end the SQL with a SELECT" in error.message
    assert (error.line, error.column) == (2, 2)


@pytest.mark.parametrize(
    "last", ["SUMMARIZE a", "SHOW TABLES", "PIVOT a ON x USING sum(y)", "VALUES (1)", "UNPIVOT a ON x"]
)
def test_what_returns_rows_like_a_select_is_a_query(last: str) -> None:
    assert read(f"SELECT 1; {last}").error is None


def test_an_error_of_the_parser_has_its_place() -> None:
    error = read("SELECT 1;\nSELECT '😀ä', x frm a b").error
    assert error is not None
    assert (error.message, error.line, error.column) == (
        'DuckDB cannot parse this SQL: syntax error at or near "a"',
        2,
        20,
    )


def test_sql_that_would_take_the_memory_is_refused_before_it_is_parsed() -> None:
    for sql in ("SELECT " + "1," * MAX_SQL, "SELECT " + "(" * 2_000 + "1" + ")" * 2_000):
        assert read(sql).error is not None


def test_nothing_is_run(loader: Loader) -> None:
    made = loader.folder / "made.csv"
    found = read(f"COPY (SELECT 1) TO '{made}'; ATTACH '{made}.db' AS x; SELECT 1")
    assert found.error is None
    assert list(loader.folder.iterdir()) == []


def test_statements_know_where_they_begin() -> None:
    sql = "SELECT 1; -- ä\n/* c */ SELECT 1;SELECT 'x;y'"
    with duckdb.connect() as connection:
        statements = split(sql, connection)
    assert len(statements) == 3
    assert all(sql[one.offset :].startswith(one.sql) for one in statements)
    assert [one.offset for one in statements] == sorted({one.offset for one in statements})


class TestInAPipeline:
    def test_a_table_of_a_tasks_name_is_a_dependency_without_being_declared(self, loader: Loader) -> None:
        pipeline = loader.pipeline("""
            sources: [{name: sales}, {name: my-task.v1}, {name: unread}]
            transforms:
              - name: both
                depends_on: [sales, unread]
                sql: SELECT * FROM SALES, "My-Task.v1", elsewhere
            """)
        task = pipeline.task("both")
        assert task.depends_on == ("sales", "unread")
        assert task.found_dependencies == ("sales", "my-task.v1")
        assert task.upstream == ("sales", "unread", "my-task.v1")
        assert task.sql_read

    def test_a_task_may_name_a_cte_like_itself(self, loader: Loader) -> None:
        assert (
            loader.pipeline("tasks: [{name: a, sql: WITH a AS (SELECT 1) FROM a}]").task("a").found_dependencies == ()
        )


NAMES = ("a", "b", "c", "d")


@st.composite
def queries(draw: st.DrawFn, depth: int = 3) -> str:
    """A random query whose every table has one column, with CTEs that hide tables and each other."""
    names = draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=2 if depth else 0))
    parts = [f"{name} AS ({draw(queries(depth - 1))})" for name in names]
    with_ctes = f"WITH {', '.join(parts)} " if parts else ""
    table = draw(st.sampled_from(NAMES))
    other = draw(st.sampled_from(NAMES))
    inner = draw(queries(depth - 1)) if depth else "SELECT 1 AS i"
    shape = draw(
        st.sampled_from(
            [
                "SELECT i FROM {table}",
                "SELECT i FROM {table} WHERE i IN ({inner})",
                "SELECT x.i FROM {table} AS x, ({inner}) AS y",
                "(SELECT i FROM {table}) UNION ALL ({inner})",
                "SELECT (SELECT max(i) FROM {other}) AS i FROM ({inner}) AS z",
                "SELECT x.i FROM {table} AS x JOIN {other} AS y ON x.i = y.i",
            ]
        )
    )
    return with_ctes + shape.format(table=table, other=other, inner=inner)


@settings(max_examples=40, deadline=None)
@given(st.lists(queries(), min_size=1, max_size=5))
def test_the_tables_are_those_that_duckdb_would_read(texts: list[str]) -> None:
    with duckdb.connect() as connection:
        for name in NAMES:
            connection.execute(f"CREATE TABLE {name} AS SELECT 1 AS i")
        for sql, found in zip(texts, read_all(texts), strict=True):
            # DuckDB does not look into a CTE that nothing reads.
            assert {table.name for table in found.tables} >= connection.get_table_names(sql), sql
            assert found.complete


@settings(max_examples=40, deadline=None)
@given(queries())
def test_both_parsers_find_the_same_tables(sql: str) -> None:
    direct, through_sqlglot = read_all([sql, f"CREATE TEMP TABLE made AS {sql}; FROM made"])
    assert {table.name for table in through_sqlglot.tables} == {table.name for table in direct.tables}
