"""One run at a time of a pipeline in an environment; the processes and the locks are real."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from seeknal_tui.run.run_lock import AlreadyRunning, RunLock, lock_path, running_owner

HOLDER = """
import sys, time
from pathlib import Path
from seeknal_tui.run.run_lock import RunLock
RunLock(Path(sys.argv[1])).take("8f3c", 1_700_000_000.0)
print("taken", flush=True)
time.sleep(600)
"""


@contextmanager
def another_process_runs(target: Path) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen([sys.executable, "-c", HOLDER, str(target)], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "taken\n"
        yield process
    finally:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


class TestOneRunAtATime:
    def test_a_second_run_is_refused_and_told_who_runs_since_when_and_what_to_do(self, tmp_path: Path) -> None:
        with another_process_runs(tmp_path) as process, pytest.raises(AlreadyRunning) as refusal:
            RunLock(tmp_path).take("0000", 0.0)
        assert refusal.value.owner == (process.pid, "8f3c", 1_700_000_000.0)
        assert f"run 8f3c of process {process.pid}, since " in str(refusal.value)
        assert "seeknal-tui watch" in str(refusal.value)

    def test_a_process_that_was_killed_runs_nothing_any_more(self, tmp_path: Path) -> None:
        with another_process_runs(tmp_path) as process:
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
            assert running_owner(tmp_path) is None
            RunLock(tmp_path).take("0000", 0.0)
            assert running_owner(tmp_path) == (os.getpid(), "0000", 0.0)

    def test_other_folders_of_results_are_free(self, tmp_path: Path) -> None:
        with another_process_runs(tmp_path / "target"):
            RunLock(tmp_path / "target" / "environments" / "dev").take("0000", 0.0)

    def test_when_a_run_has_ended_the_next_may_begin(self, tmp_path: Path) -> None:
        first, second = RunLock(tmp_path), RunLock(tmp_path)
        first.take("1111", 0.0)
        with pytest.raises(AlreadyRunning):
            second.take("2222", 0.0)
        first.release()
        second.take("2222", 0.0)

    def test_nobody_runs_where_nothing_ever_ran(self, tmp_path: Path) -> None:
        assert running_owner(tmp_path) is None
        assert not lock_path(tmp_path).exists()


class TestReaders:
    def test_a_reader_that_is_not_done_keeps_the_run_alive_until_it_is(self, tmp_path: Path) -> None:
        lock = RunLock(tmp_path)
        lock.share()
        lock.take("1111", 0.0)
        lock.release()
        assert running_owner(tmp_path) == (os.getpid(), "1111", 0.0)
        lock.take("2222", 0.0)  # the same process may begin the next run meanwhile
        for _ in range(3):
            lock.release()
        assert running_owner(tmp_path) is None

    def test_many_that_look_who_runs_hinder_no_run(self, tmp_path: Path) -> None:
        looking = [
            "from pathlib import Path",
            "from seeknal_tui.run.run_lock import running_owner",
            f"path = Path({str(tmp_path)!r})",
            "print('looking', flush=True)",
            "while True: running_owner(path)",
        ]
        process = subprocess.Popen([sys.executable, "-c", "\n".join(looking)], stdout=subprocess.PIPE)
        try:
            assert process.stdout is not None
            process.stdout.readline()
            lock = RunLock(tmp_path)
            for number in range(200):
                lock.take(str(number), 0.0)
                lock.release()
        finally:
            process.kill()
            process.wait()
            assert process.stdout is not None
            process.stdout.close()


class TestWhereThereCanBeNoLock:
    def test_a_folder_that_cannot_be_made_refuses_nobody(self, tmp_path: Path) -> None:
        (tmp_path / "target").write_text("a file is in the way")
        RunLock(tmp_path / "target").take("1111", 0.0)
        assert running_owner(tmp_path / "target") is None

    def test_a_lock_file_with_nonsense_in_it_still_tells_that_somebody_runs(self, tmp_path: Path) -> None:
        with another_process_runs(tmp_path):
            lock_path(tmp_path).write_text("{nonsense")
            owner = running_owner(tmp_path)
            assert owner is not None
            assert owner.pid == 0
