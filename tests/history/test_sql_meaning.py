"""When two texts of SQL mean the same, and what SQL reads beside the tables of tasks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seeknal_tui.history.sql_meaning import SqlInputs, sql_reader


def same(one: str, other: str) -> bool:
    return sql_reader().meaning_of(one) == sql_reader().meaning_of(other)


def inputs(sql: str, *tables: str) -> SqlInputs:
    return sql_reader().inputs_of(sql, frozenset(tables))


SAME = [
    ("SELECT a FROM t", "select  a\n\tFROM t -- all of it"),
    ("SELECT a FROM t", "/* a /* nested */ comment */ SELECT a FROM t;"),
    ("SELECT a+b FROM t", "SELECT a + b FROM t"),
    ("SELECT a FROM t WHERE a = 1", "SELECT a FROM t WHERE (a = 1)"),
    ("CREATE TABLE x AS SELECT 1; FROM x", "CREATE   TABLE x AS -- one\n SELECT 1;\n\nFROM x;"),
    ("PIVOT t ON a USING sum(b)", "PIVOT t\n  ON a -- by\n  USING sum(b)"),
]
DIFFERENT = [
    ("SELECT 'a b'", "SELECT 'a  b'"),
    ("SELECT '-- a'", "SELECT ''"),
    ("SELECT 'A'", "SELECT 'a'"),
    ('SELECT "a" AS "x y"', 'SELECT "a" AS "x  y"'),
    ('SELECT "A" FROM t', 'SELECT "a" FROM t'),
    ("SELECT a AS X FROM t", "SELECT a AS x FROM t"),
    ("SELECT a - b - c FROM t", "SELECT a - (b - c) FROM t"),
    ("SELECT $$a -- b$$", "SELECT $$a$$"),
    ("SELECT 1", "SELECT 1.0"),
    ("SELECT a FROM t", "SELECT DISTINCT a FROM t"),
    ("SELECT a FROM t ORDER BY a", "SELECT a FROM t ORDER BY a DESC"),
    ("SELECT a FROM t LIMIT 10", "SELECT a FROM t LIMIT 10%"),
    ("CREATE TABLE x AS SELECT 'a b'; FROM x", "CREATE TABLE x AS SELECT 'a  b'; FROM x"),
    ("CREATE TABLE x AS SELECT 1; FROM x", "CREATE TABLE x AS SELECT 1; CREATE TABLE y AS SELECT 1; FROM x"),
    ("CREATE TABLE x AS SELECT 0 a; FROM x", "CREATE TABLE x AS SELECT 0a; FROM x"),
    ("no sql at all '", "no sql at all  '"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_comments_layout_and_needless_brackets_do_not_count(one: str, other: str) -> None:
    assert same(one, other)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_whatever_may_give_another_result_counts(one: str, other: str) -> None:
    assert not same(one, other)


PIECES = [
    "SELECT",
    "a",
    '"a b"',
    "'x  -- y'",
    "'/*'",
    "1",
    "+",
    "-",
    "--c\n",
    "/* d */",
    ",",
    "FROM",
    "t",
    "(",
    ")",
    ";",
]


@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=12), st.lists(st.sampled_from(PIECES), max_size=12))
def test_texts_that_mean_the_same_differ_in_comments_layout_case_and_brackets_only(
    one: list[str], other: list[str]
) -> None:
    if same(" ".join(one), " ".join(other)):
        assert words_of(one) == words_of(other)


def words_of(pieces: list[str]) -> list[str]:
    return [piece for piece in pieces if piece[:2] not in ("--", "/*") and piece not in ("(", ")", ";")]


@pytest.mark.parametrize(
    ("sql", "paths"),
    [
        ("FROM read_csv('a.csv', header = true)", ["a.csv"]),
        ("FROM read_parquet(['a.parquet', 'b/*.parquet'])", ["a.parquet", "b/*.parquet"]),
        ("FROM 'a.csv', t", ["a.csv"]),
        ('SELECT * FROM "data/a.json"', ["data/a.json"]),
        ("FROM data.csv", ["data.csv"]),
        ("SELECT (SELECT max(x) FROM 'a.csv') FROM t", ["a.csv"]),
        ("FROM t JOIN memory.main.t AS u USING (k)", []),
        ("WITH c AS (FROM t) FROM c JOIN range(3) ON true", []),
    ],
)
def test_the_files_that_a_query_reads(sql: str, paths: list[str]) -> None:
    found = inputs(sql, "t")
    assert (found.paths, found.unknown) == (paths, "")


def test_every_text_in_a_statement_that_is_no_query_may_be_a_path_but_for_where_it_writes() -> None:
    found = inputs("CREATE TABLE x AS FROM 'a.csv'; COPY x TO 'b.csv'; SELECT * FROM x", "t")
    assert (found.paths, found.maybe, found.unknown) == ([], ["a.csv"], "")


@pytest.mark.parametrize(
    ("sql", "what"),
    [
        ("FROM read_csv('a' || '.csv')", "read_csv()"),
        ("FROM st_read('a.shp')", "st_read()"),
        ("FROM duckdb_settings()", "duckdb_settings()"),
        ("ATTACH 'a.db'; FROM a.t", "ATTACH"),
        ("SET file_search_path = 'data'; FROM 'a.csv'", "file_search_path"),
        ("CREATE TABLE x AS FROM postgres_scan('a', 'b', 'c'); FROM x", "postgres_scan()"),
        ("CREATE TABLE x AS FROM read_csv(getvariable('f')); FROM x", "read_csv()"),
    ],
)
def test_what_a_query_reads_beside_files_cannot_be_known(sql: str, what: str) -> None:
    assert inputs(sql).unknown == what


def test_a_macro_of_its_own_is_known() -> None:
    assert inputs("CREATE MACRO m() AS TABLE SELECT 1; FROM m()").unknown == ""


@pytest.mark.parametrize(
    ("sql", "clock"),
    [
        ("SELECT now()", "time"),
        ("SELECT current_timestamp, current_date", "time"),
        ("SELECT * FROM t WHERE day = current_date", "date"),
        ("SELECT today()", "date"),
        ("CREATE TABLE x AS SELECT now(); FROM x", "time"),
        ("SELECT random(), uuid() FROM t", ""),
        ("SELECT 'now()' AS now_column FROM t", ""),
    ],
)
def test_the_clock_is_something_that_a_query_reads(sql: str, clock: str) -> None:
    assert inputs(sql, "t").clock == clock
