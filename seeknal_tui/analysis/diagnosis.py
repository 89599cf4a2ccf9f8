"""What held a run up: what its tasks waited for, the chain that its end hung on, and what would help."""

from __future__ import annotations

from dataclasses import dataclass

from seeknal_tui.analysis.critical_path import Link, critical_path_so_far
from seeknal_tui.analysis.findings import find
from seeknal_tui.analysis.findings.case import Case
from seeknal_tui.analysis.findings.finding import Finding
from seeknal_tui.analysis.waits import WaitAnalysis, Waiting
from seeknal_tui.run.state import RunState


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
        links=critical_path_so_far(state, case.now).links,
        findings=find(case),
    )
