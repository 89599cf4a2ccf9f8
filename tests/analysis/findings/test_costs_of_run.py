"""What the tasks of a run cost while it goes on."""

from __future__ import annotations

from seeknal_tui.analysis.findings.costs_of_run import costs_of_run
from seeknal_tui.pipeline.model import Task
from seeknal_tui.run.events import RunStarted, Status, TaskFinished, TaskReady, TaskRetrying, TaskStarted
from seeknal_tui.run.measured import Measured
from seeknal_tui.run.state import RunState
from tests.analysis.findings.made_up import command, pipeline

MADE = pipeline(Task(name="a", action=command("a"), retries=1))
USUAL = {"a": [Measured(f"run{number}", 1000.0 + number, 3.0, 1.0) for number in range(3)]}


def state_after_a_failure() -> RunState:
    state = RunState(MADE)
    state.apply(RunStarted(0.0, "now", MADE.name, "", 4, ("a",), 1_000_000.0))
    state.apply_all([TaskReady(0.0, "a"), TaskStarted(0.0, "a", 1, 0, 0.0, 0.0)])
    return state


def test_a_task_that_is_to_be_tried_again_takes_what_it_takes_when_it_succeeds() -> None:
    state = state_after_a_failure()
    state.apply(TaskRetrying(0.1, "a", 1, "no network", 5.0))
    assert costs_of_run(state, 0.2, USUAL, 4)[0].wall_s == 3.0


def test_a_task_that_failed_took_what_it_took() -> None:
    state = state_after_a_failure()
    state.apply(TaskFinished(0.1, "a", Status.FAILED, "no network"))
    assert costs_of_run(state, 0.2, USUAL, 4)[0].wall_s == 0.1
