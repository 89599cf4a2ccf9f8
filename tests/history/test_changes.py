"""For each kind of change: exactly the tasks run whose results would be others, and the reason is told."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from seeknal_tui.history.changes import find_changes
from seeknal_tui.run.plan import NotRunnable
from tests.history.projects import Project

ALL = {
    *("sales", "extra", "clean", "joined", "total", "direct", "call", "shell", "refer", "nap", "meet", "last"),
}
AFTER_TOTAL = {"total", "call", "nap", "meet", "last"}
AFTER_CLEAN = {"clean", "joined", *AFTER_TOTAL}
AFTER_SHELL = {"shell", "meet", "last"}


@pytest.fixture
def done(project: Project) -> Project:
    """The project when everything has run."""
    project.run_all()
    assert project.run_changed() == set()
    return project


def test_everything_runs_that_never_ran(project: Project) -> None:
    assert project.run_changed() == ALL
    assert project.run_changed() == set()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("FROM sales -- all of them", "FROM sales  -- each and every one"),
        ("SELECT id, amount, 'a b' AS word", "select  id,\n                amount, 'a b' as word"),
        ("- name: clean\n", "# a comment\n  - name: clean\n    description: Without the bad ones\n    tags: [a, b]\n"),
        ("- name: clean\n", "- name: clean\n    retries: 3\n    timeout: 5m\n    estimate: 2s\n    retry_delay: 1s\n"),
        ("sources:\n", "name: another\nexecution: {max_parallel: 2}\nsources:\n"),
        ("command: sh script.sh", "command: 'sh script.sh'"),
    ],
)
def test_what_has_no_bearing_on_results_runs_nothing(done: Project, before: str, after: str) -> None:
    done.edit(before, after)
    assert done.run_changed() == set()


def test_the_order_of_keys_and_of_tasks_runs_nothing(done: Project) -> None:
    line = "  - {name: total, sql: SELECT sum(amount) AS total FROM joined}\n"
    other = "  - {sql: SELECT sum(amount) AS total FROM joined, name: total}\n"
    done.edit(line, "")
    done.edit("tasks:\n", other + "tasks:\n")
    assert done.run_changed() == set()


EDITS: dict[str, tuple[str, str, set[str], str, str]] = {
    "sql": ("id, amount,", "id, amount + 1 AS amount,", AFTER_CLEAN, "clean", "its SQL changed"),
    "a space in a text": ("'a b'", "'a  b'", AFTER_CLEAN, "clean", "its SQL changed"),
    "a name in quotes": ("AS word", 'AS "Word"', AFTER_CLEAN, "clean", "its SQL changed"),
    "path": ("data/extra/*.csv", "data/extra/one.csv", {"extra", "joined", *AFTER_TOTAL}, "extra", "its path changed"),
    "format": (
        "data/extra/*.csv}",
        "data/extra/*.csv, format: csv}\n  - {name: unused, sleep: 0}",
        {"unused"},
        "unused",
        "it never ran",
    ),
    "command": ("sh script.sh", "sh  script.sh", AFTER_SHELL, "shell", "its command changed"),
    "argument list": ("command: sh script.sh", "command: [sh, script.sh]", AFTER_SHELL, "shell", "its command changed"),
    "function": ("code:go", "code:go2", {"call", "nap", "meet", "last"}, "call", "its function is another"),
    "variable of a command": (
        'outputs: [out.txt], env: {LEVEL: "1"}',
        'outputs: [out.txt], env: {LEVEL: "2"}',
        AFTER_SHELL,
        "shell",
        "its variable LEVEL changed",
    ),
    "variable of a function": (
        'depends_on: [total], env: {LEVEL: "1"}',
        'depends_on: [total], env: {LEVEL: "1", MORE: "x"}',
        {"call", "nap", "meet", "last"},
        "call",
        "its variable MORE changed",
    ),
    "outputs": ("[out.txt]", "[out.txt, script.sh]", AFTER_SHELL, "shell", "its outputs changed"),
    "cwd": ("{name: refer,", "{name: refer, cwd: data,", {"refer"}, "refer", "its folder (cwd) changed"),
    "duration": ("sleep: 1ms", "sleep: 2ms", {"nap", "meet", "last"}, "nap", "its duration changed"),
    "dependency": (
        "depends_on: [call]",
        "depends_on: [call, refer]",
        {"nap", "meet", "last"},
        "nap",
        "its dependencies changed",
    ),
    "action": ("sleep: 1ms", "command: 'true'", {"nap", "meet", "last"}, "nap", "it does something else"),
}


@pytest.mark.parametrize("what", EDITS)
def test_another_definition_runs_the_task_and_all_downstream(done: Project, what: str) -> None:
    before, after, ran, task, reason = EDITS[what]
    done.edit(before, after)
    assert reason in done.reasons()[task]
    assert done.run_changed() == ran
    assert done.run_changed() == set()


def test_a_renamed_task_runs_and_so_does_what_reads_it(done: Project) -> None:
    done.edit("name: joined", "name: merged")
    done.edit("FROM joined", "FROM merged")
    assert done.run_changed() == {"merged", *AFTER_TOTAL}


def test_a_task_that_is_gone_runs_nothing_but_what_waited_for_it(done: Project) -> None:
    done.edit("  - {name: refer, command: 'echo \"$SEEKNAL_TUI_TEST_WORD\"'}\n", "")
    assert done.run_changed() == set()
    done.edit("depends_on: [nap, shell]", "depends_on: [nap]")
    assert done.run_changed() == {"meet", "last"}


# Files


def test_other_data_run_what_reads_them(done: Project) -> None:
    done.write("data/sales.csv", "id,amount\n1,11\n2,20\n")
    assert done.reasons()["sales"] == ("`data/sales.csv` changed",)
    assert done.reasons()["clean"] == ("upstream `sales` runs again",)
    # The script names data/sales.csv itself, where no one can see it.
    assert done.run_changed() == {"sales", "direct", *AFTER_CLEAN}


def test_a_touched_file_runs_nothing(done: Project) -> None:
    os.utime(done.folder / "data/sales.csv")
    copy = shutil.copy(done.folder / "data/sales.csv", done.folder / "copy.csv")
    Path(copy).replace(done.folder / "data/sales.csv")
    assert done.run_changed() == set()


def test_another_content_of_equal_size_and_time_is_another_file(done: Project) -> None:
    file = done.folder / "data/sales.csv"
    stat = file.stat()
    file.write_text(file.read_text().replace("10", "99"))
    os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert done.run_changed() == {"sales", "direct", *AFTER_CLEAN}


def test_a_file_more_or_less_under_a_pattern_counts(done: Project) -> None:
    ran = {"extra", "joined", *AFTER_TOTAL}
    done.write("data/extra/two.csv", "id\n2\n")
    assert done.reasons()["extra"] == ("`data/extra/two.csv` is new",)
    assert done.run_changed() == ran
    (done.folder / "data/extra/two.csv").unlink()
    assert done.reasons()["extra"] == ("`data/extra/two.csv` is gone",)
    assert done.run_changed() == ran


def test_the_code_of_a_function_and_what_it_imports_of_the_project_counts(done: Project) -> None:
    done.write("helper.py", "WORD = 'two and more'\n")
    assert done.reasons()["call"] == ("`helper.py` changed",)
    assert done.run_changed() == {"call", "nap", "meet", "last"}
    done.write("code.py", "def go():\n    pass\n")
    assert done.run_changed() == {"call", "nap", "meet", "last"}
    done.write("helper.py", "WORD = 'three'\n")
    assert done.run_changed() == set()


def test_finding_the_code_of_a_function_executes_none_of_it(project: Project) -> None:
    project.write("code.py", "open('executed', 'w')\ndef go(): pass\n")
    project.changes()
    assert not (project.folder / "executed").exists()


def test_a_script_that_a_command_names_counts(done: Project) -> None:
    done.write("script.sh", "echo changed > out.txt\n")
    assert done.reasons()["shell"] == ("`script.sh` changed",)
    assert done.run_changed() == AFTER_SHELL


def test_a_variable_that_a_command_refers_to_counts(done: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEEKNAL_TUI_TEST_WORD", "another")
    assert done.run_changed() == set()  # those beginning so are the run's own
    done.edit("SEEKNAL_TUI_TEST_WORD", "TEST_WORD")
    assert done.run_changed() == {"refer"}
    monkeypatch.setenv("TEST_WORD", "another")
    assert done.reasons()["refer"] == ("its variable TEST_WORD changed",)
    assert done.run_changed() == {"refer"}


# Results


RESULTS: dict[str, tuple[Callable[[Path], object], str]] = {
    "gone": (Path.unlink, "its result is gone"),
    "another": (lambda file: file.write_bytes(file.read_bytes()), "its result is not the one that it wrote"),
}


@pytest.mark.parametrize("what", RESULTS)
def test_a_result_must_be_the_one_that_the_task_wrote(done: Project, what: str) -> None:
    spoil, reason = RESULTS[what]
    spoil(done.folder / "target/joined.parquet")
    assert done.reasons()["joined"] == (reason,)
    assert done.run_changed() == {"joined", *AFTER_TOTAL}


def test_outputs_must_be_as_the_task_left_them(done: Project) -> None:
    done.write("out.txt", "something else")
    assert done.reasons()["shell"] == ("its output `out.txt` was changed",)
    assert done.run_changed() == AFTER_SHELL
    (done.folder / "out.txt").unlink()
    assert done.reasons()["shell"] == ("its output `out.txt` is gone",)
    assert done.run_changed() == AFTER_SHELL


def test_tasks_that_write_one_output_in_turn_leave_it_as_they_all_mean_it(project: Project) -> None:
    project.define(
        """
        tasks:
          - {name: one, command: echo 1 > shared.txt, outputs: [shared.txt]}
          - {name: two, command: echo 2 >> shared.txt, outputs: [shared.txt], depends_on: [one]}
        """
    )
    project.run_all()
    assert project.run_changed() == set()


def test_a_result_that_was_made_while_nobody_remembered_is_made_again(done: Project) -> None:
    (done.folder / "target/.seeknal_tui/history.sqlite").unlink()
    assert done.reasons()["clean"] == ("how its result was made is not known",)
    assert done.run_changed() == ALL


# What ran in between


def test_what_ran_alone_makes_its_downstream_run(done: Project) -> None:
    done.run_only("clean")
    assert done.reasons()["joined"] == ("upstream `clean` reran",)
    assert done.run_changed() == {"joined", *AFTER_TOTAL}


FAILED_BEFORE = """
tasks:
  - {name: first, command: "true"}
  - {name: second, command: "true"}
  - {name: last, command: "true", depends_on: [first, second]}
"""


def test_what_was_skipped_tells_that_and_not_which_upstream_tasks_ran_before(project: Project) -> None:
    project.define(FAILED_BEFORE)
    project.run_all()
    project.edit('second, command: "true"', "second, command: exit 1")
    project.run_all()
    assert project.reasons() == {
        "second": ("it failed when it last ran",),
        "last": ("it was skipped in its last run", "upstream `second` runs again"),
    }


def test_an_upstream_task_without_a_result_that_runs_too_is_a_reason_by_that(project: Project) -> None:
    project.define(FAILED_BEFORE)
    project.run_all()
    project.edit('second, command: "true"', "second, command: exit 1")
    project.run_only("second")
    assert project.reasons()["last"] == ("upstream `second` runs again",)
    pipeline = project.pipeline()
    alone = find_changes(pipeline, frozenset({pipeline.numbers["last"]}))
    assert alone.reasons[pipeline.numbers["last"]] == ("how the result of upstream `second` was made is not known",)


def test_an_edit_that_was_taken_back_before_it_ran_runs_nothing(done: Project) -> None:
    done.edit("id, amount,", "id, amount + 1 AS amount,")
    done.edit("id, amount + 1 AS amount,", "id, amount,")
    assert done.run_changed() == set()


def test_a_query_that_failed_leaves_the_result_before_it_standing(done: Project) -> None:
    done.edit("id, amount,", "id, error('no') AS amount,")
    done.run_only("clean")
    assert set(done.reasons()) == AFTER_CLEAN
    done.edit("id, error('no') AS amount,", "id, amount,")
    assert done.run_changed() == set()


def test_a_command_that_failed_has_perhaps_done_half_of_it_and_runs_again(done: Project) -> None:
    done.edit("sh script.sh", "exit 1")
    done.run_only("shell")
    done.edit("exit 1", "sh script.sh")
    assert done.reasons()["shell"] == ("it failed when it last ran",)
    assert done.run_changed() == AFTER_SHELL


def test_a_source_that_is_edited_while_its_task_runs_has_changed(project: Project) -> None:
    project.define(
        """
        tasks:
          - {name: reads, command: "cat data/sales.csv; sh script.sh"}
        """
    )
    project.write("script.sh", "echo 3,30 >> data/sales.csv\n")
    project.run_all()
    assert project.reasons()["reads"] == ("`data/sales.csv` changed while the task ran",)


# Selections


def test_only_what_is_selected_and_has_changed_runs(done: Project) -> None:
    done.edit("id, amount,", "id, amount + 1 AS amount,")
    done.write("script.sh", "echo changed > out.txt\n")
    assert done.run_changed(selected="clean+1") == {"clean", "joined"}
    assert done.run_changed(excluded="shell+") == {"total", "call", "nap"}
    assert done.run_changed() == AFTER_SHELL


def test_a_task_does_not_run_for_the_sake_of_one_that_is_not_selected(done: Project) -> None:
    done.edit("id, amount,", "id, amount + 1 AS amount,")
    assert done.run_changed(selected="joined+") == set()
    assert done.run_changed() == AFTER_CLEAN


def test_a_selection_that_reads_what_is_not_there_is_refused(project: Project) -> None:
    with pytest.raises(NotRunnable, match="no result of extra, clean"):
        project.run_changed(selected="joined")


# The clock and what cannot be known


def test_what_asks_for_the_time_runs_each_time_and_what_asks_for_the_date_on_another_day(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.define(
        """
        tasks:
          - {name: at, sql: SELECT now() AS at}
          - {name: day, sql: SELECT current_date AS day}
          - {name: chance, sql: SELECT random() AS chance}
        """
    )
    project.run_all()
    assert project.reasons() == {"at": ("it asks for the time of day",)}
    monkeypatch.setattr("time.strftime", lambda *_: "2001-01-01")
    assert project.reasons()["day"] == ("it asks for the date, and a new day began",)


def test_what_reads_something_of_which_nothing_can_be_known_runs_each_time(project: Project) -> None:
    project.define(
        """
        tasks:
          - name: attached
            sql: |
              ATTACH ':memory:' AS other;
              SELECT 1 AS one
        """
    )
    project.run_all()
    assert project.reasons() == {"attached": ("it reads ATTACH, of which nothing can be known",)}
    assert project.run_changed() == {"attached"}


# Environments


def test_an_environment_reads_what_production_has_made(done: Project) -> None:
    done.edit("sources:\n", "environments: {dev: {}}\nsources:\n")
    assert done.run_changed("dev") == set()
    done.edit("id, amount,", "id, amount + 1 AS amount,")
    assert done.run_changed("dev") == AFTER_CLEAN
    assert done.run_changed("dev") == set()
    assert done.run_changed() == AFTER_CLEAN


def test_an_environment_that_sets_variables_runs_what_has_them(done: Project) -> None:
    done.edit("sources:\n", "environments: {dev: {env: {PLACE: here}}}\nsources:\n")
    assert done.run_changed("dev") == {"call", "shell", "refer", "nap", "meet", "last"}
    assert done.run_changed() == {"shell", "meet", "last"}  # dev wrote its output anew


def test_what_production_makes_anew_is_read_by_an_environment(done: Project) -> None:
    done.edit("sources:\n", "environments: {dev: {}}\nsources:\n")
    done.run_only("joined", environment="dev")
    assert done.run_changed("dev") == AFTER_TOTAL
    done.run_only("clean")
    assert done.reasons("dev")["joined"] == ("upstream `clean` reran",)
    assert done.run_changed("dev") == {"joined", *AFTER_TOTAL}


def test_results_of_an_environment_that_were_removed_are_productions_again(done: Project) -> None:
    done.edit("sources:\n", "environments: {dev: {}}\nsources:\n")
    done.run_only("clean", environment="dev")
    shutil.rmtree(done.folder / "target/environments/dev")
    assert done.run_changed("dev") == set()
