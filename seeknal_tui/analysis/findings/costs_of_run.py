"""What the tasks of one run cost: as they ran in it, and as they usually do where they have not run yet."""

from __future__ import annotations

from dataclasses import replace

from seeknal_tui.analysis.costs import task_costs
from seeknal_tui.analysis.simulation import TaskCost
from seeknal_tui.run.events import ENDED, Status
from seeknal_tui.run.measured import Measured, Measurements
from seeknal_tui.run.state import Attempt, RunState


def costs_of_run(state: RunState, now: float, history: Measurements, cores: float) -> list[TaskCost]:
    """The cost of each task, cleared of the company that it had; *now* is in session seconds."""
    run = state.runs - 1
    this_run: dict[str, list[Measured]] = {}
    attempts_of = [[one for one in attempts if one.run == run] for attempts in state.attempts]
    for task, attempts in zip(state.pipeline.tasks, attempts_of, strict=True):
        if attempts and attempts[-1].finished_at is not None:
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


def _measured(attempt: Attempt, finished_at: float) -> Measured:
    return Measured("", attempt.started_at, finished_at - attempt.started_at, attempt.cpu_s)
