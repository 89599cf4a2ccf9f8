"""Two tasks write the same path."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations

from seeknal_tui.analysis.findings.case import Case
from seeknal_tui.analysis.findings.files import APPENDED, Files
from seeknal_tui.analysis.findings.finding import Finding, FindingKind
from seeknal_tui.analysis.findings.words import listed
from seeknal_tui.pipeline.durations import format_duration

MOST_WRITERS = 50
MOST_PATHS = 50


def shared_outputs(case: Case) -> Iterator[Finding]:
    """One for each path that tasks write whose order is left to chance."""
    files = Files(case)
    shared: dict[str, list[int]] = defaultdict(list)
    for path, writers in files.writers.items():
        chosen = sorted(writers & case.members)[:MOST_WRITERS]
        if len(chosen) > 1 and not path.endswith(APPENDED):
            apart = {n for pair in combinations(chosen, 2) if not case.ordered(*pair) for n in pair}
            if apart:
                shared[path] = sorted(apart)
    told: set[tuple[int, ...]] = set()
    for path, numbers in sorted(shared.items())[:MOST_PATHS]:
        if tuple(numbers) not in told:
            told.add(tuple(numbers))
            yield from _finding(case, files, path, numbers)


def _finding(case: Case, files: Files, path: str, numbers: list[int]) -> Iterator[Finding]:
    names = listed([case.name(number) for number in numbers])
    all_declare = all(path in case.pipeline.tasks[number].outputs for number in numbers)
    how = "declare" if all_declare else "write"
    advice = "give each of them a path of its own"
    if all_declare:
        scenario = case.run.without_outputs(numbers, path)
        saves_s = case.saving(scenario)
        waited = sum(attempt.output_s for number in numbers for attempt in case.attempts(number))
        if saves_s >= case.least_s:
            yield Finding(
                FindingKind.SHARED_OUTPUT,
                tuple(numbers),
                f"{names} {how} the same output, {files.shown(path)}, so they ran one after the other and waited "
                f"{format_duration(waited)} for it. What is in it afterwards is of the one that happened to be last.",
                advice,
                saves_s,
                scenario,
                "with a path for each",
            )
        return
    pairs = [(case.span(one), case.span(other)) for one, other in combinations(numbers, 2)]
    together = any(one and other and one.overlaps(other) for one, other in pairs)
    what = (
        "They ran at the same time, so each may have destroyed what the other wrote."
        if together
        else "They happened to run one after the other; what is in it afterwards is of the one that was last."
    )
    yield Finding(
        FindingKind.SHARED_OUTPUT,
        tuple(numbers),
        f"{names} {how} the same file, {files.shown(path)}, and nothing orders them. {what}",
        f"{advice}, or declare it in the outputs of all, so that they never run at once",
        case.made_again(numbers).makespan_s,
        is_risk=True,
    )
