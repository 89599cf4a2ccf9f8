"""What tasks took in earlier runs."""

from __future__ import annotations

from statistics import median

from seeknal_tui.analysis.findings.case import Case
from seeknal_tui.run.measured import Measured

LEAST_RUNS = 3
"""Earlier runs, before one can speak of what is usual."""


def earlier(case: Case, number: int) -> list[Measured]:
    """The attempts of a task in runs before this one in which it did the same, oldest first."""
    measured = case.measurements.get(case.name(number), ())
    before, began = [each for each in measured if each.run_id != case.state.run_id], case.state.started_at
    return [each for each in before if not each.edited and (not began or each.started_at < began)]


def usual_s(case: Case, number: int) -> float:
    """The median seconds of earlier runs; what it took now where there are too few."""
    before = [measured.wall_s for measured in earlier(case, number)]
    return median(before) if len(before) >= LEAST_RUNS else case.duration(number)
