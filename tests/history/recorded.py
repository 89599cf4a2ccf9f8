"""What the tests of the history share: runs that were really run, and recorded."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

from seeknal_tui.analysis.holdup import hold_up
from seeknal_tui.history.journal import Journal
from seeknal_tui.history.past_runs import PastRuns
from seeknal_tui.pipeline.model import CommandAction, Execution, Pipeline, SleepAction, Task
from seeknal_tui.run.events import Event
from seeknal_tui.run.feed import Feed
from seeknal_tui.run.runner import Runner

PATIENCE_S = 20.0
T = TypeVar("T")
TASKS = (
    Task(name="sales", action=SleepAction(0.01)),
    Task(name="clean", action=CommandAction("echo cleaning"), depends_on=("sales",)),
    Task(name="report", action=CommandAction("exit 3"), depends_on=("clean",)),
    Task(name="mail", depends_on=("report",)),
)


def pipeline_in(
    folder: Path, tasks: Iterable[Task] = TASKS, *, environment: str = "", file: str = "retail.yml"
) -> Pipeline:
    return Pipeline("retail", tuple(tasks), Execution(max_parallel=2), file=folder / file, environment=environment)


def record(
    pipeline: Pipeline, numbers: Iterable[int] | None = None, selected: str = "", reuse: Iterable[int] = ()
) -> list[Event]:
    """Run tasks, all if none are named, to their end and record that; returns all events."""
    runner, journal, feed = Runner(pipeline), Journal(pipeline, hold_up=hold_up), Feed(output=False)
    runner.subscribe(feed)
    journal.attach(runner)
    try:
        runner.request(range(len(pipeline.tasks)) if numbers is None else numbers, reuse, selected)
        assert runner.wait_until_idle(PATIENCE_S)
    finally:
        runner.close()
        journal.close()
    assert not journal.problem
    return feed.drain()


def wait_for(look: Callable[[], T | None]) -> T:
    """What *look* finds as soon as it finds something."""
    end = time.monotonic() + PATIENCE_S
    while (found := look()) is None:
        assert time.monotonic() < end, "it never came"
        time.sleep(0.01)
    return found


def past_runs(pipeline: Pipeline) -> PastRuns:
    return PastRuns(pipeline.folder)
