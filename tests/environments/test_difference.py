"""How the results of an environment differ from production's."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seeknal_tui.environments.difference import ColumnDifference, TableDifference, compare_results, sides_of
from seeknal_tui.environments.folders import find_environment, production_of
from seeknal_tui.pipeline.model import Pipeline, Task


@pytest.fixture
def pipeline(tmp_path: Path) -> Pipeline:
    tasks = tuple(Task(name=name) for name in ("a", "b", "c"))
    return Pipeline("shop", tasks, file=tmp_path / "shop.yml", environments=("dev",))


def write(pipeline: Pipeline, task: str, query: str, environment: str = "dev") -> None:
    folder = pipeline.production_target / "environments" / environment if environment else pipeline.production_target
    folder.mkdir(parents=True, exist_ok=True)
    duckdb.execute(f"COPY ({query}) TO '{folder / task}.parquet'")


def compared(pipeline: Pipeline) -> list[TableDifference]:
    environment, production = find_environment(pipeline, "dev"), production_of(pipeline)
    return list(compare_results(sides_of(pipeline, environment, production), environment, production))


def different(pipeline: Pipeline, here: str, there: str) -> TableDifference:
    write(pipeline, "a", here)
    write(pipeline, "a", there, "")
    (difference,) = compared(pipeline)
    return difference


ROWS = "SELECT i AS id, 'n' || i % 7 AS name, i * 0.5 AS price FROM range(1000) t(i)"


class TestSides:
    def test_are_told_in_the_order_of_the_file_and_then_those_no_longer_in_it(self, pipeline: Pipeline) -> None:
        for task in ("zz", "c", "a"):
            write(pipeline, task, ROWS)
            write(pipeline, task, ROWS, "")
        write(pipeline, "b", ROWS)
        write(pipeline, "gone", ROWS, "")
        sides = sides_of(pipeline, find_environment(pipeline, "dev"), production_of(pipeline))
        assert sides.both == ("a", "c", "zz")
        assert sides.only_here == ("b",)
        assert sides.only_in_production == ("gone",)


class TestTables:
    def test_with_the_same_rows_in_another_order_are_the_same(self, pipeline: Pipeline) -> None:
        assert different(pipeline, f"{ROWS} ORDER BY hash(i)", ROWS).is_same

    def test_with_more_rows_are_different(self, pipeline: Pipeline) -> None:
        found = different(pipeline, f"{ROWS} UNION ALL {ROWS}", ROWS)
        assert found.rows == (2000, 1000)
        assert not found.is_same

    def test_without_rows_are_the_same(self, pipeline: Pipeline) -> None:
        assert different(pipeline, f"{ROWS} LIMIT 0", f"{ROWS} LIMIT 0").is_same

    def test_tell_the_columns_whose_values_are_others(self, pipeline: Pipeline) -> None:
        found = different(pipeline, ROWS.replace("* 0.5", "* 0.5 + (i = 500)::INT"), ROWS)
        assert [column.name for column in found.columns] == ["price"]
        assert not found.columns[0].nearly

    def test_tell_where_values_are_missing(self, pipeline: Pipeline) -> None:
        found = different(pipeline, ROWS.replace("'n' || i % 7", "CASE WHEN i > 9 THEN 'n' || i % 7 END"), ROWS)
        assert found.columns == (ColumnDifference("name", ("VARCHAR", "VARCHAR"), nulls=(10, 0)),)

    def test_tell_of_columns_that_only_one_has_and_of_other_types(self, pipeline: Pipeline) -> None:
        found = different(pipeline, "SELECT 1::INTEGER AS id, 2 AS more", "SELECT 1::BIGINT AS id, 3 AS less")
        assert found.columns == (
            ColumnDifference("id", ("INTEGER", "BIGINT")),
            ColumnDifference("more", ("INTEGER", None)),
            ColumnDifference("less", (None, "INTEGER")),
        )

    def test_tell_of_columns_in_another_order(self, pipeline: Pipeline) -> None:
        found = different(pipeline, "SELECT 1 AS x, 2 AS y", "SELECT 2 AS y, 1 AS x")
        assert found.reordered
        assert not found.columns
        assert not found.is_same

    def test_whose_columns_are_put_together_otherwise_are_different(self, pipeline: Pipeline) -> None:
        found = different(
            pipeline,
            "SELECT * FROM (VALUES (1, 'a'), (2, 'b')) t(x, y)",
            "SELECT * FROM (VALUES (1, 'b'), (2, 'a')) t(x, y)",
        )
        assert found.recombined
        assert not found.columns

    def test_whose_numbers_differ_in_the_last_digits_only_are_nearly_the_same(self, pipeline: Pipeline) -> None:
        found = different(pipeline, "SELECT 0.1::DOUBLE + 0.2::DOUBLE AS x", "SELECT 0.3::DOUBLE AS x")
        assert found.columns[0].nearly
        assert not found.is_same

    def test_of_every_kind_of_value_can_be_compared(self, pipeline: Pipeline) -> None:
        query = (
            "SELECT [1, NULL] AS l, {'a': 1, 'b': [{'c': NULL}]} AS s, MAP {'k': 1} AS m, '1 day'::INTERVAL AS v,"
            " NULL AS n, 'nan'::DOUBLE AS d, uuid() AS u, '\\xFF'::BLOB AS b, TIMESTAMPTZ '2020-01-01' AS t,"
            " 99999999999999999999999999999999999999::DECIMAL(38, 0) AS big, 1e300 AS huge, TRUE AS yes"
        )
        found = different(pipeline, query, query)
        assert [column.name for column in found.columns] == ["u"]

    def test_with_names_that_need_quoting_are_compared(self, pipeline: Pipeline) -> None:
        query = """SELECT 1 AS "a ""b"" -- c", 2 AS "select", 3 AS "naïve; DROP" """
        assert different(pipeline, query, query).is_same

    def test_that_cannot_be_read_are_told(self, pipeline: Pipeline) -> None:
        write(pipeline, "a", ROWS)
        pipeline.production_target.joinpath("a.parquet").write_text("no parquet")
        write(pipeline, "b", ROWS)
        write(pipeline, "b", ROWS, "")
        broken, same = compared(pipeline)
        assert "a.parquet" in broken.problem
        assert same.is_same


rows = st.lists(st.tuples(st.none() | st.integers(0, 3), st.sampled_from(["", "a", "b"])), max_size=8)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(here=rows, there=rows)
def test_tables_are_the_same_if_and_only_if_they_have_the_same_rows(
    pipeline: Pipeline, here: list[tuple[int | None, str]], there: list[tuple[int | None, str]]
) -> None:
    def query(wanted: list[tuple[int | None, str]]) -> str:
        values = ", ".join(f"({'NULL' if x is None else x}, '{y}')" for x, y in wanted) or "(0, '')"
        return f"SELECT x::INTEGER AS x, y FROM (VALUES {values}) t(x, y) LIMIT {len(wanted)}"

    def key(row: tuple[int | None, str]) -> tuple[int, str]:
        return (-1 if row[0] is None else row[0], row[1])

    found = different(pipeline, query(here), query(there))
    assert found.is_same == (sorted(here, key=key) == sorted(there, key=key))
