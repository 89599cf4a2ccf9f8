"""What earlier runs of tasks took, as it was measured: what a schedule, a forecast and a finding start from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Measured:
    """One attempt of a task that succeeded."""

    run_id: str
    started_at: float
    """Seconds since 1970."""
    wall_s: float
    """From its start to its end."""
    cpu_s: float | None = None
    """The time that all its threads and processes together computed; None where that was not measured."""
    rss_bytes: int | None = None
    read_bytes: int | None = None
    written_bytes: int | None = None
    failures: int = 0
    """How many attempts in the same run had failed before it."""
    edited: bool = False
    """Whether the task did something else then than it does now."""


Measurements = Mapping[str, Sequence[Measured]]
"""The attempts of each task by its name, oldest first. A task that has never succeeded is not in it."""
NO_MEASUREMENTS: Measurements = {}
