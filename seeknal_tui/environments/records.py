"""How results were made, remembered on when their files are linked or get another name.

A link that comes or goes changes the ctime of a file, and that is a part of what tells whether it is still the result
that a task wrote. Whoever changes links knows that the content is the same, and so has it written down anew.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from seeknal_tui.history.file_states import Stat, stat_of
from seeknal_tui.history.records import PRODUCTION, Record, RecordWriter, from_json, read_records, to_json
from seeknal_tui.pipeline.model import Pipeline
from seeknal_tui.run.promotion import KEPT
from seeknal_tui.run.results import PRIVATE, SUFFIX

CTIME = 2
RECORDS = "records.json"
"""Beside the results that the latest promotion has replaced: how these were made."""


@contextmanager
def records_kept(pipeline: Pipeline, environment: str = "", promoted: Collection[str] = ()) -> Iterator[None]:
    """Meanwhile links of results in production and in *environment* may come and go.

    Those of the *promoted* tasks become production's, and what is known of them with them. What was known of those
    that they replace is kept until these are put back. What cannot be written is given up: then a task is run again.
    """
    known = {name: _standing(pipeline, name) for name in {PRODUCTION, environment}}
    replaced = _read_replaced(pipeline)
    try:
        yield
    finally:
        for name, records in known.items():
            _write(pipeline, name, records)
    if promoted:
        made_there = known[environment]
        _write(pipeline, PRODUCTION, {task: made_there[task] for task in promoted if task in made_there})
        _keep_replaced(pipeline, {task: record for task, record in known[PRODUCTION].items() if task in promoted})
    else:
        _write(pipeline, PRODUCTION, replaced)


def _replaced_file(pipeline: Pipeline) -> Path:
    return pipeline.production_target / PRIVATE / KEPT / RECORDS


def _keep_replaced(pipeline: Pipeline, records: dict[str, Record]) -> None:
    with suppress(OSError):
        _replaced_file(pipeline).write_text(json.dumps({task: to_json(record) for task, record in records.items()}))


def _read_replaced(pipeline: Pipeline) -> dict[str, Record]:
    try:
        found = json.loads(_replaced_file(pipeline).read_text())
        return {task: from_json(text) for task, text in found.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _path(pipeline: Pipeline, environment: str, task: str) -> Path:
    return replace(pipeline, environment=environment).target / f"{task}{SUFFIX}"


def _standing(pipeline: Pipeline, environment: str) -> dict[str, Record]:
    """The records of those results that are still what their tasks wrote."""
    return {
        task: record
        for task, record in read_records(pipeline, environment).tasks.items()
        if record.result is not None and record.result == stat_of(str(_path(pipeline, environment, task)))
    }


def _write(pipeline: Pipeline, environment: str, records: dict[str, Record]) -> None:
    """Write the records of those files that are the same but for their ctime."""
    found = {task: stat_of(str(_path(pipeline, environment, task))) for task in records}
    kept = {
        task: replace(record, result=found[task])
        for task, record in records.items()
        if _content(found[task]) == _content(record.result)
    }
    if kept:
        writer = RecordWriter(replace(pipeline, environment=environment))
        writer.keep(kept, {})
        writer.end()


def _content(stat: Stat | None) -> tuple[int, ...] | None:
    return None if stat is None else (*stat[:CTIME], *stat[CTIME + 1 :])
