"""The command line, as a user types it: a process of its own for each."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

COMMAND = [sys.executable, "-m", "seeknal_tui"]
PATIENCE_S = 60.0


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str], Path]:
    def write_file(text: str) -> Path:
        file = tmp_path / "pipeline.yml"
        file.write_text(text)
        return file

    return write_file


def typed(
    *arguments: object, cwd: Path | None = None, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    command = [*COMMAND, *map(str, arguments)]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=cwd, env=env, timeout=PATIENCE_S * 2
    )


def events_of(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


DIAMOND = """
tasks:
  - {name: a, sleep: 50ms}
  - {name: b, sleep: 100ms, depends_on: [a]}
  - {name: c, sleep: 20ms, depends_on: [a]}
  - {name: d, depends_on: [b, c]}
execution: {max_parallel: 2}
"""
FAILING = """
tasks:
  - {name: a, command: "echo first; echo last words >&2; exit 7"}
  - {name: b, depends_on: [a]}
  - {name: c, sleep: 10ms}
"""


ENDLESS = """
tasks:
  - {name: a, sleep: 1h}
environments: {dev: {}}
"""


class TestTwoRunsAtOnce:
    @pytest.fixture
    def running(self, write: Callable[[str], Path]) -> Iterator[tuple[Path, subprocess.Popen[str]]]:
        file = write(ENDLESS)
        with subprocess.Popen(
            [*COMMAND, "run", str(file), "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            assert json.loads(process.stdout.readline())["event"] == "run_started"
            yield file, process
            process.kill()

    def test_the_second_is_refused_and_told_who_runs(self, running: tuple[Path, subprocess.Popen[str]]) -> None:
        file, process = running
        done = typed("run", file, "--no-ui")
        assert done.returncode == 2
        assert f"of process {process.pid}, since" in done.stderr
        assert "seeknal-tui watch" in done.stderr
        assert not done.stdout

    def test_other_environments_and_commands_that_only_read_are_free(
        self, running: tuple[Path, subprocess.Popen[str]]
    ) -> None:
        file, _ = running
        assert typed("check", file).returncode == 0
        with subprocess.Popen(
            [*COMMAND, "run", str(file), "--json", "--env", "dev"], stdout=subprocess.PIPE, text=True
        ) as other:
            assert other.stdout is not None
            assert json.loads(other.stdout.readline())["event"] == "run_started"
            other.kill()

    def test_a_run_that_was_killed_blocks_nobody(self, running: tuple[Path, subprocess.Popen[str]]) -> None:
        file, process = running
        process.kill()
        process.wait()
        file.write_text(DIAMOND)
        assert typed("run", file, "--no-ui").returncode == 0


class TestJson:
    def test_each_line_is_an_event_and_the_last_has_the_summary(self, write: Callable[[str], Path]) -> None:
        events = events_of(typed("run", write(DIAMOND), "--json"))
        assert events[0]["event"] == "run_started"
        assert events[-1]["event"] == "run_finished"
        assert [event["at"] for event in events] == sorted(event["at"] for event in events)
        summary = events[-1]["summary"]
        assert summary["counts"] == {"succeeded": 4, "failed": 0, "skipped": 0, "cancelled": 0, "reused": 0}
        assert [task["name"] for task in summary["tasks"]] == ["a", "b", "c", "d"]

    def test_the_floor_can_be_worked_out_again_from_the_tasks(self, write: Callable[[str], Path]) -> None:
        summary = events_of(typed("run", write(DIAMOND), "--json"))[-1]["summary"]
        took = {task["name"]: task["finished_at"] - task["started_at"] for task in summary["tasks"]}
        critical = took["a"] + max(took["b"], took["c"]) + took["d"]
        assert summary["task_s"] == pytest.approx(sum(took.values()), abs=1e-4)
        assert summary["floor_s"] == pytest.approx(max(critical, sum(took.values()) / 2), abs=1e-4)
        assert summary["speedup"] == pytest.approx(summary["task_s"] / summary["wall_s"], abs=1e-3)
        assert summary["efficiency"] == pytest.approx(summary["floor_s"] / summary["wall_s"], abs=1e-3)

    def test_every_line_that_a_task_prints_is_an_event_also_of_a_million(self, write: Callable[[str], Path]) -> None:
        file = write("tasks:\n  - {name: a, command: seq 1000000}\n")
        events = events_of(typed("run", file, "--json"))
        printed = [event["text"] for event in events if event["event"] == "task_output"]
        assert printed == [str(number) for number in range(1, 1_000_001)]
        [log] = (file.parent / "target" / ".seeknal_tui").glob("*/a.log")
        assert log.read_bytes().count(b"\n") == 1_000_000

    def test_what_a_task_prints_cannot_act_on_a_terminal(self, write: Callable[[str], Path]) -> None:
        done = typed(
            "run", write("tasks:\n  - {name: a, command: \"printf '\\\\033[31m\\\\342\\\\200\\\\256'\"}"), "--json"
        )
        assert done.stdout.isascii()
        assert "\x1b" not in done.stdout


class TestPlainLines:
    def test_they_tell_what_started_and_ended_and_why_it_failed(self, write: Callable[[str], Path]) -> None:
        done = typed("run", write(FAILING), "--no-ui")
        for text in ("◐ a  started", "│ a  first", "┃ a  last words", "✗ a  failed", "exited with 7", "⊘ b  skipped"):
            assert text in done.stdout

    def test_the_name_of_a_pipeline_cannot_act_on_the_terminal(self, write: Callable[[str], Path]) -> None:
        file = write('name: "[red]x[/]\\e]0;t\\a\\u202e"\ntasks: [{name: a, command: echo hi}]')
        for arguments in (("check", file), ("run", file, "--no-ui"), ("watch", file)):
            printed = typed(*arguments).stdout
            assert "[red]x[/]␛]0;t␇\N{REPLACEMENT CHARACTER}" in printed
            assert not {"\x1b", "\x07", "\u202e"} & set(printed)

    def test_the_last_words_of_a_failed_task_are_told_at_the_end(self, write: Callable[[str], Path]) -> None:
        end = typed("run", write(FAILING), "--no-ui").stdout.split("\n\n")[-1]
        assert "1 succeeded  1 failed  1 skipped" in end
        assert "last words" in end
        assert "a.log" in end

    def test_a_terminal_that_cannot_place_text_gets_them_too(self, write: Callable[[str], Path]) -> None:
        ours, theirs = os.openpty()
        command = [*COMMAND, "run", str(write(DIAMOND))]
        environment = {**os.environ, "TERM": "dumb"}
        with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment) as process:
            assert process.wait(PATIENCE_S) == 0
        printed = os.read(ours, 65536)
        os.close(ours)
        os.close(theirs)
        assert b"a  succeeded" in printed
        assert b"\x1b" not in printed

    def test_where_the_encoding_lacks_a_character_a_mark_stands_for_it(self, write: Callable[[str], Path]) -> None:
        done = typed("run", write(DIAMOND), "--no-ui", env={**os.environ, "PYTHONIOENCODING": "ascii"})
        assert (done.returncode, done.stderr) == (0, "")
        assert "? a  succeeded" in done.stdout

    @pytest.mark.skipif(not os.path.exists("/dev/full"), reason="only Linux has a device that is always full")
    @pytest.mark.parametrize("arguments", [("run", "--no-ui"), ("run", "--json"), ("check",)])
    def test_an_output_that_cannot_be_written_is_told(
        self, write: Callable[[str], Path], arguments: tuple[str, ...]
    ) -> None:
        with open("/dev/full", "w") as full:
            done = subprocess.run(
                [*COMMAND, *arguments, str(write(DIAMOND))], stdout=full, stderr=subprocess.PIPE, text=True, check=False
            )
        assert done.returncode == 1
        assert done.stderr == "seeknal-tui: the output cannot be written: No space left on device\n"

    def test_an_output_that_is_closed_is_no_obstacle(self, write: Callable[[str], Path]) -> None:
        command = shlex.join([*COMMAND, "run", str(write(DIAMOND)), "--no-ui"])
        done = subprocess.run(f"{command} >&-", shell=True, stderr=subprocess.PIPE, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")

    def test_without_a_terminal_they_need_no_option(self, write: Callable[[str], Path]) -> None:
        assert "4 succeeded" in typed("run", write(DIAMOND)).stdout


class TestExitCode:
    def test_it_is_0_when_all_succeeded(self, write: Callable[[str], Path]) -> None:
        assert typed("run", write(DIAMOND)).returncode == 0

    def test_it_is_1_when_a_task_failed(self, write: Callable[[str], Path]) -> None:
        assert typed("run", write(FAILING)).returncode == 1

    @pytest.mark.parametrize(
        "arguments",
        [["run", "nowhere.yml"], ["run", "--max-parallel", "0"], ["check", "nowhere.yml"], ["chek"], ["run", "--what"]],
    )
    def test_it_is_2_when_the_command_line_is_wrong(self, arguments: list[str], tmp_path: Path) -> None:
        done = typed(*arguments, cwd=tmp_path)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr
        assert "Traceback" not in done.stderr

    @pytest.mark.parametrize("arguments", [["run", "--max-parallel", "lots"], ["history", "--limit", "lots"]])
    def test_a_number_that_is_none_is_called_so(self, arguments: list[str], tmp_path: Path) -> None:
        assert "'lots' is not a valid whole number." in typed(*arguments, cwd=tmp_path).stderr

    def test_a_misspelt_command_is_told_with_the_right_one(self, tmp_path: Path) -> None:
        assert 'no command or file "chek": did you mean check?' in typed("chek", cwd=tmp_path).stderr

    def test_it_is_2_when_the_pipeline_is_wrong(self, write: Callable[[str], Path]) -> None:
        done = typed("run", write("tasks:\n  - {name: a, depends_on: [b]}\n"))
        assert done.returncode == 2
        assert "pipeline.yml:2:" in done.stderr


class TestCheck:
    def test_a_right_file_is_told_in_one_line(self, write: Callable[[str], Path]) -> None:
        done = typed("check", write(DIAMOND))
        assert (done.returncode, done.stderr) == (0, "")
        assert "4 tasks, 4 dependencies" in done.stdout

    def test_json_has_the_problems_with_their_places(self, write: Callable[[str], Path]) -> None:
        done = typed("check", write("tasks:\n  - {name: a, retrys: 1}\n"), "--json")
        report = json.loads(done.stdout)
        assert (done.returncode, report["ok"]) == (2, False)
        [problem] = report["problems"]
        assert (problem["line"], problem["severity"]) == (2, "error")
        assert "retries" in problem["message"]

    def test_json_tells_declared_and_found_dependencies_apart(self, write: Callable[[str], Path]) -> None:
        file = write(
            "tasks:\n  - {name: a, sql: SELECT 1 AS x}\n  - {name: b}\n"
            "  - {name: c, sql: SELECT * FROM a, depends_on: [b]}\n"
        )
        task = json.loads(typed("check", file, "--json").stdout)["tasks"][2]
        assert (task["depends_on"], task["found_dependencies"]) == (["b"], ["a"])


class TestSelection:
    def names_run(self, file: Path, *arguments: str) -> set[str]:
        return set(events_of(typed("run", file, "--json", *arguments))[0]["tasks"])

    def test_only_selected_tasks_run(self, write: Callable[[str], Path]) -> None:
        assert self.names_run(write(DIAMOND), "--select", "+b") == {"a", "b"}

    def test_an_empty_selection_is_no_selection_of_all(self, write: Callable[[str], Path]) -> None:
        done = typed("run", write(DIAMOND), "--select", "")
        assert (done.returncode, done.stdout) == (2, "")

    def test_the_failed_of_the_last_run_can_be_selected(self, write: Callable[[str], Path]) -> None:
        file = write(FAILING)
        typed("run", file)
        assert self.names_run(file, "--select", "status:failed status:skipped") == {"a", "b"}

    def test_excluded_tasks_do_not_run(self, write: Callable[[str], Path]) -> None:
        assert self.names_run(write(DIAMOND), "--select", "a+", "--exclude", "b d") == {"a", "c"}

    def test_a_selected_task_reads_the_results_that_are_there(self, write: Callable[[str], Path]) -> None:
        file = write("tasks:\n  - {name: a, sql: SELECT 42 AS x}\n  - {name: b, sql: SELECT x + 1 AS y FROM a}\n")
        assert typed("run", file).returncode == 0
        events = events_of(typed("run", file, "--json", "--select", "b"))
        assert events[-1]["summary"]["counts"]["reused"] == 1

    def test_a_missing_result_is_told_before_anything_runs(self, write: Callable[[str], Path]) -> None:
        file = write("tasks:\n  - {name: a, sql: SELECT 42 AS x}\n  - {name: b, sql: SELECT x + 1 AS y FROM a}\n")
        done = typed("run", file, "--select", "b")
        assert (done.returncode, done.stdout) == (2, "")
        assert "+name" in done.stderr


class TestEnvironment:
    def test_its_results_are_its_own_and_what_it_does_not_run_is_read_from_production(
        self, write: Callable[[str], Path]
    ) -> None:
        file = write(
            "environments: {dev: {max_parallel: 1}}\n"
            "tasks:\n  - {name: a, sql: SELECT 42 AS x}\n  - {name: b, sql: SELECT x + 1 AS y FROM a}\n"
        )
        assert typed("run", file).returncode == 0
        done = typed("run", file, "--env", "dev", "--select", "b", "--json")
        assert events_of(done)[-1]["summary"]["environment"] == "dev"
        target = file.parent / "target" / "environments" / "dev"
        assert [path.name for path in target.glob("*.parquet")] == ["b.parquet"]

    def test_an_unknown_one_is_told_with_the_nearest_name(self, write: Callable[[str], Path]) -> None:
        done = typed("run", write("environments: {dev: {max_parallel: 1}}\n" + DIAMOND), "--env", "dve")
        assert done.returncode == 2
        assert "did you mean dev?" in done.stderr


STUBBORN = """
sources:
  - {{name: s, sql: "SELECT range AS x FROM range(1000)"}}
tasks:
  - name: stubborn
    command: "trap '' TERM; (setsid sleep {marker} >/dev/null 2>&1 &); sleep {marker}; sleep {marker}"
  - {{name: plain, command: [sleep, "{marker}"]}}
  - {{name: query, sql: "SELECT count(*) AS n FROM range(3000000000) a, range(1000) b"}}
execution: {{max_parallel: 8}}
"""


def processes_with(marker: str) -> list[psutil.Process]:
    return [
        process for process in psutil.process_iter(["cmdline"]) if (process.info["cmdline"] or []) == ["sleep", marker]
    ]


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end, "never came"
        time.sleep(0.02)


@pytest.fixture
def stubborn(write: Callable[[str], Path]) -> Iterator[tuple[subprocess.Popen[str], str, Path]]:
    """A run in the middle, with processes that ignore SIGTERM and leave their group, and a query."""
    marker = f"9{os.getpid()}.{time.time_ns() % 10**9}"
    file = write(STUBBORN.format(marker=marker))
    process = subprocess.Popen(
        [*COMMAND, "run", str(file), "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    until(lambda: len(processes_with(marker)) >= 3 and (file.parent / "target" / "s.parquet").exists())
    yield process, marker, file.parent / "target"
    process.kill()
    process.communicate()
    for left in processes_with(marker):
        left.kill()


def unfinished_results(target: Path) -> list[Path]:
    private = (target / ".seeknal_tui").rglob("*.parquet")
    return [*private, *(path for path in target.glob("*") if path.suffix != ".parquet" and path.name != ".seeknal_tui")]


class TestInterrupted:
    def test_twice_ctrl_c_kills_everything_at_once(self, stubborn: tuple[subprocess.Popen[str], str, Path]) -> None:
        process, marker, target = stubborn
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=PATIENCE_S)
        assert process.returncode == 130
        assert json.loads(out.splitlines()[-1])["summary"]["status"] == "cancelled"
        assert processes_with(marker) == []
        assert unfinished_results(target) == []

    def test_sigterm_ends_the_run_and_kills_after_the_grace_what_ignores_it(
        self, stubborn: tuple[subprocess.Popen[str], str, Path]
    ) -> None:
        process, marker, target = stubborn
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=PATIENCE_S)
        assert process.returncode == 143
        assert processes_with(marker) == []
        assert unfinished_results(target) == []

    def test_killed_with_9_it_leaves_no_process_and_no_half_written_result(
        self, stubborn: tuple[subprocess.Popen[str], str, Path]
    ) -> None:
        process, marker, target = stubborn
        process.kill()
        process.communicate()
        until(lambda: processes_with(marker) == [])
        until(lambda: unfinished_results(target) == [])
        assert sorted(path.name for path in target.glob("*.parquet")) == ["s.parquet"]

    def test_a_closed_pipe_ends_it_quietly(self, write: Callable[[str], Path]) -> None:
        file = write("tasks:\n  - {name: a, command: 'yes | head -100000; sleep 600'}\n")
        process = subprocess.Popen(
            [*COMMAND, "run", str(file), "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.wait(PATIENCE_S) == 141
        assert process.stderr.read() == b""
        process.stderr.close()


class TestSchema:
    def test_it_is_printed_as_json(self) -> None:
        done = typed("schema")
        assert json.loads(done.stdout)["$schema"] == "https://json-schema.org/draft/2020-12/schema"
        assert "transforms" in json.loads(done.stdout)["properties"]

    def test_that_of_the_config_file_too(self) -> None:
        assert "theme" in json.loads(typed("schema", "--config").stdout)["properties"]


@pytest.mark.parametrize("option", ["--no-ui", "--json"])
def test_watch_says_that_it_needs_the_dashboard(write: Callable[[str], Path], option: str) -> None:
    done = typed("run", write(DIAMOND), "--watch", option)
    assert done.returncode == 2
    assert "--watch needs the dashboard" in done.stderr
    assert done.stdout == ""


class TestDiagnose:
    def test_diagnose_names_the_file_or_nothing_and_tells_what_failed(self, write: Callable[[str], Path]) -> None:
        file = write(FAILING)
        (file.parent / "other.yml").write_text(DIAMOND)
        typed("run", file, "--no-ui")
        told = typed("diagnose", file.name, cwd=file.parent)
        assert (told.returncode, told.stderr) == (0, "")
        assert "✗ a  exited with 7" in told.stdout.splitlines()

    def test_the_latest_run_is_told_of_and_what_would_help(self, write: Callable[[str], Path]) -> None:
        file = write("tasks:\n  - {name: a, sleep: 300ms}\n  - {name: b, sleep: 300ms}\nexecution: {max_parallel: 1}\n")
        assert typed("run", file, "--json").returncode == 0
        done = typed("diagnose", "--json", cwd=file.parent)
        assert done.returncode == 0, done.stderr
        found = json.loads(done.stdout)
        assert {"run_id", "wall_s", "waits", "critical_path", "findings"} == set(found)
        assert "too_little_parallel" in {finding["kind"] for finding in found["findings"]}
        told = typed("diagnose", found["run_id"][:4], "--path", file)
        assert "set max_parallel to 2" in told.stdout

    def test_without_a_run_it_says_so(self, write: Callable[[str], Path]) -> None:
        done = typed("diagnose", cwd=write(DIAMOND).parent)
        assert (done.returncode, done.stdout) == (2, "")
        assert "nothing has been run here yet" in done.stderr

    def test_a_run_that_is_not_there(self, write: Callable[[str], Path]) -> None:
        file = write(DIAMOND)
        typed("run", file, "--no-ui")
        assert "there is no run zzz" in typed("diagnose", "zzz", cwd=file.parent).stderr


class TestForecast:
    def test_tells_how_long_a_run_takes_at_each_max_parallel(self, write: Callable[[str], Path]) -> None:
        done = typed("forecast", write(DIAMOND), "--json", "--max-parallel", "1-2,4")
        found = json.loads(done.stdout)
        assert (done.returncode, found["max_parallel"], found["recommended"], found["floor_s"]) == (0, 2, 2, 0.15)
        assert [(one["max_parallel"], one["makespan_s"]) for one in found["forecast"]] == [
            (1, 0.17),
            (2, 0.15),
            (4, 0.15),
        ]
        assert found["forecast"][0].keys() == {"max_parallel", "makespan_s", "speedup", "efficiency"}

    def test_goes_by_what_the_tasks_took_before(self, write: Callable[[str], Path]) -> None:
        file = write("tasks:\n  - {name: a, command: sleep 0.2, estimate: 9s}\n")
        before = json.loads(typed("forecast", file, "--json").stdout)
        assert (before["guessed"], before["forecast"][0]["makespan_s"]) == (1, 9.0)
        typed("run", file, "--no-ui")
        after = json.loads(typed("forecast", file, "--json").stdout)
        assert (after["guessed"], after["unmeasured"]) == (0, 0)
        assert 0.2 <= after["forecast"][0]["makespan_s"] < 9.0

    def test_marks_what_is_enough_and_what_is_in_force_and_says_what_was_never_measured(
        self, write: Callable[[str], Path]
    ) -> None:
        told = typed("forecast", write("tasks:\n  - {name: a, command: 'true', estimate: 2s}\n")).stdout
        assert "◂ enough" in told
        assert "◂ now" in told
        assert "Of 1 of 1 tasks the CPU time was never measured" in told

    def test_tries_what_if(self, write: Callable[[str], Path]) -> None:
        done = typed("forecast", write(DIAMOND), "--max-parallel", "2", "--what-if", "b=2x")
        assert "saves 50ms" in done.stdout

    @pytest.mark.parametrize("wrong", [["--max-parallel", "0"], ["--what-if", "nobody=2x"], ["--select", "nobody"]])
    def test_what_is_wrong_is_told(self, write: Callable[[str], Path], wrong: list[str]) -> None:
        done = typed("forecast", write(DIAMOND), *wrong)
        assert (done.returncode, done.stdout) == (2, "")
        assert "Traceback" not in done.stderr
        assert done.stderr
