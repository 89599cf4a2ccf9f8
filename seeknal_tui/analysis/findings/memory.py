"""There was too little memory: of the machine, or for one query."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate
from statistics import median

from seeknal_tui.analysis.findings.case import Case
from seeknal_tui.analysis.findings.finding import Finding, FindingKind
from seeknal_tui.analysis.findings.history import usual_s
from seeknal_tui.analysis.findings.words import listed, size
from seeknal_tui.pipeline.durations import format_duration
from seeknal_tui.pipeline.model import SqlAction
from seeknal_tui.run.events import HostSampled

NEAR = 0.1
"""Of the memory: with less left, the system begins to push things out."""
SWAPPED_BYTES = 64 << 20
MOST_SAMPLES = 200


def memory_limits(case: Case) -> Iterator[Finding]:
    """One if hardly any was left while tasks of the run held much of it, or if much was put into the swap."""
    samples = [sample for sample in case.state.host if sample.at >= case.state.began]
    if len(samples) < 2:
        return
    swapped = samples[-1].swapped_bytes - samples[0].swapped_bytes
    few = [sample for sample in samples if sample.memory_bytes < _reserve(sample)]
    looked_at = few[:: len(few) // MOST_SAMPLES + 1]
    short = [sample for sample in looked_at if _without_tasks(case, sample) >= _reserve(sample)]
    if not short and swapped < SWAPPED_BYTES:
        return
    first = (short or samples)[0]
    least = min(short or samples, key=lambda sample: sample.memory_bytes)
    held = _held(case, least)
    largest = sorted(held, key=lambda number: -held[number])
    scenario = case.run
    for number, span in case.spans.items():
        if span.end >= first.at - case.state.began:
            scenario = scenario.with_duration(number, min(case.duration(number), usual_s(case, number)))
    swap = f", and {size(swapped)} were put into the swap" if swapped >= SWAPPED_BYTES else ""
    is_ours = short or 2 * sum(held.values()) > least.memory_limit_bytes - least.memory_bytes
    whose = (
        f"Most was held by {listed([f'{case.name(n)} ({size(held[n])})' for n in largest[:3]])}"
        if is_ours
        else "Most of it was held by other programs"
    )
    room = _without_tasks(case, least) - _reserve(least)
    yield Finding(
        FindingKind.RESOURCE_LIMIT,
        tuple(largest[:3]),
        f"Memory was the limit since {format_duration(first.at - case.state.began)}: {size(least.memory_bytes)} of "
        f"{size(first.memory_limit_bytes)} were left{swap}. {whose}.",
        _less_memory(case, largest, held, room) if is_ours else "end other programs, or run when they do not",
        case.saving(scenario),
        scenario,
        "if tasks took as long as usual",
        is_risk=True,
    )


def _reserve(sample: HostSampled) -> float:
    """What must be left of the memory."""
    return NEAR * sample.memory_limit_bytes


def _held(case: Case, sample: HostSampled) -> dict[int, int]:
    """The most that each task held of those that ran at that time."""
    at = sample.at - case.state.began
    return {n: _held_most(case, n) for n, span in case.spans.items() if span.start <= at < span.end}


def _held_most(case: Case, number: int) -> int:
    return max((attempt.rss_bytes or 0 for attempt in case.attempts(number)), default=0)


def _without_tasks(case: Case, sample: HostSampled) -> float:
    """The memory that would have been left without the tasks of the run."""
    return sample.memory_bytes + sum(_held(case, sample).values())


def _less_memory(case: Case, largest: list[int], held: dict[int, int], room: float) -> str:
    """What to do about tasks that hold too much, the largest first, where there is *room* for so many bytes."""
    if held[largest[0]] > room or len(largest) == 1:
        return f"let {case.name(largest[0])} hold less at once, or give it more memory"
    fit = sum(total <= room for total in accumulate(held[number] for number in largest))
    return f"run fewer of them at once, for instance with max_parallel {min(fit, len(largest) - 1)} or a pool"


def spilling(case: Case) -> Iterator[Finding]:
    """One for each query whose data DuckDB put on disk because they did not fit."""
    for number, profile in case.profiles.items():
        if not profile.spilled_bytes or number not in case.spans:
            continue
        task, took = case.pipeline.tasks[number], case.duration(number)
        usual = usual_s(case, number)
        is_usual = usual < took - profile.spill_s
        scenario = case.run.with_duration(number, usual if is_usual else max(0.0, took - profile.spill_s))
        saves_s = case.saving(scenario)
        if saves_s < case.least_s or not isinstance(task.action, SqlAction):
            continue
        cost = (
            f"It took {format_duration(took)}; usually it takes {format_duration(usual)}."
            if is_usual
            else f"To pack that, write it and read it again took it at least {format_duration(profile.spill_s)}."
        )
        yield Finding(
            FindingKind.RESOURCE_LIMIT,
            (number,),
            f"Memory was the limit of {task.name} since {format_duration(case.spans[number].start)}: DuckDB put "
            f"{size(profile.spilled_bytes)} on disk, because {size(profile.peak_bytes)} was all it could hold. {cost}",
            f"let {task.name} keep fewer rows and columns, raise its memory_limit, or run less beside it",
            saves_s,
            scenario,
            "if nothing was put on disk",
        )


def slots_in_memory(case: Case) -> int:
    """How many tasks may run at once so that the largest of them have room; all where that is not known."""
    samples = case.state.host[:: len(case.state.host) // MOST_SAMPLES + 1]
    held = sorted((_held_most(case, number) for number in case.spans), reverse=True)
    if not samples or not held or not held[0]:
        return len(case.members)
    room = median(_without_tasks(case, sample) - _reserve(sample) for sample in samples)
    fit = sum(total <= room for total in accumulate(held))
    return fit if fit < len(held) else len(case.members)
