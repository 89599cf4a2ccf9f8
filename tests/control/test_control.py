"""Asking things of a run from another process; the processes and sockets are real."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import threading
from pathlib import Path

import pytest

from seeknal_tui.control import server as server_module
from seeknal_tui.control.client import ControlClient
from seeknal_tui.control.place import make_private, socket_paths
from seeknal_tui.control.requests import MOST_BYTES, Refused, answer_to
from seeknal_tui.control.server import ControlServer
from seeknal_tui.pipeline.model import Pipeline, SleepAction, Task
from seeknal_tui.run.runner import Runner
from tests.control.running import running, wait_for

TWO = """
    tasks:
      - {name: long, sleep: 1h}
      - {name: other, sleep: 1h}
      - {name: after, depends_on: [long]}
    execution: {max_parallel: 1}
"""


def sockets_of(folder: Path, pid: int) -> list[Path]:
    """The sockets of a process that runs the pipeline of a folder, whose path may be too long to have it in there."""
    return [path for path in socket_paths(folder / "target", pid) if path.exists()]


def answers(client: ControlClient) -> bool:
    """Whether the process answers within the time that the client gives it."""
    try:
        client.ask("pause")
    except Refused:
        return False
    return True


class TestARunOfAnotherProcess:
    def test_it_is_paused_resumed_and_given_more_slots(self, tmp_path: Path) -> None:
        with running(tmp_path, TWO) as run:
            client = run.client()
            assert client.ask("hello")["pid"] == run.process.pid
            client.ask("pause")
            run.until("paused")
            client.ask("max_parallel", value=2)
            run.until("max_parallel_changed", max_parallel=2)
            client.ask("resume")
            run.until("task_started", task="other")
            client.close()

    def test_tasks_are_stopped_asked_for_again_and_then_all_of_it_is_ended(self, tmp_path: Path) -> None:
        with running(tmp_path, TWO) as run:
            run.until("task_started", task="long")
            client = run.client()
            client.ask("stop", task="long")
            run.until("task_finished", task="long", status="cancelled")
            client.ask("run", tasks=["long", "after"])
            run.until("task_ready", task="long")
            client.ask("stop_all", kill=True)
            assert run.until("run_finished")["summary"]["status"] == "cancelled"
            assert run.process.wait(20) == 1
            client.close()

    def test_when_it_has_ended_the_client_is_told_so(self, tmp_path: Path) -> None:
        with running(tmp_path, TWO) as run:
            client = run.client()
            client.ask("hello")
            run.process.kill()
            run.process.wait()
            with pytest.raises(Refused, match=f"process {run.process.pid}, which ran it, cannot be asked any more"):
                client.ask("pause")

    def test_a_process_that_is_stopped_does_not_answer_and_the_client_does_not_wait_for_ever(
        self, tmp_path: Path
    ) -> None:
        with running(tmp_path, TWO) as run:
            client = run.client()
            client.ask("hello")
            os.kill(run.process.pid, signal.SIGSTOP)
            with pytest.raises(Refused, match="does not answer"):
                client.ask("pause")
            os.kill(run.process.pid, signal.SIGCONT)
            wait_for(lambda: answers(client))

    def test_its_socket_is_gone_when_it_ended_in_good_order(self, tmp_path: Path) -> None:
        with running(tmp_path, TWO) as run:
            client = run.client()
            client.ask("stop_all")
            run.process.wait(20)
            client.close()
            assert sockets_of(tmp_path, run.process.pid) == []


def a_runner(folder: Path) -> Runner:
    tasks = (Task(name="a", action=SleepAction(3600.0)), Task(name="b", action=SleepAction(3600.0)))
    return Runner(Pipeline("test", tasks, file=folder / "pipeline.yml"))


class TestRequests:
    @pytest.mark.parametrize(
        "line",
        [
            b"",
            b"nonsense",
            b"[]",
            b"3",
            b"null",
            b'{"ask": "dance"}',
            b'{"ask": ["pause"]}',
            b'{"ask": "stop", "task": "nobody"}',
            b'{"ask": "stop", "task": ["a"]}',
            b'{"ask": "stop", "task": "a", "kill": 1}',
            b'{"ask": "max_parallel", "value": 0}',
            b'{"ask": "max_parallel", "value": true}',
            b'{"ask": "max_parallel", "value": 1e999}',
            b'{"ask": "max_parallel", "value": 1000000}',
            b'{"ask": "run", "tasks": "a"}',
            b'{"ask": "run", "tasks": [{}]}',
            b'{"ask": "run", "tasks": ["a"], "selected": 7}',
            b"\xff\xfe\x00",
            b"[" * 100_000,
            b'{"ask": ' + b"9" * 10_000 + b"}",
        ],
    )
    def test_nonsense_is_refused_with_a_reason_and_changes_nothing(self, tmp_path: Path, line: bytes) -> None:
        runner = a_runner(tmp_path)
        runner.request([0])
        try:
            answer = json.loads(answer_to(line, runner))
            assert answer["ok"] is False
            assert answer["error"]
            assert runner.is_running
            assert runner.max_parallel == 4
        finally:
            runner.close(kill=True)

    def test_what_changes_a_run_is_refused_when_nothing_runs(self, tmp_path: Path) -> None:
        runner = a_runner(tmp_path)
        assert json.loads(answer_to(b'{"ask": "pause"}', runner)) == {"ok": False, "error": "nothing runs any more"}
        runner.close()


@pytest.fixture
def serving(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    monkeypatch.setattr(server_module, "REST", 0)  # so that the tests need not wait for it
    runner = a_runner(tmp_path)
    server = ControlServer(runner.pipeline.target, lambda: runner)
    server.start()
    yield server
    server.close()
    runner.close(kill=True)


def connected(server: ControlServer) -> socket.socket:
    assert server.path is not None
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(20)
    connection.connect(str(server.path))
    return connection


def is_served(server: ControlServer, tmp_path: Path) -> bool:
    client = ControlClient(tmp_path / "target", os.getpid())
    try:
        return bool(client.ask("hello")["ok"])
    finally:
        client.close()


class TestClientsThatMeanHarm:
    def test_one_that_sends_half_a_line_keeps_nobody_waiting(self, serving: ControlServer, tmp_path: Path) -> None:
        with connected(serving) as slow:
            slow.sendall(b'{"ask": "hel')
            assert is_served(serving, tmp_path)
            slow.sendall(b'lo"}\n')
            assert json.loads(slow.makefile().readline())["ok"]

    def test_one_that_never_ends_its_line_is_dropped_after_a_while(
        self, serving: ControlServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(server_module, "UNFINISHED_S", 0.05)
        with connected(serving) as slow:
            slow.sendall(b"{")
            assert slow.recv(1) == b""
        assert is_served(serving, tmp_path)

    def test_one_that_sends_without_end_is_dropped(self, serving: ControlServer, tmp_path: Path) -> None:
        with connected(serving) as endless, pytest.raises((BrokenPipeError, ConnectionResetError)):
            endless.sendall(b"x" * 2 * MOST_BYTES)
        assert is_served(serving, tmp_path)

    def test_one_that_asks_and_never_reads_is_dropped(self, serving: ControlServer, tmp_path: Path) -> None:
        with connected(serving) as deaf:
            deaf.settimeout(None)
            ended = threading.Event()

            def ask_for_ever() -> None:
                try:
                    while True:
                        deaf.sendall(b"\n" * 65536)
                except OSError:
                    ended.set()

            threading.Thread(target=ask_for_ever).start()
            assert ended.wait(20)
        assert is_served(serving, tmp_path)

    def test_more_of_them_than_are_served_do_not_shut_others_out(self, serving: ControlServer, tmp_path: Path) -> None:
        idle = [connected(serving) for _ in range(server_module.MOST_CLIENTS * 2)]
        assert is_served(serving, tmp_path)
        for connection in idle:
            connection.close()

    def test_one_that_goes_away_in_the_middle_disturbs_nobody(self, serving: ControlServer, tmp_path: Path) -> None:
        for _ in range(20):
            with connected(serving) as gone:
                gone.sendall(b'{"ask": "hello"}\n{"ask"')
        assert is_served(serving, tmp_path)


class TestWhereTheSocketIs:
    def test_only_its_owner_may_open_it(self, serving: ControlServer) -> None:
        assert serving.path is not None
        assert stat.S_IMODE(serving.path.stat().st_mode) == 0o600
        assert stat.S_IMODE(serving.path.parent.stat().st_mode) == 0o700

    def test_a_process_of_another_user_is_not_served(
        self, serving: ControlServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(server_module, "is_of_this_user", lambda _: False)
        with connected(serving) as stranger:
            assert stranger.recv(1) == b""

    def test_a_path_too_long_for_a_socket_is_replaced_by_a_short_one(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        folder = tmp_path / ("long" * 30)
        folder.mkdir()
        monkeypatch.setenv("XDG_RUNTIME_DIR", "")
        runner = a_runner(folder)
        server = ControlServer(runner.pipeline.target, lambda: runner)
        server.start()
        try:
            assert server.path is not None
            assert f"seeknal_tui-{os.geteuid()}" in str(server.path)
            client = ControlClient(folder / "target", os.getpid())
            assert client.ask("hello")["ok"]
            client.close()
        finally:
            server.close()
            runner.close()

    def test_each_folder_of_results_has_its_own(self, tmp_path: Path) -> None:
        first, second = (set(socket_paths(tmp_path / name, 7)) for name in ("a", "b"))
        assert not first & second

    def test_a_folder_that_somebody_else_has_made_a_link_of_is_not_used(self, tmp_path: Path) -> None:
        (tmp_path / "elsewhere").mkdir()
        (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
        with pytest.raises(PermissionError):
            make_private(tmp_path / "link")

    def test_where_there_can_be_no_socket_the_run_goes_on_without(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(server_module, "socket_paths", lambda *_: [tmp_path / "file" / "x.sock"])
        (tmp_path / "file").write_text("in the way")
        runner = a_runner(tmp_path)
        server = ControlServer(runner.pipeline.target, lambda: runner)
        server.start()
        assert server.path is None
        server.close()
        runner.close()

    def test_sockets_of_processes_that_were_killed_are_cleared_away(self, tmp_path: Path) -> None:
        with running(tmp_path, TWO) as run:
            run.client()
            run.process.kill()
            run.process.wait()
            (left,) = sockets_of(tmp_path, run.process.pid)
        with running(tmp_path, TWO) as run:
            run.client().ask("hello")
            wait_for(lambda: not left.exists())
