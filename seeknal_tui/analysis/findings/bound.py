"""What a task that holds the run up spends its time with: computing, or reading and writing."""

from __future__ import annotations

from collections.abc import Iterator

from seeknal_tui.analysis.findings.case import Case
from seeknal_tui.analysis.findings.contention import alone, crowded_span
from seeknal_tui.analysis.findings.finding import Finding, FindingKind
from seeknal_tui.analysis.findings.words import size
from seeknal_tui.pipeline.durations import format_duration
from seeknal_tui.pipeline.model import PathAction, SqlAction
from seeknal_tui.pipeline.problems import counted
from seeknal_tui.run.events import Status

LEAST_TASK_S = 1.0
"""What is over sooner is not worth a profile."""
LEAST_RUN_SHARE = 0.2
"""Of the run: who took less has not shaped it."""
COMPUTES = 0.85
"""Seconds of processor time per second, and for each core, from which on a task does nothing but compute."""
WAITS = 0.5
"""Seconds of processor time per second below which a task waits for something else most of the time."""
LEAST_RATE = 10e6
"""Bytes a second; a disk or a network that is the limit moves more."""
MOST_TRIED = 10


def bound_tasks(case: Case) -> Iterator[Finding]:
    """One for each long task of the run of which it is known what it is bound by."""
    least = max(LEAST_TASK_S, LEAST_RUN_SHARE * case.run_s)
    longest = sorted((n for n in case.spans if case.duration(n) >= least), key=lambda n: -case.duration(n))
    for number in longest[:MOST_TRIED]:
        attempts = case.attempts(number)
        if len(attempts) != 1 or case.state.statuses[number] not in (Status.SUCCEEDED, Status.RUNNING):
            continue
        found = _cpu_bound(case, number) or _io_bound(case, number)
        if found is None:
            continue
        kind, evidence, advice = found
        scenario = case.run.with_duration(number, case.duration(number) / 2)
        saves_s = case.saving(scenario)
        if saves_s >= case.least_s:
            yield Finding(kind, (number,), evidence, advice, saves_s, scenario, "if it were twice as fast")


def _cpu_bound(case: Case, number: int) -> tuple[FindingKind, str, str] | None:
    cpu_s, seconds, name = case.cpu_s(number), alone(case, number), case.name(number)
    action = case.pipeline.tasks[number].action
    if cpu_s is None:
        return None
    busy = cpu_s / seconds
    is_query = isinstance(action, SqlAction | PathAction)
    if busy < (COMPUTES * case.cores if is_query else COMPUTES):
        return None
    waited_s = case.duration(number) - seconds
    if waited_s > 0.1 * case.duration(number):
        evidence = (
            f"{name} does nothing but compute: {format_duration(cpu_s)} of processor time. For about "
            f"{format_duration(waited_s)} of its {format_duration(case.duration(number))} it waited for a core."
        )
        return FindingKind.CPU_BOUND, evidence, f"make {name} compute less, or run less beside it"
    used = f"{busy:.1f} of the {counted(case.cores, 'core')}"
    evidence = (
        f"{name} does nothing but compute: {format_duration(cpu_s)} of processor time in {format_duration(seconds)}, "
        f"which is {used}."
    )
    if is_query:
        return FindingKind.CPU_BOUND, evidence, f"let {name} take in fewer rows and columns, or filter them earlier"
    if busy < 1.5 < case.cores:
        return FindingKind.CPU_BOUND, evidence, f"split {name} in parts that can run at once: it uses only one core"
    return FindingKind.CPU_BOUND, evidence, f"make {name} compute less: more slots do not help it"


def _io_bound(case: Case, number: int) -> tuple[FindingKind, str, str] | None:
    attempt, seconds, name = case.attempts(number)[-1], case.duration(number), case.name(number)
    read, written = attempt.read_bytes or 0, attempt.written_bytes or 0
    crowd = crowded_span(case)
    if crowd is not None and crowd.span.overlaps(case.spans[number]):
        return None  # it may have waited for the processor
    if attempt.cpu_s is None or attempt.cpu_s > WAITS * seconds or read + written < LEAST_RATE * seconds:
        return None
    evidence = (
        f"{name} mostly waits for data: it read {size(read)} and wrote {size(written)} in {format_duration(seconds)}, "
        f"{size((read + written) / seconds)} a second, and computed for {format_duration(attempt.cpu_s)} only."
    )
    what = "read" if read >= written else "write"
    return FindingKind.IO_BOUND, evidence, f"let {name} {what} less: fewer columns, a compressed format, a faster disk"
