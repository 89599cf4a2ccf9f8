"""A forecast as a table for people, and as data for scripts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from seeknal_tui.analysis.forecast import Forecast, Prediction
from seeknal_tui.analysis.what_if import Plan
from seeknal_tui.pipeline.durations import format_duration
from seeknal_tui.safe_text import one_line

EIGHTHS = " ▏▎▍▌▋▊▉█"
BESIDE_BAR = 46
LONGEST_BAR = 60


def forecast_object(forecast: Forecast, current: int) -> dict[str, Any]:
    """The forecast as scripts read it; *current* is the max_parallel that is in force."""
    return {
        "max_parallel": current,
        "floor_s": round(forecast.floor_s, 6),
        "recommended": forecast.recommended,
        "guessed": forecast.guessed,
        "unmeasured": forecast.unmeasured,
        "forecast": [
            {
                "max_parallel": one.max_parallel,
                "makespan_s": round(one.makespan_s, 6),
                "speedup": round(one.speedup, 4),
                "efficiency": round(one.efficiency, 4),
            }
            for one in forecast.predictions
        ],
    }


def forecast_lines(plan: Plan, forecast: Forecast, current: int, before: Forecast | None, width: int) -> list[str]:
    """A table with a bar for each max_parallel; *before* is the forecast without the changes that were asked for."""
    count = len(plan.members)
    room = max(8, min(LONGEST_BAR, width - BESIDE_BAR))
    lines = [
        f"{one_line(plan.pipeline.name)}: {count:,} {'task' if count == 1 else 'tasks'}, "
        f"{format_duration(forecast.task_s)} one after the other; no run can take less than "
        f"{format_duration(forecast.floor_s)}",
        "",
        f"{'max_parallel':>12}  {'takes':>8}  {'speedup':>8}  {'efficiency':>10}",
    ]
    rows = [(one.max_parallel, _cells(one, forecast, current, room, before)) for one in forecast.predictions]
    lines += [f"{values:>12}  {cells}" for values, cells in _folded(rows)]
    return [*lines, *_caveats(plan, forecast)]


def _cells(one: Prediction, forecast: Forecast, current: int, room: int, before: Forecast | None) -> str:
    longest = max(other.makespan_s for other in forecast.predictions)
    marks = [word for word, value in (("enough", forecast.recommended), ("now", current)) if value == one.max_parallel]
    return (
        f"{format_duration(one.makespan_s):>8}  {one.speedup:>7.1f}×  {one.efficiency:>10.0%}  "
        f"{_bar(one.makespan_s, longest, room)}{'  ◂ ' + ', '.join(marks) if marks else ''}{_saved(one, before)}"
    )


def _folded(rows: Sequence[tuple[int, str]]) -> list[tuple[str, str]]:
    """One row for values that follow each other and say the same, as those beyond the best do."""
    runs: list[tuple[int, int, str]] = []
    for value, cells in rows:
        first, last, same = runs[-1] if runs else (0, 0, "")
        if cells == same and value == last + 1:
            runs[-1] = (first, value, cells)
        else:
            runs.append((value, value, cells))
    return [(str(first) if first == last else f"{first}–{last}", cells) for first, last, cells in runs]


def _bar(seconds: float, longest: float, room: int) -> str:
    eighths = round(seconds / longest * room * 8) if longest > 0 else 0
    return ("█" * (eighths // 8) + EIGHTHS[eighths % 8]).rstrip()


def _saved(one: Prediction, before: Forecast | None) -> str:
    other = before.at(one.max_parallel) if before is not None else None
    if other is None:
        return ""
    saved = other.makespan_s - one.makespan_s
    return f"  {'saves' if saved >= 0 else 'costs'} {format_duration(abs(saved))}"


def _caveats(plan: Plan, forecast: Forecast) -> list[str]:
    lines, count = [], len(plan.members)
    costs = [plan.costs[number] for number in plan.members if plan.costs[number].wall_s]
    if costs and all(cost.unknown for cost in costs):
        lines.append(
            f"Nothing tells yet how long any task takes: each counts as {format_duration(costs[0].wall_s)}. The seconds"
            " mean nothing, what more slots change is a first guess."
        )
    elif forecast.guessed:
        lines.append(
            f"Of {_of(forecast.guessed, count)} the duration was never measured: it is an estimate, or that of a"
            " typical task."
        )
    if forecast.unmeasured:
        lines.append(
            f"Of {_of(forecast.unmeasured, count)} the CPU time was never measured: taken to want no core, so that many"
            " at once may take longer."
        )
    if lines:
        lines.append("A run measures them.")
    return ["", *lines] if lines else []


def _of(number: int, count: int) -> str:
    return f"all {count:,} tasks" if number == count > 1 else f"{number:,} of {count:,} tasks"
