"""Why a task does not run yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

WaitReason = Literal["dependency", "slot", "pool", "output", "paused", "retry"]


@dataclass(frozen=True, slots=True)
class Wait:
    """Why a task does not run yet."""

    reason: WaitReason
    holders: tuple[int, ...] = ()
    """The tasks it waits for: what it depends on, or who has the slots, the pool or the output."""
    detail: str = ""
    """The name of the pool, or the output path."""


class Waited(NamedTuple):
    """What held up a task since it was ready, in seconds without pauses. What is left, it waited for a slot."""

    pool_s: float = 0.0
    output_s: float = 0.0
    slot_after_s: float = 0.0
    """How long it has waited for a slot since a pool or an output was last in its way; zero if none ever was."""


NEVER_OBSTRUCTED = Waited()
