"""What the screen shows, worked out from a state that stands still. Knows no widget; runs in a thread of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from seeknal_tui.analysis.diagnosis import Diagnosis, diagnose
from seeknal_tui.analysis.findings.case import Case
from seeknal_tui.analysis.findings.scenario import Scenario
from seeknal_tui.analysis.forecast import NEAR_BEST
from seeknal_tui.run.state import RunState

SLOTS = (1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 16)
FEW_SLOTS = (1, 2, 4, 8, 16)
LARGE = 3000
"""Tasks; with more, a simulation takes so long that fewer numbers of slots have to do."""


@dataclass(frozen=True, slots=True)
class Curve:
    """How long the run takes with how many slots."""

    slots: tuple[int, ...]
    seconds: tuple[float, ...]

    @property
    def enough(self) -> int:
        """The fewest slots with which the run takes at most 5 % longer than the shortest."""
        return next(n for n, s in zip(self.slots, self.seconds, strict=True) if s <= min(self.seconds) * NEAR_BEST)


@dataclass(frozen=True, slots=True)
class Insight:
    """All that is known of what holds the run up."""

    case: Case
    diagnosis: Diagnosis
    curve: Curve
    floor_s: float
    """With as many slots as there are tasks."""


def look_into(case: Case) -> Insight:
    """Work everything out. Raises what the case raises when it is given up."""
    curve, diagnosis = curve_of(case.run), diagnose(case)
    floor_s = case.run.with_slots(max(1, len(case.members))).makespan_s
    if not case.state.is_running:
        floor_s = min(floor_s, diagnosis.wall_s)  # where the run was quicker than the forecast of it, the run is right
    return Insight(case, diagnosis, curve, floor_s)


def curve_of(scenario: Scenario) -> Curve:
    """The run with few and with many slots, the present number and some above it among them."""
    now, members = scenario.max_parallel, len(scenario.plan.members)
    above = {now * times for times in (2, 4) if now >= SLOTS[-1] and now * times <= max(now, members)}
    slots = sorted({*(FEW_SLOTS if members > LARGE else SLOTS), now, *above})
    return Curve(tuple(slots), tuple(scenario.with_slots(number).makespan_s for number in slots))


def busy_slots(state: RunState, now: float, cells: int) -> list[float]:
    """How many tasks ran, on the average, in each of so many equal parts of the run up to *now*."""
    began, run = state.began, state.runs - 1
    width = (now - began) / max(1, cells)
    busy = [0.0] * cells
    if width <= 0:
        return busy
    for attempts in state.attempts:
        for attempt in attempts:
            if attempt.run == run:
                end = now if attempt.finished_at is None else attempt.finished_at
                _add(busy, (attempt.started_at - began) / width, (end - began) / width)
    return busy


def _add(busy: list[float], begin: float, end: float) -> None:
    first, last = int(begin), min(len(busy) - 1, int(end))
    for cell in range(max(0, first), last + 1):
        busy[cell] += max(0.0, min(end, cell + 1) - max(begin, cell))


def busy_cores(state: RunState, now: float, cells: int) -> list[float] | None:
    """How many cores the run kept busy, likewise; None if that was not measured."""
    began = state.began
    samples = [(sample.at - began, sample.run_cores) for sample in state.host if sample.at >= began]
    if not samples or now <= began:
        return None
    width = (now - began) / max(1, cells)
    found, place = [], 0
    for cell in range(cells):
        while place < len(samples) - 1 and samples[place][0] < (cell + 0.5) * width:
            place += 1
        found.append(samples[place][1])
    return found


def shares(parts: Sequence[float], cells: int) -> list[int]:
    """So many whole cells shared out among the parts, which add up to all of them (largest remainders first)."""
    total = sum(parts)
    if total <= 0:
        return [0] * len(parts)
    exact = [part / total * cells for part in parts]
    found = [int(part) for part in exact]
    missing = cells - sum(found)
    for place in sorted(range(len(parts)), key=lambda place: found[place] - exact[place])[:missing]:
        found[place] += 1
    return found
