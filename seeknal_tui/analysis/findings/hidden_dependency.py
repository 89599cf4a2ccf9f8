"""A task reads what another one writes, and nothing makes it wait for that."""

from __future__ import annotations

from collections.abc import Iterator

from seeknal_tui.analysis.findings.case import Case
from seeknal_tui.analysis.findings.files import APPENDED, Files
from seeknal_tui.analysis.findings.finding import Finding, FindingKind
from seeknal_tui.pipeline.durations import format_duration
from seeknal_tui.run.events import Status


def hidden_dependencies(case: Case) -> Iterator[Finding]:
    """One for each reader and each writer whose order is left to chance."""
    files = Files(case)
    for reader in sorted(case.members):
        told: set[int] = set()
        for path, how in sorted(files.reads[reader].items()):
            if path.endswith(APPENDED):
                continue
            for writer, written in files.writers_of(path).items():
                own = written in files.written(reader)
                if writer != reader and writer not in told and not own and not case.ordered(writer, reader):
                    told.add(writer)
                    yield _finding(case, reader, writer, files.shown(written), how)


def _finding(case: Case, reader: int, writer: int, read: str, how: str) -> Finding:
    one, other = case.name(reader), case.name(writer)
    return Finding(
        FindingKind.HIDDEN_DEPENDENCY,
        (reader, writer),
        f"{one} {how} {read}, which {other} writes, and nothing makes it wait for that. {_luck(case, reader, writer)}",
        f"add {other} to the depends_on of {one}",
        saves_s=case.made_again([reader]).makespan_s,
        remedy=case.run.with_dependency(reader, writer),
        without="with that dependency",
        is_risk=True,
    )


def _luck(case: Case, reader: int, writer: int) -> str:
    one, other = case.name(reader), case.name(writer)
    read, written = case.span(reader), case.span(writer)
    if read is None or written is None:
        return "The order in which they run is a matter of luck."
    if case.state.statuses[reader] is Status.FAILED and written.end > read.start:
        return f"{one} failed, and started before {other} had ended: what it needs may not have been there yet."
    if written.end <= read.start:
        gap = format_duration(read.start - written.end)
        return f"It ran right only by luck of timing: {other} happened to end {gap} before {one} started."
    if read.end <= written.start:
        return f"{one} ran before {other}, so it read what an earlier run had left."
    return (
        f"They ran at the same time, so {one} may have read the old file, or half of the new one; if it ran right, "
        "that was luck of timing."
    )
