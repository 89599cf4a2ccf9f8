"""A run as plain lines."""

from __future__ import annotations

from pathlib import Path

import pytest

from seeknal_tui.analysis.summary import summarize
from seeknal_tui.pipeline.model import Pipeline, Place, Task
from seeknal_tui.reports.json_lines import event_lines
from seeknal_tui.reports.plain import closing_lines, event_text
from seeknal_tui.run.events import (
    Event,
    RunFinished,
    RunStarted,
    RunStatus,
    Status,
    TaskFinished,
    TaskOutput,
    TaskReady,
    TaskRetrying,
    TaskStarted,
)
from seeknal_tui.run.state import RunState
from seeknal_tui.safe_text import one_line

PIPELINE = Pipeline("test", (Task(name="load"), Task(name="x")))
STARTED = RunStarted(0.0, "8f3c0000", "test", "", 4, ("load", "x"), 0.0)


def texts(*events: Event) -> list[str]:
    state = RunState(PIPELINE)
    lines = []
    for event in events:
        state.apply(event)
        lines.append(event_text(event, state))
    return lines[-1]


def test_an_end_is_told_with_how_long_it_took_and_its_rows() -> None:
    events: list[Event] = [
        STARTED,
        TaskStarted(1.0, "load", 1, 0),
        TaskFinished(3.5, "load", Status.SUCCEEDED, rows=12345),
    ]
    assert texts(*events) == ["00:03.5  ● load  succeeded in 2.5s  12,345 rows"]


@pytest.mark.parametrize(
    ("tasks", "told"), [((), "nothing to run"), (("x",), "1 task, 4 at once"), (("x", "load"), "2 tasks, 4 at once")]
)
def test_a_run_begins_with_how_many_tasks_it_has(tasks: tuple[str, ...], told: str) -> None:
    assert texts(RunStarted(0.0, "8f3c", "test", "", 4, tasks, 0.0)) == [f"00:00.0  test: {told}"]


def test_a_retry_is_told_with_the_reason_and_the_delay() -> None:
    events: list[Event] = [STARTED, TaskStarted(0.0, "x", 1, 0), TaskRetrying(1.0, "x", 1, "exited with 3", 2.0)]
    assert texts(*events) == ["00:01.0  ✗ x     exited with 3; trying again in 2.0s"]


def test_each_printed_line_is_a_line_that_cannot_act_on_the_terminal() -> None:
    assert texts(STARTED, TaskOutput(0.0, "x", "stdout", "one\n\x1b[31mtwo\u202e")) == [
        "00:00.0  │ x     one",
        "00:00.0  │ x     ␛[31mtwo\N{REPLACEMENT CHARACTER}",
    ]


def test_no_name_and_no_error_can_act_on_the_terminal(tmp_path: Path) -> None:
    evil = "[red]x[/] \x1b]8;;file:///\x1b\\y\x1b]52;c;aGk=\x07\x1b]0;t\x07\x9b2J\u202e\u200b\r\n"
    pipeline = Pipeline(evil, (Task(name=evil, place=Place(f"{evil}.yml", 1, 1)),), environment=evil)
    events: list[Event] = [
        RunStarted(0.0, "8f3c0000", evil, evil, 4, (evil,), 0.0),
        TaskStarted(0.0, evil, 1, 0),
        TaskOutput(0.0, evil, "stderr", evil),
        TaskRetrying(1.0, evil, 1, evil, 0.0),
        TaskStarted(1.0, evil, 2, 0),
        TaskFinished(2.0, evil, Status.FAILED, evil),
        RunFinished(2.0, RunStatus.FAILED),
    ]
    state, lines = RunState(pipeline), []
    for event in events:
        state.apply(event)
        lines += event_text(event, state)
    (tmp_path / "log").write_text(evil)
    lines += closing_lines(summarize(state), lambda _: tmp_path / "log", pipeline)
    assert all(one_line(line) == line for line in lines)
    assert sum("[red]x[/]" in line for line in lines) == 10


def test_what_a_reader_need_not_know_is_not_told() -> None:
    assert texts(STARTED, TaskReady(0.0, "x")) == []


def closing(tmp_path: Path, log: bytes | None) -> list[str]:
    state = RunState(PIPELINE)
    failed = TaskFinished(2.0, "load", Status.FAILED, "exited with 1")
    state.apply_all([STARTED, TaskStarted(0.0, "load", 1, 0), failed, RunFinished(2.0, RunStatus.FAILED)])
    path = tmp_path / "load.log"
    if log is not None:
        path.write_bytes(log)
    return closing_lines(summarize(state), lambda _: path, PIPELINE)


def test_the_end_tells_the_outcome_and_the_last_lines_of_what_failed(tmp_path: Path) -> None:
    lines = closing(tmp_path, b"".join(b"line %d\n" % number for number in range(9)))
    assert lines[0] == "test  failed in 2.0s  ·  1 failed  ·  run 8f3c0000"
    assert lines[1] == "✗ load    exited with 1"
    assert lines[2:7] == [f"   line {number}" for number in range(4, 9)]
    assert lines[7].endswith("load.log")


def test_a_failed_task_is_told_with_its_place_in_the_file_unless_the_error_has_one(tmp_path: Path) -> None:
    pipeline = Pipeline("test", (Task(name="x", place=Place("/shop/flights.yml", 42, 5)),))
    for error, shown in (("exited with 1", "exited with 1    flights.yml:42"), ("no (flights.yml:44)",) * 2):
        state = RunState(pipeline)
        started = RunStarted(0.0, "8f3c0000", "test", "", 4, ("x",), 0.0)
        state.apply_all([started, TaskStarted(0.0, "x", 1, 0), TaskFinished(2.0, "x", Status.FAILED, error)])
        assert closing_lines(summarize(state), lambda _: tmp_path / "none", pipeline)[1] == f"✗ x    {shown}"


def test_a_failed_task_that_printed_nothing_has_no_log_to_show(tmp_path: Path) -> None:
    assert len(closing(tmp_path, None)) == 2
    assert len(closing(tmp_path, b"")) == 2


def test_json_gives_one_object_for_each_printed_line() -> None:
    assert event_lines(TaskOutput(0.5, "x", "stderr", "a\nb")) == [
        '{"at": 0.5, "event": "task_output", "task": "x", "stream": "stderr", "text": "a"}',
        '{"at": 0.5, "event": "task_output", "task": "x", "stream": "stderr", "text": "b"}',
    ]
