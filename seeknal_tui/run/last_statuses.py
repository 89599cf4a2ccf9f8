"""How each task ended when it was last executed, whether that was recorded or not, and however long ago it was.

The history knows only runs that could be recorded and were not pruned, and in the latest a task may have been reused.
What is promoted must not hang on that: a result that a failed task left is an older one.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path


def _file(target: Path) -> Path:
    return target / ".seeknal_tui" / "statuses.json"


def last_statuses(target: Path) -> dict[str, str]:
    """The status of every task that was ever run, by name; empty if none was, or what was kept cannot be read."""
    try:
        kept = json.loads(_file(target).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(kept, dict):
        return {}
    return {name: status for name, status in kept.items() if isinstance(status, str)}


def keep_statuses(target: Path, statuses: Mapping[str, str]) -> None:
    """Keep the statuses of tasks that were just run, beside those of all others.

    A disk that is full or read-only is no reason to end anything: then the older statuses stay.
    """
    file = _file(target)
    unfinished = file.with_name(f"{file.name}.{os.getpid()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        unfinished.write_text(json.dumps({**last_statuses(target), **statuses}), encoding="utf-8")
        unfinished.replace(file)
    except OSError:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
