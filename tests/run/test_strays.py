"""Finding processes by their cookie and ending them."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Iterator
from unittest.mock import patch
from uuid import uuid4

import psutil
import pytest

from seeknal_tui.run import strays
from tests.run.attempts import wait_for


class Started:
    """Processes that carry one cookie."""

    def __init__(self) -> None:
        self.cookie = uuid4().hex
        self.processes: list[subprocess.Popen[bytes]] = []

    def start(self, line: str, **environ: str) -> int:
        """Start a shell, wait until it says that it is ready, and return its number."""
        process = subprocess.Popen(
            ["/bin/sh", "-c", line],
            env={**os.environ, strays.COOKIE: self.cookie, **environ},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        self.processes.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        return process.pid

    def found(self, **others: object) -> set[int]:
        return {entry.process.pid for entry in strays.find(self.cookie, **others)}  # type: ignore[arg-type]

    def finish(self) -> None:
        strays.end_all(self.cookie, 0)
        for process in self.processes:
            process.kill()
            process.communicate()


@pytest.fixture
def started() -> Iterator[Started]:
    started = Started()
    yield started
    started.finish()


SLEEP = "echo ready; exec sleep 60"


def test_what_carries_the_cookie_is_found(started: Started) -> None:
    pid = started.start(SLEEP)
    assert started.found() == {pid}


def test_another_cookie_is_not_found(started: Started) -> None:
    started.start(SLEEP)
    assert strays.find(started.cookie[:-1]) == []
    assert strays.find("") == []


def test_of_one_task_only_its_own_are_found(started: Started) -> None:
    sales = started.start(SLEEP, SEEKNAL_TUI_TASK="sales")
    started.start(SLEEP, SEEKNAL_TUI_TASK="sales_daily")
    assert started.found(task="sales") == {sales}


def test_a_group_is_found_without_cookie(started: Started) -> None:
    pid = started.start(SLEEP, SEEKNAL_TUI_COOKIE="")
    assert started.found(leader=pid) == {pid}


def test_descendants_are_found_without_cookie_and_after_their_parents(started: Started) -> None:
    pid = started.start("env -i setsid sh -c 'echo ready; sleep 60; :' & wait")
    wait_for(lambda: len(started.found()) == 3)
    found = [entry.process for entry in strays.find(started.cookie)]
    assert found[0].pid == pid
    assert [process.ppid() for process in found[1:]] == [process.pid for process in found[:-1]]


def test_a_process_that_has_ended_is_not_found(started: Started) -> None:
    started.start("echo ready; exec cat > /dev/null")
    process = started.processes[0]
    assert process.stdin is not None
    process.stdin.close()
    process.stdin = None
    wait_for(lambda: psutil.Process(process.pid).status() == psutil.STATUS_ZOMBIE)
    assert started.found() == set()


def test_the_searcher_does_not_find_itself(started: Started) -> None:
    pid = started.start(SLEEP)
    assert os.getpid() not in {entry.process.pid for entry in strays.find("", leader=os.getpgid(0))}
    assert started.found() == {pid}


def test_a_run_in_a_task_of_another_run_is_found_by_both(started: Started) -> None:
    with patch.dict(os.environ, {strays.COOKIE: started.cookie}):
        pid = started.start(SLEEP, SEEKNAL_TUI_COOKIE=strays.cookie_value("inner"))
    assert started.found() == {pid}
    assert pid in {entry.process.pid for entry in strays.find("inner")}


def test_all_are_ended_and_counted(started: Started) -> None:
    for _ in range(3):
        started.start(SLEEP)
    assert strays.end_all(started.cookie) == 3
    assert started.found() == set()


def test_nothing_to_end_is_no_trouble(started: Started) -> None:
    assert strays.end_all(started.cookie) == 0


def test_those_who_ignore_sigterm_are_killed_after_the_grace(started: Started) -> None:
    started.start("trap '' TERM; echo ready; while :; do sleep 0.05; done")
    strays.end_all(started.cookie, 0.2)
    assert started.found() == set()


def test_they_are_asked_once(started: Started) -> None:
    started.start("trap 'n=x$n; echo $n' TERM; echo ready; while [ -z $n ]; do sleep 0.01; done; sleep 0.3")
    strays.end_all(started.cookie, 0.2)
    output = started.processes[0].stdout
    assert output is not None
    assert output.read() == b"x\n"


def test_what_keeps_multiplying_is_ended(started: Started) -> None:
    started.start("trap '' TERM; echo ready; while :; do setsid sleep 60 & sleep 0.02; done")
    strays.end_all(started.cookie, 0.1)
    assert started.found() == set()


def test_those_of_another_user_are_left_and_noted(started: Started) -> None:
    started.start(SLEEP)
    ending = strays.Ending(started.cookie)
    with patch.object(psutil.Process, "send_signal", side_effect=psutil.AccessDenied(1)):
        assert not ending.step()
        assert ending.step()
    assert len(ending.denied) == 1


def test_many_who_look_at_the_same_time_share_a_look(started: Started) -> None:
    started.start(SLEEP)
    ready = threading.Barrier(16)

    def look() -> None:
        ready.wait()
        strays.find(started.cookie)

    threads = [threading.Thread(target=look) for _ in range(16)]
    with patch.object(psutil, "pids", wraps=psutil.pids) as looks:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert looks.call_count < 16
