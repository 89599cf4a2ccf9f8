"""A run as plain lines, for terminals without a dashboard, pipes and logs."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable
from pathlib import Path

from seeknal_tui.analysis.summary import RunSummary, TaskSummary
from seeknal_tui.pipeline.durations import format_clock, format_duration
from seeknal_tui.pipeline.model import Pipeline
from seeknal_tui.run.events import (
    Event,
    MaxParallelChanged,
    Paused,
    Resumed,
    RunStarted,
    RunStatus,
    Status,
    TaskFinished,
    TaskOutput,
    TaskRetrying,
    TaskStarted,
)
from seeknal_tui.run.state import RunState
from seeknal_tui.safe_text import one_line

LAST_LINES = 5
WIDEST_NAME = 32
MARKS = {
    Status.SUCCEEDED: "●",
    Status.FAILED: "✗",
    Status.SKIPPED: "⊘",
    Status.REUSED: "◆",
    Status.CANCELLED: "■",
}


def event_text(event: Event, state: RunState) -> list[str]:
    """The lines that tell of an event, which *state* has already taken in; none for what a reader need not know."""
    texts: list[str] = []
    match event:
        case RunStarted():
            where = f" in {event.environment}" if event.environment else ""
            asked = f"{_tasks(len(event.tasks))}, {event.max_parallel} at once" if event.tasks else "nothing to run"
            texts = [f"{event.pipeline}{where}: {asked}"]
        case TaskStarted():
            again = f"  attempt {event.attempt}" if event.attempt > 1 else ""
            texts = [f"◐ {_name(event.task, state)}  started{again}"]
        case TaskOutput():
            bar = "│" if event.stream == "stdout" else "┃"
            texts = [f"{bar} {_name(event.task, state)}  {line}" for line in event.text.split("\n")]
        case TaskRetrying():
            when = f" in {format_duration(event.delay_s)}" if event.delay_s else ""
            texts = [f"✗ {_name(event.task, state)}  {event.error}; trying again{when}"]
        case TaskFinished() if event.status is not Status.REUSED:
            texts = [_finished(event, state)]
        case MaxParallelChanged():
            texts = [f"max_parallel is now {event.max_parallel}"]
        case Paused() | Resumed():
            texts = [type(event).__name__.lower()]
    clock = format_clock(event.at)
    return [f"{clock}  {one_line(text)}" for text in texts]


def _tasks(count: int) -> str:
    return "1 task" if count == 1 else f"{count} tasks"


def _name(name: str, state: RunState) -> str:
    return name.ljust(min(WIDEST_NAME, state.pipeline.longest_name))


def _finished(event: TaskFinished, state: RunState) -> str:
    text = f"{MARKS[event.status]} {_name(event.task, state)}  {event.status}"
    number = state.pipeline.numbers[event.task]
    attempts = state.attempts_of_run(number)
    if attempts and attempts[-1].finished_at is not None:
        text += f" in {format_duration(attempts[-1].finished_at - attempts[-1].started_at)}"
    if event.rows is not None:
        text += f"  {event.rows:,} row{'' if event.rows == 1 else 's'}"
    return f"{text}: {event.error}" if event.error else text


def closing_lines(
    summary: RunSummary,
    log_path: Callable[[int], Path | None],
    pipeline: Pipeline,
) -> list[str]:
    """What is left on the terminal after a run: its outcome in one line, and for each failed task why."""
    counts = "  ".join(f"{count} {status}" for status, count in summary.counts.items() if count)
    environment = f" ({summary.environment})" if summary.environment else ""
    several = sum(summary.counts.values()) - summary.counts[Status.REUSED] > 1
    speedup = f"  ·  {summary.speedup:.1f}×" if several else ""
    lines = [
        f"{summary.pipeline}{environment}  {summary.status} in {format_duration(summary.wall_s)}"
        f"  ·  {counts or 'nothing to do'}{speedup}  ·  run {summary.run_id}"
    ]
    for task in summary.tasks:
        if task.status is Status.FAILED:
            lines.append(f"✗ {task.task.name}    {task.error}{_place(task)}")
            log = log_path(pipeline.numbers[task.task.name])
            lines += _end_of_log(log, pipeline.folder)
    return [one_line(line) for line in lines]


def resume_line(summary: RunSummary, pipeline: Pipeline) -> list[str]:
    """How to go on after a run that has not succeeded; nothing after one that has."""
    if pipeline.file is None or summary.status is RunStatus.SUCCEEDED:
        return []
    environment = f" --env {summary.environment}" if summary.environment else ""
    file = shlex.quote(one_line(_as_typed(pipeline.file)))
    return [f"seeknal-tui run {file}{environment} --resume    goes on from here"]


def _as_typed(file: Path) -> str:
    """The file as seen from the folder of the user's shell, which need not be the process's: that of the pipeline."""
    folder = os.environ.get("PWD", "")
    shown = os.path.relpath(file, folder) if os.path.isabs(folder) else ".."
    return str(file) if shown.startswith("..") else shown


def _place(task: TaskSummary) -> str:
    """Where the task stands in the file, unless the error says a place itself."""
    file = Path(task.task.place.file).name
    if not file or f"{file}:" in task.error:
        return ""
    return f"    {file}:{task.task.place.line}"


def _end_of_log(log: Path | None, folder: Path) -> list[str]:
    try:
        if log is None:
            return []
        with log.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - 65_536))
            last = file.read().decode("utf-8", "replace").rstrip("\n").split("\n")[-LAST_LINES:]
    except OSError:
        return []
    if last == [""]:
        return []
    shown = log.relative_to(folder) if log.is_relative_to(folder) else log
    return [*(f"   {one_line(line)[:400]}" for line in last), f"   … its whole log: {shown}"]
