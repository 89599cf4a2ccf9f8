"""Why a task does not run yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

WaitReason = Literal["dependency", "slot", "pool", "output", "paused", "retry"]


@dataclass(frozen=True, slots=True)
class Wait:
    """Why a task does not run yet."""

    reason: WaitReason
    holders: tuple[int, ...] = ()
    """The tasks it waits for: what it depends on, or who has the slots, the pool or the output."""
    detail: str = ""
    """The name of the pool, or the output path."""
