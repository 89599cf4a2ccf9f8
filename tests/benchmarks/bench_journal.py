"""What recording costs, and how soon a large history is read.

Run it by hand: python -m tests.benchmarks.bench_journal.
"""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from seeknal_tui.analysis.holdup import hold_up
from seeknal_tui.history.database import database_path
from seeknal_tui.history.journal import Journal
from seeknal_tui.history.past_runs import PastRuns
from seeknal_tui.pipeline.model import Execution, Pipeline, Task
from seeknal_tui.run.feed import Feed
from seeknal_tui.run.runner import Runner
from tests.benchmarks.bench_runner import chain, layered, wide

SLOTS = 4
ROUNDS = 7
RUNS = 10_000


def run(tasks: tuple[Task, ...], folder: Path, *, recorded: bool) -> tuple[float, float, float]:
    """One run: wall seconds to its end, CPU seconds of the process with the journal closed, events."""
    pipeline = Pipeline("benchmark", tasks, Execution(max_parallel=SLOTS), file=folder / "benchmark.yml")
    runner, feed = Runner(pipeline), Feed()
    runner.subscribe(feed)
    journal = Journal(pipeline, hold_up=hold_up)
    if recorded:
        journal.attach(runner)
    began, cpu = time.perf_counter(), time.process_time()
    runner.request(range(len(tasks)))
    runner.wait_until_idle()
    took = time.perf_counter() - began
    runner.close()
    journal.close()
    assert not journal.problem
    return took, time.process_time() - cpu, len(feed.drain())


def cost_of_events() -> None:
    """The figures of bench_runner with and without the journal, taken in turns."""
    print(f"{SLOTS} slots           µs a task: not recorded  recorded  ratio   µs an event, all threads")
    shapes = {
        "chain 1,000": chain(1000),
        "wide 1,000": wide(1000),
        "layered 1,000": layered(1000),
        "layered 10,000": layered(10_000),
    }
    for name, tasks in shapes.items():
        plain, recorded = [], []
        with tempfile.TemporaryDirectory() as folder:
            run(tasks, Path(folder), recorded=True)  # the first run of a folder makes the file
            for _ in range(ROUNDS):
                plain.append(run(tasks, Path(folder), recorded=False))
                recorded.append(run(tasks, Path(folder), recorded=True))
        before, after = (median(took for took, _, _ in rounds) / len(tasks) * 1e6 for rounds in (plain, recorded))
        cpu = median(cpu for _, cpu, _ in recorded) - median(cpu for _, cpu, _ in plain)
        print(f"{name:<30} {before:>12.1f} {after:>9.1f} {after / before:>6.2f} {cpu / recorded[0][2] * 1e6:>12.1f}")


def time_of(do: Callable[[], object]) -> float:
    began = time.perf_counter()
    do()
    return time.perf_counter() - began


def large_run() -> None:
    with tempfile.TemporaryDirectory() as folder:
        run(layered(10_000), Path(folder), recorded=True)
        past = PastRuns(Path(folder))
        found = past.find()
        size = database_path(Path(folder)).stat().st_size
        reopened = time_of(lambda: past.load(found.run_id).state())
        print(f"a run of 10,000 tasks: {size / 1e6:.1f} MB, reopened and folded in {reopened:.2f} s")
        pipeline = past.load(found.run_id).pipeline
        print(f"  what its tasks took: {time_of(lambda: past.measurements(pipeline)):.2f} s")


def many_runs() -> None:
    with tempfile.TemporaryDirectory() as folder:
        run(layered(20, 5), Path(folder), recorded=True)
        connection = sqlite3.connect(database_path(Path(folder)))
        columns = [row[1] for row in connection.execute("PRAGMA table_info(runs)")]
        values = ", ".join({"run_id": "printf('%08x', n)", "started_at": "started_at + n"}.get(c, c) for c in columns)
        connection.execute(
            "WITH RECURSIVE count(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM count WHERE n < ?)"
            f" INSERT INTO runs ({', '.join(columns)}) SELECT {values} FROM count, (SELECT * FROM runs LIMIT 1)",
            (RUNS,),
        )
        for table in ("batches", "outcomes"):
            rest = "number, events" if table == "batches" else "data"
            connection.execute(
                f"INSERT INTO {table} SELECT r.run_id, {rest} FROM runs r, {table} t WHERE r.run_id != t.run_id"
            )
        connection.commit()
        connection.close()
        past = PastRuns(Path(folder))
        size = database_path(Path(folder)).stat().st_size
        print(f"{len(past.runs()):,} runs, {size / 1e6:.0f} MB: all listed in {time_of(past.runs):.2f} s,", end=" ")
        print(f"the latest 200 in {time_of(lambda: past.runs(limit=200)):.3f} s")


def one_task() -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "one.yml")
        file.write_text("tasks: [{name: one, sleep: 0}]\n")
        command = [sys.executable, "-m", "seeknal_tui", "run", str(file), "--no-ui"]
        times = []
        for _ in range(ROUNDS):
            shutil.rmtree(Path(folder, "target"), ignore_errors=True)
            new = time_of(lambda: subprocess.run(command, capture_output=True, check=True))
            times.append((new, time_of(lambda: subprocess.run(command, capture_output=True, check=True))))
        new, again = (median(column) for column in zip(*times, strict=True))
        print(f"run --no-ui of one task: {new:.3f} s with a new history, {again:.3f} s with an old one")


def main() -> None:
    cost_of_events()
    large_run()
    many_runs()
    one_task()


if __name__ == "__main__":
    main()
