"""The check of journals: it lets through what a runner writes, and nothing that a runner cannot have written."""

from __future__ import annotations

from pathlib import Path

import pytest

from seeknal_tui.pipeline.model import Pipeline, Task
from seeknal_tui.run.events import (
    Event,
    RunFinished,
    RunStarted,
    RunStatus,
    Status,
    TaskFinished,
    TaskReady,
    TaskStarted,
)
from tests.history.recorded import pipeline_in, record
from tests.run.valid_prefix import problem_of

PIPELINE = Pipeline("p", (Task(name="a"), Task(name="b", depends_on=("a",))))
BEGAN = RunStarted(0.0, "8f3c0000", "p", "", 2, ("a", "b"), 0.0)
READY, STARTED = TaskReady(0.0, "a"), TaskStarted(1.0, "a", 1, 0)
DONE = TaskFinished(2.0, "a", Status.SUCCEEDED)
END = RunFinished(3.0, RunStatus.SUCCEEDED)


def test_every_beginning_of_a_real_run_is_valid(tmp_path: Path) -> None:
    pipeline = pipeline_in(tmp_path)
    events = record(pipeline)
    assert [problem_of(pipeline, events[:length]) for length in range(len(events) + 1)] == [""] * (len(events) + 1)


@pytest.mark.parametrize(
    ("events", "words"),
    [
        ([READY], "begins once, with its first event"),
        ([BEGAN, BEGAN], "begins once"),
        ([BEGAN, STARTED], "the task is pending"),
        ([BEGAN, READY, STARTED, TaskFinished(0.5, "a", Status.FAILED)], "time went back"),
        ([BEGAN, READY, DONE], "the task is ready"),
        ([BEGAN, READY, TaskStarted(1.0, "a", 2, 0)], "not counted one by one"),
        ([BEGAN, TaskReady(0.0, "b")], "a has not ended"),
        ([BEGAN, TaskReady(0.0, "c")], "no such task"),
        ([BEGAN, READY, STARTED, END], "a runs still"),
        ([BEGAN, END, READY], "has ended before"),
    ],
)
def test_what_no_runner_writes_is_found(events: list[Event], words: str) -> None:
    assert words in problem_of(PIPELINE, events)


def test_two_tasks_in_one_lane_are_found() -> None:
    pipeline = Pipeline("p", (Task(name="a"), Task(name="b")))
    events: list[Event] = [BEGAN, READY, TaskReady(0.0, "b"), STARTED, TaskStarted(1.0, "b", 1, 0)]
    assert "the lane is that of a" in problem_of(pipeline, events)
