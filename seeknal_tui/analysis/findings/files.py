"""Which files each task reads and writes: what the file declares, what its SQL names, and what was seen."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable

from seeknal_tui.analysis.findings.case import Case
from seeknal_tui.pipeline.links import RealPaths, is_pattern, matches
from seeknal_tui.pipeline.model import PathAction, SqlAction
from seeknal_tui.pipeline.sql_files import named_in
from seeknal_tui.run.events import Status
from seeknal_tui.run.file_use import named_by

APPENDED = (".db", ".sqlite", ".sqlite3", ".duckdb", ".wal", "-journal", "-wal", "-shm", ".log")
"""Files that several programs may write at once without one overwriting what the other wrote."""


class Files:
    """The files of one run, each by its real path."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self._real = RealPaths()
        pipeline, state = case.pipeline, case.state
        target = os.path.realpath(pipeline.target)
        self.declared = [self.real(task.outputs) for task in pipeline.tasks]
        self.results = [
            f"{target}/{task.name}.parquet" if task.has_rows or state.bytes[number] is not None else ""
            for number, task in enumerate(pipeline.tasks)
        ]
        self.seen_written = [self.real(paths) for paths in state.files.written]
        self.reads: list[dict[str, str]] = [{} for _ in pipeline.tasks]
        """For each task the paths it reads, each with how that is known: ``reads``, ``was seen to read``, ``names``."""
        folder = str(pipeline.folder)
        for number, task in enumerate(pipeline.tasks):
            reads = self.reads[number]
            if state.statuses[number] is Status.FAILED:
                # A file that was not there yet cannot be seen to be read.
                reads.update(dict.fromkeys(self.real(named_by(task, folder).used), "names"))
            reads.update(dict.fromkeys(self.real(state.files.read[number]), "was seen to read"))
            if isinstance(task.action, PathAction):
                reads.update(dict.fromkeys(self.meant([task.action.path]), "reads"))
            elif isinstance(task.action, SqlAction):
                named = named_in(task.action.sql, folder)
                reads.update(dict.fromkeys(self.meant(path for path, is_written in named if not is_written), "reads"))
                self.declared[number] |= self.real(path for path, is_written in named if is_written)
        self.writers: dict[str, set[int]] = defaultdict(set)
        """The tasks that write a path, however that is known."""
        for number in range(len(pipeline.tasks)):
            for path in self.written(number):
                self.writers[path].add(number)

    def real(self, paths: Iterable[str]) -> set[str]:
        """The files that the paths lead to."""
        return {self._real.of(path) for path in paths}

    def meant(self, paths: Iterable[str]) -> set[str]:
        """The files and patterns that paths stand for where DuckDB reads them."""
        named = set(paths)
        return self.real(named).union(*(self._real.linked(path) for path in named if is_pattern(path)))

    def written(self, number: int) -> set[str]:
        """All paths that a task is known to write, its result among them."""
        result = self.results[number]
        return self.declared[number] | self.seen_written[number] | ({result} if result else set())

    def writers_of(self, path: str) -> dict[int, str]:
        """The tasks that write what is read at a path (a file, a pattern), each with the path it writes."""
        if is_pattern(path):
            found = {
                n: own
                for own, numbers in self.writers.items()
                for n in numbers
                if matches(own, path) or (own in self.declared[n] and _is_above(own, path))
            }
        else:
            found = dict.fromkeys(self.writers.get(path, ()), path)
            above = os.path.dirname(path)
            while not found and len(above) > 1:  # a folder that a task declares as its output
                found = {n: above for n in self.writers.get(above, ()) if above in self.declared[n]}
                above = os.path.dirname(above)
        return found

    def shown(self, path: str) -> str:
        """A path as the user writes it."""
        return path.removeprefix(f"{os.path.realpath(self._case.pipeline.folder)}/")


def _is_above(folder: str, pattern: str) -> bool:
    """Whether what a pattern stands for may lie in that folder."""
    above = os.path.dirname(pattern)
    while is_pattern(above):
        if matches(folder, above):
            return True
        above = os.path.dirname(above)
    return folder == above
