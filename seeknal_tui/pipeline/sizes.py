"""Sizes as people read them."""

from __future__ import annotations

UNITS = ("B", "KB", "MB", "GB", "TB")


def format_bytes(size: int | None, *, brief: bool = False) -> str:
    """``812 B``, ``3.4 MB``, ``336.8 MB`` (*brief*: ``337 MB``); nothing for None and for zero."""
    if not size:
        return ""
    value = float(size)
    for unit in UNITS:
        if value < 999.5 or unit == UNITS[-1]:
            whole = unit == "B" or (brief and value >= 10)
            return f"{value:.0f} {unit}" if whole else f"{value:.1f} {unit}"
        value /= 1000
    raise AssertionError("unreachable")
