"""Which results no longer are what a run would make, and why.

A result stands if it was made from what there is now: the same definition, files, variables and code (its
fingerprint), and the results of the same executions of its upstream tasks. A task also runs again if one that it
depends on does. That rows may come out equal is not waited for: files that are written in parallel differ by chance.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path

from seeknal_tui.history.file_states import stat_of, tree_digest
from seeknal_tui.history.fingerprints import Fingerprint, Fingerprints, differences
from seeknal_tui.history.records import PRODUCTION, Record, Records, read_records
from seeknal_tui.pipeline.model import Pipeline, Task
from seeknal_tui.pipeline.tasks import is_remote
from seeknal_tui.run.events import Status
from seeknal_tui.run.last_statuses import last_statuses
from seeknal_tui.run.results import SUFFIX

WITHOUT_RESULT: dict[str, str] = {
    Status.FAILED: "it failed when it last ran",
    Status.CANCELLED: "it was stopped when it last ran",
    Status.SKIPPED: "it was skipped in its last run",
}


@dataclass(frozen=True, slots=True)
class Standing:
    """The record of the result that a task has in an environment: its own one, else production's."""

    record: Record
    path: Path
    """Where the rows are, if there are any."""
    outputs: Mapping[str, str]
    """The digest of each path of ``outputs``, as it was left."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What has changed, by the number of the task."""

    reasons: tuple[tuple[str, ...], ...]
    """Why the result does not stand, in words; empty where it stands."""
    own: frozenset[int]
    """The tasks that would run even if none upstream of them did."""
    before: Mapping[int, Fingerprint]
    """What the result was made from, of each task of which that is known."""
    now: Mapping[int, Fingerprint]

    @property
    def to_run(self) -> frozenset[int]:
        """The tasks whose results do not stand."""
        return frozenset(number for number, reasons in enumerate(self.reasons) if reasons)


def standing_records(pipeline: Pipeline) -> dict[str, Standing]:
    """What is known of the result of each task, by name."""
    own = read_records(pipeline, pipeline.environment)
    found = _standing(pipeline, own, pipeline.target)
    if not pipeline.environment:
        return found
    inherited = _standing(pipeline, read_records(pipeline, PRODUCTION), pipeline.production_target)
    for task in pipeline.tasks:
        file = pipeline.target / f"{task.name}{SUFFIX}"
        at = found.get(task.name)
        if at is not None and at.record.result is not None and not file.is_file():
            del found[task.name]  # whoever reads it reads production's
        if task.name not in found and task.name in inherited and not file.is_file():
            found[task.name] = inherited[task.name]
    return found


def _standing(pipeline: Pipeline, records: Records, target: Path) -> dict[str, Standing]:
    names = pipeline.numbers
    return {
        name: Standing(record, target / f"{name}{SUFFIX}", records.outputs)
        for name, record in records.tasks.items()
        if name in names
    }


def has_records(pipeline: Pipeline) -> bool:
    """Whether how results were made can be known at all: that is kept beside the pipeline's file."""
    return pipeline.file is not None and pipeline.file.is_file()


def find_changes(pipeline: Pipeline, within: AbstractSet[int] | None = None) -> Changes:
    """What has changed since the results were made. Reads files, and executes nothing.

    Tasks that are not *within* are not run, whatever has become of them, and so others do not run for their sake.
    """
    return _Search(pipeline, within).changes()


class _Search:
    """Looks at every task once, upstream first."""

    def __init__(self, pipeline: Pipeline, within: AbstractSet[int] | None) -> None:
        self._pipeline = pipeline
        self._within = within
        self._standing = standing_records(pipeline)
        self._statuses = last_statuses(pipeline.target)
        self._fingerprints = Fingerprints(pipeline)
        for standing in self._standing.values():
            self._fingerprints.learn(standing.record.made_from)
        self._trees: dict[str, str] = {}
        self._now: dict[int, Fingerprint] = {}
        self._reasons: list[list[str]] = [[] for _ in pipeline.tasks]

    def changes(self) -> Changes:
        tasks = self._pipeline.tasks
        own: set[int] = set()
        for number in self._pipeline.topological_order:
            self._reasons[number] = self._own_reasons(tasks[number], number)
            if self._reasons[number]:
                own.add(number)
            self._follow_upstream(number)
        while any([self._follow_outputs(), *map(self._follow_upstream, self._pipeline.topological_order)]):
            pass
        known = {number: self._standing.get(task.name) for number, task in enumerate(tasks)}
        before = {number: standing.record.made_from for number, standing in known.items() if standing is not None}
        return Changes(tuple(map(tuple, self._reasons)), frozenset(own), before, self._now)

    def _runs(self, number: int) -> bool:
        return bool(self._reasons[number]) and (self._within is None or number in self._within)

    def _own_reasons(self, task: Task, number: int) -> list[str]:
        standing = self._standing.get(task.name)
        if standing is None:
            return [self._why_unknown(task)]
        record = standing.record
        now = self._now[number] = self._fingerprints.take(task, record.made_from)
        return [
            *differences(record.made_from, now),
            *self._of_upstream(task, record),
            *_of_result(standing),
            *self._of_outputs(task, standing),
        ]

    def _why_unknown(self, task: Task) -> str:
        if (self._pipeline.target / f"{task.name}{SUFFIX}").is_file():
            return "how its result was made is not known"
        if task.name not in self._statuses:
            return "it never ran"
        return WITHOUT_RESULT.get(self._statuses[task.name], "what it ran on is not known")

    def _of_upstream(self, task: Task, record: Record) -> list[str]:
        told = []
        for name, execution in record.upstream.items():
            standing, number = self._standing.get(name), self._pipeline.numbers.get(name)
            if standing is not None and standing.record.execution != execution:
                told.append(f"upstream `{name}` reran")
            elif not execution or (standing is None and number is not None and not self._runs(number)):
                told.append(f"how the result of upstream `{name}` was made is not known")
        if told and self._statuses.get(task.name) == Status.SKIPPED:
            return [WITHOUT_RESULT[Status.SKIPPED]]  # which of them ran before it was skipped explains nothing
        return told

    def _of_outputs(self, task: Task, standing: Standing) -> list[str]:
        told = []
        for path in task.outputs:
            if is_remote(path):
                continue
            if path not in self._trees:
                self._trees[path] = tree_digest(path)
            if not self._trees[path]:
                told.append(f"its output `{self._shown(path)}` is gone")
            elif self._trees[path] != standing.outputs.get(path):
                told.append(f"its output `{self._shown(path)}` was changed")
        return told

    def _shown(self, path: str) -> str:
        folder = self._pipeline.folder
        return str(Path(path).relative_to(folder)) if Path(path).is_relative_to(folder) else path

    def _follow_upstream(self, number: int) -> bool:
        """Add the upstream tasks that run again; whether the task runs only because of that."""
        before = self._runs(number)
        tasks, reasons = self._pipeline.tasks, self._reasons[number]
        for other in self._pipeline.upstream[number]:
            if self._runs(other) and number in self._now:
                name = f"`{tasks[other].name}`"
                if not any(reason.startswith(f"upstream {name} ") for reason in reasons):
                    reasons.append(f"upstream {name} runs again")
        return self._runs(number) and not before

    def _follow_outputs(self) -> bool:
        """Add to each task the tasks that write what it reads and run again, where it does not depend on them."""
        added = False
        writers = [
            (path, number)
            for number, task in enumerate(self._pipeline.tasks)
            for path in task.outputs
            if self._runs(number)
        ]
        for number, now in self._now.items() if writers else ():
            if self._runs(number):
                continue
            files = [self._fingerprints.absolute(file) for file in now.files]
            for path, writer in writers:
                if any(file == path or file.startswith(f"{path}/") for file in files):
                    self._reasons[number].append(
                        f"`{self._pipeline.tasks[writer].name}` writes what it reads, and runs"
                    )
                    added = True
                    break
        return added


def _of_result(standing: Standing) -> list[str]:
    found = stat_of(str(standing.path))
    if found == standing.record.result:
        return []
    return ["its result is gone"] if found is None else ["its result is not the one that it wrote"]


def reason_text(reasons: Sequence[str], most: int = 3) -> str:
    """Some reasons in one line."""
    more = len(reasons) - most
    return "; ".join([*reasons[:most], *([f"and {more} more"] if more > 0 else [])])
