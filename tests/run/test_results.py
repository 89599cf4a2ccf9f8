"""The folder of results: whole files under the tasks' names, and nothing left of runs that are over."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seeknal_tui.run.actions.attempt import ActionFailed
from seeknal_tui.run.results import Results

task_names = st.text("abAB09_-.", min_size=1, max_size=12)


@pytest.fixture
def results(tmp_path: Path) -> Results:
    return Results(tmp_path / "target", "run1")


def write(results: Results, name: str, content: str, attempt: int = 1) -> Path:
    path = results.new_temporary(name, attempt)
    path.write_text(content)
    return path


def test_a_published_result_stands_under_the_name_of_its_task(results: Results) -> None:
    assert not results.exists("sales")
    assert results.publish(write(results, "sales", "rows"), "sales") == 4
    assert results.exists("sales")
    assert results.path_of("sales") == results.target / "sales.parquet"


def test_a_new_result_takes_the_place_of_the_old(results: Results) -> None:
    results.publish(write(results, "sales", "old"), "sales")
    results.publish(write(results, "sales", "new", attempt=2), "sales")
    assert results.path_of("sales").read_text() == "new"


def test_a_result_being_written_is_no_result(results: Results) -> None:
    write(results, "sales", "half")
    assert not results.exists("sales")
    assert list(results.target.glob("*.parquet")) == []


def test_reading_creates_nothing(tmp_path: Path) -> None:
    results = Results(tmp_path / "target")
    assert not results.exists("sales")
    assert not (tmp_path / "target").exists()


@given(st.sets(task_names, min_size=2, max_size=6), st.integers(1, 12))
def test_every_task_and_attempt_has_files_of_its_own_in_the_folder_meant_for_them(
    names: set[str], attempts: int
) -> None:
    results = Results(Path("/target"), "run1")
    paths = [function(name) for name in names for function in (results.path_of, results.log_path, results.profile_path)]
    assert len(set(paths)) == len(paths)
    for path in paths:
        assert os.path.normpath(path) == str(path)
        assert path.parent in (Path("/target"), Path("/target/.seeknal_tui/run1"))


def test_names_of_dots_are_names_of_files(results: Results) -> None:
    for name in (".", "..", "...", ".seeknal_tui", "-", "tmp"):
        results.publish(write(results, name, name), name)
    assert [results.path_of(name).read_text() for name in (".", "..", "...", "tmp")] == [".", "..", "...", "tmp"]


def test_a_rest_of_a_former_attempt_is_not_taken_for_rows(results: Results) -> None:
    write(results, "sales", "half")
    assert not results.new_temporary("sales", 1).exists()


def test_closing_leaves_the_results_only(results: Results) -> None:
    results.publish(write(results, "sales", "rows"), "sales")
    write(results, "other", "half")
    results.close()
    results.close()
    assert [path.name for path in results.target.rglob("*")] == ["sales.parquet"]


def test_logs_outlive_the_run(results: Results) -> None:
    results.publish(write(results, "sales", "rows"), "sales")
    results.log_path("sales").parent.mkdir(parents=True)
    results.log_path("sales").write_text("said")
    results.close()
    assert results.log_path("sales").read_text() == "said"


def test_a_run_that_lives_keeps_its_files(results: Results) -> None:
    half = write(results, "sales", "half")
    other = Results(results.target, "run2")
    write(other, "sales", "half, too")
    other.close()
    assert half.read_text() == "half"


def test_files_of_a_killed_run_are_removed_by_the_next(tmp_path: Path) -> None:
    target = tmp_path / "target"
    code = (
        "import sys, time; from pathlib import Path; from seeknal_tui.run.results import Results\n"
        "Results(Path(sys.argv[1]), 'dead').new_temporary('sales', 1).write_text('half')\n"
        "print('written', flush=True)\n"
        "time.sleep(60)"
    )
    process = subprocess.Popen([sys.executable, "-c", code, str(target)], stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    living = Results(target, "living")
    living.new_temporary("sales", 1)
    assert (target / ".seeknal_tui/tmp/dead/sales.1.parquet").exists()
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    next_one = Results(target, "next")
    next_one.new_temporary("sales", 1)
    assert sorted(path.name for path in (target / ".seeknal_tui/tmp").iterdir()) == [
        "living",
        "living.lock",
        "next",
        "next.lock",
    ]
    living.close()
    next_one.close()


def test_a_folder_without_its_lock_is_removed(results: Results) -> None:
    stray = results.target / ".seeknal_tui/tmp/stray"
    stray.mkdir(parents=True)
    write(results, "sales", "half")
    assert not stray.exists()


def test_a_vanished_folder_fails_the_task_with_a_message(results: Results) -> None:
    temporary = write(results, "sales", "rows")
    temporary.unlink()
    with pytest.raises(ActionFailed, match="vanished while the task ran"):
        results.publish(temporary, "sales")


def test_a_target_that_is_a_file_fails_the_task_with_a_message(tmp_path: Path) -> None:
    (tmp_path / "target").write_text("in the way")
    with pytest.raises(ActionFailed, match="cannot write the result into"):
        Results(tmp_path / "target", "run1").new_temporary("sales", 1)


def test_a_folder_under_the_name_of_a_result_fails_the_task_with_a_message(results: Results) -> None:
    results.path_of("sales").mkdir(parents=True)
    with pytest.raises(ActionFailed, match="cannot write the result into"):
        results.publish(write(results, "sales", "rows"), "sales")
