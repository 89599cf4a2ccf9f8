"""What a ``command`` does: its environment, its output, its end."""

from __future__ import annotations

import contextlib
import errno
import os
import random
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

import pytest

from seeknal_tui.run import strays
from seeknal_tui.run.actions import process
from seeknal_tui.run.actions.attempt import ActionFailed, Stopped
from seeknal_tui.run.actions.command import describe_exit
from tests.run.attempts import command, lives

FORGOTTEN = "(setsid sh -c 'sleep 60 & exit' > /dev/null 2>&1 < /dev/null &)"
"""Leaves a process in a session of its own, with a parent that has ended and without a pipe of ours."""
STUBBORN = "trap '' TERM; echo deaf; while :; do sleep 0.05; done"


class TestItsStart:
    def test_a_text_is_a_command_line_for_the_shell(self, tmp_path: Path) -> None:
        attempt = command(tmp_path, "echo $((1 + 1)) | cat")
        attempt.run()
        assert attempt.lines() == ["2"]

    def test_a_list_is_a_program_and_its_arguments_without_a_shell(self, tmp_path: Path) -> None:
        attempt = command(tmp_path, ("echo", "$HOME", "*"))
        attempt.run()
        assert attempt.lines() == ["$HOME *"]

    def test_it_runs_in_the_folder_of_the_pipeline(self, tmp_path: Path) -> None:
        attempt = command(tmp_path, "pwd -P")
        attempt.run()
        assert attempt.lines() == [str(tmp_path.resolve())]

    def test_it_runs_in_the_folder_of_the_task_if_there_is_one(self, tmp_path: Path) -> None:
        (tmp_path / "there").mkdir()
        attempt = command(tmp_path, "pwd -P", cwd=str(tmp_path / "there"))
        attempt.run()
        assert attempt.lines() == [str((tmp_path / "there").resolve())]

    def test_it_has_nothing_to_read(self, tmp_path: Path) -> None:
        attempt = command(tmp_path, "cat")
        attempt.run()
        assert attempt.printed == []

    def test_it_leads_a_session_of_its_own(self, tmp_path: Path) -> None:
        program = "import os; print(os.getsid(0) == os.getpid())"
        attempt = command(tmp_path, (sys.executable, "-c", program))
        attempt.run()
        assert attempt.lines() == ["True"]

    def test_its_environment_tells_of_the_attempt(self, tmp_path: Path) -> None:
        inputs = {"raw.sales": tmp_path / "raw.parquet"}
        attempt = command(tmp_path, "env | grep ^SEEKNAL_TUI_ | sort", inputs=inputs, cookie="c7")
        with patch.dict(os.environ):
            os.environ.pop(strays.COOKIE, None)
            attempt.run()
        assert attempt.lines() == [
            "SEEKNAL_TUI_ATTEMPT=2",
            "SEEKNAL_TUI_COOKIE=c7",
            "SEEKNAL_TUI_ENVIRONMENT=staging",
            f'SEEKNAL_TUI_INPUTS={{"raw.sales": "{tmp_path}/raw.parquet"}}',
            f"SEEKNAL_TUI_INPUT_RAW_SALES={tmp_path}/raw.parquet",
            "SEEKNAL_TUI_PIPELINE=sales",
            f"SEEKNAL_TUI_RESULT={tmp_path}/target/clean-sales.parquet.part",
            "SEEKNAL_TUI_RUN=run7",
            f"SEEKNAL_TUI_TARGET={tmp_path}/target",
            "SEEKNAL_TUI_TASK=clean-sales",
        ]

    def test_its_environment_has_ours_and_the_tasks(self, tmp_path: Path) -> None:
        attempt = command(tmp_path, 'echo "$OURS $THEIRS $PYTHONUNBUFFERED"', env=(("THEIRS", "b"),))
        with patch.dict(os.environ, OURS="a"):
            attempt.run()
        assert attempt.lines() == ["a b 1"]

    def test_a_vanished_folder_is_named(self, tmp_path: Path) -> None:
        gone = str(tmp_path / "gone")
        with pytest.raises(ActionFailed, match=f"the folder {gone} cannot be entered: No such file or directory; "):
            command(tmp_path, "true", cwd=gone).run()

    def test_a_missing_program_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(ActionFailed, match="no-such-program was not found; install it, or correct `command`"):
            command(tmp_path, ("no-such-program", "--version")).run()

    def test_a_file_that_is_no_program_is_named(self, tmp_path: Path) -> None:
        (tmp_path / "data.csv").write_text("a,b")
        with pytest.raises(ActionFailed, match=r"\./data.csv may not be executed; make it executable, or correct"):
            command(tmp_path, ("./data.csv",)).run()

    def test_an_argument_that_no_process_can_be_given_is_told(self, tmp_path: Path) -> None:
        with pytest.raises(ActionFailed, match="echo cannot be started: embedded null byte in the command or in `env`"):
            command(tmp_path, ("echo", "a\0b")).run()

    def test_an_environment_too_large_is_told(self, tmp_path: Path) -> None:
        with pytest.raises(ActionFailed, match="could not be started: Argument list too long"):
            command(tmp_path, "true", env=(("LARGE", "x" * 10_000_000),)).run()

    def test_nothing_is_started_after_the_stop(self, tmp_path: Path) -> None:
        attempt = command(tmp_path, "touch started")
        attempt.context.stop.request()
        with pytest.raises(Stopped):
            attempt.run()
        assert not (tmp_path / "started").exists()

    def test_a_stop_while_it_is_being_started_is_not_missed(self, tmp_path: Path) -> None:
        attempt = command(tmp_path, "sleep 60")
        start = subprocess.Popen

        def stopped_meanwhile(*args: object, **others: object) -> object:
            started: object = start(*args, **others)  # type: ignore[call-overload]
            attempt.context.stop.request()
            return started

        with patch.object(subprocess, "Popen", stopped_meanwhile), pytest.raises(Stopped):
            attempt.run()
        assert attempt.survivors() == []


class TestItsOutput:
    def test_both_streams_are_told_apart(self, tmp_path: Path) -> None:
        attempt = command(tmp_path, "echo out; echo err >&2")
        attempt.run()
        assert sorted(attempt.printed) == [("stderr", "err"), ("stdout", "out")]

    def test_a_last_line_without_newline_is_passed_on(self, tmp_path: Path) -> None:
        attempt = command(tmp_path, "printf 'one\ntwo'")
        attempt.run()
        assert attempt.lines() == ["one", "two"]
        assert attempt.logged() == b"one\ntwo"

    def test_a_line_comes_when_it_is_printed_and_not_at_the_end(self, tmp_path: Path) -> None:
        attempt = command(tmp_path, "echo first; while [ ! -e seen ]; do sleep 0.01; done; echo last")
        thread = threading.Thread(target=attempt.run)
        thread.start()
        attempt.has_printed.wait()
        assert attempt.lines() == ["first"]
        assert attempt.logged() == b"first\n"
        (tmp_path / "seen").touch()
        thread.join()
        assert attempt.lines() == ["first", "last"]

    def test_a_line_of_one_stream_is_not_cut_by_the_other(self, tmp_path: Path) -> None:
        attempt = command(tmp_path, "printf 'begun '; echo err >&2; sleep 0.05; echo ended")
        attempt.run()
        assert attempt.printed == [("stderr", "err"), ("stdout", "begun ended")]
        assert attempt.logged() == b"err\nbegun ended\n"

    def test_bytes_that_are_no_text_are_kept_in_the_log_and_replaced_elsewhere(self, tmp_path: Path) -> None:
        attempt = command(tmp_path, r"printf 'a\377b\r\nc\n'")
        attempt.run()
        assert attempt.lines() == ["a\N{REPLACEMENT CHARACTER}b", "c"]
        assert attempt.logged() == b"a\xffb\r\nc\n"

    def test_a_line_of_5_mb_comes_in_pieces_and_is_one_line_in_the_log(self, tmp_path: Path) -> None:
        attempt = command(tmp_path, "head -c 5000000 /dev/zero | tr '\\0' x; echo")
        attempt.run()
        assert "".join(attempt.lines()) == "x" * 5_000_000
        assert max(map(len, attempt.lines())) <= 1 << 20
        assert attempt.logged() == b"x" * 5_000_000 + b"\n"

    def test_of_a_million_lines_none_is_lost(self, tmp_path: Path) -> None:
        attempt = command(tmp_path, "seq 1000000")
        attempt.run()
        expected = [str(number) for number in range(1, 1_000_001)]
        assert attempt.lines() == expected
        assert attempt.logged().decode().splitlines() == expected
        assert len(attempt.printed) < 10_000

    def test_it_can_end_while_it_still_prints(self, tmp_path: Path) -> None:
        attempt = command(tmp_path, "yes")
        with attempt.stopped_once_it_prints(), pytest.raises(Stopped):
            attempt.run()
        assert attempt.survivors() == []


class TestItsEnd:
    def test_what_it_used_is_told(self, tmp_path: Path) -> None:
        outcome = command(tmp_path, "i=0; while [ $i -lt 20000 ]; do i=$((i + 1)); done").run()
        assert outcome.cpu_s is not None
        assert outcome.cpu_s > 0

    def test_its_memory_is_told_where_it_is_more_than_ours(self, tmp_path: Path) -> None:
        ours = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
        theirs = ours + 50_000_000
        rss_bytes = command(tmp_path, (sys.executable, "-c", f"block = b'x' * {theirs}")).run().rss_bytes
        assert rss_bytes is not None
        assert theirs < rss_bytes < theirs + 50_000_000

    def test_its_memory_is_not_told_where_it_cannot_be_known_from_ours(self, tmp_path: Path) -> None:
        with patch.object(process, "_peak_memory", return_value=1 << 30):
            assert command(tmp_path, "true").run().rss_bytes is None

    @pytest.mark.parametrize(
        ("line", "message"),
        [
            ("exit 3", "exited with 3"),
            ("no-such-program", "exited with 127: command not found?"),
            ("/", "exited with 126: is the program executable?"),
            ("kill -SEGV $$", "killed by SIGSEGV"),
            ("kill -KILL $$", "killed by SIGKILL; out of memory?"),
            ("sh -c 'kill -KILL $$'; exit $?", "exited with 137: a program was killed by SIGKILL; out of memory?"),
        ],
    )
    def test_it_fails_with_the_way_it_ended(self, tmp_path: Path, line: str, message: str) -> None:
        with pytest.raises(ActionFailed) as failed:
            command(tmp_path, line).run()
        assert str(failed.value) == message

    def test_a_signal_without_a_name_has_its_number(self) -> None:
        assert describe_exit(-signal.SIGRTMIN - 1) == f"killed by signal {signal.SIGRTMIN + 1}"

    def test_it_ends_at_the_deadline(self, tmp_path: Path) -> None:
        attempt = command(tmp_path, "sleep 60 & sleep 60", seconds=0.1)
        with pytest.raises(ActionFailed, match=r"^timed out after 0.1s$"):
            attempt.run()
        assert attempt.survivors() == []

    def test_its_whole_group_ends_when_it_is_stopped(self, tmp_path: Path) -> None:
        attempt = command(tmp_path, "sleep 60 | sleep 60 & echo on; sleep 60")
        with attempt.stopped_once_it_prints(), pytest.raises(Stopped):
            attempt.run()
        assert attempt.survivors() == []

    def test_it_may_put_its_things_in_order_when_it_is_stopped(self, tmp_path: Path) -> None:
        attempt = command(tmp_path, "trap 'sleep 0.2; echo tidy; exit' TERM; echo on; while :; do sleep 0.01; done")
        with attempt.stopped_once_it_prints(), pytest.raises(Stopped):
            attempt.run(grace_s=5)
        assert attempt.lines() == ["on", "tidy"]

    def test_it_is_killed_after_the_grace(self, tmp_path: Path) -> None:
        attempt = command(tmp_path, STUBBORN)
        with attempt.stopped_once_it_prints(), pytest.raises(Stopped):
            attempt.run(grace_s=0.3)
        assert attempt.survivors() == []

    def test_it_is_killed_at_once_on_request(self, tmp_path: Path) -> None:
        attempt = command(tmp_path, STUBBORN)
        with attempt.stopped_once_it_prints(kill=True), pytest.raises(Stopped):
            attempt.run(grace_s=600)
        assert attempt.survivors() == []

    def test_it_is_killed_when_the_request_escalates(self, tmp_path: Path) -> None:
        attempt = command(tmp_path, "trap 'echo no' TERM; echo on; while :; do sleep 0.01; done")

        def escalate(stream: str, text: str) -> None:
            attempt.context.stop.request(kill=text == "no")

        attempt.context.emit_output = escalate
        with pytest.raises(Stopped):
            attempt.run(grace_s=600)
        assert attempt.survivors() == []

    def test_a_child_in_a_session_of_its_own_ends_with_it(self, tmp_path: Path) -> None:
        attempt = command(tmp_path, "setsid nohup sleep 60 & echo on; wait")
        with attempt.stopped_once_it_prints(), pytest.raises(Stopped):
            attempt.run()
        assert attempt.survivors() == []

    def test_a_daemon_ends_with_it(self, tmp_path: Path) -> None:
        attempt = command(tmp_path, f"{FORGOTTEN}; sleep 0.1; echo on; sleep 60")
        with attempt.stopped_once_it_prints(), pytest.raises(Stopped):
            attempt.run()
        assert attempt.survivors() == []

    def test_a_child_without_our_environment_ends_with_it(self, tmp_path: Path) -> None:
        attempt = command(tmp_path, "env -i setsid sh -c 'echo $$ > pid; echo on; sleep 60' & wait")
        with attempt.stopped_once_it_prints(), pytest.raises(Stopped):
            attempt.run()
        assert not lives(int((tmp_path / "pid").read_text()))

    def test_other_tasks_of_the_run_go_on_when_it_is_stopped(self, tmp_path: Path) -> None:
        other = command(tmp_path, "echo on; while [ ! -e go ]; do sleep 0.01; done; echo done", log=tmp_path / "b.log")
        other.context.task = type(other.context.task)(name="other", action=other.action)
        thread = threading.Thread(target=other.run)
        thread.start()
        other.has_printed.wait()
        attempt = command(tmp_path, "echo on; sleep 60", cookie=other.cookie)
        with attempt.stopped_once_it_prints(), pytest.raises(Stopped):
            attempt.run()
        (tmp_path / "go").touch()
        thread.join()
        assert other.lines() == ["on", "done"]

    def test_no_pipe_stays_open(self, tmp_path: Path) -> None:
        command(tmp_path, "true").run()
        before = len(os.listdir("/dev/fd"))
        for line in ("true", "exit 3", "echo one; (sleep 60 &)"):
            with contextlib.suppress(ActionFailed):
                command(tmp_path / "gone" if line == "true" else tmp_path, line).run()
        assert len(os.listdir("/dev/fd")) == before + 2  # the log's two files, which are the runner's to close

    def test_without_a_pidfd_its_end_is_seen_all_the_same(self, tmp_path: Path) -> None:
        refused = OSError(errno.ENOSYS, "Function not implemented")
        with patch.object(os, "pidfd_open", side_effect=refused, create=True):
            attempt = command(tmp_path, "echo one; exit 3")
            with pytest.raises(ActionFailed, match="exited with 3"):
                attempt.run()
        assert attempt.lines() == ["one"]


class TestWhatItLeavesBehind:
    def test_processes_in_its_group_are_ended_and_counted(self, tmp_path: Path) -> None:
        attempt = command(tmp_path, "sleep 60 & sleep 60 & echo done")
        attempt.run()
        assert attempt.lines("runner") == ["2 processes left behind were ended"]
        assert attempt.survivors() == []

    def test_one_that_ignores_sigterm_is_killed(self, tmp_path: Path) -> None:
        with patch.object(process, "LEFT_BEHIND_GRACE_S", 0.1):
            attempt = command(tmp_path, f"({STUBBORN}) & while [ ! -s logs/clean-sales.log ]; do sleep 0.01; done")
            attempt.run()
        assert attempt.survivors() == []

    def test_one_in_another_session_that_holds_the_pipes_is_ended(self, tmp_path: Path) -> None:
        attempt = command(tmp_path, "setsid sleep 60 & sleep 0.1")
        attempt.run()
        assert attempt.lines("runner") == ["1 process left behind was ended"]
        assert attempt.survivors() == []

    def test_one_that_is_about_to_end_may_have_its_say(self, tmp_path: Path) -> None:
        attempt = command(tmp_path, "(sleep 0.02; echo last) & echo first")
        attempt.run()
        assert attempt.printed == [("stdout", "first"), ("stdout", "last")]

    def test_one_that_closed_everything_is_found_at_the_end_of_the_run(self, tmp_path: Path) -> None:
        attempt = command(tmp_path, f"{FORGOTTEN}; sleep 0.1")
        attempt.run()
        assert len(attempt.survivors()) == 1
        assert strays.end_all(attempt.cookie, 0.3) == 1
        assert attempt.survivors() == []

    def test_an_ordinary_command_costs_no_search(self, tmp_path: Path) -> None:
        with patch.object(strays, "find", side_effect=AssertionError):
            command(tmp_path, "echo one; echo two >&2").run()


def test_nothing_survives_a_fault_of_ours(tmp_path: Path) -> None:
    attempt = command(tmp_path, "echo on; sleep 60")

    def fail(stream: str, text: str) -> None:
        raise RuntimeError

    attempt.context.emit_output = fail
    with pytest.raises(RuntimeError):
        attempt.run()
    assert attempt.survivors() == []


def test_many_at_once_stopped_at_any_moment_leave_nothing(tmp_path: Path) -> None:
    """Stops fall before, within and after the start, in an order that no test could write down."""
    cookie = "many" + os.urandom(8).hex()
    moments = random.Random(7)

    def perform(number: int) -> None:
        attempt = command(tmp_path, "setsid sleep 60 & sleep 60", cookie=cookie, log=tmp_path / f"{number}.log")
        attempt.context.task = type(attempt.context.task)(name=f"t{number}", action=attempt.action)
        timer = threading.Timer(moments.random() * 0.05, attempt.context.stop.request)
        timer.start()
        with pytest.raises(Stopped):
            attempt.run()

    threads = [threading.Thread(target=perform, args=(number,)) for number in range(24)]
    run_all(threads, threading.Thread.start)
    run_all(threads, threading.Thread.join)
    assert strays.find(cookie) == []


def run_all(threads: list[threading.Thread], call: Callable[[threading.Thread], None]) -> None:
    for thread in threads:
        call(thread)
