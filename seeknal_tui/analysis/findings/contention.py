"""How much longer tasks took because others computed at the same time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from seeknal_tui.analysis.findings.case import Case, Span
from seeknal_tui.analysis.findings.scenario import Scenario
from seeknal_tui.pipeline.model import PathAction, SqlAction

LEAST_SAMPLES = 5
LEAST_SHARE = 0.2
"""Of the run's samples: a few moments of crowding are no limit."""
MOSTLY = 0.5
DISK_RATE = 100e6
"""Bytes a second."""
LEAST_AT_ONCE = 0.05
"""Of the run: what tasks would do to each other that did not run together is known less exactly than all else."""


@dataclass(frozen=True, slots=True)
class Crowd:
    """A time in which more threads wanted to compute than there are cores."""

    span: Span
    queue: float
    """The threads that wanted to, on the average."""
    cores: float
    """The cores that were busy, on the average."""
    ours: float
    """Of those, the ones that the run kept busy."""


def crowded_span(case: Case) -> Crowd | None:
    """From the first to the last moment of crowding in this run, None if there was no more than a little."""
    began = case.state.began
    samples = [sample for sample in case.state.host if sample.at > began]
    crowded = [s for s in samples if s.queue > case.cores and s.cores > 0.8 * case.cores]
    if len(crowded) < max(LEAST_SAMPLES, LEAST_SHARE * len(samples)):
        return None
    before = [sample.at for sample in samples if sample.at < crowded[0].at]
    count = len(crowded)
    return Crowd(
        Span((before[-1] if before else began) - began, crowded[-1].at - began),
        sum(sample.queue for sample in crowded) / count,
        sum(sample.cores for sample in crowded) / count,
        sum(sample.run_cores for sample in crowded) / count,
    )


def saving_at_once(case: Case, change: Callable[[Scenario], Scenario]) -> float:
    """Seconds by which the run would have been shorter with a change that lets more tasks run at once.

    Queries that ran side by side share the cores, and so do all tasks with other programs that compute; those that move
    many bytes share the disk. How much of them each would want beside still more cannot be told for certain, so the
    change must save something in any case, and what it saves least is told; 0 where that is too little to be known.
    """
    bases = [case.run, case.unshared]
    if (crowd := crowded_span(case)) is not None:
        crowded = [number for number, span in case.spans.items() if span.overlaps(crowd.span)]
        bases.append(case.run.with_alone({number: _shortest_alone(case, number) for number in crowded}))
    disk = [number for number in case.spans if _fills_disk(case, number)]
    if disk:
        bases.append(case.run.with_disk(disk, most_at_once((case.spans[n].start, case.spans[n].end) for n in disk)[0]))
    saves_s = min(base.makespan_s - change(base).makespan_s for base in bases)
    return saves_s if saves_s >= max(case.least_s, LEAST_AT_ONCE * case.run_s) else 0.0


def _shortest_alone(case: Case, number: int) -> float:
    """What the task takes alone if all that it waited for, as it mostly computed, was a core."""
    seconds, cpu_s = case.duration(number), case.cpu_s(number) or 0.0
    mostly_computes = MOSTLY * seconds < cpu_s < seconds
    return min(cpu_s, alone(case, number)) if mostly_computes else alone(case, number)


def _fills_disk(case: Case, number: int) -> bool:
    """Whether the task did little but read and write, so fast that a disk may have had no more to give."""
    seconds, cpu_s = case.duration(number), case.cpu_s(number)
    moved = sum((each.read_bytes or 0) + (each.written_bytes or 0) for each in case.attempts(number))
    return cpu_s is not None and cpu_s < MOSTLY * seconds and moved > DISK_RATE * seconds


def most_at_once(spans: Iterable[tuple[float, float]]) -> tuple[int, float]:
    """The most that there were at one time, and since when."""
    edges = [edge for begin, end in spans for edge in ((begin, 1), (end, -1))]
    count, most, since = 0, 0, 0.0
    for moment, change in sorted(edges):
        count += change
        if count > most:
            most, since = count, moment
    return most, since


def alone(case: Case, number: int) -> float:
    """About how many seconds the task would have run with a core for each of its threads.

    A thread that shares *c* cores with *q* - 1 others computes for *c*/*q* of the time in which it wants to. So of a
    task's time, its processor time was stretched by *q*/*c*, and what it waited for otherwise was not. *q* is the mean
    length of the run queue, seen while the task ran; without a sample nothing is known, and nothing is taken off.
    """
    seconds, cpu_s, span = case.duration(number), case.cpu_s(number), case.spans.get(number)
    if cpu_s is None or span is None or not seconds:
        return seconds
    began = case.state.began
    queues = [sample.queue for sample in case.state.host if span.start < sample.at - began <= span.end]
    if not queues:
        return seconds
    stretched = max(1.0, sum(queues) / len(queues) / case.cores)
    threads = max(1.0, cpu_s / seconds)
    is_query = isinstance(case.pipeline.tasks[number].action, SqlAction | PathAction)
    least = cpu_s / (case.cores if is_query else threads)  # a process may have but one thread
    return min(seconds, max(least, seconds / stretched, seconds - cpu_s / threads * (stretched - 1.0)))
