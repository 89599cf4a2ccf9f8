"""Runs that are killed at some instant, and what must hold after it."""

from __future__ import annotations

import hashlib
import os
import random
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import duckdb
import psutil

from seeknal_tui.history.past_runs import PastRuns
from seeknal_tui.pipeline.loading import load
from seeknal_tui.pipeline.model import Pipeline
from seeknal_tui.run.events import RunStatus, Status
from seeknal_tui.run.run_lock import running_owner
from tests.history.recorded import PATIENCE_S, wait_for
from tests.run.valid_prefix import problem_of

PIPELINE = """
execution: {max_parallel: 3}
tasks:
  - {name: numbers, sql: "select range as n, hash(range) % 1000 as h from range(400000)"}
  - name: letters
    command: "for i in 1 2 3 4 5 6 7 8 9; do echo line $i; sleep 0.02; done > letters.part; mv letters.part letters.txt"
  - {name: grouped, sql: "select h, count(*) as c, sum(n) as s from numbers group by h"}
  - {name: sorted, sql: "select * from numbers order by h desc, n"}
  - {name: lines, depends_on: [letters], sql: "select * from read_csv('letters.txt', header = false)"}
  - name: counted
    depends_on: [letters]
    command: "wc -l < letters.txt > count.part && sleep 0.1 && mv count.part count.txt"
  - {name: joined, sql: "select n, g.c, g.s from sorted join grouped g using (h) where n % 7 = 0"}
  - {name: total, depends_on: [counted], sql: "select sum(n * c) as t, (select count(*) from lines) as l from joined"}
"""
"""Queries and processes side by side, about a second of work."""


def prepare(folder: Path) -> Pipeline:
    """The pipeline in a folder of its own."""
    (folder / "p.yml").write_text(PIPELINE)
    pipeline = load(folder / "p.yml").pipeline
    assert pipeline is not None
    return pipeline


def start(folder: Path, *options: str) -> subprocess.Popen[bytes]:
    """A run in a process of its own."""
    command = [sys.executable, "-m", "seeknal_tui", "run", "p.yml", "--no-ui", *options]
    return subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def finish(folder: Path, *options: str) -> str:
    """Run it to its end, which must be a good one; returns what it said on stderr."""
    process = start(folder, *options)
    _, told = process.communicate(timeout=120)
    assert process.returncode == 0, told.decode()
    return told.decode()


def results(folder: Path) -> dict[str, str]:
    """Every result by its content: the rows of each table, the bytes of each text."""
    found = {}
    for file in sorted([*folder.glob("target/*.parquet"), *folder.glob("*.txt")]):
        if file.suffix == ".txt":
            found[file.name] = hashlib.sha256(file.read_bytes()).hexdigest()
        else:
            # A result that is half-written cannot be read: this raises.
            rows = duckdb.execute(f"select count(*), sum(hash(t)::hugeint) from '{file}' t").fetchall()
            found[file.name] = str(rows)
    return found


@dataclass(frozen=True, slots=True)
class Killed:
    """What was found after a kill."""

    recorded: bool
    """Whether the journal knew of the run already."""
    status: str
    finished: int
    """How many tasks were known to have succeeded."""


def wait_until_begun(process: subprocess.Popen[bytes], pipeline: Pipeline) -> None:
    """Wait until the run of a new process begins."""
    wait_for(lambda: running_owner(pipeline.target) or process.poll())


def kill_and_resume(folder: Path, undisturbed: dict[str, str], after_s: float) -> Killed:
    """Kill a new run so many seconds after its beginning, check all that must hold then, go on, and check the end."""
    for file in (*folder.glob("target/*.parquet"), *folder.glob("*.txt")):
        file.unlink()
    pipeline = prepare(folder)
    past = PastRuns(folder)
    runs_before = len(past.runs())
    process = start(folder)
    wait_until_begun(process, pipeline)
    try:
        process.wait(after_s)
    except subprocess.TimeoutExpired:
        os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    left = results(folder)
    assert all(undisturbed[name] == content for name, content in left.items()), "a result is wrong"
    # A process that was just being started may hold the lock of the run for the moment until it is another program.
    runs = wait_for(lambda: None if running_owner(pipeline.target) else past.runs())
    wait_for(lambda: None if processes_in(folder) else True)
    recorded = len(runs) > runs_before
    status, finished = "", 0
    if recorded:
        assert runs[0].status in (RunStatus.INTERRUPTED, RunStatus.SUCCEEDED), runs[0]
        events, _ = past.events_after(runs[0].run_id)
        assert problem_of(pipeline, events) == ""
        state = past.load(runs[0].run_id).state()
        for task, task_status in zip(pipeline.tasks, state.statuses, strict=True):
            assert task_status in (Status.SUCCEEDED, Status.CANCELLED)
            if task_status is Status.SUCCEEDED and task.has_rows:
                assert f"{task.name}.parquet" in left, "a task that is known to have succeeded has no result"
        status, finished = str(runs[0].status), state.counts[Status.SUCCEEDED]
    finish(folder, *(["--resume"] if recorded else []))
    assert results(folder) == undisturbed, "the results are not those of an undisturbed run"
    return Killed(recorded, status, finished)


def processes_in(folder: Path) -> list[int]:
    """The processes that work in a folder, as tasks and what they start do."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.cwd() == str(folder) and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process.pid)
    return found


def time_of_run(folder: Path) -> float:
    """Seconds from the beginning of a run to the end of its process."""
    pipeline = prepare(folder)
    process = start(folder)
    wait_until_begun(process, pipeline)
    began = time.monotonic()
    process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0
    return time.monotonic() - began


def random_instants(count: int, longest_s: float, seed: int) -> list[float]:
    """Instants of a run of that length, at random."""
    draw = random.Random(seed)
    return [draw.uniform(0, longest_s) for _ in range(count)]
