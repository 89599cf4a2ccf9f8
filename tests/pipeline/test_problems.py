"""What a user is told of a file that is wrong: everything at once, where it stands, and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seeknal_tui.pipeline.loading import load
from seeknal_tui.pipeline.problems import Problems, UnreadableError, nearest_name
from seeknal_tui.pipeline.reading import read_tree
from tests.pipeline.conftest import Loader

BROKEN = Path(__file__).parents[2] / "sample_pipelines" / "broken.yml"

ONE_PROBLEM = {
    "a misspelt key": (
        "tasks: [{name: a, retires: 1}]",
        '1:19: error: a task has no key "retires": did you mean retries?',
    ),
    "a misspelt list": (
        "tasks: [{name: a}]\ntransfroms: []",
        '2:1: error: a pipeline has no key "transfroms": did you mean transforms?',
    ),
    "a key of another section": (
        "max_parallel: 3\ntasks: [{name: a}]",
        '1:1: error: a pipeline has no key "max_parallel": it is a key of execution',
    ),
    "a misspelt name": (
        "tasks: [{name: sales}, {name: b, depends_on: [slaes]}]",
        '1:47: error: there is no task "slaes": did you mean sales?',
    ),
    "a name that is near to none": (
        "tasks: [{name: sales}, {name: b, depends_on: [zzz]}]",
        '1:47: error: there is no task "zzz": add it, or remove it here',
    ),
    "a misspelt word": (
        "execution: {on_failure: stopp}\ntasks: [{name: a}]",
        '1:25: error: on_failure must be continue or stop, found the text "stopp": did you mean stop?',
    ),
    "a misspelt pool": (
        "execution: {pools: {warehouse: 1}}\ntasks: [{name: a, pool: warehuose}]",
        '2:25: error: there is no pool "warehuose": did you mean warehouse?',
    ),
    "a pool where there are none": (
        "tasks: [{name: a, pool: p}]",
        '1:25: error: there is no pool "p"; there is none: add execution: {pools: {…}}',
    ),
    "more slots than the pool has": (
        "execution: {pools: {p: 1}}\ntasks: [{name: a, pool: {p: 2}}]",
        "2:26: error: the pool p has 1 slots, and this task asks for 2, so it could never start: "
        "ask for fewer or make the pool larger",
    ),
    "a text for a list": (
        "tasks: [{name: a}, {name: b, depends_on: a}]",
        '1:42: error: depends_on must be a list of task names, found the text "a": write [a]',
    ),
    "a number for a text": (
        "tasks: [{name: a, description: 5}]",
        "1:32: error: description must be text, found the number 5: put it in quotes",
    ),
    "a word that YAML takes for a truth value": (
        "tasks: [{name: a, tags: [on]}]",
        '1:26: error: each entry of tags must be text, found "on", which YAML takes for true: put it in quotes',
    ),
    "a date for a text": (
        "tasks: [{name: a, description: 2024-01-01}]",
        "1:32: error: description must be text, found the date 2024-01-01: put it in quotes",
    ),
    "a truth value for a number": (
        "tasks: [{name: a, retries: yes}]",
        '1:28: error: retries must be a whole number from 0, found "yes", which YAML takes for true',
    ),
    "a task that is no mapping": (
        "tasks: [a]",
        '1:9: error: a task must be a mapping with a name, found the text "a": write - name: a',
    ),
    "a mapping for the list of tasks": (
        "tasks: {a: 1}",
        "1:8: error: tasks must be a list of tasks, found a mapping, each beginning with - name: …",
    ),
    "no parallel task": (
        "execution: {max_parallel: 0}\ntasks: [{name: a}]",
        "1:27: error: max_parallel must be a whole number from 1, or auto, found the number 0",
    ),
    "less than no parallel task": (
        "execution: {max_parallel: -2}\ntasks: [{name: a}]",
        "1:27: error: max_parallel must be a whole number from 1, or auto, found the number -2",
    ),
    "a text for max_parallel": (
        "execution: {max_parallel: many}\ntasks: [{name: a}]",
        '1:27: error: max_parallel must be a whole number from 1, or auto, found the text "many"',
    ),
    "an attempt without time": (
        "tasks: [{name: a, timeout: 0s}]",
        "1:28: error: timeout must be a duration longer than zero, such as 500ms, 1.5s, 5m, 1h30m or seconds, "
        'found the text "0s"',
    ),
    "no duration": (
        "tasks: [{name: a, sleep: soon}]",
        '1:26: error: sleep must be a duration, such as 500ms, 1.5s, 5m, 1h30m or seconds, found the text "soon"',
    ),
    "two tasks of one name": (
        "sources: [{name: a}]\ntasks: [{name: a}]",
        "2:16: error: there already is a task a in line 1: every task needs a name of its own",
    ),
    "two results of one table": (
        "tasks: [{name: a, sql: select 1}, {name: A, command: x}]",
        "1:42: error: A and a (line 1) differ only by case, and their results would be the same table: rename one",
    ),
    "a key twice": (
        "tasks:\n  - name: a\n    sleep: 1\n    sleep: 2",
        '4:5: error: the key "sleep" stands here twice, first in line 3: remove one',
    ),
    "two actions": (
        "tasks: [{name: a, sleep: 1, command: x}]",
        "1:29: error: a task does one thing, and this one has sleep and command: remove one, or make two tasks of it",
    ),
    "a dependency on itself": (
        "tasks: [{name: a, depends_on: [a]}]",
        "1:32: error: the task a depends on itself: remove it here",
    ),
    "a cycle": (
        "tasks: [{name: a, depends_on: [b]}, {name: b, depends_on: [c]}, {name: c, depends_on: [a]}]",
        "1:32: error: these tasks wait for each other: a → b → c → a: remove one of the dependencies",
    ),
    "a cycle through SQL": (
        "tasks: [{name: a, depends_on: [b]}, {name: b, sql: from a}]",
        "1:32: error: these tasks wait for each other: a → b → a (b reads a in its sql): "
        "remove one of the dependencies",
    ),
    "a path outside of the sources": (
        "tasks: [{name: a, path: x.csv}]",
        "1:19: error: only a source has path: move this task to sources, or use sql to read data",
    ),
    "a suffix that says nothing": (
        "sources: [{name: a, path: x.dat}]",
        '1:27: error: the suffix of "x.dat" does not say what the data are: add format: csv, parquet, json or jsonl',
    ),
    "data that are missing": (
        "sources: [{name: a, path: x.csv}]",
        '1:27: error: there is no file "x.csv": check the path, which starts from the pipeline file\'s folder',
    ),
    "a glob without a file": (
        "sources: [{name: a, path: 'x*.csv'}]",
        '1:27: error: no file matches "x*.csv": check the path, which starts from the pipeline file\'s folder',
    ),
    "a function that is no dotted name": (
        "tasks: [{name: a, python: scripts/run.py}]",
        "1:27: error: python must be package.module:function (names with dots, one colon, nothing else), "
        'found the text "scripts/run.py"',
    ),
    "a command that names no program": (
        "tasks: [{name: a, command: []}]",
        "1:28: error: the list names no program: its first entry is the program, the others its arguments",
    ),
    "an action without value": (
        "tasks:\n  - name: a\n    sql:\n",
        "3:9: error: sql must be DuckDB SQL, found nothing",
    ),
    "a name with a space": (
        "tasks: [{name: a b}]",
        '1:16: error: "a b" is no name: use letters (a to z), digits, _ - and . only, at least one',
    ),
    "a task without name": ("tasks: [{sleep: 1}]", "1:9: error: this task has no name: add name: …"),
    "an unknown key in an environment": (
        "environments: {dev: {max_paralel: 2}}\ntasks: [{name: a}]",
        '1:22: error: an environment has no key "max_paralel": did you mean max_parallel?',
    ),
    "an environment that would be another folder": (
        "environments: {..: {}}\ntasks: [{name: a}]",
        '1:16: error: ".." is no name: use letters (a to z), digits, _ - and . only, at least one',
    ),
    "an empty file": (
        "",
        "1:1: error: the file is empty: a pipeline needs a list of tasks, such as sources: or tasks:",
    ),
    "a list at the top": (
        "- a",
        "1:1: error: the top of the file must be a mapping with sources:, tasks: and the like",
    ),
    "no task": (
        "name: a",
        "1:1: error: the pipeline has no tasks: add some below sources, transforms, aggregations, tasks",
    ),
    "two documents": (
        "tasks: [{name: a}]\n---\n",
        "2:1: error: a second document begins here: a pipeline file has one; remove the line ---",
    ),
    "a tab": (
        "tasks:\n\t- name: a",
        "2:1: error: this is not YAML: found character that cannot start any token while scanning for the next token: "
        "indent with spaces, never with tabs, and put text that begins with @ or ` in quotes",
    ),
    "SQL that DuckDB cannot parse": (
        "tasks:\n  - name: a\n    sql: |\n      SELECT *\n      FROM x WHERE WHERE",
        '5:20: error: DuckDB cannot parse this SQL: syntax error at or near "WHERE"',
    ),
    "SQL without a SELECT at the end": (
        "tasks:\n  - name: a\n    sql: |\n      SELECT 1;\n      CREATE TABLE x (y INT)",
        "5:7: error: the last statement is CREATE, and a task's result is what a SELECT returns: "
        "end the SQL with a SELECT",
    ),
    "SQL that reads its own rows": (
        "tasks: [{name: a, sql: SELECT * FROM a}]",
        "1:38: error: the task a reads itself: read another task here, or rename this one",
    ),
    "SQL without a statement": (
        "tasks: [{name: a, sql: '-- nothing'}]",
        "1:25: error: there is no statement in this SQL: write a SELECT",
    ),
}


@pytest.mark.parametrize("name", ONE_PROBLEM)
def test_is_told_with_its_place(name: str, loader: Loader) -> None:
    text, expected = ONE_PROBLEM[name]
    told = loader.problems(text)
    if name == "a tab":  # libyaml and PyYAML's own scanner say the same thing in two ways
        told = [one.replace(" while scanning for the next token", "") for one in told]
        expected = expected.replace(" while scanning for the next token", "")
    assert told == [expected]


def test_the_broken_sample_shows_every_mistake_at_once_sorted_by_place() -> None:
    problems = load(BROKEN).problems
    places = [(problem.place.line, problem.place.column) for problem in problems]
    assert places == sorted(places)
    commented = {number for number, line in enumerate(BROKEN.read_text().splitlines(), 1) if " #" in line}
    lines = {line for line, _ in places}
    # A mistake in a block of SQL stands below its task; all others stand on the line with the comment, or one below.
    missing = {line for line in commented if not lines & {line, line + 1, line + 2}}
    assert missing == set()
    assert [problem.severity for problem in problems].count("warning") == 2


def test_a_problem_is_shown_as_a_compiler_shows_it(loader: Loader) -> None:
    (problem,) = loader.load("tasks: [{name: a, x: 1}]").problems
    assert str(problem).startswith(f"{loader.file}:1:19: error: a task has no key")


def test_each_group_of_tasks_in_a_circle_is_told_once(loader: Loader) -> None:
    told = loader.problems("""
        tasks:
          - {name: a, depends_on: [b]}
          - {name: b, depends_on: [a, c]}
          - {name: c, depends_on: [d]}
          - {name: d, depends_on: [e, c]}
          - {name: e}
          - {name: f, depends_on: [a]}
        """)
    assert [one.partition("each other: ")[2].partition(":")[0] for one in told] == ["a → b → a", "c → d → c"]


def test_many_problems_end_with_how_many_more_there_are(loader: Loader) -> None:
    told = loader.problems("tasks:\n" + "  - {name: a, x: 1}\n" * 500)
    assert len(told) == 201
    assert told[-1].endswith("and 799 more problems: repair these first")


def test_what_an_alias_repeats_is_told_once(loader: Loader) -> None:
    assert len(loader.problems("tasks: [{name: a, tags: &t [1]}, {name: b, tags: *t}]")) == 1


class TestSharedOutputs:
    @pytest.mark.parametrize(("one", "other"), [("out", "out"), ("./out/../out", "out/"), ("out", "out/a/b.txt")])
    def test_two_writers_of_one_path_without_an_order_are_a_warning(self, loader: Loader, one: str, other: str) -> None:
        (told,) = loader.problems(f"""
            tasks:
              - {{name: a, outputs: [{one}]}}
              - {{name: b, outputs: [{other}]}}
            """)
        assert told.startswith('4:24: warning: b and a both write "out')
        assert "neither waits for the other" in told

    def test_writers_in_an_order_are_right(self, loader: Loader) -> None:
        loader.pipeline("""
            tasks:
              - {name: a, outputs: [out]}
              - {name: b, outputs: [out/b, out/c], depends_on: [between]}
              - {name: between, depends_on: [a]}
              - {name: c, outputs: [output]}
            """)

    def test_a_source_of_data_that_another_task_writes_must_wait_for_it(self, loader: Loader) -> None:
        told = loader.problems("sources: [{name: a, path: x.csv}]\ntasks: [{name: m, outputs: [x.csv]}]")
        assert told == [
            "1:27: warning: m writes these data, and this source does not wait for it: add depends_on: [m]",
        ]


def test_a_key_that_has_no_effect_is_a_warning(loader: Loader) -> None:
    told = loader.problems("tasks: [{name: a, sleep: 1, cwd: x}]")
    assert told == ["1:29: warning: cwd has no effect here, it is for tasks with command or python: remove it"]


def test_a_table_that_is_nearly_a_task_is_a_warning(loader: Loader) -> None:
    told = loader.problems("tasks: [{name: customers}, {name: b, sql: SELECT * FROM costumers JOIN other USING (x)}]")
    assert told == ['1:57: warning: there is no task "costumers": did you mean customers?']


def test_a_missing_file_is_told_with_the_nearest_of_its_folder(loader: Loader) -> None:
    (loader.folder / "flights.csv").touch()
    told = loader.problems("sources: [{name: a, path: fligths.csv}]")
    assert told == ['1:27: error: there is no file "fligths.csv": did you mean flights.csv?']


@given(st.text(max_size=200) | st.text(st.sampled_from("-:[]{}&*!|>'\"%@`#? \n\tab"), max_size=60))
def test_no_text_makes_the_reader_fail(text: str) -> None:
    problems = Problems("file")
    try:
        read_tree(text, problems)
    except UnreadableError as error:
        problems.error(error, error.message)
    assert all(str(problem).isprintable() and problem.place.line >= 1 for problem in problems.sorted())


@given(
    st.dictionaries(
        st.sampled_from(["name", "sql", "command", "retries", "pool", "tags", "env", "x"]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
            max_leaves=6,
        ),
    )
)
def test_no_task_makes_the_checks_fail(task: dict[str, object]) -> None:
    import tempfile

    import yaml

    with tempfile.NamedTemporaryFile("w", suffix=".yml", encoding="utf-8") as file:
        yaml.safe_dump({"tasks": [task, {"name": "b", "depends_on": ["a"]}]}, file)
        file.flush()
        loaded = load(Path(file.name))
    assert (loaded.pipeline is None) == any(problem.severity == "error" for problem in loaded.problems)


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [("slaes", "sales"), ("SALES", "sales"), ("sale", "sales"), ("customer", "customers"), ("qqq", None), ("", None)],
)
def test_the_nearest_name_is_the_one_that_was_meant(wrong: str, expected: str | None) -> None:
    assert nearest_name(wrong, ["sales", "customers", "clean_sales"]) == expected
