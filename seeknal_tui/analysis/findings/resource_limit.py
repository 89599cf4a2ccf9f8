"""There was too little of something: slots, a pool, processors, memory."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from seeknal_tui.analysis.findings.case import Case
from seeknal_tui.analysis.findings.contention import alone, crowded_span, saving_at_once
from seeknal_tui.analysis.findings.finding import Finding, FindingKind
from seeknal_tui.analysis.findings.memory import memory_limits, slots_in_memory, spilling
from seeknal_tui.analysis.findings.scenario import Scenario
from seeknal_tui.analysis.findings.words import listed
from seeknal_tui.analysis.forecast import NEAR_BEST
from seeknal_tui.pipeline.durations import format_duration
from seeknal_tui.pipeline.problems import counted
from seeknal_tui.run.events import Status

FELT_S = 0.02
"""A wait that is more than the time it takes to start a task."""
MOST_TASKS = 12
MOST_SLOTS = 256
ENOUGH_CORES = 1e6


def resource_limits(case: Case) -> Iterator[Finding]:
    """One for each resource that was short."""
    yield from _slots(case)
    yield from _pools(case)
    yield from _processors(case)
    yield from memory_limits(case)
    yield from spilling(case)


def waits_for_slots(case: Case) -> dict[int, tuple[float, float]]:
    """From when to when each task waited for a slot, in seconds since the run began."""
    began, found = case.state.began, {}
    for number in case.members:
        for attempt in case.attempts(number):
            if attempt.slot_s > FELT_S:
                found[number] = (attempt.ready_at - began, attempt.started_at - began)
        ready_at = case.state.ready_at[number]
        if case.state.statuses[number] is Status.READY and ready_at is not None:
            found[number] = (ready_at - began, case.now - began)
    return found


def enough_slots(case: Case) -> int:
    """The fewest slots that are nearly as good as one for every task, by the forecast, as far as there is memory."""
    slots = case.run.max_parallel
    highest = max(slots, min(MOST_SLOTS, len(case.members), slots_in_memory(case)))
    best = case.run.with_slots(highest).makespan_s
    while slots < highest and case.run.with_slots(slots).makespan_s > best * NEAR_BEST:
        slots = slots + 1 if slots < 8 else slots * 5 // 4
    return min(slots, highest)


def _slots(case: Case) -> Iterator[Finding]:
    waits = waits_for_slots(case)
    if not waits:
        return
    slots = enough_slots(case)
    scenario = case.run.with_slots(slots)
    saves_s = saving_at_once(case, lambda run: run.with_slots(slots))
    if saves_s == 0:
        return
    since, until = min(start for start, _ in waits.values()), max(end for _, end in waits.values())
    longest = sorted(waits, key=lambda number: waits[number][0] - waits[number][1])[:MOST_TASKS]
    waited = sum(end - start for start, end in waits.values())
    were = "was" if case.run.max_parallel == 1 else "were"
    yield Finding(
        FindingKind.RESOURCE_LIMIT,
        tuple(longest),
        f"The {counted(case.run.max_parallel, 'slot')} {were} the limit since {format_duration(since)}: until "
        f"{format_duration(until)}, {counted(len(waits), 'task')} that could have run waited for one, "
        f"{format_duration(waited)} in all.",
        f"set max_parallel to {slots}",
        saves_s,
        scenario,
        f"with {slots} slots",
    )


def _pools(case: Case) -> Iterator[Finding]:
    for pool, slots in case.pipeline.execution.pools.items():
        users = [n for n in case.members if any(name == pool for name, _ in case.pipeline.tasks[n].pools)]
        waits = {
            number: (attempt.ready_at - case.state.began, attempt.pool_s)
            for number in users
            for attempt in case.attempts(number)
            if attempt.pool_s > FELT_S
        }
        if not waits:
            continue
        wanted = sum(dict(case.pipeline.tasks[number].pools)[pool] for number in users)
        trials = [case.run.with_pool(pool, more) for more in sorted({min(slots * 2, wanted), wanted})]
        scenario = min(trials, key=lambda trial: trial.makespan_s)
        scenario = next(trial for trial in trials if trial.makespan_s <= scenario.makespan_s + case.least_s)
        enough = scenario.pipeline.execution.pools[pool]
        saves_s = saving_at_once(case, partial(Scenario.with_pool, name=pool, slots=enough))
        if saves_s == 0:
            continue
        yield Finding(
            FindingKind.RESOURCE_LIMIT,
            tuple(sorted(waits, key=lambda number: -waits[number][1])[:MOST_TASKS]),
            f"The pool {pool} with its {counted(slots, 'slot')} was the limit since "
            f"{format_duration(min(since for since, _ in waits.values()))}: {counted(len(waits), 'task')} waited for "
            f"it, {format_duration(sum(waited for _, waited in waits.values()))} in all.",
            f"give the pool {pool} {enough} slots, if what it guards can bear that",
            saves_s,
            scenario,
            f"with {enough} slots in {pool}",
        )


def _processors(case: Case) -> Iterator[Finding]:
    crowd = crowded_span(case)
    if crowd is None:
        return
    busiest = sorted((n for n in case.spans if case.spans[n].overlaps(crowd.span)), key=lambda n: -(case.cpu_s(n) or 0))
    scenario = case.run.with_alone({n: alone(case, n) for n in busiest}).with_cores(ENOUGH_CORES)
    saves_s = case.saving(scenario)
    if saves_s < case.least_s:
        return
    names = listed([case.name(number) for number in busiest[:MOST_TASKS] if case.cpu_s(number)])
    is_ours = crowd.ours > 0.5 * crowd.cores
    whose = f"Most was computed by {names}" if is_ours else "Most of them were of other programs"
    yield Finding(
        FindingKind.RESOURCE_LIMIT,
        tuple(busiest[:MOST_TASKS]),
        f"The processor was the limit since {format_duration(crowd.span.start)}: until "
        f"{format_duration(crowd.span.end)}, {crowd.queue:.0f} threads wanted to compute at once and the machine has "
        f"{counted(case.cores, 'core')}. {whose}.",
        "let these tasks compute less, or run on a machine with more cores; more slots do not help"
        if is_ours
        else "end the other programs, or run when they do not: more slots do not help",
        saves_s,
        scenario,
        "with a core for each thread",
    )
