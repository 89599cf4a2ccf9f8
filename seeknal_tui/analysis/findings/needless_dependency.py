"""A task waits for another one of which it reads nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator

from seeknal_tui.analysis.findings.case import Case
from seeknal_tui.analysis.findings.code import CODE, Code
from seeknal_tui.analysis.findings.files import Files
from seeknal_tui.analysis.findings.finding import Finding, FindingKind
from seeknal_tui.analysis.findings.words import listed
from seeknal_tui.pipeline.durations import format_duration
from seeknal_tui.pipeline.model import CommandAction, PathAction, PythonAction, SqlAction, Task
from seeknal_tui.pipeline.sql_files import named_in

MOST_TRIED = 20
"""Tasks whose run is tried without what they need not wait for: those that waited longest for it."""


def needless_dependencies(case: Case) -> Iterator[Finding]:
    """One for each task that could have started earlier."""
    files, code = Files(case), Code(case.pipeline)
    waited = []
    for number in case.members:
        task = case.pipeline.tasks[number]
        if not isinstance(task.action, SqlAction | CommandAction | PythonAction) or not case.succeeded(number):
            continue
        needless = _needless(case, files, code, number)
        seconds = _waited_for(case, number, needless)
        if seconds > case.least_s:
            waited.append((seconds, number, needless))
    for _, number, needless in sorted(waited, reverse=True)[:MOST_TRIED]:
        yield from _finding(case, number, needless)


def _needless(case: Case, files: Files, code: Code, number: int) -> list[int]:
    """What the task needs not of what it waited for last; what ended before that held nothing up."""
    ends = {other: span.end for other in case.pipeline.upstream[number] if (span := case.span(other))}
    declared = {case.pipeline.numbers[name] for name in case.pipeline.tasks[number].depends_on}
    needless = []
    for other in sorted(ends, key=lambda other: -ends[other]):
        if other not in declared or not _is_needless(case, files, code, number, other):
            break
        needless.append(other)
    return needless


def _waited_for(case: Case, number: int, needless: list[int]) -> float:
    """Seconds that the task waited for these after all others that it waits for had ended."""
    ends = {other: span.end for other in case.pipeline.upstream[number] if (span := case.span(other))}
    if not needless or not ends:
        return 0.0
    others = [end for other, end in ends.items() if other not in needless]
    return max(ends.values()) - max(others, default=0.0)


def _finding(case: Case, number: int, needless: list[int]) -> Iterator[Finding]:
    ends = {other: span.end for other in needless if (span := case.span(other))}
    start = max(
        (span.end for other in case.pipeline.upstream[number] if other not in needless and (span := case.span(other))),
        default=0.0,
    )
    in_the_way = sorted((other for other in ends if ends[other] > start), key=lambda other: -ends[other])
    scenario = case.run
    for other in in_the_way:
        scenario = scenario.without_dependency(number, other)
    saves_s = case.saving(scenario)
    if saves_s < case.least_s:
        return
    one, others = case.name(number), listed([case.name(other) for other in in_the_way])
    is_sql = isinstance(case.pipeline.tasks[number].action, SqlAction)
    nothing = "whose table its SQL never reads" if is_sql else "of which it opened no file"
    yield Finding(
        FindingKind.NEEDLESS_DEPENDENCY,
        (number, *in_the_way),
        f"{one} waits for {others}, {nothing}. Without that the run would be shorter by {format_duration(saves_s)}.",
        f"take {others} out of the depends_on of {one}, unless something else than its data is needed",
        saves_s,
        scenario,
        "without this edge" if len(in_the_way) == 1 else f"without these {len(in_the_way)} edges",
    )


def _is_needless(case: Case, files: Files, code: Code, number: int, other: int) -> bool:
    """Whether nothing of the declared upstream task is read, as far as can be known for certain."""
    task = case.pipeline.tasks[number]
    if not case.succeeded(other):
        return False
    if isinstance(task.action, SqlAction):
        # A query reads what it depends on as a table, so what its SQL names is all there is to see.
        return _never_reads(case, files, task, task.action, other)
    # Where a task left nothing that can be seen, its trace cannot be missed either.
    return bool(files.written(other)) and _never_opened(case, files, code, number, other)


def _never_reads(case: Case, files: Files, task: Task, action: SqlAction, other: int) -> bool:
    upstream = case.pipeline.tasks[other]
    if not task.sql_read or upstream.name in task.found_dependencies:
        return False
    named = named_in(action.sql, str(case.pipeline.folder))
    if upstream.has_rows:
        return not any(other in files.writers_of(path) for path in files.meant(path for path, _ in named))
    return not named  # what a process leaves may be reached in many ways


def _never_opened(case: Case, files: Files, code: Code, number: int, other: int) -> bool:
    used = case.state.files
    task, upstream = case.pipeline.tasks[number], case.pipeline.tasks[other]
    if not used.complete[number]:
        return False
    if not upstream.outputs and all(path.endswith(CODE) for path in used.read[number]):
        return False  # who reads no file at all waits for something else than files, unless they are promised
    opened = files.real(used.read[number] | used.perhaps[number] | used.written[number])
    sources = {upstream.action.path} if isinstance(upstream.action, PathAction) else set()
    made = files.written(other) | files.real(sources)
    if any(path in made or any(path.startswith(f"{each}/") for each in made) for path in opened):
        return False
    return not code.may_look_at(task, [upstream.name, *map(os.path.basename, made)])
