"""Who is told what results are made from: the interface between the runner and whoever remembers that."""

from __future__ import annotations

from typing import Protocol


class Witness(Protocol):
    """Is told of every attempt, from the thread that makes it and before anything is read for it. Must not raise.

    An *execution* names one time that a task was executed, and no other.
    """

    def begins(self, number: int) -> object:
        """An attempt is about to begin; what is returned comes back if it succeeds."""

    def succeeded(self, number: int, execution: str, begun: object) -> None:
        """The attempt has succeeded, and its result is in place. Nothing that waits for the task has begun yet."""

    def did_nothing(self, number: int, execution: str) -> None:
        """A task without anything to do was executed. Called with the runner's lock held: it must be quick."""

    def run_ended(self) -> None:
        """The run has ended, and no other begins meanwhile; when this returns, all that was told is kept."""
