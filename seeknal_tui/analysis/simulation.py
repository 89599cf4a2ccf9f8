"""A run that is only computed: the scheduler that also drives real runs, under a virtual clock.

What a task takes depends on its company
    Each task is known by the seconds it takes when it has the machine for itself, and by the cores that it keeps busy
    on average meanwhile (CPU time over wall time). As long as the tasks that run together want no more cores than
    there are, each goes on at full speed. When they want more, the operating system shares the cores out evenly among
    what wants to run: *processor sharing* (Kleinrock, 1967). Everything that computes is then slower by the same
    factor, and that factor is the one at which they use just the cores there are.

    A task that keeps less than one core busy waits for the rest of its time, for a disk, a network or the clock. That
    part is not slowed down by anybody: with a computing part *f* and cores slower by *s*, it takes ``1 - f + f * s``
    times as long.

    Queries share one DuckDB, whose threads take pieces of work now of the one and now of the other (morsels: Leis and
    others, 2014). A piece that follows one of another query finds the caches full of what is not its own. With *n*
    queries at once that is so for ``1 - 1/n`` of the pieces, and those take about a quarter longer: fitted on the
    sample and the queries of ``tests/benchmarks/bench_forecast.py``, with 2 to 8 at once.

How it stays cheap
    Tasks of the same computing part are always slowed down alike, so they share a clock of their own that runs slower
    than time: a task ends when that clock has gone on by its seconds, whatever comes and goes meanwhile (virtual time,
    as in fair queueing: Demers, Keshav and Shenker, 1989). There are 17 such clocks, for parts rounded to sixteenths,
    and as many for queries, and so one start or end costs the same however many tasks run.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush

from seeknal_tui.pipeline.model import Pipeline
from seeknal_tui.run.events import Status
from seeknal_tui.run.scheduler import Scheduler

CLOCKS = 16
"""The computing part of a task is rounded to sixteenths."""
COLD_CACHES = 0.27
"""By so much longer a query computes on what follows the work of another query."""
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

    def steps(self) -> Iterator[None]:  # noqa: C901, PLR0912, PLR0915 - one loop over local names, which is twice as fast
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
        clock_of = [
            min(CLOCKS, round(demand * CLOCKS)) + (CLOCKS + 1) * cost.is_query
            for demand, cost in zip(demands, costs, strict=True)
        ]
        yield
        parts = [clock / CLOCKS for clock in range(CLOCKS + 1)] * 2
        clocks = [0.0] * len(parts)
        rates = [1.0] * len(parts)
        wanted = [0.0] * len(parts)
        heaps: list[list[tuple[float, int]]] = [[] for _ in clocks]
        in_use: list[int] = []
        """The clocks by which something runs."""
        now, events, slowdown = 0.0, 0, 1.0
        while True:
            while (number := already.pop() if already else start_next(now)) is not None:
                clock = clock_of[number]
                if not heaps[clock]:
                    in_use.append(clock)
                heappush(heaps[clock], (clocks[clock] + left.pop(number, costs[number].wall_s), number))
                wanted[clock] += demands[number]
                started[number] = now
                events += 1
            slowdown = _slowdown([(wanted[clock], parts[clock]) for clock in in_use], cores, slowdown)
            interference = interference_of(sum([len(heaps[clock]) for clock in in_use if clock > CLOCKS]))
            for clock in in_use:
                part = parts[clock]
                slower = slowdown * interference if clock > CLOCKS else slowdown
                rates[clock] = 1.0 / (1.0 - part + part * slower)
            step, next_clock = delays[0][0] - now if delays else -1.0, -1
            for clock in in_use:
                seconds = (heaps[clock][0][0] - clocks[clock]) / rates[clock]
                if step < 0.0 or seconds < step:
                    step, next_clock = seconds, clock
            if not in_use and not delays:
                break
            step = max(0.0, step)
            now += step
            for clock in in_use:
                clocks[clock] += step * rates[clock]
            if next_clock < 0:
                scheduler.undelay(heappop(delays)[1])
                continue
            # All that end now, by the same clock, end before anything new starts.
            heap = heaps[next_clock]
            limit = clocks[next_clock] + INSTANT_S
            while heap and heap[0][0] <= limit:
                number = heappop(heap)[1]
                wanted[next_clock] -= demands[number]
                if failures[number]:
                    failures[number] -= 1
                    scheduler.delay(number, now)
                    heappush(delays, (now + self.pipeline.tasks[number].retry_delay, number))
                    continue
                ended[number] = now
                finish(number, Status.SUCCEEDED, now)
                requeued(number)
            if not heap:
                wanted[next_clock] = 0.0
                in_use.remove(next_clock)
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


def interference_of(queries: int) -> float:
    """By which factor so many queries at once compute slower than the cores alone would let them."""
    return 1.0 + COLD_CACHES * (1.0 - 1.0 / queries) if queries > 1 else 1.0


def slowdown_of(wanted: Iterable[float], cores: float, guess: float = 1.0) -> float:
    """By which factor tasks that run together and want so many cores each compute slower than each alone.

    A good *guess* saves time.
    """
    return _slowdown([(one, one if one < 1.0 else 1.0) for one in wanted], cores, guess)


def _slowdown(demands: Sequence[tuple[float, float]], cores: float, guess: float = 1.0) -> float:
    """The factor for demands of cores, each with its computing part; at least 1. A good *guess* saves time.

    It is the *s* with ``sum(cores wanted / (1 - f + f * s)) == cores``, found by Newton's method on the reciprocal of
    the sum, which is nearly a straight line: one step is enough where all do nothing but compute.
    """
    total = sum([wanted for wanted, _ in demands])
    if total <= cores:
        return 1.0
    slowdown = guess
    for _ in range(20):
        used = slope = 0.0
        for wanted, part in demands:
            longer = 1.0 - part + part * slowdown
            used += wanted / longer
            slope += wanted * part / (longer * longer)
        if slope <= 0.0 or abs(used - cores) <= 1e-6 * cores:
            break
        slowdown = max(1.0, slowdown + used * (used - cores) / (cores * slope))
    return slowdown
