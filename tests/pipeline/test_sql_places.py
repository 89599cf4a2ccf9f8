"""A place in a task's SQL is a place in the pipeline file."""

from __future__ import annotations

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seeknal_tui.pipeline.model import Place, SqlAction
from seeknal_tui.pipeline.sql_places import locate_error, place_in_sql
from tests.pipeline.conftest import Loader

WRITTEN = {
    "a block": "tasks:\n  - name: a\n    sql: |\n      SELECT 1,\n        2 AS here\n",
    "a block that keeps its last lines": "tasks:\n  - name: a\n    sql: |+\n      SELECT 1,\n        2 AS here\n\n\n",
    "a block with blank lines before it": "tasks:\n  - name: a\n    sql: |-\n\n\n      SELECT 1,\n        2 AS here\n",
    "a block that says its indentation": "tasks:\n  - name: a\n    sql: |2\n         SELECT 1,\n       2 AS here\n",
    "a block with a comment at its head": "tasks:\n  - name: a\n    sql: | # a|\n      SELECT 1,\n       2 AS here\n",
    "a block below its anchor": "tasks:\n  - name: a\n    sql: &x\n      |\n      SELECT 1,\n       2 AS here\n",
    "a block with a tag": "tasks:\n  - name: a\n    sql: !!str |\n      SELECT 1,\n       2 AS here\n",
    "a block of a list in the same column": "tasks:\n- name: a\n  sql: |\n   SELECT 1,\n       2 AS here\n",
    "a block with Windows line ends": "tasks:\r\n  - name: a\r\n    sql: |\r\n      SELECT 1,\r\n       2 AS here\r\n",
    "a plain line": "tasks:\n  - name: a\n    sql: SELECT 1, 2 AS here\n",
    "a line in quotes": "tasks:\n  - name: a\n    sql: 'SELECT 1, 2 AS here'\n",
    "a line in double quotes": 'tasks:\n  - {name: a, sql: "SELECT 1, 2 AS here"}\n',
    "a line below its key": "tasks:\n  - name: a\n    sql:\n      SELECT 1, 2 AS here\n",
}


@pytest.mark.parametrize("name", WRITTEN)
def test_a_word_of_the_sql_is_found_in_the_file(name: str, loader: Loader) -> None:
    text = WRITTEN[name]
    action = loader.pipeline(text.encode()).task("a").action
    assert isinstance(action, SqlAction)
    assert action.line_by_line
    place = place_in_sql(action, *line_and_column(action.sql, "here"))
    assert (place.line, place.column) == line_and_column(text, "here")
    assert place.file == str(loader.file)


@pytest.mark.parametrize(
    "sql", ["SELECT 1,\n      2 AS here", ">\n      SELECT 1,\n      2 AS here", '"SELECT 1,\\n 2 AS here"']
)
def test_where_yaml_folds_the_lines_the_place_is_where_the_sql_begins(sql: str, loader: Loader) -> None:
    action = loader.pipeline(f"tasks:\n  - name: a\n    sql: {sql}\n".encode()).task("a").action
    assert isinstance(action, SqlAction)
    assert not action.line_by_line
    assert place_in_sql(action, 2, 5) == action.place
    assert action.place.line == 3


def line_and_column(text: str, word: str) -> tuple[int, int]:
    before = text[: text.index(word)]
    return before.count("\n") + 1, len(before) - before.rfind("\n")


class TestErrorsOfDuckDB:
    @pytest.mark.parametrize(
        "sql",
        [
            "SELECT nope FROM (SELECT 1 AS a)",
            "SELECT a,\n  'äöü😀', nope FROM (SELECT 1 AS a)",
            "SELECT\ta,\tnope FROM (SELECT 1 AS a)",
            "SELECT " + "a, " * 100 + "nope" + ", a" * 100 + " FROM (SELECT 1 AS a)",
        ],
    )
    def test_are_located(self, sql: str) -> None:
        with pytest.raises(duckdb.Error) as caught:
            duckdb.execute(sql)
        assert locate_error(str(caught.value), sql) == line_and_column(sql, "nope")

    @pytest.mark.parametrize("message", ["", "no place", "LINE 1: x", "LINE x: y\n   ^", "\n^", "LINE 1: x\n"])
    def test_without_a_place_have_none(self, message: str) -> None:
        assert locate_error(message) is None

    @given(st.text(st.sampled_from("LINE 123:.^ \nx"), max_size=40))
    def test_of_any_shape_do_no_harm(self, message: str) -> None:
        found = locate_error("LINE 1: " + message, "x")
        assert found is None or found > (0, 0)


def test_a_place_is_counted_from_where_the_sql_begins() -> None:
    assert place_in_sql(SqlAction("x\ny", Place("f", 10, 7)), 2, 3) == Place("f", 11, 9)
