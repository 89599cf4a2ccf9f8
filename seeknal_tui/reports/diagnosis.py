"""What held a run up, as JSON and in plain words."""

from __future__ import annotations

import textwrap
from itertools import groupby
from typing import Any

from seeknal_tui.analysis.critical_path import Link
from seeknal_tui.analysis.diagnosis import Diagnosis
from seeknal_tui.analysis.findings.finding import Finding
from seeknal_tui.pipeline.durations import format_duration
from seeknal_tui.run.events import Status
from seeknal_tui.safe_text import one_line

WIDTH = 100
INDENT = " " * 10
FAILED_SHOWN = 6
LINKS_SHOWN = 20
"""Of the critical path: those with the largest shares."""
RISK = "  (what it costs to make a wrong result again)"
REASONS = {
    "dependency": "for other tasks' results",
    "slot": "for a slot",
    "pool": "for a pool",
    "output": "for an output path",
    "paused": "because the run was paused",
    "retry": "for the delay before a retry",
}


def diagnosis_object(diagnosis: Diagnosis) -> dict[str, Any]:
    """The diagnosis as scripts read it; seconds rounded to a microsecond."""
    tasks = diagnosis.state.pipeline.tasks
    return {
        "run_id": diagnosis.state.run_id,
        "wall_s": round(diagnosis.wall_s, 6),
        "waits": {f"{reason}_s": seconds for reason, seconds in diagnosis.waits.seconds().items()},
        "critical_path": [
            {
                "task": tasks[link.number].name,
                "running_s": round(link.running_s, 6),
                "waited_s": round(link.waited_s, 6),
                "share": round(link.share, 4),
            }
            for link in diagnosis.links
        ],
        "findings": [
            {
                "kind": finding.kind,
                "tasks": [tasks[number].name for number in finding.tasks],
                "saves_s": round(finding.saves_s, 6),
                "evidence": finding.evidence,
                "advice": finding.advice,
            }
            for finding in diagnosis.findings
        ],
    }


def diagnosis_lines(diagnosis: Diagnosis) -> list[str]:
    """The diagnosis for a person."""
    state = diagnosis.state
    environment = f" ({one_line(state.pipeline.environment)})" if state.pipeline.environment else ""
    lines = [
        f"{one_line(state.pipeline.name)}{environment}  {state.status} in {format_duration(diagnosis.wall_s)}"
        f"  ·  run {state.run_id}",
        *_failed(diagnosis),
        "",
        *_breakdown(diagnosis),
        "",
        *_path(diagnosis),
        "",
    ]
    if not diagnosis.findings:
        return [*lines, "Nothing was found that would make the run shorter by more than 2 %."]
    lines.append("What would help:")
    for finding in diagnosis.findings:
        lines += finding_lines(finding)
    return lines


def finding_lines(finding: Finding) -> list[str]:
    """One finding: what it saves, what was seen, what to do."""
    cost = format_duration(finding.saves_s) if finding.saves_s else "–"
    head = f"{cost:>8}  {finding.kind.words}{RISK if finding.is_risk and finding.saves_s else ''}"
    texts = [finding.evidence, f"→ {finding.advice}."]
    folded = [line for text in texts for line in textwrap.wrap(one_line(text), WIDTH - len(INDENT))]
    return ["", head, *(f"{INDENT}{line}" for line in folded)]


def _failed(diagnosis: Diagnosis) -> list[str]:
    """The tasks that failed, each with its error: where there is one, that is what is to be mended first."""
    state = diagnosis.state
    failed = [number for number, status in enumerate(state.statuses) if status is Status.FAILED]
    lines = [
        one_line(f"✗ {state.pipeline.tasks[number].name}  {state.attempts[number][-1].error}"[:WIDTH])
        for number in failed[:FAILED_SHOWN]
        if state.attempts[number]
    ]
    return [*lines, f"… and {len(failed) - FAILED_SHOWN:,} more"] if len(failed) > FAILED_SHOWN else lines


def _breakdown(diagnosis: Diagnosis) -> list[str]:
    """What the time of all tasks went into."""
    parts = {"running": diagnosis.running_s, **diagnosis.waits.seconds()}
    total = sum(parts.values())
    if total <= 0:
        return ["No task took any time."]
    lines = [f"Where the time of all tasks went, {format_duration(total)} in all:"]
    for name, seconds in sorted(parts.items(), key=lambda part: -part[1]):
        if seconds > 0:
            text = name if name == "running" else f"waiting {REASONS[name]}"
            lines.append(f"{format_duration(seconds):>8}  {seconds / total:>4.0%}  {text}")
    return lines


def _path(diagnosis: Diagnosis) -> list[str]:
    """The critical path, link by link; of a long one those that count, and what lies between them together."""
    if not diagnosis.links:
        return ["No task ran, so there is no critical path."]
    lines = ["The critical path, the chain that the end of the run hung on:"]
    shown = set(sorted(diagnosis.links, key=lambda link: -link.share)[:LINKS_SHOWN])
    for is_shown, links in groupby(diagnosis.links, key=shown.__contains__):
        lines += _links(diagnosis, list(links), is_shown=is_shown)
    return lines


def _links(diagnosis: Diagnosis, links: list[Link], *, is_shown: bool) -> list[str]:
    tasks = diagnosis.state.pipeline.tasks
    if not is_shown and len(links) > 1:
        running_s, share = sum(link.running_s for link in links), sum(link.share for link in links)
        return [f"{format_duration(running_s):>8}  {share:>4.0%}  … {len(links):,} more"]
    lines = []
    for link in links:
        waited = f"  after waiting {format_duration(link.waited_s)}" if link.waited_s >= 0.02 else ""
        lines.append(
            f"{format_duration(link.running_s):>8}  {link.share:>4.0%}  {one_line(tasks[link.number].name)}{waited}"
        )
    return lines
