"""What held a run up: what its tasks waited for, the chain that its end hung on, and what would help."""

from __future__ import annotations

from dataclasses import dataclass

from seeknal_tui.analysis.findings import find
from seeknal_tui.analysis.findings.case import Case
from seeknal_tui.analysis.findings.finding import Finding
from seeknal_tui.analysis.waits import WaitAnalysis, Waiting
from seeknal_tui.run.state import RunState


@dataclass(frozen=True, slots=True)
class Link:
    """One task of the critical path; times in seconds."""

    number: int
    running_s: float
    waited_s: float
    """Between the end of the link before it (or the run's beginning) and its own start."""
    share: float
    """Of the run's time, its running and its waiting together."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One run, looked into; times in seconds."""

    state: RunState
    wall_s: float
    waits: Waiting
    """What all tasks waited for, together."""
    running_s: float
    """What all tasks ran, together."""
    links: tuple[Link, ...]
    """The critical path, from its first task to the last."""
    findings: tuple[Finding, ...]
    """What saves most comes first."""


def diagnose(case: Case) -> Diagnosis:
    """Look into a run, over or not."""
    state = case.state
    return Diagnosis(
        state=state,
        wall_s=case.now - state.began,
        waits=WaitAnalysis(state, case.now).total(),
        running_s=sum(state.running_s(number, case.now) for number in case.members),
        links=critical_links(case),
        findings=find(case),
    )


def critical_links(case: Case) -> tuple[Link, ...]:
    """The chain of tasks and waits that the end of the run hung on."""
    wall_s = case.now - case.state.began
    spans = case.spans
    if not spans or wall_s <= 0:
        return ()
    found: list[Link] = []
    number: int | None = max(spans, key=lambda each: spans[each].end)
    while number is not None:
        before = _hung_on(case, number)
        since = 0.0 if before is None else spans[before].end
        waited_s = max(0.0, spans[number].start - since)
        running_s = spans[number].seconds
        found.append(Link(number, running_s, waited_s, (running_s + waited_s) / wall_s))
        number = before
    return tuple(reversed(found))


def _hung_on(case: Case, number: int) -> int | None:
    """The last of a task's dependencies to end."""
    ended = {other: case.spans[other].end for other in case.pipeline.upstream[number] if other in case.spans}
    return max(ended, key=lambda other: ended[other]) if ended else None
