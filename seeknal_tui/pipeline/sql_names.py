"""Names in SQL; apart, because whoever compares names needs no DuckDB, which is slow to import."""

from __future__ import annotations


def comparable(name: str) -> str:
    """A name as DuckDB compares names, which is without regard to the case of ASCII letters."""
    return name.lower() if name.isascii() else name
