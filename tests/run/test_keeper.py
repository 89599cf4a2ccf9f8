"""What happens when the runner is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import psutil
import pytest

from seeknal_tui.run import strays
from seeknal_tui.run.keeper import Keeper
from tests.run.attempts import lives, wait_for

RUNNER = """
import sys, threading
from pathlib import Path
from seeknal_tui.run.keeper import Keeper
from tests.run.attempts import command

cookie, folder = sys.argv[1], Path(sys.argv[2])
keeper = Keeper.start(cookie, folder / "temporary")
attempt = command(folder, sys.argv[3], cookie=cookie)
attempt.context.emit_output = lambda stream, text: print(keeper.pid, flush=True)
attempt.run()
"""
"""Runs one command; prints its keeper's number as soon as the command prints anything."""


@dataclass
class Runner:
    """A runner in a process of its own, with a task that runs and folders of its own."""

    process: subprocess.Popen[str]
    cookie: str
    folder: Path
    keeper: int = 0

    def kill(self, number: signal.Signals = signal.SIGKILL) -> None:
        os.killpg(self.process.pid, number)
        self.process.communicate()

    def has_no_traces(self) -> bool:
        return not (strays.find(self.cookie) or lives(self.keeper) or (self.folder / "temporary").exists())


def start(folder: Path, line: str) -> Runner:
    (folder / "temporary").mkdir()
    (folder / "temporary" / "half.parquet").touch()
    cookie = uuid4().hex
    process = subprocess.Popen(
        [sys.executable, "-c", RUNNER, cookie, str(folder), line],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
        cwd=Path(__file__).parents[2],
    )
    assert process.stdout is not None
    return Runner(process, cookie, folder, int(process.stdout.readline()))


@pytest.mark.parametrize(
    "line",
    [
        "echo on; sleep 60",
        "setsid nohup sleep 60 & echo on; wait",
        "(setsid sh -c 'sleep 60 & exit' > /dev/null 2>&1 &); sleep 0.1; echo on; sleep 60",
        "trap '' TERM; echo on; while :; do sleep 0.05; done",
    ],
    ids=["in its group", "in another session", "a daemon", "ignoring SIGTERM"],
)
def test_what_a_killed_runner_leaves_is_cleaned_up(tmp_path: Path, line: str) -> None:
    runner = start(tmp_path, line)
    assert strays.find(runner.cookie)
    runner.kill()
    wait_for(runner.has_no_traces)


def test_the_keeper_outlives_signals_to_the_runners_group_and_to_itself(tmp_path: Path) -> None:
    runner = start(tmp_path, "echo on; sleep 60")
    wait_for(lambda: ignores(runner.keeper, signal.SIGTERM))
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        os.kill(runner.keeper, number)
    runner.kill(signal.SIGTERM)
    wait_for(runner.has_no_traces)


def ignores(pid: int, number: signal.Signals) -> bool:
    if not Path(f"/proc/{pid}/status").exists():
        pytest.skip("only Linux tells which signals a process ignores")
    status = dict(line.split(":\t", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return bool(int(status["SigIgn"], 16) & 1 << number - 1)


@pytest.fixture
def keeper(tmp_path: Path) -> Iterator[Keeper]:
    keeper = Keeper.start(uuid4().hex, tmp_path / "temporary")
    yield keeper
    keeper.close()


def test_a_runner_that_ends_in_good_order_ends_its_keeper_and_keeps_its_folder(tmp_path: Path) -> None:
    (tmp_path / "temporary").mkdir()
    keeper = Keeper.start(uuid4().hex, tmp_path / "temporary")
    keeper.close()
    keeper.close()
    assert not psutil.pid_exists(keeper.pid)
    assert (tmp_path / "temporary").exists()


def test_no_process_started_later_holds_the_keepers_pipe(tmp_path: Path) -> None:
    before = inherited_files()
    keeper = Keeper.start(uuid4().hex, tmp_path / "temporary")
    try:
        assert inherited_files() == before
    finally:
        keeper.close()


def inherited_files() -> int:
    """How many files a process has open that was given all that can be given to it."""
    program = "import os; print(len(os.listdir('/dev/fd')))"
    return int(subprocess.run([sys.executable, "-c", program], close_fds=False, capture_output=True, check=True).stdout)


def test_the_keeper_is_not_found_by_the_cookie(tmp_path: Path) -> None:
    cookie = uuid4().hex
    keeper = Keeper.start(cookie, tmp_path)
    try:
        assert strays.find(cookie) == []
        assert strays.end_all(cookie) == 0
        assert lives(keeper.pid)
    finally:
        keeper.close()


def test_the_keeper_is_in_a_session_of_its_own_and_small(keeper: Keeper) -> None:
    wait_for(lambda: ignores(keeper.pid, signal.SIGHUP))
    assert os.getsid(keeper.pid) == keeper.pid
    assert psutil.Process(keeper.pid).memory_info().rss < 30_000_000


def test_a_process_forked_from_the_runner_does_not_keep_the_keeper_waiting(tmp_path: Path) -> None:
    program = f"""
import os, sys, time
from pathlib import Path
from seeknal_tui.run.keeper import Keeper
keeper = Keeper.start("{uuid4().hex}", Path(sys.argv[1]))
forked = os.fork()
if forked == 0:
    os.close(1)
    time.sleep(60)
    os._exit(0)
print(keeper.pid, forked, flush=True)
os.kill(os.getpid(), 9)
"""
    (tmp_path / "temporary").mkdir()
    arguments = [sys.executable, "-c", program, str(tmp_path / "temporary")]
    output = subprocess.run(arguments, stdout=subprocess.PIPE, check=False).stdout
    keeper, forked = map(int, output.split())
    try:
        wait_for(lambda: not lives(keeper))
        assert not (tmp_path / "temporary").exists()
    finally:
        os.kill(forked, signal.SIGKILL)
