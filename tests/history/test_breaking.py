"""Every run tells what it is about to break, and looks for it only where something was edited."""

from __future__ import annotations

import pytest

import seeknal_tui.history.categories
from seeknal_tui.headless import run_headless
from seeknal_tui.history.breaking import breaking_lines
from tests.history.projects import Project

BROKEN = ["breaking: clean", "  amount will be gone: read by total"]


@pytest.fixture
def done(project: Project) -> Project:
    """A project that has run."""
    project.write("sales.csv", "id,amount\n1,10\n")
    project.define(
        """
        sources:
          - {name: sales, path: sales.csv}
        transforms:
          - {name: clean, sql: "SELECT id, amount FROM sales"}
          - {name: ids, sql: "SELECT id FROM clean"}
        aggregations:
          - {name: total, sql: "SELECT sum(amount) AS total FROM clean"}
        """
    )
    project.run_all()
    return project


def broken(project: Project, *names: str) -> list[str]:
    pipeline = project.pipeline()
    return breaking_lines(pipeline, [pipeline.numbers[name] for name in names or pipeline.numbers])


def test_a_column_that_an_edit_takes_from_who_reads_it_is_told(done: Project) -> None:
    done.edit("SELECT id, amount FROM sales", "SELECT id FROM sales")
    assert broken(done)[:2] == BROKEN


def test_a_column_that_a_source_has_no_longer_is_told(done: Project) -> None:
    done.write("sales.csv", "id,price\n1,10\n")
    assert any("amount will be gone: read by clean" in line for line in broken(done))


def test_of_an_edited_task_that_is_not_run_nothing_is_told(done: Project) -> None:
    done.edit("SELECT id, amount FROM sales", "SELECT id FROM sales")
    assert broken(done, "sales", "ids") == []


def test_data_with_the_same_columns_breaks_nothing(done: Project) -> None:
    done.write("sales.csv", "id,amount\n1,10\n2,20\n")
    assert broken(done) == []


def test_nothing_is_asked_of_duckdb_where_nothing_was_edited(done: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    done.edit("SELECT id FROM clean", "SELECT id + 1 AS id FROM clean")
    monkeypatch.setattr(seeknal_tui.history.categories, "categorize", None)
    assert broken(done) == []


def test_before_the_first_run_there_is_nothing_to_break(project: Project) -> None:
    project.define("tasks: [{name: a, sql: SELECT 1 AS x}, {name: b, sql: SELECT x FROM a}]")
    assert broken(project) == []
    assert not (project.folder / "target").exists()


def test_a_run_without_a_dashboard_tells_it_on_stderr(done: Project, capsys: pytest.CaptureFixture[str]) -> None:
    done.edit("SELECT id, amount FROM sales", "SELECT id FROM sales")
    assert run_headless(done.pipeline()) == 1
    assert capsys.readouterr().err.splitlines()[:2] == BROKEN
