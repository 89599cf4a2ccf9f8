"""A run in numbers, and its longest chain."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seeknal_tui.analysis.critical_path import longest_chain
from seeknal_tui.analysis.summary import summarize
from seeknal_tui.analysis.waits import Waiting
from seeknal_tui.pipeline.model import Pipeline, Task
from seeknal_tui.run.events import (
    Event,
    MaxParallelChanged,
    RunFinished,
    RunStarted,
    RunStatus,
    Status,
    TaskFinished,
    TaskReady,
    TaskStarted,
)
from seeknal_tui.run.state import RunState

DIAMOND = Pipeline(
    "diamond",
    (
        Task(name="a"),
        Task(name="b", depends_on=("a",)),
        Task(name="c", depends_on=("a",)),
        Task(name="d", depends_on=("b", "c")),
    ),
)


def ran(task: str, ready: float, start: float, end: float) -> list[Event]:
    return [TaskReady(ready, task), TaskStarted(start, task, 1, 0), TaskFinished(end, task, Status.SUCCEEDED)]


def finished_run() -> RunState:
    state = RunState(DIAMOND)
    events: list[Event] = [RunStarted(0.0, "r", "diamond", "", 1, ("a", "b", "c", "d"), 0.0)]
    events += [*ran("a", 0, 0, 1), *ran("c", 1, 1, 3), *ran("b", 1, 3, 4), *ran("d", 4, 4, 5)]
    state.apply_all([*events, RunFinished(5.0, RunStatus.SUCCEEDED)])
    return state


def test_the_floor_is_the_critical_path_or_the_work_over_the_slots_whichever_is_longer() -> None:
    summary = summarize(finished_run())
    assert (summary.critical_path_s, summary.task_s, summary.wall_s) == (4.0, 5.0, 5.0)
    assert (summary.floor_s, summary.efficiency, summary.speedup) == (5.0, 1.0, 1.0)


def test_max_parallel_is_the_highest_that_was_in_force() -> None:
    state = finished_run()
    state.apply_all([RunStarted(0.0, "r2", "diamond", "", 2, ("a",), 0.0), MaxParallelChanged(1.0, 6)])
    state.apply(MaxParallelChanged(2.0, 3))
    assert summarize(state).max_parallel == 6


def test_waiting_is_split_into_dependencies_and_slots() -> None:
    task = summarize(finished_run()).tasks[1]
    assert (task.wait, task.started_at) == (Waiting(dependency=1_000_000, slot=2_000_000), 3.0)


@given(st.lists(st.floats(0, 100), min_size=4, max_size=4))
def test_no_chain_is_longer_than_the_longest(durations: list[float]) -> None:
    a, b, c, d = durations
    length, chain = longest_chain(DIAMOND, durations)
    assert length == pytest.approx(max(a + b + d, a + c + d))
    assert length == pytest.approx(sum(durations[number] for number in chain))
