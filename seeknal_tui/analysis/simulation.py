"""A run that is only computed: the scheduler that also drives real runs, under a virtual clock.

Tasks that run together share the cores of the machine, and slow each other down
(:mod:`seeknal_tui.analysis.shared_cores`): a task ends when the clock of its kind has gone on by its seconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush

from seeknal_tui.analysis.shared_cores import SharedCores, kind_of
from seeknal_tui.pipeline.model import Pipeline
from seeknal_tui.run.events import Status
from seeknal_tui.run.scheduler import Scheduler

EVENTS_AT_ONCE = 200
"""So many starts and ends are computed between two chances to do something else: about two milliseconds."""
INSTANT_S = 1e-9


@dataclass(frozen=True, slots=True)
class TaskCost:
    """What a task takes."""

    wall_s: float
    """Seconds when it has the machine for itself."""
    cpu_s: float | None = None
    """Seconds that all cores together compute for it; None where that was never measured: it is taken for nothing."""
    guessed: bool = False
    """Whether nobody ever measured how long it takes: it is an estimate, or what such tasks typically take."""
    unknown: bool = False
    """Whether not even the file says how long it takes: it is taken for a typical one."""
    is_query: bool = False
    """Whether it works in the DuckDB that all queries of a run share."""
    failures: int = 0
    """How many attempts are expected to fail, each after as long, before the one that succeeds."""
    spread: float = 0.0
    """Standard deviation of its wall time from run to run, as a part of it: what is its own."""
    common_spread: float = 0.0
    """The same of what it has in common with all tasks of a run (see :mod:`seeknal_tui.analysis.spread`)."""

    @property
    def cores(self) -> float:
        """How many cores it keeps busy, on average, when it has the machine for itself."""
        return self.cpu_s / self.wall_s if self.cpu_s and self.wall_s > 0 else 0.0


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a run stands from which the simulation goes on; the times are seconds from now."""

    running: Mapping[int, float] = field(default_factory=dict)
    """The tasks that run, and how long each would still take with the machine for itself."""
    delayed: Mapping[int, float] = field(default_factory=dict)
    """The tasks whose attempt has failed, and when the delay before the next one is over."""
    failed: Mapping[int, int] = field(default_factory=dict)
    """How many attempts of tasks that run, or whose attempt has failed, have failed already."""


AT_THE_BEGINNING = Standing()


class Simulation:
    """One computed run of the tasks *numbers*; what is not of them counts as done, but for what is *standing*.

    What runs now holds its slot, pools and outputs until it ends; if it is of *numbers* too it runs once more then.
    No attempt fails but those that its cost expects.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        costs: Sequence[TaskCost],
        max_parallel: int,
        cores: float,
        *,
        numbers: Iterable[int],
        standing: Standing = AT_THE_BEGINNING,
    ) -> None:
        self.pipeline = pipeline
        self.costs = costs
        self.max_parallel = max_parallel
        self.cores = cores
        self.makespan_s = 0.0
        """Seconds until the last task has ended; final when :meth:`steps` is through."""
        size = len(pipeline.tasks)
        self.started: list[float | None] = [None] * size
        """When each task starts for the last time, in seconds from now."""
        self.ended: list[float | None] = [None] * size
        """When it ends."""
        self._numbers = numbers
        self._standing = standing

    def run(self) -> Simulation:
        """Compute it to the end."""
        for _ in self.steps():
            pass
        return self

    def steps(self) -> Iterator[None]:  # noqa: PLR0915 - one loop over local names, which is twice as fast
        """Compute it piece by piece: it is through when the iterator is."""
        costs, cores, standing = self.costs, self.cores, self._standing
        durations = [cost.wall_s for cost in costs]
        yield
        scheduler = Scheduler(self.pipeline, durations, max(len(costs), 1))
        yield
        already = _begun(scheduler, standing)
        scheduler.max_parallel = self.max_parallel
        scheduler.request(self._numbers)
        yield
        started, ended, left, failures = self.started, self.ended, dict(standing.running), [x.failures for x in costs]
        for place, failed in standing.failed.items():
            failures[place] = max(0, failures[place] - failed)
        yield
        delays = sorted((at, number) for number, at in standing.delayed.items())
        start_next, finish, requeued = scheduler.start_next, scheduler.finish, scheduler.requeued
        demands = [min(cost.cores, cores) for cost in costs]
        yield
        kinds = [kind_of(demand, is_query=cost.is_query) for demand, cost in zip(demands, costs, strict=True)]
        yield
        shared = SharedCores(cores)
        clocks, rates, in_use = shared.clocks, shared.rates, shared.in_use
        heaps: list[list[tuple[float, int]]] = [[] for _ in clocks]
        now, events = 0.0, 0
        while True:
            while (number := already.pop() if already else start_next(now)) is not None:
                kind = kinds[number]
                shared.enter(kind, demands[number])
                heappush(heaps[kind], (clocks[kind] + left.pop(number, costs[number].wall_s), number))
                started[number] = now
                events += 1
            shared.settle()
            step, next_kind = delays[0][0] - now if delays else -1.0, -1
            for kind in in_use:
                seconds = (heaps[kind][0][0] - clocks[kind]) / rates[kind]
                if step < 0.0 or seconds < step:
                    step, next_kind = seconds, kind
            if not in_use and not delays:
                break
            step = max(0.0, step)
            now += step
            shared.advance(step)
            if next_kind < 0:
                scheduler.undelay(heappop(delays)[1])
                continue
            # All that end now, by the same clock, end before anything new starts.
            heap = heaps[next_kind]
            limit = clocks[next_kind] + INSTANT_S
            while heap and heap[0][0] <= limit:
                number = heappop(heap)[1]
                shared.leave(next_kind, demands[number])
                if failures[number]:
                    failures[number] -= 1
                    scheduler.delay(number, now)
                    heappush(delays, (now + self.pipeline.tasks[number].retry_delay, number))
                    continue
                ended[number] = now
                finish(number, Status.SUCCEEDED, now)
                requeued(number)
            events += 1
            if events >= EVENTS_AT_ONCE:
                events = 0
                yield
        self.makespan_s = now


def _begun(scheduler: Scheduler, standing: Standing) -> list[int]:
    """Bring a scheduler to where the run stands; returns the tasks that run."""
    for number in standing.delayed:
        scheduler.request([number])
        if scheduler.start_next(0.0) is not None:
            scheduler.delay(number, 0.0)
    running: list[int] = []
    if standing.running:
        scheduler.request(standing.running)
        while (begun := scheduler.start_next(0.0)) is not None:
            running.append(begun)
    return running
