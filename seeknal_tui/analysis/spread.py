"""How much the times of tasks differ from run to run: what tells how far an end may lie from where it is expected.

Two kinds of differences are told apart. When the machine is slow on a day, all tasks of the run are: that is *common*
to them, and it adds up along a chain. What a task differs beside that is its *own*, and along a chain much of it
cancels out: only the variances add up (as in PERT: Malcolm and others, 1959).

Both are estimated from the runs that were recorded, by how far they lie from the typical one on average, which one slow
run does not sway as it does their squares: of a normal distribution that is the standard deviation over ``sqrt(pi/2)``
(Geary, 1935). Few runs tell little, so it is drawn towards what is usual, as if some runs more had shown that. And a
typical time that is worked out from *n* runs is uncertain itself: the next run differs from it by ``1 + 1 / n`` of the
variance (the prediction interval of a mean).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from math import pi, sqrt
from typing import NamedTuple


class Spread(NamedTuple):
    """Standard deviations, as parts of the time."""

    own: float
    common: float


USUAL = Spread(own=0.10, common=0.08)
"""What is assumed of tasks that were measured; fitted on ``tests/benchmarks/bench_eta.py``."""
GUESSED = Spread(own=0.4, common=0.3)
"""The same of those that were not: whoever guesses is often wrong with all of them."""
WEIGHT_OF_USUAL = 4
"""So many runs' worth is that assumption."""


class Timed(NamedTuple):
    """What a task took in a run, and what it takes typically; seconds."""

    run_id: str
    wall_s: float
    typical_s: float


def common_factors(timed: Iterable[Timed]) -> dict[str, float]:
    """How many times as long as usual all tasks of each run took together."""
    took: dict[str, float] = defaultdict(float)
    usual: dict[str, float] = defaultdict(float)
    for one in timed:
        took[one.run_id] += one.wall_s
        usual[one.run_id] += one.typical_s
    return {run_id: took[run_id] / usual_s for run_id, usual_s in usual.items() if usual_s > 0}


def common_spread(factors: Iterable[float]) -> float:
    """How much runs differ as a whole."""
    return _expected([factor - 1.0 for factor in factors], USUAL.common)


def own_spread(timed: Sequence[Timed], factors: Mapping[str, float]) -> float:
    """How much the times of one task differ, beside what its runs differ as a whole."""
    expected = [(one.wall_s, one.typical_s * factors.get(one.run_id, 0.0)) for one in timed]
    return _expected([wall_s / expected_s - 1.0 for wall_s, expected_s in expected if expected_s > 0], USUAL.own)


def _expected(deviations: Sequence[float], usual: float) -> float:
    """The standard deviation of the next one, where these were seen."""
    seen = len(deviations)
    if not seen:
        return usual
    shown = (seen - 1) * _standard_deviation(deviations) if seen > 1 else 0.0
    return (WEIGHT_OF_USUAL * usual + shown) / (WEIGHT_OF_USUAL + seen - 1) * sqrt(1.0 + 1.0 / seen)


def _standard_deviation(deviations: Sequence[float]) -> float:
    return sqrt(pi / 2.0) * sum(map(abs, deviations)) / (len(deviations) - 1)
