"""What the tasks of one run cost: as they ran in it, and as they usually do where they have not run yet."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import replace

from seeknal_tui.analysis.costs import task_costs
from seeknal_tui.analysis.simulation import TaskCost
from seeknal_tui.pipeline.model import PathAction, SqlAction
from seeknal_tui.run.events import ENDED, Status
from seeknal_tui.run.measured import Measured, Measurements
from seeknal_tui.run.state import Attempt, RunState


def costs_of_run(state: RunState, now: float, history: Measurements, cores: float) -> list[TaskCost]:
    """The cost of each task, cleared of the company that it had; *now* is in session seconds."""
    run = state.runs - 1
    this_run: dict[str, list[Measured]] = {}
    attempts_of = [[one for one in attempts if one.run == run] for attempts in state.attempts]
    for task, attempts, status in zip(state.pipeline.tasks, attempts_of, state.statuses, strict=True):
        # What an attempt took that failed tells nothing of the next one.
        if attempts and attempts[-1].finished_at is not None and status in ENDED:
            this_run[task.name] = [_measured(attempts[-1], attempts[-1].finished_at)]
    costs = task_costs(state.pipeline, {**history, **this_run}, cores)
    for number in range(len(costs)):
        attempts, status = attempts_of[number], state.statuses[number]
        if len(attempts) > 1 and status in ENDED:
            costs[number] = replace(costs[number], failures=len(attempts) - 1)
        elif status is Status.RUNNING and attempts:
            ran_s = now - attempts[-1].started_at
            costs[number] = replace(costs[number], wall_s=max(costs[number].wall_s, ran_s))
    return costs


def unshared_costs(state: RunState, costs: Sequence[TaskCost], cores: float) -> list[TaskCost]:
    """The costs of queries as they would be without other queries beside them.

    The queries of a run share the threads of one DuckDB, as many as there are cores. Together they keep no more cores
    busy than one of them would alone, so what all of them did while a query ran is what it could have had for itself.
    """
    run = state.runs - 1
    ran: dict[int, tuple[float, float, float]] = {}
    for number, task in enumerate(state.pipeline.tasks):
        attempts = state.attempts[number]
        if attempts and attempts[-1].run == run and isinstance(task.action, SqlAction | PathAction):
            begin, end, cpu_s = attempts[-1].started_at, attempts[-1].finished_at, attempts[-1].cpu_s
            if end is not None and end > begin and cpu_s:
                ran[number] = (begin, end, cpu_s / (end - begin))
    together = _Together(ran.values())
    found = list(costs)
    for number, (begin, end, busy) in ran.items():
        wanted = min(cores, together.mean(begin, end))
        if wanted > busy:
            found[number] = replace(found[number], wall_s=found[number].wall_s * busy / wanted)
    return found


class _Together:
    """How many cores several tasks kept busy at each time, each evenly from its begin to its end."""

    def __init__(self, spans: Iterable[tuple[float, float, float]]) -> None:
        changes = [(at, by) for begin, end, busy in spans for at, by in ((begin, busy), (end, -busy))]
        self._times: list[float] = []
        self._sums = [0.0]
        """Core seconds up to each of the times."""
        self._busy = [0.0]
        """Cores busy before the first time, and from each of them on."""
        for at, by in sorted(changes):
            if self._times:
                self._sums.append(self._sums[-1] + (at - self._times[-1]) * self._busy[-1])
            self._times.append(at)
            self._busy.append(self._busy[-1] + by)

    def mean(self, begin: float, end: float) -> float:
        """Cores that were busy from *begin* to *end*, on the average."""
        return (self._until(end) - self._until(begin)) / (end - begin)

    def _until(self, at: float) -> float:
        place = bisect_right(self._times, at)
        return 0.0 if place == 0 else self._sums[place - 1] + (at - self._times[place - 1]) * self._busy[place]


def _measured(attempt: Attempt, finished_at: float) -> Measured:
    return Measured("", attempt.started_at, finished_at - attempt.started_at, attempt.cpu_s)
