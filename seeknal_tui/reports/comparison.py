"""Two runs side by side, as lines of text and as JSON."""

from __future__ import annotations

import time
from typing import Any

from seeknal_tui.analysis.comparison import Pair, RunComparison, TaskComparison
from seeknal_tui.pipeline.durations import format_duration
from seeknal_tui.pipeline.problems import listed
from seeknal_tui.run.state import RunState
from seeknal_tui.safe_text import one_line

NAMED = 8
SHOWN = 20
WIDEST_NAME = 32
SMALLEST_S = 0.001
"""What changed the makespan by less has not."""


def signed(seconds: float) -> str:
    """A difference, as in ``+1.2s``."""
    return f"{'−' if seconds < 0 else '+'}{format_duration(abs(seconds))}"


def share_text(task: TaskComparison, wall: Pair) -> str:
    """By how much a task changed the makespan, as in ``+1.2s (+8 %)``; empty if it did not."""
    delta = task.makespan.delta
    if abs(delta) < SMALLEST_S or not wall.before:
        return ""
    share = f"{abs(delta) / wall.before:.0%}".replace("%", " %")
    return f"{signed(delta)} ({'−' if delta < 0 else '+'}{share})"


def run_words(state: RunState) -> str:
    """A run in a few words: id, when, how it ended, how many slots it had."""
    when = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(state.started_at))
    environment = f"  env {state.pipeline.environment}" if state.pipeline.environment else ""
    return f"{state.run_id}  {when}  {state.status}{environment}  max_parallel {state.max_parallel}"


def comparison_lines(comparison: RunComparison) -> list[str]:
    """The whole comparison in plain lines."""
    wall = comparison.wall
    lines = [
        f"{run_words(comparison.before)}  {format_duration(wall.before or 0)}",
        f"{run_words(comparison.after)}  {format_duration(wall.after or 0)}  {signed(wall.delta)}",
    ]
    groups = [
        (title, tasks) for title, tasks in (("slower", comparison.slower), ("faster", comparison.faster)) if tasks
    ]
    width = min(WIDEST_NAME, max((len(task.name) for _, tasks in groups for task in tasks[:SHOWN]), default=0))
    for title, tasks in groups:
        lines += ["", title, *(_task_line(task, wall, width) for task in tasks[:SHOWN])]
        lines += [f"  and {len(tasks) - SHOWN:,} more"] if len(tasks) > SHOWN else []
    if not groups:
        lines += ["", "no task took noticeably longer or shorter"]
    others = other_lines(comparison)
    return [one_line(line) for line in (*lines, *(["", *others] if others else []))]


def _task_line(task: TaskComparison, wall: Pair, width: int) -> str:
    before, after = (format_duration(seconds or 0) for seconds in task.running)
    name = task.name if len(task.name) <= WIDEST_NAME else f"{task.name[: WIDEST_NAME - 1]}…"
    line = f"  {name:<{width}}  {before:>7} → {after:<7}  {signed(task.running.delta):>8}"
    share = share_text(task, wall)
    return f"{line}  the makespan {share}" if share else line


def other_lines(comparison: RunComparison) -> list[str]:
    """What was added, gone, changed, and what ran in one of the two only."""
    groups = (
        ("added", comparison.definition.new),
        ("gone", comparison.definition.gone),
        ("changed", comparison.definition.changed),
        (f"ran only in {comparison.before.run_id}", comparison.only_before),
        (f"ran only in {comparison.after.run_id}", comparison.only_after),
    )
    return [f"{title}: {listed(names, NAMED)}" for title, names in groups if names]


def comparison_object(comparison: RunComparison) -> dict[str, Any]:
    """The whole comparison; the first of two values is that of the first run."""
    return {
        "runs": [
            {
                "run_id": state.run_id,
                "started_at": state.started_at,
                "status": state.status,
                "environment": state.pipeline.environment,
                "max_parallel": state.max_parallel,
                "wall_s": round(state.wall_s, 6),
                "task_s": round(state.task_s(), 6),
            }
            for state in (comparison.before, comparison.after)
        ],
        "wall_delta_s": round(comparison.wall.delta, 6),
        "tasks": [
            {
                "name": task.name,
                "running_s": _rounded(task.running),
                "running_delta_s": round(task.running.delta, 6) if task.in_both else None,
                "makespan_s": _rounded(task.makespan),
                "makespan_delta_s": round(task.makespan.delta, 6),
            }
            for task in comparison.tasks
        ],
        "slower": [task.name for task in comparison.slower],
        "faster": [task.name for task in comparison.faster],
        "added": list(comparison.definition.new),
        "gone": list(comparison.definition.gone),
        "changed": list(comparison.definition.changed),
        "only_in_first": comparison.only_before,
        "only_in_second": comparison.only_after,
    }


def _rounded(pair: Pair) -> list[float | None]:
    return [None if seconds is None else round(seconds, 6) for seconds in pair]
