"""What an edit means for what comes after it, told before anything runs.

*Metadata*: the file says something else that has no bearing on results; nothing runs. *Non-breaking*: the result will
be another, with all the columns that somebody reads. *Breaking*: a column that something downstream reads is gone or
has another type, or the query can no longer be made at all.

Whether a query reads a column is asked of DuckDB's binder: it does if without the column it could not be made, or
would give other columns. Of commands, Python functions and SQL of several statements nobody can tell: they may.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum

from seeknal_tui.history.changes import Changes
from seeknal_tui.history.columns import Binder, Columns, NotBindable
from seeknal_tui.history.fingerprints import changed_definition, changed_metadata, differences
from seeknal_tui.pipeline.model import PathAction, Pipeline, SleepAction
from seeknal_tui.pipeline.problems import listed
from seeknal_tui.run.results import Results

NATURAL_JOIN = re.compile(r"\bnatural\b", re.IGNORECASE)
"""Which reads all columns that both tables have, and does without one that is gone."""
MOST_READERS = 6


class Category(StrEnum):
    """How far an edit reaches."""

    METADATA = "metadata"
    NON_BREAKING = "non-breaking"
    BREAKING = "breaking"


@dataclass(frozen=True, slots=True)
class LostColumn:
    """A column that is gone, or has another type."""

    name: str
    before: str
    """Its type."""
    now: str
    """Its type; empty if it is gone."""
    readers: tuple[str, ...]
    """The tasks that read it."""
    may_read: tuple[str, ...]
    """Those of which that cannot be told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """What became of one task since its result was made."""

    number: int
    category: Category
    metadata: tuple[str, ...] = ()
    """What else the file says of it now."""
    added: tuple[str, ...] = ()
    lost: tuple[LostColumn, ...] = ()
    error: str = ""
    """Why its query cannot be made of the columns that there will be."""


def categorize(pipeline: Pipeline, changes: Changes, to_run: AbstractSet[int]) -> list[Edit]:
    """The tasks that were edited since their results were made, and those that lose columns for it.

    Of the tasks with changes, those *to_run* are about to be run.
    """
    search = _Search(pipeline, changes, to_run)
    with Binder(pipeline.folder.absolute()) as search.binder:
        edits = [search.edit(number) for number in pipeline.topological_order]
    return sorted((edit for edit in edits if edit is not None), key=lambda edit: edit.number)


class _Search:
    """Works out the columns that there will be, upstream first."""

    binder: Binder

    def __init__(self, pipeline: Pipeline, changes: Changes, to_run: AbstractSet[int]) -> None:
        self._pipeline = pipeline
        self._to_run = to_run
        self._changes = changes
        self._results = Results.of(pipeline)
        self._before: dict[int, Columns | None] = {}
        self._now: dict[int, Columns | None] = {}
        """Only of tasks whose columns will be others."""
        self._losers: set[int] = set()
        """The tasks that read a column that is lost."""

    def edit(self, number: int) -> Edit | None:
        """What became of a task; None if it was not edited and its columns stay."""
        before, now = self._changes.before.get(number), self._changes.now.get(number)
        if before is None or now is None:
            return None
        if not self._changes.reasons[number]:
            metadata = tuple(changed_metadata(before, now))
            return Edit(number=number, category=Category.METADATA, metadata=metadata) if metadata else None
        follows = any(other in self._now for other in self._pipeline.upstream[number])
        may_differ = follows or bool(differences(before, now))
        was_edited = bool(changed_definition(before, now))
        return self._columns_edit(number, was_edited) if number in self._to_run and may_differ else None

    def _columns_edit(self, number: int, was_edited: bool) -> Edit | None:
        try:
            columns = self._columns_now(number)
        except NotBindable as error:
            told = not was_edited and number in self._losers
            return None if told else Edit(number=number, category=Category.BREAKING, error=str(error))
        old = self._columns_before(number)
        if columns is None or old is None or columns == old:
            return Edit(number=number, category=Category.NON_BREAKING) if was_edited else None
        self._now[number] = columns
        lost = tuple(self._lost(number, old, columns))
        broken = any(column.readers or column.may_read for column in lost)
        return Edit(
            number=number,
            category=Category.BREAKING if broken else Category.NON_BREAKING,
            added=tuple(name for name in columns if name not in old),
            lost=lost,
        )

    def _columns_before(self, number: int) -> Columns | None:
        if number not in self._before:
            self._before[number] = self.binder.of_file(self._results.path_of(self._pipeline.tasks[number].name))
        return self._before[number]

    def _columns_now(self, number: int) -> Columns | None:
        """The columns that the task will give; None if that cannot be told."""
        task = self._pipeline.tasks[number]
        if isinstance(task.action, PathAction):
            return self.binder.of_source(task.action)
        query, tables = self.binder.query_of(task), self._tables(number, self._now)
        return None if query is None or tables is None else self.binder.of_query(query, tables)

    def _tables(self, number: int, now: Mapping[int, Columns | None]) -> dict[str, Columns] | None:
        """The columns of each table that a query may read; None if those of one are not known."""
        found: dict[str, Columns] = {}
        for other in self._pipeline.upstream[number]:
            columns = now.get(other) or self._columns_before(other)
            task = self._pipeline.tasks[other]
            if columns is not None:
                found[task.name] = columns
            elif task.has_rows:
                return None
        return found

    def _lost(self, number: int, before: Columns, now: Columns) -> Iterable[LostColumn]:
        for name, kind in before.items():
            if now.get(name) == kind:
                continue
            readers: dict[bool | None, list[str]] = {True: [], False: [], None: []}
            for other in self._pipeline.downstream[number]:
                reads = self._reads(other, number, name)
                readers[reads].append(self._pipeline.tasks[other].name)
                if reads:
                    self._losers.add(other)
            yield LostColumn(name, kind, now.get(name, ""), tuple(readers[True]), tuple(readers[None]))

    def _reads(self, reader: int, number: int, column: str) -> bool | None:
        """Whether a task reads that column of a result; None if that cannot be told."""
        task, name = self._pipeline.tasks[reader], self._pipeline.tasks[number].name
        if task.action is None or isinstance(task.action, PathAction | SleepAction):
            return False
        query, tables = self.binder.query_of(task), self._tables(reader, {})
        if query is None or tables is None:
            return None
        without = {other: kind for other, kind in tables[name].items() if other != column}
        whole = self._columns_of(query, tables)
        if whole is None:  # it was edited too, and may be meant for the columns that there will be
            return None if self._columns_of(query, self._tables(reader, self._now) or {}) is None else False
        return self._columns_of(query, {**tables, name: without}) != whole or NATURAL_JOIN.search(query) is not None

    def _columns_of(self, query: str, tables: Mapping[str, Columns]) -> Columns | None:
        try:
            return self.binder.of_query(query, tables)
        except NotBindable:
            return None


def edit_lines(pipeline: Pipeline, edits: Iterable[Edit]) -> list[str]:
    """What is told of the edits before a run, the breaking ones first."""
    order = [Category.BREAKING, Category.NON_BREAKING, Category.METADATA]
    lines = []
    for edit in sorted(edits, key=lambda edit: order.index(edit.category)):
        name = pipeline.tasks[edit.number].name
        lines.append(f"{edit.category}: {name}{_told(edit)}")
        lines += [f"  {_lost_text(column)}" for column in edit.lost]
    return lines


def _told(edit: Edit) -> str:
    if edit.error:
        return f" can no longer be made: {edit.error}"
    if edit.metadata:
        return f": {', '.join(edit.metadata)}; nothing runs for it"
    return f": {', '.join(edit.added)} added" if edit.added else ""


def _lost_text(column: LostColumn) -> str:
    what = f"{column.name} will be {column.now}, not {column.before}" if column.now else f"{column.name} will be gone"
    read = [f"read by {listed(column.readers, MOST_READERS)}"] if column.readers else []
    read += [f"perhaps read by {listed(column.may_read, MOST_READERS)}"] if column.may_read else []
    return f"{what}: {'; '.join(read) or 'nothing downstream reads it'}"
