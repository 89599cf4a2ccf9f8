"""What an edit means for what comes after it: told before anything runs."""

from __future__ import annotations

import pytest

from seeknal_tui.history.categories import Category, Edit, categorize, edit_lines
from tests.history.projects import Project


@pytest.fixture
def done(project: Project) -> Project:
    """A project that has run, whose columns are read here and there."""
    project.write("wide.csv", "id,amount,word\n1,10,a\n")
    project.define(
        """
        sources:
          - {name: wide, path: wide.csv}
        transforms:
          - {name: clean, sql: "SELECT id, amount, word FROM wide"}
          - {name: ids, sql: "SELECT id FROM clean"}
          - {name: copy, sql: "SELECT * FROM clean"}
          - {name: words, sql: "SELECT word, count(*) AS n FROM copy GROUP BY ALL"}
          - name: several
            sql: |
              CREATE TABLE one AS SELECT id FROM clean;
              SELECT * FROM one
        tasks:
          - {name: meet, depends_on: [clean, ids]}
        """
    )
    project.run_all()
    return project


def edits(project: Project) -> dict[str, Edit]:
    pipeline, changes = project.pipeline(), project.changes()
    return {pipeline.tasks[edit.number].name: edit for edit in categorize(pipeline, changes, changes.to_run)}


def lines(project: Project) -> list[str]:
    pipeline, changes = project.pipeline(), project.changes()
    return edit_lines(pipeline, categorize(pipeline, changes, changes.to_run))


def test_nothing_is_told_where_nothing_was_edited(done: Project) -> None:
    assert edits(done) == {}


def test_a_description_is_metadata_and_runs_nothing(done: Project) -> None:
    done.edit("{name: clean,", "{name: clean, description: Without the bad ones, tags: [a],")
    assert lines(done) == ["metadata: clean: description, tags; nothing runs for it"]
    assert done.run_changed() == set()
    assert lines(done) == []


def test_other_data_is_no_edit(done: Project) -> None:
    done.write("wide.csv", "id,amount,word\n1,10,a\n2,20,b\n")
    assert done.changes().to_run
    assert lines(done) == []


def test_data_without_a_column_that_is_read_is_breaking_for_who_reads_it(done: Project) -> None:
    done.write("wide.csv", "id,amount\n1,10\n")
    assert any("word will be gone" in line for line in lines(done))


def test_other_logic_with_the_same_columns_is_non_breaking(done: Project) -> None:
    done.edit("amount, word FROM wide", "amount, word FROM wide WHERE id > 0")
    assert lines(done) == ["non-breaking: clean"]


def test_a_column_more_is_non_breaking(done: Project) -> None:
    done.edit("word FROM wide", "word, 1 AS more FROM wide")
    assert lines(done) == ["non-breaking: clean: more added", "non-breaking: copy: more added"]


def test_a_column_that_is_gone_and_read_is_breaking_with_who_reads_it(done: Project) -> None:
    done.edit("id, amount, word", "id, amount")
    assert lines(done) == [
        "breaking: clean",
        "  word will be gone: read by copy; perhaps read by several",
        "breaking: copy",
        "  word will be gone: read by words",
    ]


def test_a_column_of_another_type_that_is_read_is_breaking(done: Project) -> None:
    done.edit("SELECT id, amount", "SELECT id::VARCHAR AS id, amount")
    found = edits(done)["clean"]
    assert found.category is Category.BREAKING
    (lost,) = found.lost
    assert (lost.name, lost.before, lost.now, lost.readers) == ("id", "BIGINT", "VARCHAR", ("ids", "copy"))


def test_a_column_that_nobody_reads_may_go(done: Project) -> None:
    done.edit("SELECT word, count(*) AS n", "SELECT word")
    assert lines(done) == ["non-breaking: words", "  n will be gone: nothing downstream reads it"]


def test_a_column_that_is_renamed_with_all_who_read_it_is_read_by_nobody(done: Project) -> None:
    done.edit('  - {name: copy, sql: "SELECT * FROM clean"}\n', "")
    done.edit("FROM copy", "FROM clean")
    done.edit("CREATE TABLE one AS SELECT id FROM clean;\n      SELECT * FROM one", "SELECT word FROM clean")
    done.run_changed()
    done.edit("SELECT id, amount", "SELECT id AS key, amount")
    done.edit("SELECT id FROM clean", "SELECT key FROM clean")
    assert {name: edit.category for name, edit in edits(done).items()} == {
        "clean": Category.NON_BREAKING,
        "ids": Category.NON_BREAKING,
    }


def test_a_query_that_can_no_longer_be_made_is_breaking(done: Project) -> None:
    done.edit("id, amount, word FROM wide", "id, amounts, word FROM wide")
    (line,) = lines(done)
    assert line.startswith('breaking: clean can no longer be made: Binder Error: Referenced column "amounts"')


def test_a_column_that_makes_another_query_ambiguous_is_breaking_there(done: Project) -> None:
    done.edit('"SELECT id FROM clean"', '"SELECT more FROM clean, (SELECT 1 AS more)"')
    done.run_changed()
    done.edit("word FROM wide", "word, 1 AS more FROM wide")
    found = edits(done)
    assert found["ids"].category is Category.BREAKING
    assert "mbiguous" in found["ids"].error


def test_data_that_lose_a_column_are_told_like_an_edit(done: Project) -> None:
    done.write("wide.csv", "id,amount\n1,10\n")
    assert lines(done) == ["breaking: wide", "  word will be gone: read by clean"]


def test_asking_executes_nothing(done: Project) -> None:
    done.edit("id, amount, word FROM wide", "id, error('executed') AS amount, word FROM wide")
    assert edits(done)["clean"].error == ""
