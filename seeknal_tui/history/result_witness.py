"""Remembers of every run what its results were made from: the witness of a runner."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace

from seeknal_tui.history.changes import Standing, standing_records
from seeknal_tui.history.file_states import stat_of, tree_digest
from seeknal_tui.history.fingerprints import Fingerprint, Fingerprints, metadata_of
from seeknal_tui.history.records import Record, RecordWriter
from seeknal_tui.pipeline.model import CommandAction, Pipeline, PythonAction
from seeknal_tui.pipeline.tasks import is_remote
from seeknal_tui.run.results import SUFFIX


@dataclass(frozen=True, slots=True)
class Begun:
    """What an attempt is about to read."""

    made_from: Fingerprint
    upstream: dict[str, str]


class ResultWitness:
    """Keeps a record of each execution that succeeds, of the runs of one pipeline that is one of a file. Thread-safe.

    A process may have done something before it fails or is killed, of which no result file tells. So what is known
    of a task that starts one is forgotten before it begins. A query has done nothing until its result is renamed.
    """

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline
        self._fingerprints = Fingerprints(pipeline)
        self._writer = RecordWriter(pipeline)
        self._lock = threading.Lock()
        self._standing: dict[str, Standing] | None = None
        self._this_run: dict[str, str] = {}
        """The execution of each task that this run has executed; empty for one that may have done half of it."""
        self._did_nothing: list[tuple[int, str, dict[str, str | None]]] = []

    @property
    def problem(self) -> str:
        """Why what results are made from is not being kept; empty if it is."""
        return self._writer.problem

    def begins(self, number: int) -> Begun:
        """An attempt is about to begin."""
        task = self._pipeline.tasks[number]
        known = self._known().get(task.name)
        if isinstance(task.action, CommandAction | PythonAction):
            self._this_run[task.name] = ""
            self._writer.forget(task.name)
        upstream = {name: self._execution(name) for name in task.upstream}
        return Begun(self._fingerprints.take(task, known.record.made_from if known else None), upstream)

    def succeeded(self, number: int, execution: str, begun: object) -> None:
        """The attempt has succeeded."""
        assert isinstance(begun, Begun)
        task = self._pipeline.tasks[number]
        record = Record(
            execution=execution,
            made_from=self._fingerprints.after(begun.made_from),
            upstream=begun.upstream,
            result=stat_of(str(self._pipeline.target / f"{task.name}{SUFFIX}")),
        )
        outputs = {path: tree_digest(path) for path in task.outputs if not is_remote(path)}
        self._this_run[task.name] = execution
        self._writer.keep({task.name: record}, outputs)

    def did_nothing(self, number: int, execution: str) -> None:
        """A task without anything to do was executed."""
        task = self._pipeline.tasks[number]
        upstream = {name: self._this_run.get(name) for name in task.upstream}
        self._this_run[task.name] = execution
        self._did_nothing.append((number, execution, upstream))

    def run_ended(self) -> None:
        """Everything is kept when this returns."""
        did_nothing, self._did_nothing = self._did_nothing, []
        if did_nothing:
            self._writer.keep(
                {self._pipeline.tasks[one[0]].name: self._instant_record(*one) for one in did_nothing}, {}
            )
        self._keep_metadata()
        self._writer.end()
        with self._lock:
            self._standing = None
            self._this_run.clear()

    def _keep_metadata(self) -> None:
        """What the file says of tasks that were not executed is what it says since this run, too: told once."""
        kept: dict[str, Record] = {}
        known = self._known()
        for task in self._pipeline.tasks:
            standing = known.get(task.name)
            if standing is None or task.name in self._this_run or standing.path.parent != self._pipeline.target:
                continue
            made_from, metadata = standing.record.made_from, metadata_of(task)
            if made_from.metadata != metadata:
                kept[task.name] = replace(standing.record, made_from=replace(made_from, metadata=metadata))
        if kept:
            self._writer.keep(kept, {})

    def _instant_record(self, number: int, execution: str, upstream: dict[str, str | None]) -> Record:
        before = {name: self._execution_before(name) if known is None else known for name, known in upstream.items()}
        made_from = self._fingerprints.take(self._pipeline.tasks[number])
        return Record(execution=execution, made_from=made_from, upstream=before, result=None)

    def _execution(self, name: str) -> str:
        """The execution whose result a task has now."""
        return self._this_run[name] if name in self._this_run else self._execution_before(name)

    def _execution_before(self, name: str) -> str:
        """The one that it had when the run began."""
        standing = self._known().get(name)
        return standing.record.execution if standing else ""

    def _known(self) -> dict[str, Standing]:
        """The records as they were when the run began; another process may have written some since the run before."""
        with self._lock:
            if self._standing is None:
                self._standing = standing_records(self._pipeline)
                for standing in self._standing.values():
                    self._fingerprints.learn(standing.record.made_from)
            return self._standing
