"""In which order the tasks of a run stand in rows. Pure: no widget."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from math import inf

from seeknal_tui.analysis.slack import slacks_so_far
from seeknal_tui.pipeline.model import Pipeline
from seeknal_tui.run.events import Status
from seeknal_tui.run.state import RunState


class Sort(StrEnum):
    """What rows are sorted by."""

    START = "start"
    """The started in the order of their start, then the ready, the pending, those that will not run."""
    DURATION = "duration"
    """The longest running first."""
    WAIT = "wait"
    """The one first that was held up longest (by slots, pools, outputs) after all it depends on had ended."""
    SLACK = "slack"
    """The one first that could be least late without making the run longer: the critical path on top."""
    NAME = "name"

    @property
    def next(self) -> Sort:
        """The one after this, around."""
        every = list(Sort)
        return every[(every.index(self) + 1) % len(every)]


class RowOrder:
    """Keeps what the order of rows depends on, so that ordering ten thousand tasks takes some milliseconds."""

    def __init__(self, pipeline: Pipeline, state: RunState) -> None:
        size = len(pipeline.tasks)
        self._pipeline, self._state = pipeline, state
        reached = pipeline.topological_order
        self._topological = (*reached, *sorted(set(range(size)) - set(reached)))
        self._by_name = sorted(range(size), key=lambda number: pipeline.tasks[number].name)
        self._runs = -1
        self._statuses: list[Status | None] = [None] * size
        self._started_at = [inf] * size
        self._running_s = [0.0] * size
        self._held_up_s = [0.0] * size
        self._slacks: list[float] = []
        self._slacks_at = -inf
        self.note(())

    def forget(self, touched: Iterable[int]) -> None:
        """What was noted of these tasks does not hold any more: an earlier moment is looked at, or a later one."""
        for number in touched:
            self._statuses[number] = None
        self._slacks_at = -inf

    def note(self, touched: Iterable[int]) -> bool:
        """Take in that *touched* tasks may have changed; whether the order may be another now."""
        state = self._state
        if state.runs != self._runs:
            self._runs = state.runs
            self._statuses = [None] * len(self._statuses)
            self._slacks_at = -inf
            touched = range(len(self._statuses))
        changed = False
        for number in touched:
            status = state.statuses[number]
            if status is not self._statuses[number]:
                changed = True
                self._statuses[number] = status
                self._note_attempts(number)
        return changed

    def _note_attempts(self, number: int) -> None:
        current = self._runs - 1
        started_at, running_s, held_up_s = inf, 0.0, 0.0
        for attempt in reversed(self._state.attempts[number]):
            if attempt.run != current:
                break
            started_at = attempt.started_at
            held_up_s += attempt.started_at - attempt.ready_at
            if attempt.finished_at is not None:
                running_s += attempt.finished_at - attempt.started_at
        self._started_at[number], self._running_s[number], self._held_up_s[number] = started_at, running_s, held_up_s

    def latest_started(self) -> int | None:
        """The running task that started last."""
        return next(reversed(self._state.running), None)

    def ordered(self, sort: Sort, now: float) -> list[int]:
        """Every task's number, in the order of *sort*."""
        if sort is Sort.NAME:
            return list(self._by_name)
        if sort is Sort.START:
            return self._by_start()
        if sort is Sort.SLACK:
            return sorted(self._topological, key=self._slacks_until(now).__getitem__)
        of_task = self.running_s if sort is Sort.DURATION else self.held_up_s
        seconds = [of_task(number, now) for number in range(len(self._topological))]
        return sorted(self._topological, key=seconds.__getitem__, reverse=True)

    def running_s(self, number: int, now: float) -> float:
        """Seconds that the task has been running in the current run, all attempts together, up to *now*."""
        seconds = self._running_s[number]
        if number in self._state.running:
            seconds += now - self._state.attempts[number][-1].started_at
        return seconds

    def held_up_s(self, number: int, now: float) -> float:
        """Seconds that the task was held up in the current run after all it depends on had ended, up to *now*."""
        state, seconds = self._state, self._held_up_s[number]
        since = state.ready_at[number]
        if since is not None and state.statuses[number] is Status.READY:
            seconds += max(0.0, now - (state.retry_at[number] or since))
        return seconds

    def _slacks_until(self, now: float) -> list[float]:
        # A pass over the graph, some milliseconds for a large one: while it runs, that is not done at each change.
        if not self._state.is_running or now - self._slacks_at >= max(0, len(self._statuses) - 1000) / 2000:
            found = slacks_so_far(self._pipeline, self._state, now)
            # Without the noise of adding, so that a chain without slack stays in the order of its dependencies.
            self._slacks = [round(seconds, 6) for seconds in found]
            self._slacks_at = now
        return self._slacks

    def _by_start(self) -> list[int]:
        state, started_at = self._state, self._started_at
        statuses, in_run = state.statuses, state.in_run
        started: list[int] = []
        ready: list[int] = []
        pending: list[int] = []
        never: list[int] = []
        outside: list[int] = []
        for number in self._topological:
            if not in_run[number]:
                outside.append(number)
            elif started_at[number] != inf:
                started.append(number)
            elif statuses[number] is Status.READY:
                ready.append(number)
            elif statuses[number] is Status.PENDING:
                pending.append(number)
            else:
                never.append(number)
        started.sort(key=started_at.__getitem__)
        ready.sort(key=lambda number: state.ready_at[number] or 0.0)
        return [*started, *ready, *pending, *never, *outside]
