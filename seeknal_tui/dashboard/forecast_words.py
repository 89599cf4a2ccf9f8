"""What is told of the time to come, in the few cells that there are. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from seeknal_tui.pipeline.durations import format_duration


def ends_in(left_s: float, margin_s: float) -> str:
    """When the run ends, with the range of four of five: no more exactly than it is known."""
    left_s = max(0.0, left_s)
    if left_s >= 59.5:
        return f"ends in {format_duration(left_s)} ± {format_duration(margin_s)}"
    if margin_s < 0.95:
        return f"ends in {left_s:.1f} s ± {max(0.1, margin_s):.1f}"
    return f"ends in {left_s:.0f} s ± {margin_s:.0f}"


def by_slots(finish_s: Mapping[int, float], current: int, best: int | None, floor_s: float | None) -> list[str]:
    """When the run would end with one slot fewer, as many as now, one more, and as many as are enough.

    The most words first. Seconds since its beginning; *best* is the fewest slots that are enough.
    """
    if current not in finish_s:
        return []
    here = f"▸{current} → {_seconds(finish_s[current])}"
    around = [
        f"{value} → {_seconds(finish_s[value])}" if value != current else here
        for value in (current - 1, current, current + 1)
        if value in finish_s
    ]
    trio = "   ".join(around)
    told = [trio, here]
    if best is not None and best in finish_s and abs(best - current) > 1:
        trio = f"{trio}   enough {best} → {_seconds(finish_s[best])}"
        told.insert(0, trio)
    if floor_s is not None:
        told.insert(0, f"{trio}   floor {_seconds(floor_s)}")
    return told


def _seconds(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 59.95 else format_duration(seconds)
