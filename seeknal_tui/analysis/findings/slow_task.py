"""A task took longer than others like it, or than it usually does."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from statistics import median

from seeknal_tui.analysis.findings.case import Case
from seeknal_tui.analysis.findings.finding import Finding, FindingKind
from seeknal_tui.analysis.findings.history import LEAST_RUNS, earlier
from seeknal_tui.pipeline.durations import format_duration
from seeknal_tui.pipeline.problems import counted
from seeknal_tui.run.events import Status

LEAST_ALIKE = 4
"""Tasks of one kind of work, before one of them can be called the odd one out."""
TIMES_LONGER = 2.0
TIMES_USUAL = 1.5
SPREADS = 4.0
"""Median absolute deviations above the median within which a task's time may vary."""
MOST_TRIED = 20
PART = re.compile(r"\d+|[^\W\d_]+")


def stragglers(case: Case) -> Iterator[Finding]:
    """One for each task that held up those that wait for all of its kind."""
    for numbers in _alike(case):
        times = sorted(case.duration(number) for number in numbers)
        usual = median(times)
        slow = [n for n in numbers if case.duration(n) > max(TIMES_LONGER * usual, usual + case.least_s)]
        if not slow or len(slow) > len(numbers) // 4:
            continue
        for number in slow:
            scenario = case.run.with_duration(number, usual)
            saves_s = case.saving(scenario)
            if saves_s < case.least_s:
                continue
            took = format_duration(case.duration(number))
            others = counted(len(numbers) - 1, "other task")
            yield Finding(
                FindingKind.STRAGGLER,
                (number,),
                f"{case.name(number)} took {took}, where the {others} like it took {format_duration(usual)} (median). "
                "All that needs them waited for this one.",
                f"give {case.name(number)} less to do: divide the work more evenly, or split it in "
                f"{max(2, round(case.duration(number) / max(usual, 1e-3)))}",
                saves_s,
                scenario,
                "if it took as long as the others",
            )


def _alike(case: Case) -> Iterator[list[int]]:
    """Groups of tasks that do the same kind of work on different data: by name, and by whom they wait for and feed."""
    groups: dict[tuple[object, ...], list[int]] = defaultdict(list)
    pipeline = case.pipeline
    for number in sorted(case.members):
        task = pipeline.tasks[number]
        if case.state.statuses[number] in (Status.SUCCEEDED, Status.RUNNING) and task.action is not None:
            key = (type(task.action), pipeline.upstream[number], pipeline.downstream[number], _stem(task.name))
            groups[key].append(number)
    return (numbers for numbers in groups.values() if len(numbers) >= LEAST_ALIKE)


def _stem(name: str) -> str:
    """A name without the part that tells it from others of its kind: ``load_eu`` and ``load_us`` are both ``load``."""
    parts = PART.findall(name)
    return "_".join(part for part in parts[:-1] if not part.isdigit()) if len(parts) > 1 else name


def slower_than_usual(case: Case) -> Iterator[Finding]:
    """One for each task that took longer than in earlier runs, and held this one up by that."""
    candidates = []
    for number in case.members:
        if case.state.statuses[number] not in (Status.SUCCEEDED, Status.RUNNING):
            continue
        before = [measured.wall_s for measured in earlier(case, number)]
        if len(before) < LEAST_RUNS:
            continue
        usual, took = median(before), case.duration(number)
        spread = median(abs(seconds - usual) for seconds in before)
        if took > max(TIMES_USUAL * usual, usual + SPREADS * spread, *before, usual + case.least_s):
            candidates.append((took - usual, number, usual, len(before)))
    for _, number, usual, count in sorted(candidates, reverse=True)[:MOST_TRIED]:
        scenario = case.run.with_duration(number, usual)
        saves_s = case.saving(scenario)
        if saves_s < case.least_s:
            continue
        reason, advice = _why(case, number)
        yield Finding(
            FindingKind.SLOWER_THAN_USUAL,
            (number,),
            f"{case.name(number)} took {format_duration(case.duration(number))}; usually it takes "
            f"{format_duration(usual)} (median of {counted(count, 'run')}). {reason}",
            advice,
            saves_s,
            scenario,
            "if it took as long as usual",
        )


def _why(case: Case, number: int) -> tuple[str, str]:
    """What else was other than usual, and what to do."""
    name = case.name(number)
    attempts = len(case.attempts(number))
    if attempts > 1:
        return f"It took {attempts} attempts.", f"see in its log why {name} failed at first"
    now = case.attempts(number)[-1]
    for what, value, before in (
        ("read", now.read_bytes, [m.read_bytes for m in earlier(case, number)]),
        ("computed", now.cpu_s, [m.cpu_s for m in earlier(case, number)]),
    ):
        known = [each for each in before if each is not None]
        usual = median(known) if known else 0.0
        if value is not None and usual and value > TIMES_USUAL * usual:
            times = f"{value / usual:.1f} times as much as usual"
            if what == "read":
                return f"It read {times}.", f"look whether the data that {name} reads have grown"
            return f"It computed {times}.", f"look what has changed in {name} or in its data"
    return (
        "It computed and read no more than usual, so it waited: for a disk, a server, or the processor.",
        f"look what else was busy while {name} ran",
    )
