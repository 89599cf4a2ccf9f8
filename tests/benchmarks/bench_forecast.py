"""How near forecasts come to real runs, and how many ends lie in the range that is told.

Run it by hand, a pipeline at a time: ``python -m tests.benchmarks.bench_forecast queries``. Runs at max_parallel 1 are
recorded in one folder, and runs at 2, 3, 4, 6 and 8 in another, each by ``seeknal-tui run`` in a process of its own, in
turns, because the speed of a shared machine drifts by a tenth and more within minutes. What is predicted from the
first folder alone is then held against the medians of the second. Runs during which other programs took more than 5 %
of the machine do not count, unless there are no others; the table says how much they took of those that do.
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
ROUNDS = 3
DISTURBED = 0.05


class Run(NamedTuple):
    """A real run."""

    wall_s: float
    cpu_s: float
    """What it and its tasks computed."""
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
    cpu_s = own_s() - own
    foreign = (busy_s() - busy - cpu_s) / machine_cores() / (time.monotonic() - began)
    summary = json.loads(done.stdout.splitlines()[-1])["summary"]
    return Run(summary["wall_s"], cpu_s, max(0.0, foreign))


def undisturbed(tried: list[Run]) -> list[Run]:
    """Those that count: the least disturbed one if all were."""
    return [one for one in tried if one.foreign <= DISTURBED] or [min(tried, key=lambda one: one.foreign)]


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
    for slots in (1, *VALUES):
        simulation = simulation_of_rest(
            state, costs, 0.0, cores=machine_cores(), max_parallel=slots, chosen=everything
        ).run()
        found[slots] = Outlook(state, simulation, 0.0).end.margin_s
    return found


def bench(name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        make = getattr(forecast_pipelines, name)
        alone: Path = make(Path(folder) / "recorded")
        together: Path = make(Path(folder) / "predicted")
        tried: dict[int, list[Run]] = {slots: [] for slots in (1, *VALUES)}
        for _ in range(ROUNDS):
            for slots, found in tried.items():
                found.append(run(alone if slots == 1 else together, slots))
        predicted = {one["max_parallel"]: one["makespan_s"] for one in forecast(alone)["forecast"]}
        pipeline = load(alone, "").pipeline
        assert pipeline is not None
        within = margins(pipeline)
        print(name)
        print(f"{'slots':>5} {'predicted':>11} {'real':>9} {'error':>7} {'in range':>9} {'CPU':>9} {'disturbed':>9}")
        errors, inside, count = [], 0, 0
        for slots, found in tried.items():
            real = undisturbed(found)
            wall_s, cpu_s = median(one.wall_s for one in real), median(one.cpu_s for one in real)
            error, margin_s = predicted[slots] / wall_s - 1, within[slots]
            hits = sum(abs(one.wall_s - predicted[slots]) <= margin_s for one in real)
            if slots > 1:
                errors.append(abs(error))
                inside, count = inside + hits, count + len(real)
            print(
                f"{slots:>5} {predicted[slots]:>9.2f} s {wall_s:>7.2f} s {error:>+7.1%} {hits:>4} of {len(real)}"
                f" {cpu_s:>7.2f} s {max(one.foreign for one in real):>9.1%}",
                flush=True,
            )
        print(f"median error {median(errors):.1%}, worst {max(errors):.1%}; {inside} of {count} ends in the range\n")


if __name__ == "__main__":
    for chosen in sys.argv[1:] or ("flights", "queries", "commands", "mixed", "files", "functions", "sleeps"):
        bench(chosen)
