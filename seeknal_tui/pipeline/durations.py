"""Durations as people write and read them."""

from __future__ import annotations

import math
import re

UNIT_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
PART = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")
DURATION_PATTERN = r"\s*((\d+(\.\d+)?(ms|s|m|h|d))+|\d+(\.\d*)?)\s*"
"""What the text of a duration looks like, for a JSON Schema; `parse_duration` has the last word."""


def parse_duration(value: object) -> float:
    """Seconds of ``500ms``, ``2s``, ``1.5s``, ``5m``, ``1h30m``, or of a plain number of seconds.

    Raises ValueError when *value* is no duration, is negative, or is not finite.
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError("not a duration")  # noqa: TRY004 - one error for whatever is no duration
    if isinstance(value, str):
        return _parse_text(value.strip())
    return _checked(float(value))


def _parse_text(text: str) -> float:
    try:
        return _checked(float(text))
    except ValueError:
        pass
    seconds, end = 0.0, 0
    for part in PART.finditer(text):
        if part.start() != end:
            break
        seconds, end = seconds + float(part[1]) * UNIT_SECONDS[part[2]], part.end()
    if not text or end != len(text):
        raise ValueError("not a duration")
    return _checked(seconds)


def _checked(seconds: float) -> float:
    if not math.isfinite(seconds) or seconds < 0:
        raise ValueError("not a duration")
    return seconds


def format_duration(seconds: float) -> str:
    """Short text for a screen: ``40ms``, ``2.3s``, ``1m05s``, ``2h03m``; at most 7 cells below 1,000 h."""
    if seconds < 0.0995:
        return f"{max(0.0, seconds) * 1000:.0f}ms"
    if seconds < 59.95:
        return f"{seconds:.1f}s"
    whole = round(seconds)
    if whole < 3600:
        return f"{whole // 60}m{whole % 60:02d}s"
    minutes = whole // 60
    return f"{minutes // 60}h{minutes % 60:02d}m"


def format_clock(seconds: float) -> str:
    """A running clock: ``00:08.3``, ``12:00.0``, ``1:02:03``."""
    tenths = int(max(0.0, seconds) * 10)
    minutes, rest = divmod(tenths, 600)
    if minutes >= 60:
        return f"{minutes // 60}:{minutes % 60:02d}:{rest // 10:02d}"
    return f"{minutes:02d}:{rest // 10:02d}.{rest % 10}"
