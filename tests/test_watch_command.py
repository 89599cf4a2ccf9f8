"""``seeknal-tui watch`` without a dashboard, as a user or a script types it; all processes are real."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from seeknal_tui.history.past_runs import HistoryUnusable, NoSuchRun, PastRuns
from tests.control.running import COMMAND, Running, running, wait_for

GATED = """
    name: gated
    tasks:
      - {name: gate, command: "until [ -e go ]; do sleep 0.02; done"}
      - {name: after, depends_on: [gate]}
"""


def watch(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*COMMAND, "watch", *arguments], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def wait_until_recorded(run: Running) -> None:
    def is_recorded() -> bool:
        try:
            return bool(PastRuns(run.folder).find().run_id)
        except (NoSuchRun, HistoryUnusable):
            return False

    wait_for(is_recorded)


def test_it_tells_everything_so_far_then_what_happens_and_ends_with_the_run(tmp_path: Path) -> None:
    with running(tmp_path, GATED) as run:
        run.until("task_started", task="gate")
        wait_until_recorded(run)
        with watch(tmp_path, "--json") as watcher:
            assert watcher.stdout is not None
            assert json.loads(watcher.stdout.readline())["run_id"] == run.events[0]["run_id"]
            (tmp_path / "go").touch()
            events = [json.loads(line) for line in watcher.stdout]
            assert watcher.wait(20) == 0
        assert [event["event"] for event in events][-1] == "run_finished"
        assert events[-1]["summary"]["counts"]["succeeded"] == 2


def test_a_watcher_that_is_killed_disturbs_nothing(tmp_path: Path) -> None:
    with running(tmp_path, GATED) as run:
        run.until("task_started", task="gate")
        wait_until_recorded(run)
        for _ in range(3):
            with watch(tmp_path, "--no-ui") as watcher:
                assert watcher.stdout is not None
                assert "gated" in watcher.stdout.readline()
                watcher.kill()
        (tmp_path / "go").touch()
        assert run.until("run_finished")["summary"]["status"] == "succeeded"
        assert run.process.wait(20) == 0


def test_of_a_run_that_was_killed_it_tells_that_it_was_interrupted(tmp_path: Path) -> None:
    with running(tmp_path, GATED) as run:
        run.until("task_started", task="gate")
        wait_until_recorded(run)
        with watch(tmp_path, "--json", str(run.events[0]["run_id"])[:6]) as watcher:
            assert watcher.stdout is not None
            watcher.stdout.readline()
            run.process.kill()
            run.process.wait()
            last = [json.loads(line) for line in watcher.stdout][-1]
        assert last["summary"]["status"] == "interrupted"


def test_where_nothing_was_run_and_for_no_such_run_it_says_so(tmp_path: Path) -> None:
    (tmp_path / "pipeline.yml").write_text("tasks: [{name: a}]")
    with watch(tmp_path) as watcher:
        assert "nothing has been run here yet" in watcher.communicate()[1]
        assert watcher.returncode == 2
    with running(tmp_path, "tasks: [{name: a}]") as run:
        run.process.wait()
        with watch(tmp_path, "zzzz") as watcher:
            assert "there is no run zzzz" in watcher.communicate()[1]
            assert watcher.returncode == 2


def test_a_path_may_stand_in_the_place_of_a_run(tmp_path: Path) -> None:
    with running(tmp_path, "tasks: [{name: a}]") as run:
        run.process.wait()
        with watch(tmp_path.parent, str(tmp_path / "pipeline.yml"), "--no-ui") as watcher:
            assert "succeeded" in watcher.communicate()[0]
