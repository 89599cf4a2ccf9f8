"""What the runner costs for tasks that do nothing, with every event.

Run it by hand: python -m tests.benchmarks.bench_runner.
"""

from __future__ import annotations

import gc
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from seeknal_tui.pipeline.model import Execution, Pipeline, Task
from seeknal_tui.run.feed import Feed
from seeknal_tui.run.runner import Runner

SLOTS = 4
ROUNDS = 7


def chain(size: int) -> tuple[Task, ...]:
    return tuple(Task(name=f"t{n}", depends_on=(f"t{n - 1}",) if n else ()) for n in range(size))


def wide(size: int) -> tuple[Task, ...]:
    return tuple(Task(name=f"t{n}") for n in range(size))


def layered(size: int, width: int = 50) -> tuple[Task, ...]:
    draw = random.Random(1)
    tasks = []
    for n in range(size):
        layer = n // width
        upstream = draw.sample(range(width), 3) if layer else []
        tasks.append(Task(name=f"t{n}", depends_on=tuple(f"t{(layer - 1) * width + other}" for other in upstream)))
    return tuple(tasks)


def in_process(tasks: tuple[Task, ...]) -> float:
    """Microseconds a task, from the request to the end of the run; the events go to a reader that does nothing."""
    pipeline = Pipeline("benchmark", tasks, Execution(max_parallel=SLOTS))
    runner = Runner(pipeline)
    feed = Feed()
    runner.subscribe(feed)
    gc.collect()
    began = time.perf_counter()
    runner.request(range(len(tasks)))
    runner.wait_until_idle()
    took = time.perf_counter() - began
    assert len(feed.drain()) == 3 * len(tasks) + 2
    runner.close()
    return took / len(tasks) * 1e6


def with_json(tasks: tuple[Task, ...]) -> float:
    """Microseconds a task of a whole ``run --json`` into a file, from its first event to its last."""
    lines = ["tasks:"]
    lines += [json.dumps({"name": task.name, "depends_on": list(task.depends_on)}) for task in tasks]
    text = "\n".join([lines[0], *(f"  - {line}" for line in lines[1:]), f"execution: {{max_parallel: {SLOTS}}}", ""])
    with tempfile.TemporaryDirectory() as folder:
        file, out = Path(folder, "pipeline.yml"), Path(folder, "events.jsonl")
        file.write_text(text)
        with out.open("w") as stdout:
            subprocess.run([sys.executable, "-m", "seeknal_tui", "run", str(file), "--json"], stdout=stdout, check=True)
        last = json.loads(out.read_text().splitlines()[-1])
    assert last["summary"]["counts"]["succeeded"] == len(tasks)
    return float(last["at"]) / len(tasks) * 1e6


def main() -> None:
    shapes = {
        "chain 1,000": chain(1000),
        "wide 1,000": wide(1000),
        "layered 1,000": layered(1000),
        "layered 10,000": layered(10_000),
    }
    print(f"{'µs a task, ' + str(SLOTS) + ' slots':<20} {'to a reader':>12} {'--json to a file':>17}")
    for name, tasks in shapes.items():
        plain = median(in_process(tasks) for _ in range(ROUNDS))
        print(f"{name:<20} {plain:>12.1f} {median(with_json(tasks) for _ in range(3)):>17.1f}")
    print(f"peak memory of this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
    print(f"peak memory of --json:       {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
