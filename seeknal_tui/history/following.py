"""Follows a run that another process executes, through the journal that it writes; never in its way."""

from __future__ import annotations

import time
from pathlib import Path

from seeknal_tui.history.past_runs import HistoryUnusable, NoSuchRun, PastRuns
from seeknal_tui.pipeline.model import Pipeline
from seeknal_tui.run.events import Event, RunFinished
from seeknal_tui.run.run_lock import Owner, running_owner

DEATH_LOOKED_FOR_EVERY_S = 0.5
"""How often it is asked whether a run of which nothing new is heard lives still."""


class Follower:
    """What is recorded of one run: everything so far at the first look, then what is new. For one thread."""

    def __init__(self, pipeline: Pipeline, run_id: str) -> None:
        """*pipeline* is that of the run."""
        self.run_id = run_id
        self.problem = ""
        """Why nothing new can be read; empty if it can."""
        self.has_ended = False
        self._target: Path = pipeline.target
        self._runs = PastRuns(pipeline.folder)
        self._batch = 0
        self._count = 0
        self._asked_at = float("-inf")
        owner = running_owner(self._target)
        self.owner = owner if owner is not None and owner.run_id == run_id else None
        """Who executes the run, or did so to its end; None if that is not known any more."""

    def look(self) -> list[Event]:
        """All that was recorded since the last look. A run that was killed ends with events that say so."""
        if self.has_ended:
            return []
        try:
            events = self._new()
            if not events and self._is_time_to_ask() and self.current_owner is None:
                events = self._new() or self._ending()  # its last words may have come since
            self.problem = ""
        except (HistoryUnusable, NoSuchRun) as error:
            self.problem = str(error)
            return []
        self._count += len(events)
        self.has_ended = any(type(event) is RunFinished for event in events[-1:])
        return events

    def _new(self) -> list[Event]:
        events, self._batch = self._runs.events_after(self.run_id, self._batch)
        return events

    def _is_time_to_ask(self) -> bool:
        now = time.monotonic()
        if now - self._asked_at < DEATH_LOOKED_FOR_EVERY_S:
            return False
        self._asked_at = now
        return True

    def _ending(self) -> list[Event]:
        return self._runs.load(self.run_id).events[self._count :]

    @property
    def current_owner(self) -> Owner | None:
        """Who executes the run now; None if nobody does."""
        owner = running_owner(self._target)
        return owner if owner is not None and owner.run_id == self.run_id else None

    @property
    def successor(self) -> str:
        """When the run has ended: the id of the run that goes on in its place; empty if there is none."""
        owner = running_owner(self._target) if self.has_ended else None
        return "" if owner is None or owner.run_id == self.run_id else owner.run_id
