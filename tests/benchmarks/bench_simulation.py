"""What looking ahead costs: a forecast for 16 values of max_parallel, and one new value while the slider moves.

Run it by hand: ``python -m tests.benchmarks.bench_simulation``. Every second task computes on one core, the others wait
for something else, or are queries; a third of the run is over when the slider moves. Marks: 2,000 tasks in 2 s, and
in 50 ms.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from statistics import median

from seeknal_tui.analysis.forecast import forecast
from seeknal_tui.analysis.simulation import TaskCost
from seeknal_tui.dashboard.foresight import Foresight
from seeknal_tui.pipeline.model import Pipeline, Task
from seeknal_tui.run.events import Status
from seeknal_tui.run.measured import Measured, Measurements
from tests.benchmarks.bench_runner import chain, layered, wide
from tests.virtual_run import VirtualRun

CORES = 2
SLOTS = 4
VALUES = range(1, 17)
SIZES = (2_000, 10_000)
SHAPES: dict[str, Callable[[int], tuple[Task, ...]]] = {"chain": chain, "wide": wide, "layered": layered}
MOVES = (5, 6, 7, 8, 7, 6, 5, 4, 3, 2, 3, 4)
PATIENCE_S = 30.0


def costs_of(size: int) -> list[TaskCost]:
    """Of tasks that take from 50 ms to 2 s."""
    draw = random.Random(size)
    found = []
    for number in range(size):
        wall_s = draw.uniform(0.05, 2.0)
        found.append(TaskCost(wall_s, wall_s * (1.0, 0.02, 1.6, 0.02)[number % 4], is_query=number % 4 == 2))
    return found


def forecast_s(pipeline: Pipeline, costs: Sequence[TaskCost]) -> float:
    began = time.perf_counter()
    forecast(pipeline, costs, VALUES, cores=CORES)
    return time.perf_counter() - began


def moves_s(pipeline: Pipeline, costs: Sequence[TaskCost]) -> list[float]:
    """From each move of the slider to what it says of the finish there, during a run."""
    walls = [cost.wall_s for cost in costs]
    before = VirtualRun(pipeline, walls, max_parallel=SLOTS).begin().to_the_end()
    history: Measurements = {
        task.name: [Measured("before", attempts[-1].started_at, cost.wall_s, cost.cpu_s)]
        for task, attempts, cost in zip(pipeline.tasks, before.attempts, costs, strict=True)
    }
    run = VirtualRun(pipeline, walls, max_parallel=SLOTS).begin()
    while run.state.counts[Status.SUCCEEDED] < len(costs) // 3:
        run.step()
    foresight = Foresight(run.state, history)
    foresight.look_ahead(run.now, SLOTS, time.monotonic())
    took = []
    for slots in MOVES:
        time.sleep(0.5)  # what it computes of the other values when nobody moves the slider is going on by then
        began, known = time.perf_counter(), foresight.answers
        while foresight.answers == known:
            foresight.look_ahead(run.now, slots, time.monotonic())
            time.sleep(0.002)
            if time.perf_counter() - began > PATIENCE_S:
                raise RuntimeError(f"the slider at {slots} never told anything")
        took.append(time.perf_counter() - began)
    return took


def main() -> None:
    """Print a table."""
    print(f"{'tasks':>6} {'shape':<8} {'16 values':>10} {'one move, median':>17} {'longest':>8}")
    for size in SIZES:
        for name, shape in SHAPES.items():
            pipeline, costs = Pipeline(name, shape(size)), costs_of(size)
            all_values = median(forecast_s(pipeline, costs) for _ in range(3))
            moves = moves_s(pipeline, costs)
            told = f"{all_values:>8.2f} s {median(moves) * 1e3:>14.0f} ms {max(moves) * 1e3:>5.0f} ms"
            print(f"{size:>6,} {name:<8} {told}", flush=True)


if __name__ == "__main__":
    main()
