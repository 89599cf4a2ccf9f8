"""How long a run would take, at each max_parallel."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from seeknal_tui.analysis.costs import machine_cores
from seeknal_tui.analysis.critical_path import longest_chain
from seeknal_tui.analysis.simulation import AT_THE_BEGINNING, Simulation, Standing, TaskCost
from seeknal_tui.pipeline.model import Pipeline

NEAR_BEST = 1.05
"""The recommended max_parallel is the smallest with which the run takes at most so many times the shortest time."""


@dataclass(frozen=True, slots=True)
class Prediction:
    """A run at one max_parallel."""

    max_parallel: int
    makespan_s: float
    """Seconds from its beginning to its end."""
    speedup: float
    """How much faster than the tasks one after the other, each alone."""
    efficiency: float
    """How near that is to the best that any order of the tasks could do with so many slots and cores; 1 is all."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """Runs at several values of max_parallel; times in seconds."""

    predictions: tuple[Prediction, ...]
    """In the order in which they were asked for."""
    floor_s: float
    """With however many slots, it takes no less: for its critical path, its pools, or what the cores must compute."""
    task_s: float
    """What the tasks take one after the other, each alone."""
    guessed: int
    """Of how many tasks the duration was never measured: it is their ``estimate``, or a typical one."""
    unmeasured: int
    """Of how many tasks the CPU time was never measured: they are taken to want no core."""

    @property
    def best(self) -> Prediction:
        """The shortest run, with the fewest slots where several are."""
        return min(self.predictions, key=lambda one: (round(one.makespan_s, 6), one.max_parallel))

    @property
    def recommended(self) -> int:
        """The smallest max_parallel whose run takes at most 5 % longer than the best."""
        most = self.best.makespan_s * NEAR_BEST
        return min(one.max_parallel for one in self.predictions if one.makespan_s <= most)

    def at(self, max_parallel: int) -> Prediction | None:
        """The prediction for that value, if it was asked for."""
        return next((one for one in self.predictions if one.max_parallel == max_parallel), None)


def forecast(
    pipeline: Pipeline,
    costs: Sequence[TaskCost],
    max_parallels: Iterable[int],
    *,
    cores: float | None = None,
    numbers: Iterable[int] | None = None,
    standing: Standing = AT_THE_BEGINNING,
    closing_s: float = 0.0,
) -> Forecast:
    """Simulate the run of the tasks *numbers* (all if None) at each of *max_parallels*.

    *costs* has one cost for each task of the pipeline, *cores* are those of the machine that will run it (this one's if
    None). With *standing*, times count from now until the run that goes on has ended. *closing_s* is what it takes a
    run to end after its last task.
    """
    found_cores = machine_cores() if cores is None else cores
    chosen = sorted(range(len(pipeline.tasks)) if numbers is None else set(numbers))
    predictions = []
    work = Work.of(pipeline, costs, chosen, found_cores, standing)
    closing_s = closing_s if chosen else 0.0
    for max_parallel in max_parallels:
        simulation = Simulation(pipeline, costs, max_parallel, found_cores, numbers=chosen, standing=standing).run()
        predictions.append(work.prediction(max_parallel, simulation.makespan_s + closing_s))
    return Forecast(tuple(predictions), work.floor_s + closing_s, work.task_s, work.guessed, work.unmeasured)


@dataclass(frozen=True, slots=True)
class Work:
    """What is to be done, whatever the slots; times in seconds."""

    task_s: float
    chain_s: float
    """The longest chain of dependencies."""
    cores_s: float
    """What the cores take for all that must be computed, if they are all busy all the time."""
    pools_s: float
    """What the busiest pool takes, if it is full all the time."""
    guessed: int
    unmeasured: int

    @staticmethod
    def of(
        pipeline: Pipeline, costs: Sequence[TaskCost], chosen: Sequence[int], cores: float, standing: Standing
    ) -> Work:
        """The work of the *chosen* tasks, and what is left of those that run."""
        walls = [0.0] * len(costs)
        for number in chosen:
            walls[number] = costs[number].wall_s * (1 + costs[number].failures)
        for number, left in standing.running.items():
            walls[number] += left
        pools = dict.fromkeys(pipeline.execution.pools, 0.0)
        for number, wall_s in enumerate(walls):
            for pool, slots in pipeline.tasks[number].pools:
                pools[pool] += wall_s * slots / pipeline.execution.pools[pool]
        members = {*chosen, *standing.running}
        return Work(
            task_s=sum(walls),
            chain_s=longest_chain(pipeline, walls)[0],
            cores_s=sum(wall_s * min(cost.cores, cores) for wall_s, cost in zip(walls, costs, strict=True)) / cores,
            pools_s=max(pools.values(), default=0.0),
            guessed=sum(costs[number].guessed for number in members),
            unmeasured=sum(costs[number].cpu_s is None for number in members),
        )

    @property
    def floor_s(self) -> float:
        """No run can be shorter (Graham, 1969, for cores and pools as for slots)."""
        return max(self.chain_s, self.cores_s, self.pools_s)

    def prediction(self, max_parallel: int, makespan_s: float) -> Prediction:
        """A run of that length in numbers."""
        floor_s = max(self.floor_s, self.task_s / max_parallel)
        return Prediction(
            max_parallel,
            makespan_s,
            speedup=self.task_s / makespan_s if makespan_s > 0 else 1.0,
            efficiency=min(1.0, floor_s / makespan_s) if makespan_s > 0 else 1.0,
        )
