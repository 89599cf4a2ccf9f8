"""What a run comes down to when it has ended: its numbers, how each task ended, and what its attempts took."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from seeknal_tui.run.events import ENDED, Event, RunFinished, RunStatus, Status, TaskFinished
from seeknal_tui.run.measured import Measured
from seeknal_tui.run.state import RunState

HoldUp = Callable[[RunState], tuple[str, float]]
"""Says which task held a run up most, and for how many seconds; an empty name if none did."""
KEPT = 6
"""Of each attempt, besides when it began: what was measured, from ``wall_s`` to ``failures``."""
KILLED = "the run was killed while it ran"
NEVER_BEGUN = "the run was killed while it waited"


@dataclass(frozen=True, slots=True)
class Outcome:
    """A run in the columns of the history; times in seconds."""

    status: RunStatus
    wall_s: float
    task_s: float
    max_parallel: int
    counts: dict[str, int]
    """How many tasks ended in each way."""
    holdup: str
    holdup_s: float
    tasks: dict[str, Any]
    """For each task that ended in it: its status and its attempts, as plain values."""


def outcome_of(state: RunState, hold_up: HoldUp | None) -> Outcome:
    """What the run of that state comes down to."""
    holdup, holdup_s = hold_up(state) if hold_up is not None else ("", 0.0)
    return Outcome(
        status=state.status,
        wall_s=state.wall_s,
        task_s=state.task_s(),
        max_parallel=max((value for _, value in state.changes), default=state.max_parallel),
        counts={str(status): state.counts[status] for status in Status if status in ENDED},
        holdup=holdup,
        holdup_s=holdup_s,
        tasks={
            state.pipeline.tasks[number].name: [status, _attempts(state, number)]
            for number, status in enumerate(state.statuses)
            if status in ENDED and state.in_run[number]
        },
    )


def _attempts(state: RunState, number: int) -> list[list[Any]]:
    return [
        [
            attempt.started_at - state.began,
            attempt.finished_at - attempt.started_at,
            attempt.cpu_s,
            attempt.rss_bytes,
            attempt.read_bytes,
            attempt.written_bytes,
            failures,
        ]
        for attempt, failures in state.succeeded(number)
        if attempt.run == state.runs - 1 and attempt.finished_at is not None
    ]


def statuses_in(tasks: Mapping[str, Any]) -> dict[str, str]:
    """How each task ended, from what :func:`outcome_of` kept of the tasks."""
    return {name: status for name, (status, _) in tasks.items()}


def measured_in(tasks: Mapping[str, Any], run_id: str, started_at: float) -> dict[str, list[Measured]]:
    """The attempts of each task that succeeded, from what :func:`outcome_of` kept of the tasks.

    A later version may have kept more of each, behind what this one knows.
    """
    return {
        name: [Measured(run_id, started_at + after, *rest[:KEPT]) for after, *rest in attempts]
        for name, (_, attempts) in tasks.items()
        if attempts
    }


def ending_of(state: RunState, wall_s: float) -> list[Event]:
    """The events that a run which was killed did not live to write: what ran and what waited was cancelled.

    *wall_s* is how long the run is known to have lived; the state is not changed.
    """
    at = max(wall_s, state.wall_s)
    names = [task.name for task in state.pipeline.tasks]
    ending: list[Event] = [
        TaskFinished(at, names[number], Status.CANCELLED, KILLED if status is Status.RUNNING else NEVER_BEGUN)
        for number, status in enumerate(state.statuses)
        if state.in_run[number] and status not in ENDED
    ]
    return [*ending, RunFinished(at, RunStatus.INTERRUPTED)]
