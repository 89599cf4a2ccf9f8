"""What a run uses while it goes on."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from seeknal_tui.pipeline.loading import load
from seeknal_tui.pipeline.model import Pipeline
from seeknal_tui.run import sampler
from seeknal_tui.run.events import Event, Status, TaskFinished, TaskSampled
from seeknal_tui.run.feed import Feed
from seeknal_tui.run.runner import Runner
from seeknal_tui.run.sampler import Sampler, Use
from tests.run.attempts import wait_for

MEGABYTE = 1_000_000
BUSY_CHILD = """
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "x = bytearray(60_000_000); print('ready', flush=True); input()"])
child.wait()
"""


@contextmanager
def a_tree() -> Iterator[subprocess.Popen[str]]:
    """A small process with a child that holds 60 MB; it is ready, and waits."""
    process = subprocess.Popen(
        [sys.executable, "-c", BUSY_CHILD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield process


def pipeline_of(folder: Path, text: str) -> Pipeline:
    file = folder / "pipeline.yml"
    file.write_text(text)
    pipeline = load(file).pipeline
    assert pipeline is not None
    return pipeline


class TestLooking:
    def test_descendants_belong_to_the_task(self) -> None:
        seen: list[tuple[int, Use]] = []
        looking = Sampler(lambda number, use: seen.append((number, use)))
        with a_tree() as process:
            looking.watch(7, process.pid)
            looking.look()
        ((number, use),) = seen
        assert number == 7
        assert use.rss_bytes > 60 * MEGABYTE
        assert use.cpu_s > 0
        assert use.read_bytes > 0

    def test_the_run_is_this_process_and_those_of_its_tasks(self) -> None:
        looking = Sampler(lambda number, use: None)
        looking.look()
        assert looking.use is not None
        alone = looking.use.rss_bytes
        assert alone > MEGABYTE
        with a_tree() as process:
            looking.watch(0, process.pid)
            looking.look()
        assert looking.use.rss_bytes > alone + 60 * MEGABYTE

    def test_of_a_forgotten_task_nothing_is_told(self) -> None:
        seen: list[int] = []
        looking = Sampler(lambda number, use: seen.append(number))
        with a_tree() as process:
            looking.watch(0, process.pid)
            looking.look()
            assert looking.forget(0).rss_bytes > 60 * MEGABYTE
            looking.look()
        assert seen == [0]

    def test_a_process_that_has_ended_is_passed_over(self) -> None:
        seen: list[int] = []
        looking = Sampler(lambda number, use: seen.append(number))
        with subprocess.Popen(["true"]) as process:
            pass
        looking.watch(0, process.pid)
        looking.look()
        assert seen == []
        assert looking.use is not None


class TestOfARun:
    @pytest.fixture(autouse=True)
    def often(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sampler, "EVERY_S", 0.02)
        monkeypatch.setattr(sampler, "HIGHEST_SHARE", 1.0)

    def test_a_running_process_is_sampled_and_the_run_with_it(self, tmp_path: Path) -> None:
        pipeline = pipeline_of(tmp_path, "tasks:\n  - {name: a, command: read -r line < gate}\n")
        subprocess.run(["mkfifo", str(tmp_path / "gate")], check=True)
        runner, feed = Runner(pipeline), Feed()
        events: list[Event] = []
        runner.subscribe(feed)
        runner.request([0])

        def is_sampled() -> bool:
            events.extend(feed.drain())
            return any(type(event) is TaskSampled for event in events)

        try:
            wait_for(is_sampled)
            wait_for(lambda: runner.use is not None)
            (tmp_path / "gate").write_text("go\n")
            assert runner.wait_until_idle(10)
        finally:
            runner.close(kill=True)
        assert runner.use is None
        events.extend(feed.drain())
        kinds = [type(event) for event in events]
        assert kinds.count(TaskFinished) == 1
        assert TaskSampled not in kinds[kinds.index(TaskFinished) :]
        (finished,) = (event for event in events if isinstance(event, TaskFinished))
        assert finished.status is Status.SUCCEEDED

    def test_tasks_that_do_nothing_start_no_thread(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        started: list[Sampler] = []
        monkeypatch.setattr(Sampler, "start", lambda looking: started.append(looking))  # noqa: PLW0108 - a method
        runner = Runner(pipeline_of(tmp_path, "tasks:\n  - {name: a}\n  - {name: b, sleep: 0, depends_on: [a]}\n"))
        runner.request([0, 1])
        assert runner.wait_until_idle(10)
        runner.close()
        assert started == []
