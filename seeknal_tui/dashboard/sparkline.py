"""Numbers as a row of small bars."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

BARS = "▁▂▃▄▅▆▇█"


def sparkline(values: Sequence[float]) -> str:
    """A bar for each of the values, none of which is negative; their height begins at zero.

    Values that are all the same are of half the height, so that a row of them looks like nothing special.
    """
    if not values:
        return ""
    top = max(*values, 2 * median(values)) if len(values) > 1 else 2 * values[0]
    highest = len(BARS) - 1
    return "".join(BARS[min(highest, round(value / top * highest))] if top > 0 else BARS[0] for value in values)
