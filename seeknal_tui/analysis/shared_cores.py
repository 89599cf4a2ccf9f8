"""How fast tasks that run together go on, when they want more cores than the machine has.

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
    than time: what such a clock shows between the start and the end of a task is what it would have taken alone,
    whatever came and went meanwhile (virtual time, as in fair queueing: Demers, Keshav and Shenker, 1989). There are 17
    such clocks, for parts rounded to sixteenths, and as many for queries, and so one start or end costs the same
    however many tasks run.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

SIXTEENTHS = 16
COLD_CACHES = 0.27
"""By so much longer a query computes on what follows the work of another query."""
PARTS = tuple(part / SIXTEENTHS for part in range(SIXTEENTHS + 1)) * 2
"""The computing part of the tasks of each kind: first those that are no queries, then the queries."""
FIRST_OF_QUERIES = SIXTEENTHS + 1


def kind_of(wanted: float, *, is_query: bool) -> int:
    """The kind of a task that wants so many cores: its clock, and its place in :data:`PARTS`."""
    return min(SIXTEENTHS, round(wanted * SIXTEENTHS)) + FIRST_OF_QUERIES * is_query


class SharedCores:
    """The cores of one machine, a clock for each kind of task, and the tasks that run."""

    def __init__(self, cores: float) -> None:
        self.clocks = [0.0] * len(PARTS)
        """The seconds that a task of each kind would have taken alone, had it run from the beginning."""
        self.rates = [1.0] * len(PARTS)
        """Seconds of such a clock in a second of time; those :attr:`in_use` are right after :meth:`settle`."""
        self.in_use: list[int] = []
        """The kinds of which something runs."""
        self._cores = cores
        self._wanted = [0.0] * len(PARTS)
        self._members = [0] * len(PARTS)
        self._slowdown = 1.0

    def enter(self, kind: int, wanted: float) -> None:
        """A task begins that wants so many cores."""
        if not self._members[kind]:
            self.in_use.append(kind)
        self._members[kind] += 1
        self._wanted[kind] += wanted

    def leave(self, kind: int, wanted: float) -> None:
        """It ends."""
        self._members[kind] -= 1
        self._wanted[kind] -= wanted
        if not self._members[kind]:
            self._wanted[kind] = 0.0
            self.in_use.remove(kind)

    def settle(self) -> None:
        """How fast the clocks go from now on, after all that has begun and ended."""
        wanted, members, rates = self._wanted, self._members, self.rates
        slowdown = _slowdown([(wanted[kind], PARTS[kind]) for kind in self.in_use], self._cores, self._slowdown)
        interference = _interference(sum([members[kind] for kind in self.in_use if kind >= FIRST_OF_QUERIES]))
        for kind in self.in_use:
            part = PARTS[kind]
            slower = slowdown * interference if kind >= FIRST_OF_QUERIES else slowdown
            rates[kind] = 1.0 / (1.0 - part + part * slower)
        self._slowdown = slowdown

    def advance(self, seconds: float) -> None:
        """So much time goes by."""
        clocks, rates = self.clocks, self.rates
        for kind in self.in_use:
            clocks[kind] += seconds * rates[kind]


def slowdown_of(wanted: Iterable[float], cores: float) -> float:
    """By which factor tasks that run together and want so many cores each compute slower than each alone."""
    return _slowdown([(one, one if one < 1.0 else 1.0) for one in wanted], cores)


def _interference(queries: int) -> float:
    """By which factor so many queries at once compute slower than the cores alone would let them."""
    return 1.0 + COLD_CACHES * (1.0 - 1.0 / queries) if queries > 1 else 1.0


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
