"""What a run is about to break, found without reading any data: for every run, also one that runs everything anyhow.

Nothing is looked at but the definitions and the stats of source files; DuckDB is asked for columns only where one of
them is another than in the run before.
"""

from __future__ import annotations

from collections.abc import Collection

from seeknal_tui.history.changes import Changes, standing_records
from seeknal_tui.history.fingerprints import Fingerprint, Fingerprints, differences
from seeknal_tui.pipeline.model import PathAction, Pipeline, SqlAction
from seeknal_tui.run.run_lock import lock_path


def breaking_lines(pipeline: Pipeline, run: Collection[int]) -> list[str]:
    """The columns that something downstream reads and that will be gone or of another type when those tasks have run.

    Told with who reads them, in lines; none where nothing is broken.
    """
    tasks = pipeline.tasks
    known = [number for number in run if isinstance(tasks[number].action, SqlAction | PathAction)]
    if pipeline.file is None or not any(pipeline.downstream[number] for number in known):
        return []
    if not lock_path(pipeline.production_target).parent.is_dir():
        return []  # nothing was run here yet
    standing = standing_records(pipeline)
    fingerprints = Fingerprints(pipeline, contents=False)
    before: dict[int, Fingerprint] = {}
    now: dict[int, Fingerprint] = {}
    for number in known:
        if (found := standing.get(tasks[number].name)) is not None:
            before[number] = found.record.made_from
            fingerprints.learn(before[number])
            now[number] = fingerprints.take(tasks[number], before[number])
    if not any(differences(before[number], now[number]) for number in now if pipeline.downstream[number]):
        return []
    from seeknal_tui.history.categories import Category, categorize, edit_lines  # noqa: PLC0415 - DuckDB is slow to import

    reasons = tuple(("it is run",) if number in now else () for number in range(len(tasks)))
    edits = categorize(pipeline, Changes(reasons, frozenset(now), before, now), frozenset(run))
    return edit_lines(pipeline, [edit for edit in edits if edit.category is Category.BREAKING])
