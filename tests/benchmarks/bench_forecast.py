"""How near forecasts come to real runs, and how many ends lie in the range that is told.

Run it by hand, a pipeline at a time: ``python -m tests.benchmarks.bench_forecast queries``. Each pipeline is recorded
at max_parallel 1, its runs at 2, 3, 4, 6 and 8 are predicted, and then really run, each by ``seeknal-tui run`` in a
process of its own. A run during which other programs took more than 4 % of the machine is run again, at most a few
times; then the least disturbed ones count, and the table says how much they were.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import psutil

from seeknal_tui.analysis.costs import machine_cores, task_costs
from seeknal_tui.analysis.outlook import Outlook, simulation_of_rest
from seeknal_tui.history.past_runs import PastRuns
from seeknal_tui.pipeline.loading import load
from seeknal_tui.pipeline.model import Pipeline
from seeknal_tui.run.state import RunState
from tests.benchmarks import forecast_pipelines

VALUES = (2, 3, 4, 6, 8)
RECORDED, RUNS = 2, 2
DISTURBED = 0.04
MOST_TRIES = 2


class Run(NamedTuple):
    """A real run."""

    wall_s: float
    foreign: float
    """Which part of the machine other programs took meanwhile."""


def busy_s() -> float:
    times = psutil.cpu_times()
    return float(times.user + times.system + times.nice + times.steal + times.irq + times.softirq)


def own_s() -> float:
    times = psutil.Process().cpu_times()
    return float(times.user + times.system + times.children_user + times.children_system)


def run(file: Path, slots: int) -> Run:
    began, busy, own = time.monotonic(), busy_s(), own_s()
    command = [sys.executable, "-m", "seeknal_tui", "run", str(file), "--json", "--max-parallel", str(slots)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{file}: {done.stderr}{done.stdout[-2000:]}")
    foreign = (busy_s() - busy - own_s() + own) / machine_cores() / (time.monotonic() - began)
    summary = json.loads(done.stdout.splitlines()[-1])["summary"]
    return Run(summary["wall_s"], max(0.0, foreign))


def runs(file: Path, slots: int, wanted: int) -> list[Run]:
    """So many runs, the least disturbed of those that were tried."""
    found: list[Run] = []
    while sum(one.foreign <= DISTURBED for one in found) < wanted and len(found) < wanted + MOST_TRIES:
        found.append(run(file, slots))
    return sorted(found, key=lambda one: one.foreign)[:wanted]


def forecast(file: Path) -> dict[str, Any]:
    values = ",".join(map(str, (1, *VALUES)))
    command = [sys.executable, "-m", "seeknal_tui", "forecast", str(file), "--json", "--max-parallel", values]
    done: dict[str, Any] = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    return done


def margins(pipeline: Pipeline) -> dict[int, float]:
    """Half the range of the end of a run of everything, at each value."""
    costs = task_costs(pipeline, PastRuns(pipeline.folder).measurements(pipeline))
    state, everything = RunState(pipeline), frozenset(range(len(pipeline.tasks)))
    found = {}
    for slots in VALUES:
        simulation = simulation_of_rest(
            state, costs, 0.0, cores=machine_cores(), max_parallel=slots, chosen=everything
        ).run()
        found[slots] = Outlook(state, simulation, 0.0).end.margin_s
    return found


def bench(name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file: Path = getattr(forecast_pipelines, name)(Path(folder))
        recorded = runs(file, 1, RECORDED)
        predicted = {one["max_parallel"]: one["makespan_s"] for one in forecast(file)["forecast"]}
        pipeline = load(file, "").pipeline
        assert pipeline is not None
        within = margins(pipeline)
        print(f"{name}: recorded at 1: {', '.join(f'{one.wall_s:.2f}' for one in recorded)} s", flush=True)
        print(f"{'slots':>6} {'predicted':>10} {'real':>8} {'error':>8} {'in range':>9} {'disturbed':>10}")
        errors, inside, count = [], 0, 0
        for slots in VALUES:
            real = runs(file, slots, RUNS)
            wall_s = median(one.wall_s for one in real)
            error = predicted[slots] / wall_s - 1
            margin_s = within[slots]
            low, high = predicted[slots] - margin_s, predicted[slots] + margin_s
            hits = sum(low <= one.wall_s <= high for one in real)
            errors.append(abs(error))
            inside, count = inside + hits, count + len(real)
            print(
                f"{slots:>6} {predicted[slots]:>8.2f} s {wall_s:>6.2f} s {error:>+8.1%} {hits:>5} of {len(real)}"
                f" {max(one.foreign for one in real):>10.1%}",
                flush=True,
            )
        print(f"median error {median(errors):.1%}, worst {max(errors):.1%}; {inside} of {count} ends in the range\n")


if __name__ == "__main__":
    for chosen in sys.argv[1:] or ("flights", "queries", "commands", "mixed", "sleeps"):
        bench(chosen)
