"""A folder with a pipeline, which a test edits and runs, as a person would."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

import duckdb

from seeknal_tui.history.changed_plan import plan_changed
from seeknal_tui.history.changes import Changes, find_changes
from seeknal_tui.history.result_witness import ResultWitness
from seeknal_tui.pipeline.loading import load
from seeknal_tui.pipeline.model import Pipeline
from seeknal_tui.run.events import Event, Status, TaskFinished
from seeknal_tui.run.feed import Feed
from seeknal_tui.run.runner import Runner


@dataclass
class Project:
    """A folder with ``pipeline.yml`` in it."""

    folder: Path
    text: str = ""

    def write(self, path: str, text: str) -> Path:
        """Write a file of the project."""
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(dedent(text))
        return file

    def define(self, text: str) -> None:
        """Write the pipeline file."""
        self.text = dedent(text)
        self.write("pipeline.yml", self.text)

    def edit(self, before: str, after: str) -> None:
        """Replace a piece of the pipeline file."""
        assert before in self.text
        self.define(self.text.replace(before, after))

    def pipeline(self, environment: str = "") -> Pipeline:
        """What the file says now."""
        loaded = load(self.folder / "pipeline.yml", environment)
        assert loaded.pipeline is not None, loaded.problems
        return loaded.pipeline

    def changes(self, environment: str = "") -> Changes:
        """What has changed."""
        return find_changes(self.pipeline(environment))

    def reasons(self, environment: str = "") -> dict[str, tuple[str, ...]]:
        """Why each task that would run again would do so."""
        pipeline = self.pipeline(environment)
        reasons = self.changes(environment).reasons
        return {pipeline.tasks[number].name: told for number, told in enumerate(reasons) if told}

    def run_all(self, environment: str = "") -> dict[str, Status]:
        """Run everything; how each task ended."""
        pipeline = self.pipeline(environment)
        return run(pipeline, range(len(pipeline.tasks)))

    def run_only(self, *names: str, environment: str = "") -> dict[str, Status]:
        """Run those tasks."""
        pipeline = self.pipeline(environment)
        return run(pipeline, [pipeline.numbers[name] for name in names])

    def run_changed(self, environment: str = "", selected: str | None = None, excluded: str | None = None) -> set[str]:
        """Run what has changed; the names of the tasks that were run, all of which have succeeded."""
        pipeline = self.pipeline(environment)
        plan = plan_changed(pipeline, selected, excluded).plan
        ended = run(pipeline, plan.run, plan.reuse)
        ran = {name for name, status in ended.items() if status is not Status.REUSED}
        assert {ended[name] for name in ran} <= {Status.SUCCEEDED}
        return ran

    def rows(self, environment: str = "") -> dict[str, list[object]]:
        """The rows of each result, in one order."""
        target = self.pipeline(environment).target
        return {file.stem: rows_of(file) for file in sorted(target.glob("*.parquet"))}


def rows_of(file: Path) -> list[object]:
    with duckdb.connect() as connection:
        cursor = connection.execute("FROM read_parquet(?)", [str(file)])
        names = [column[0] for column in cursor.description or ()]
        return [names, *sorted(map(repr, cursor.fetchall()))]


def run(pipeline: Pipeline, numbers: Iterable[int], reuse: Iterable[int] = ()) -> dict[str, Status]:
    """Run tasks to their end, with all that they are made from remembered; how each ended."""
    witness = ResultWitness(pipeline)
    runner = Runner(pipeline, witness=witness)
    feed = Feed()
    runner.subscribe(feed)
    runner.request(numbers, reuse)
    assert runner.wait_until_idle(60)
    runner.close()
    assert runner.crash is None
    assert witness.problem == ""
    return ended(feed.drain())


def ended(events: list[Event]) -> dict[str, Status]:
    return {event.task: event.status for event in events if isinstance(event, TaskFinished)}
