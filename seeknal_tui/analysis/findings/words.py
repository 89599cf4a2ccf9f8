"""How evidence is put into words."""

from __future__ import annotations

from collections.abc import Sequence

MOST_NAMES = 4


def listed(names: Sequence[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``; of many only the first."""
    if len(names) > MOST_NAMES:
        return f"{', '.join(names[: MOST_NAMES - 1])} and {len(names) - MOST_NAMES + 1} more"
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def size(count: float) -> str:
    """Bytes as a person reads them: ``412 MB``."""
    for unit in ("bytes", "kB", "MB"):
        if count < 1000:
            return f"{count:.0f} {unit}"
        count /= 1000
    return f"{count:.1f} GB"
