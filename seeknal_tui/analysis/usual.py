"""What a task usually takes, from its runs so far, and whether that has changed lately."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

LATEST = 20
"""Runs that are looked at."""
LATELY = 3
"""The latest of them, compared with all before."""
NOTICEABLE_SHARE, NOTICEABLE_S = 0.25, 0.05
"""A change of less is none."""


@dataclass(frozen=True, slots=True)
class Usual:
    """The latest runs of a task that succeeded; times in seconds."""

    durations: tuple[float, ...]
    """Oldest first; one at least."""

    @property
    def median(self) -> float:
        """What it usually takes."""
        return median(self.durations)

    @property
    def trend(self) -> tuple[float, float] | None:
        """What it took lately and what before, as medians, where the two differ noticeably; None elsewhere.

        One slow run is no trend: the median of the latest three is another only if two of them are.
        """
        if len(self.durations) < 2 * LATELY:
            return None
        lately, before = median(self.durations[-LATELY:]), median(self.durations[:-LATELY])
        changed = abs(lately - before) >= max(NOTICEABLE_S, NOTICEABLE_SHARE * before)
        return (lately, before) if changed else None


def usual(durations: Sequence[float]) -> Usual | None:
    """What a task usually takes, of its durations from the oldest to the latest; None if there are none."""
    return Usual(tuple(durations[-LATEST:])) if durations else None
