"""What holds a run up, and what would help. One module for each kind of finding; this is the registry of them.

Each is a pure function from a :class:`~seeknal_tui.analysis.findings.case.Case` to findings, so that it works on a run
that goes on, on a past one, and on one that was made up for a test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from seeknal_tui.analysis.findings.bound import bound_tasks
from seeknal_tui.analysis.findings.case import Case
from seeknal_tui.analysis.findings.finding import Finding, FindingKind
from seeknal_tui.analysis.findings.hidden_dependency import hidden_dependencies
from seeknal_tui.analysis.findings.needless_dependency import needless_dependencies
from seeknal_tui.analysis.findings.parallelism import too_little_parallel, too_much_parallel
from seeknal_tui.analysis.findings.resource_limit import resource_limits
from seeknal_tui.analysis.findings.shared_output import shared_outputs
from seeknal_tui.analysis.findings.slow_operator import slow_operators
from seeknal_tui.analysis.findings.slow_task import slower_than_usual, stragglers

FINDERS: tuple[Callable[[Case], Iterable[Finding]], ...] = (
    hidden_dependencies,
    needless_dependencies,
    shared_outputs,
    resource_limits,
    too_much_parallel,
    too_little_parallel,
    bound_tasks,
    stragglers,
    slower_than_usual,
    slow_operators,
)


PRECISE = frozenset(FindingKind) - {FindingKind.TOO_LITTLE_PARALLEL, FindingKind.RESOURCE_LIMIT}
"""Kinds that say what is the matter with a task; that others wait for it need not be told besides."""


def find(case: Case) -> tuple[Finding, ...]:
    """All that holds the run up and is worth telling, what saves most first."""
    found = [finding for finder in FINDERS for finding in finder(case)]
    told = [finding for finding in found if finding.is_risk or finding.saves_s >= case.least_s]
    explained = {finding.tasks[0] for finding in told if finding.kind in PRECISE}
    told = [finding for finding in told if not (finding.is_chain and finding.tasks[0] in explained)]
    return tuple(sorted(told, key=lambda finding: -finding.saves_s))
