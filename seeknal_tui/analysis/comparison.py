"""Two runs side by side: what got slower or faster, by how much of the makespan, and what was added, gone, changed.

A run's makespan is divided among its tasks without remainder: from the task that ended last one goes back, each time
to the end that the start waited for: that of its last dependency, of its attempt before, or of whichever task freed
the slot, the pool or the output. Each link of this chain accounts for the time from that end to its own. So the
differences of all tasks, and what lies before the first and behind the last, add up to the difference of the makespans.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from seeknal_tui.pipeline.comparison import PipelineChange, compare_pipelines
from seeknal_tui.run.state import Attempt, RunState

FEWEST_S, SMALLEST_SHARE = 0.01, 0.05
"""A difference that is smaller than both is no news: the same task never takes the same time twice."""


class Pair(NamedTuple):
    """Seconds of a task in the one run and in the other; None where it did not run."""

    before: float | None
    after: float | None

    @property
    def delta(self) -> float:
        """How much more in the second."""
        return (self.after or 0.0) - (self.before or 0.0)


@dataclass(frozen=True, slots=True)
class TaskComparison:
    """A task of either run; times in seconds."""

    name: str
    running: Pair
    """How long it ran, all attempts together."""
    makespan: Pair
    """How much of the makespan it accounts for; zero off the chain that the end hung on."""

    @property
    def in_both(self) -> bool:
        """Whether it ran in both runs."""
        return self.running.before is not None and self.running.after is not None

    @property
    def is_news(self) -> bool:
        """Whether it ran in both, and took noticeably longer or shorter."""
        if self.running.before is None or self.running.after is None:
            return False
        longer = max(self.running.before, self.running.after)
        return abs(self.running.delta) >= max(FEWEST_S, SMALLEST_SHARE * longer)


@dataclass(frozen=True, slots=True)
class RunComparison:
    """What is different in the second run; times in seconds."""

    before: RunState
    after: RunState
    tasks: tuple[TaskComparison, ...]
    """All that ran in either run; what changed the makespan most comes first."""
    definition: PipelineChange
    """What was added to the pipeline, is gone from it, or is defined otherwise."""

    @property
    def wall(self) -> Pair:
        """The makespans."""
        return Pair(self.before.wall_s, self.after.wall_s)

    @property
    def slower(self) -> list[TaskComparison]:
        """What took longer in the second run."""
        return [task for task in self.tasks if task.is_news and task.running.delta > 0]

    @property
    def faster(self) -> list[TaskComparison]:
        """What took less time in the second run."""
        return [task for task in self.tasks if task.is_news and task.running.delta < 0]

    @property
    def only_before(self) -> list[str]:
        """What is in both pipelines, and ran in the first run only: it was not asked for, skipped, or reused."""
        gone = set(self.definition.gone)
        return [task.name for task in self.tasks if task.running.after is None and task.name not in gone]

    @property
    def only_after(self) -> list[str]:
        """The same of the second run."""
        new = set(self.definition.new)
        return [task.name for task in self.tasks if task.running.before is None and task.name not in new]


def compare_runs(before: RunState, after: RunState) -> RunComparison:
    """Compare the current runs of two states, of one pipeline as it was at either time."""
    running = _running_s(before), _running_s(after)
    makespan = makespan_shares(before), makespan_shares(after)
    names = dict.fromkeys([*(task.name for task in after.pipeline.tasks), *running[0]])
    tasks = [
        TaskComparison(name, _pair(running, name), _pair(makespan, name))
        for name in names
        if name in running[0] or name in running[1]
    ]
    tasks.sort(key=lambda task: (-abs(task.makespan.delta), -abs(task.running.delta)))
    return RunComparison(before, after, tuple(tasks), compare_pipelines(before.pipeline, after.pipeline))


def _running_s(state: RunState) -> dict[str, float]:
    return {
        task.name: state.running_s(number)
        for number, task in enumerate(state.pipeline.tasks)
        if state.attempts_of_run(number)
    }


def _pair(values: tuple[Mapping[str, float], Mapping[str, float]], name: str) -> Pair:
    return Pair(values[0].get(name), values[1].get(name))


class _Ended(NamedTuple):
    """An attempt that has ended, as it is ordered."""

    at: float
    rank: int
    """Position of the task in the topological order: of what ends at the same moment, the upstream is first."""
    number: int
    attempt: Attempt


def makespan_shares(state: RunState) -> dict[str, float]:
    """Seconds of the current run's makespan that each task accounts for that ran in it; zero for most."""
    pipeline = state.pipeline
    ranks = {number: rank for rank, number in enumerate(pipeline.topological_order)}
    ended = [
        _Ended(state.now if attempt.finished_at is None else attempt.finished_at, ranks[number], number, attempt)
        for number in range(len(pipeline.tasks))
        for attempt in state.attempts_of_run(number)
    ]
    ended.sort(key=lambda one: (one.at, one.rank, one.attempt.number))
    moments = [one.at for one in ended]
    shares = {pipeline.tasks[one.number].name: 0.0 for one in ended}
    place = len(ended) - 1
    while place >= 0:
        before = _hung_on(state, ended, moments, place)
        since = state.began if before is None else ended[before].at
        shares[pipeline.tasks[ended[place].number].name] += ended[place].at - since
        place = -1 if before is None else before
    return shares


def _hung_on(state: RunState, ended: list[_Ended], moments: list[float], place: int) -> int | None:
    """The place of the end that the start of the attempt at *place* waited for; None if for nothing but the run."""
    this = ended[place]
    attempt = this.attempt
    latest = min(place, bisect_right(moments, attempt.started_at)) - 1
    if attempt.is_retry:
        return _last_of({this.number}, ended, latest)
    if attempt.started_at > attempt.ready_at and latest >= 0 and ended[latest].at >= attempt.ready_at:
        return latest  # what ended while it was ready has freed what it waited for
    return _last_of(set(state.pipeline.upstream[this.number]), ended, latest)


def _last_of(wanted: set[int], ended: list[_Ended], latest: int) -> int | None:
    """The latest place, not after *latest*, of an end of one of the *wanted* tasks."""
    return next((place for place in range(latest, -1, -1) if ended[place].number in wanted), None)
