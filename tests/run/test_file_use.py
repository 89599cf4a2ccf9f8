"""Which files the processes of a run are seen to use, whatever their tasks declare."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from pathlib import Path

import pytest

from seeknal_tui.pipeline.loading import load
from seeknal_tui.pipeline.model import Pipeline
from seeknal_tui.run.events import Event, HostSampled, TaskFiles, TaskFinished
from seeknal_tui.run.feed import Feed
from seeknal_tui.run.file_use import FileUse
from seeknal_tui.run.own_reads import own_read
from seeknal_tui.run.runner import Runner
from seeknal_tui.run.state import RunState

linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells what is opened")
NO_PROCESS = 1 << 22
"""More than the system's highest."""
PYTHON_JOBS = """
import os, pathlib
def read():
    for path in ("data.csv", "../lake.csv", b"data.csv", "missing.csv", os.devnull):
        try: open(path).close()
        except OSError: pass
def write():
    pathlib.Path("out.csv").write_text("1")
def replace():
    os.close(os.open("part.csv", os.O_CREAT | os.O_RDWR))
    os.replace("part.csv", "whole.csv")
"""
READ_SLOWLY = "import time; file = open('data.csv'); file.read(); print('read', flush=True); time.sleep(0.3)"


def pipeline_of(folder: Path, text: str) -> Pipeline:
    (folder / "pipeline.yml").write_text(text)
    (folder / "data.csv").write_text("a\n1\n")
    pipeline = load(folder / "pipeline.yml").pipeline
    assert pipeline is not None
    return pipeline


def events_of(pipeline: Pipeline, max_parallel: int = 8) -> list[Event]:
    runner, feed = Runner(pipeline, max_parallel=max_parallel), Feed()
    runner.subscribe(feed)
    runner.request(range(len(pipeline.tasks)))
    try:
        assert runner.wait_until_idle(30)
    finally:
        runner.close(kill=True)
    assert runner.crash is None
    return feed.drain()


def files_of(pipeline: Pipeline, max_parallel: int = 8) -> dict[str, TaskFiles]:
    return {event.task: event for event in events_of(pipeline, max_parallel) if isinstance(event, TaskFiles)}


@linux
class TestSeen:
    def test_what_a_command_reads_and_writes_however_short(self, tmp_path: Path) -> None:
        pipeline = pipeline_of(tmp_path, "tasks:\n  - {name: a, command: cat data.csv > copy.csv}\n")
        seen = files_of(pipeline)["a"]
        assert (seen.read, seen.written) == ((f"{tmp_path}/data.csv",), (f"{tmp_path}/copy.csv",))
        assert seen.complete

    def test_what_a_descendant_has_open_is_its_task_s(self, tmp_path: Path) -> None:
        (tmp_path / "slow.py").write_text(READ_SLOWLY)
        text = f"""
            tasks:
              - {{name: reader, command: [sh, -c, '"{sys.executable}" slow.py; true']}}
              - {{name: other, command: sleep 0.6}}
            """
        files = files_of(pipeline_of(tmp_path, text))
        assert files["reader"].read == (f"{tmp_path}/data.csv",)
        assert files["other"].read == ()

    def test_what_another_task_may_have_opened_is_only_perhaps_its_own(self, tmp_path: Path) -> None:
        text = """
            tasks:
              - {name: reader, command: sleep 0.1; cat data.csv; sleep 0.1}
              - {name: other, command: sleep 0.5}
            """
        seen = files_of(pipeline_of(tmp_path, text))["other"]
        assert (seen.read, seen.perhaps) == ((), (f"{tmp_path}/data.csv",))

    def test_of_those_at_work_whose_command_names_the_file_it_was(self, tmp_path: Path) -> None:
        text = """
            tasks:
              - {name: writer, command: sleep 0.1; echo 1 > out.csv}
              - {name: reader, command: sleep 0.4; cat out.csv}
              - {name: other, command: sleep 0.6}
            """
        files = files_of(pipeline_of(tmp_path, text))
        assert {name: (seen.read, seen.written) for name, seen in files.items()} == {
            "writer": ((), (f"{tmp_path}/out.csv",)),
            "reader": ((f"{tmp_path}/out.csv",), ()),
            "other": ((), ()),
        }

    def test_all_whose_output_goes_there_have_written_it(self, tmp_path: Path) -> None:
        text = """
            tasks:
              - {name: eu, command: sleep 0.1; echo eu > out.csv; sleep 0.3}
              - {name: us, command: sleep 0.2; echo us >> out.csv; sleep 0.3}
              - {name: other, command: sleep 0.6}
            """
        files = files_of(pipeline_of(tmp_path, text))
        assert {name: seen.written for name, seen in files.items()} == {
            "eu": (f"{tmp_path}/out.csv",),
            "us": (f"{tmp_path}/out.csv",),
            "other": (),
        }

    def test_whose_output_goes_there_does_not_read_it_while_another_does(self, tmp_path: Path) -> None:
        text = """
            tasks:
              - {name: writer, command: echo 1 > out.csv; sleep 0.4}
              - {name: reader, command: sleep 0.2; cat out.csv}
            """
        files = files_of(pipeline_of(tmp_path, text))
        assert (files["writer"].read, files["reader"].read) == ((), (f"{tmp_path}/out.csv",))

    def test_what_sql_reads_and_writes_is_of_no_process_that_runs_beside_it(self, tmp_path: Path) -> None:
        text = f"""
            sources: [{{name: data, path: data.csv, depends_on: [first]}}]
            transforms: [{{name: out, sql: "COPY (SELECT 1) TO '{tmp_path}/out.csv'; SELECT * FROM data"}}]
            tasks:
              - {{name: first, sleep: 100ms}}
              - {{name: reader, command: "sleep 0.8; cat out.csv"}}
            """
        seen = files_of(pipeline_of(tmp_path, text))["reader"]
        assert (seen.read, seen.written) == ((f"{tmp_path}/out.csv",), ())

    def test_a_link_in_a_command_stands_for_what_it_leads_to_by_then(self, tmp_path: Path) -> None:
        (tmp_path / "old.csv").touch()
        (tmp_path / "current.csv").symlink_to("old.csv")
        text = """
            tasks:
              - {name: publish, command: echo 1 > new.csv; ln -sfn new.csv current.csv}
              - {name: reader, command: sleep 0.2; cat current.csv}
              - {name: other, command: sleep 0.4}
            """
        files = files_of(pipeline_of(tmp_path, text))
        assert files["reader"].read == (f"{tmp_path}/new.csv",)

    def test_a_variable_of_the_task_in_its_command_stands_for_its_value(self, tmp_path: Path) -> None:
        text = """
            tasks:
              - {name: reader, env: {FEED: data.csv}, command: 'sleep 0.1; cat "$FEED"'}
              - {name: other, command: sleep 0.4}
            """
        files = files_of(pipeline_of(tmp_path, text))
        assert files["reader"].read == (f"{tmp_path}/data.csv",)

    @pytest.mark.parametrize("by_us", [False, True])
    def test_what_the_program_itself_reads_no_task_has_read(self, tmp_path: Path, by_us: bool) -> None:
        pipeline = pipeline_of(tmp_path, "tasks:\n  - {name: a, command: sleep 1}\n")
        files = FileUse(pipeline)
        files.begin(0, pipeline.tasks[0])
        files.watch(0, NO_PROCESS)
        with own_read(f"{tmp_path}/data.csv") if by_us else nullcontext():
            (tmp_path / "data.csv").read_text()
        seen = files.end(0)
        files.close()
        path = (f"{tmp_path}/data.csv",)
        assert (seen.read, seen.perhaps) == (((), path) if by_us else (path, ()))

    def test_what_python_opens_in_a_task_of_its_own_however_short(self, tmp_path: Path) -> None:
        (tmp_path / "pipeline").mkdir()
        (tmp_path / "lake.csv").write_text("1")
        (tmp_path / "pipeline" / "jobs.py").write_text(PYTHON_JOBS)
        text = """
            tasks:
              - {name: reader, python: jobs:read}
              - {name: writer, python: jobs:write}
              - {name: replacer, python: jobs:replace}
              - {name: other, command: sleep 1}
            """
        files = files_of(pipeline_of(tmp_path / "pipeline", text))
        inside = f"{tmp_path}/pipeline"
        assert files["reader"].read == (f"{tmp_path}/lake.csv", f"{inside}/data.csv", f"{inside}/missing.csv")
        assert files["writer"].written == (f"{tmp_path}/pipeline/out.csv",)
        assert f"{tmp_path}/pipeline/whole.csv" in files["replacer"].written
        assert not any(files[name].written for name in ("reader", "other"))
        assert not any(files[name].read for name in ("writer", "other"))

    def test_files_in_folders_made_meanwhile_and_outside_of_the_pipeline_s(self, tmp_path: Path) -> None:
        folder = tmp_path / "pipeline"
        folder.mkdir()
        text = """
            tasks:
              - {name: a, command: mkdir -p new/deep; echo 1 > new/deep/x.csv; echo 2 > ../y.csv, outputs: [../y.csv]}
            """
        seen = files_of(pipeline_of(folder, text))["a"]
        assert f"{tmp_path}/y.csv" in seen.written

    def test_programs_and_hidden_folders_are_no_data(self, tmp_path: Path) -> None:
        (tmp_path / "program.py").write_text("open('.cache/x', 'w').write('1')")
        text = f"tasks:\n  - {{name: a, command: 'mkdir .cache; \"{sys.executable}\" program.py'}}\n"
        seen = files_of(pipeline_of(tmp_path, text))["a"]
        assert (seen.read, seen.written) == ((), ())

    def test_the_folder_reached_through_a_link_keeps_its_spelling(self, tmp_path: Path) -> None:
        (tmp_path / "real").mkdir()
        (tmp_path / "link").symlink_to("real")
        pipeline = pipeline_of(tmp_path / "link", "tasks:\n  - {name: a, command: cat data.csv}\n")
        assert files_of(pipeline)["a"].read == (f"{tmp_path}/link/data.csv",)

    def test_it_is_told_before_the_task_has_finished_and_the_state_keeps_it(self, tmp_path: Path) -> None:
        pipeline = pipeline_of(tmp_path, "tasks:\n  - {name: a, command: cat data.csv}\n")
        events = events_of(pipeline)
        kinds = [type(event) for event in events]
        assert kinds.index(TaskFiles) < kinds.index(TaskFinished)
        state = RunState(pipeline)
        state.apply_all(events)
        assert state.files.read[0] == {f"{tmp_path}/data.csv"}
        assert state.files.complete[0]


def test_a_run_without_processes_has_no_files_to_tell_of(tmp_path: Path) -> None:
    pipeline = pipeline_of(tmp_path, "tasks:\n  - {name: a, sql: select 1 as x}\n  - {name: b, sleep: 10ms}\n")
    assert files_of(pipeline) == {}


def test_of_a_task_asked_for_again_the_files_are_forgotten() -> None:
    from tests.run.test_state import PIPELINE, ran, started

    state = RunState(PIPELINE)
    state.apply_all([started(), TaskFiles(0.5, "a", ("/x",), ("/y",), ("/z",), True), *ran("a", 0.0, 1.0)])
    assert state.files.read[0] | state.files.written[0] | state.files.perhaps[0] == {"/x", "/y", "/z"}
    state.apply(started())
    assert not state.files.read[0]
    assert not state.files.complete[0]


class TestHost:
    def test_the_machine_is_looked_at_while_a_run_goes_on(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from seeknal_tui.run import sampler

        monkeypatch.setattr(sampler, "EVERY_S", 0.02)
        monkeypatch.setattr(sampler, "HIGHEST_SHARE", 1.0)
        pipeline = pipeline_of(tmp_path, "tasks:\n  - {name: a, command: sleep 0.5}\n")
        state = RunState(pipeline)
        state.apply_all(events_of(pipeline))
        assert state.host
        assert all(0 < sample.at <= state.now and sample.memory_bytes > 0 for sample in state.host)

    def test_over_a_long_run_samples_get_rarer_not_more(self) -> None:
        from tests.run.test_state import PIPELINE, started

        state = RunState(PIPELINE)
        state.apply(started())
        for second in range(10_000):
            state.apply(HostSampled(float(second), 1.0, 1, 1, 2, 0, 0, 1.0))
        assert len(state.host) <= 2000
        assert (state.host[0].at, state.host[-1].at) == (0.0, 9999.0)
