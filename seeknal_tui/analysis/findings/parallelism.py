"""Too many tasks at once, or too few."""

from __future__ import annotations

from collections.abc import Iterator

from seeknal_tui.analysis.critical_path import longest_chain
from seeknal_tui.analysis.findings.case import Case
from seeknal_tui.analysis.findings.contention import alone, crowded_span, most_at_once, saving_at_once
from seeknal_tui.analysis.findings.finding import Finding, FindingKind
from seeknal_tui.analysis.findings.resource_limit import enough_slots, waits_for_slots
from seeknal_tui.pipeline.durations import format_duration
from seeknal_tui.pipeline.problems import counted

ALONE_SHARE = 0.6
"""Of the run: so long one task at a time ran, and nothing else could."""
MOST_NAMES = 6
FILLED = 0.7
"""Of the cores, kept busy by one task at a time."""
TRUSTED = 0.2
"""As a part of the run: as near the forecast of the run as it was must come to it, to be believed for other slots."""


def too_little_parallel(case: Case) -> Iterator[Finding]:
    """Slots that were short although more would have helped, or idle because of one chain of tasks."""
    yield from _short_of_slots(case)
    yield from _one_chain(case)


def _short_of_slots(case: Case) -> Iterator[Finding]:
    waits = waits_for_slots(case)
    if not waits:
        return
    slots = enough_slots(case)
    scenario = case.run.with_slots(slots)
    saves_s = saving_at_once(case, lambda run: run.with_slots(slots))
    if saves_s == 0:
        return
    most, at = most_at_once(waits.values())
    yield Finding(
        FindingKind.TOO_LITTLE_PARALLEL,
        tuple(sorted(waits, key=lambda number: waits[number][0] - waits[number][1])[:12]),
        f"Up to {counted(most, 'task')} (at {format_duration(at)}) could have run and found no slot, with max_parallel "
        f"{case.run.max_parallel}. With {slots} the run would have taken "
        f"{format_duration(scenario.makespan_s)} instead of {format_duration(case.run.makespan_s)}.",
        f"set max_parallel to {slots}",
        saves_s,
        scenario,
        f"with {slots} slots",
    )


def _one_chain(case: Case) -> Iterator[Finding]:
    wall_s = case.now - case.state.began
    if case.state.is_running or case.run.max_parallel < 2 or wall_s <= 0:
        return
    alone = _alone(case)
    alone_s = sum(alone.values())
    if alone_s < ALONE_SHARE * wall_s:
        return
    _, chain = longest_chain(case.pipeline, [case.duration(number) for number in range(len(case.pipeline.tasks))])
    links = [number for number in chain if alone.get(number, 0.0) >= case.least_s]
    if len(links) < 2 or len(case.spans) < 3 or _fill_the_cores(case, links):
        return
    longest = max(links, key=lambda number: alone[number])
    scenario = case.run.split(longest, 2)
    saves_s = case.saving(scenario)
    if saves_s < case.least_s:
        return
    names = [case.name(number) for number in links]
    shown = " → ".join(names if len(names) <= MOST_NAMES else [*names[:3], "…", *names[-2:]])
    yield Finding(
        FindingKind.TOO_LITTLE_PARALLEL,
        (longest, *(number for number in links if number != longest)),
        f"For {format_duration(alone_s)} of {format_duration(wall_s)} only one of the {case.run.max_parallel} slots "
        f"had anything to do, and nothing else was ready. To blame is {shown}: each waits for the one before.",
        f"split {case.name(longest)} ({format_duration(case.duration(longest))}) in parts that can run at once, or let "
        "tasks wait for less than all of it",
        saves_s,
        scenario,
        f"with {case.name(longest)} split in 2",
        is_chain=True,
    )


def _fill_the_cores(case: Case, links: list[int]) -> bool:
    """Whether the tasks compute on all cores, as queries do, so that nothing beside them would have helped."""
    computed = sum(case.cpu_s(number) or 0.0 for number in links)
    return computed > FILLED * case.cores * sum(case.duration(number) for number in links)


def _alone(case: Case) -> dict[int, float]:
    """Seconds in which each task was the only one that ran, while none waited for anything but dependencies."""
    changes: list[tuple[float, int, int]] = []
    for number, span in case.spans.items():
        changes += [(span.start, 1, number), (span.end, 0, number)]
    waits = waits_for_slots(case)
    for start, end in waits.values():
        changes += [(start, 1, -1), (end, 0, -1)]
    running: set[int] = set()
    waiting, since = 0, 0.0
    alone: dict[int, float] = {}
    for at, begins, number in sorted(changes):
        if len(running) == 1 and not waiting:
            (only,) = running
            alone[only] = alone.get(only, 0.0) + at - since
        since = at
        if number < 0:
            waiting += 1 if begins else -1
        elif begins:
            running.add(number)
        else:
            running.discard(number)
    return alone


def too_much_parallel(case: Case) -> Iterator[Finding]:
    """Tasks that slowed each other down so much that fewer of them at once would have been faster."""
    crowd = crowded_span(case)
    if crowd is None or case.run.max_parallel < 2 or case.state.is_running:
        return
    run = case.run
    stretched = [number for number in case.spans if case.spans[number].overlaps(crowd.span) and case.cpu_s(number)]
    times = {number: alone(case, number) for number in stretched}
    run = run.with_alone(times)
    wall_s = case.now - case.state.began
    if abs(run.makespan_s - wall_s) > TRUSTED * wall_s:
        return  # what slowed the tasks down is something else than the forecast knows of
    trials = {slots: run.with_slots(slots) for slots in _fewer(case.run.max_parallel)}
    best = min(trials, key=lambda slots: (trials[slots].makespan_s, slots))
    saves_s = run.makespan_s - trials[best].makespan_s
    if saves_s < case.least_s:
        return
    slowed = sorted(stretched, key=lambda number: times[number] - case.duration(number))[:MOST_NAMES]
    worst = slowed[0]
    yield Finding(
        FindingKind.TOO_MUCH_PARALLEL,
        tuple(slowed),
        f"{counted(case.run.max_parallel, 'task')} at once are too many for {counted(case.cores, 'core')}: they slowed "
        f"each other down, from {format_duration(crowd.span.start)} to {format_duration(crowd.span.end)}. "
        f"{case.name(worst)} took {format_duration(case.duration(worst))}, and would have taken about "
        f"{format_duration(times[worst])} alone. With max_parallel {best} the run would have taken "
        f"{format_duration(trials[best].makespan_s)} instead of {format_duration(run.makespan_s)}.",
        f"set max_parallel to {best}",
        saves_s,
        trials[best],
        f"with {counted(best, 'slot')}",
    )


def _fewer(slots: int) -> list[int]:
    """Smaller numbers of slots: all of few, some of many."""
    found, step = [], slots - 1
    while step >= 1:
        found.append(step)
        step = step - 1 if step <= 8 else step * 3 // 4
    return found
