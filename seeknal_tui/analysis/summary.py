"""A run in numbers."""

from __future__ import annotations

from dataclasses import dataclass

from seeknal_tui.analysis.critical_path import longest_chain
from seeknal_tui.analysis.waits import MICROSECONDS, WaitAnalysis, Waiting, microseconds
from seeknal_tui.pipeline.model import Task
from seeknal_tui.run.events import ENDED, RunStatus, Status
from seeknal_tui.run.state import RunState


@dataclass(frozen=True, slots=True)
class TaskSummary:
    """One task of a run; times in seconds since the run began, None for what did not happen.

    Times are differences of whole microseconds, so that they add up: see :mod:`seeknal_tui.analysis.waits`.
    """

    task: Task
    status: Status
    attempts: int
    ready_at: float | None
    started_at: float | None
    finished_at: float | None
    wait: Waiting
    """What it waited for until its first attempt began, or until it ended without one."""
    wait_later: Waiting
    """What it waited for later: before retries, and when it was asked for once more."""
    running_s: float
    """The time of all its attempts."""
    rows: int | None
    bytes: int | None
    error: str


@dataclass(frozen=True, slots=True)
class RunSummary:
    """A run as a whole; times in seconds."""

    run_id: str
    pipeline: str
    environment: str
    status: RunStatus
    max_parallel: int
    """The highest that was in force."""
    wall_s: float
    task_s: float
    """The sum of the running times of all attempts."""
    critical_path_s: float
    counts: dict[Status, int]
    """How many tasks ended in each of the five ways."""
    tasks: tuple[TaskSummary, ...]

    @property
    def speedup(self) -> float:
        """How much faster than one after the other: ``task_s / wall_s``."""
        return self.task_s / self.wall_s if self.wall_s > 0 else 1.0

    @property
    def floor_s(self) -> float:
        """No schedule of the same tasks can be shorter (Graham, 1969)."""
        return max(self.critical_path_s, self.task_s / self.max_parallel)

    @property
    def efficiency(self) -> float:
        """How near the run came to its floor: ``floor_s / wall_s``."""
        return self.floor_s / self.wall_s if self.wall_s > 0 else 1.0


def summarize(state: RunState) -> RunSummary:
    """The current run of a state, up to its latest event."""
    members = [number for number, member in enumerate(state.in_run) if member]
    running_s = [0.0] * len(state.in_run)
    for number in members:
        running_s[number] = state.running_s(number)
    in_force = [value for at, value in state.changes if at >= state.began]
    waits = WaitAnalysis(state)
    return RunSummary(
        run_id=state.run_id,
        pipeline=state.pipeline.name,
        environment=state.pipeline.environment,
        status=state.status,
        max_parallel=max(in_force or [state.max_parallel]),
        wall_s=state.wall_s,
        task_s=sum(running_s),
        critical_path_s=longest_chain(state.pipeline, running_s)[0],
        counts={status: state.counts[status] for status in Status if status in ENDED},
        tasks=tuple(_summarize_task(state, number, waits) for number in members),
    )


def _summarize_task(state: RunState, number: int, waits: WaitAnalysis) -> TaskSummary:
    attempts = state.attempts_of_run(number)
    wait, wait_later = waits.before_and_after_start(number)
    began = microseconds(state.began)

    def since_began(at: float | None) -> float | None:
        return None if at is None else (microseconds(at) - began) / MICROSECONDS

    return TaskSummary(
        task=state.pipeline.tasks[number],
        status=state.statuses[number],
        attempts=len(attempts),
        ready_at=since_began(attempts[0].ready_at if attempts else state.ready_at[number]),
        started_at=since_began(attempts[0].started_at if attempts else None),
        finished_at=since_began(state.finished_at[number]),
        wait=wait,
        wait_later=wait_later,
        running_s=sum(
            microseconds(state.now if attempt.finished_at is None else attempt.finished_at)
            - microseconds(attempt.started_at)
            for attempt in attempts
        )
        / MICROSECONDS,
        rows=state.rows[number],
        bytes=state.bytes[number],
        error=state.errors[number],
    )
