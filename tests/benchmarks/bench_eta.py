"""How many ends of runs lie in the range that is told before and while they go on: four of five are promised.

Run it by hand, a pipeline at a time: ``python -m tests.benchmarks.bench_eta mixed``. Each run is recorded by
``seeknal-tui run`` in a process of its own. Then each is looked at again as it stood at several of its moments, with
what the runs before it had shown and nothing more, and the end that was expected is held against the one that came.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from seeknal_tui.analysis.costs import machine_cores, task_costs
from seeknal_tui.analysis.outlook import Outlook, Range, simulation_of_rest
from seeknal_tui.history.past_runs import PastRun, PastRuns
from seeknal_tui.run.events import RunStarted, TaskQueued
from seeknal_tui.run.measured import Measurements
from seeknal_tui.run.state import RunState
from tests.benchmarks import forecast_pipelines

SLOTS = (4, 2, 1)
ROUNDS = 4
MOMENTS = (0.0, 0.25, 0.5, 0.75)
"""As parts of the time that the run took."""
PROMISED = 0.8


def recorded(name: str, folder: Path) -> list[PastRun]:
    """The runs of one of the pipelines, at several max_parallel in turns; the first comes first."""
    file: Path = getattr(forecast_pipelines, name)(folder)
    for _ in range(ROUNDS):
        for slots in SLOTS:
            command = [sys.executable, "-m", "seeknal_tui", "run", str(file), "--no-ui", "--max-parallel", str(slots)]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                sys.exit(f"{file}: {done.stderr}{done.stdout[-2000:]}")
    past = PastRuns(file.parent)
    return [past.load(record.run_id) for record in reversed(past.runs())]


def before(runs: Sequence[PastRun], run: PastRun, everything: Measurements) -> Measurements:
    """What was known when a run began."""
    known = {one.record.run_id for one in runs[: runs.index(run)]}
    found = {name: [one for one in attempts if one.run_id in known] for name, attempts in everything.items()}
    return {name: attempts for name, attempts in found.items() if attempts}


def expected_end(run: PastRun, moment: float, history: Measurements) -> Range:
    """The end that is told at a moment of the run."""
    at, state = moment * run.record.wall_s, RunState(run.pipeline)
    state.apply_all(event for event in run.events if isinstance(event, RunStarted | TaskQueued) or event.at <= at)
    now, slots = max(at, state.now), run.record.max_parallel
    costs = task_costs(run.pipeline, history)
    simulation = simulation_of_rest(state, costs, now, cores=machine_cores(), max_parallel=slots).run()
    return Outlook(state, simulation, now).end


def bench(name: str) -> None:
    held: dict[str, list[bool]] = defaultdict(list)
    errors: dict[str, list[float]] = defaultdict(list)
    margins: dict[str, list[float]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder:
        runs = recorded(name, Path(folder))
        everything = PastRuns(runs[0].pipeline.folder).measurements(runs[0].pipeline, latest=1000)
        for place, run in enumerate(runs[1:], start=1):
            history = before(runs, run, everything)
            for moment in MOMENTS:
                end, came = expected_end(run, moment, history), run.record.wall_s
                known = "1 run" if place == 1 else "2-4 runs" if place <= 4 else "5 and more runs"
                for group in (f"at {moment:.0%}", f"knowing {known}", f"max_parallel {run.record.max_parallel}", "all"):
                    held[group].append(abs(end.at - came) <= end.margin_s)
                    errors[group].append(abs(end.at - came) / came)
                    margins[group].append(end.margin_s / came)
    print(f"{name:<26} {'promised':>8} {'held':>5} {'of':>4} {'median error':>13} {'median range':>13}")
    for group in sorted(held):
        part = sum(held[group]) / len(held[group])
        print(
            f"{group:<26} {PROMISED:>8.0%} {part:>5.0%} {len(held[group]):>4} {median(errors[group]):>13.1%}"
            f" {'±':>7}{median(margins[group]):>6.1%}",
            flush=True,
        )
    print()


if __name__ == "__main__":
    for chosen in sys.argv[1:] or ("flights", "queries", "commands", "mixed", "sleeps"):
        bench(chosen)
