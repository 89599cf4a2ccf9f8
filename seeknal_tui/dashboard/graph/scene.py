"""What a drawing of the graph shows besides the graph itself: states, cursor, marks, filter, critical path."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from functools import cached_property

from seeknal_tui.dashboard.graph.layers import longest_path_ranks
from seeknal_tui.dashboard.look import Palette
from seeknal_tui.pipeline.durations import format_duration
from seeknal_tui.pipeline.model import Pipeline
from seeknal_tui.run.events import ENDED, Status
from seeknal_tui.run.expected import known_duration
from seeknal_tui.run.state import RunState


class Weight(StrEnum):
    """How much a task or a line is to be seen."""

    FULL = "full"
    SLIGHT = "slight"
    """Neither upstream nor downstream of the task under the cursor."""
    LEAST = "least"
    """Not among what the filter lets through."""


class Scene:
    """The one object that the pane changes and its drawings read."""

    def __init__(self, pipeline: Pipeline, state: RunState, palette: Palette) -> None:
        self.pipeline, self.state, self.palette = pipeline, state, palette
        self.now = state.now
        self.marked: set[int] = set()
        self._critical: frozenset[int] = frozenset()
        self.critical_edges: list[tuple[int, int]] = []
        """The edges of the critical path."""
        self.critical_sources: frozenset[int] = frozenset()
        """The tasks that such an edge leaves."""
        self.matches: frozenset[int] | None = None
        self.selected: int | None = None
        self._lineage: tuple[int | None, frozenset[int], frozenset[int]] = (None, frozenset(), frozenset())

    @cached_property
    def ranks(self) -> list[int]:
        """The number of edges on the longest way to each task."""
        return longest_path_ranks(self.pipeline.upstream)

    # What is drawn: here a task each; where tasks are folded, a group or a task each

    @property
    def upstream(self) -> Sequence[Sequence[int]]:
        """What each waits for."""
        return self.pipeline.upstream

    @property
    def downstream(self) -> Sequence[Sequence[int]]:
        """What waits for each."""
        return self.pipeline.downstream

    @property
    def running(self) -> Iterable[int]:
        """Those that say something else as time goes on."""
        return self.state.running

    def name(self, task: int) -> str:
        """What it is called."""
        return self.pipeline.tasks[task].name

    def status(self, task: int) -> Status:
        """What it is doing."""
        return self.state.statuses[task]

    def is_marked(self, task: int) -> bool:
        """Whether the user marked it."""
        return task in self.marked

    @cached_property
    def _place_in_order(self) -> dict[int, int]:
        """Where each task stands in topological order."""
        return {number: place for place, number in enumerate(self.pipeline.topological_order)}

    # The cursor and what hangs together with it

    def _related(self) -> tuple[frozenset[int], frozenset[int]]:
        """What is upstream and what is downstream of the task under the cursor, itself in both."""
        if self._lineage[0] != self.selected and self.selected is not None:
            upstream = self.pipeline.closure([self.selected], downstream=False)
            downstream = self.pipeline.closure([self.selected], downstream=True)
            self._lineage = (self.selected, frozenset(upstream), frozenset(downstream))
        return self._lineage[1:]

    def weight(self, task: int) -> Weight:
        """How much the task is to be seen."""
        if self.matches is not None:
            return Weight.FULL if task in self.matches else Weight.LEAST
        if self.selected is None:
            return Weight.FULL
        upstream, downstream = self._related()
        return Weight.FULL if task in upstream or task in downstream else Weight.SLIGHT

    def is_lit(self, source: int, target: int) -> bool:
        """Whether that edge is on a way to or from the task under the cursor."""
        if self.selected is None:
            return False
        upstream, downstream = self._related()
        return target in upstream or source in downstream

    @property
    def critical(self) -> frozenset[int]:
        """The tasks on the critical path."""
        return self._critical

    @critical.setter
    def critical(self, critical: frozenset[int]) -> None:
        self._critical = critical
        self.critical_edges = []
        for task in critical:
            before = [source for source in self.pipeline.upstream[task] if source in critical]
            if before:
                self.critical_edges.append((max(before, key=self._place_in_order.__getitem__), task))
        self.critical_sources = frozenset(source for source, _ in self.critical_edges)

    # What a task is doing

    def progress(self, task: int) -> float | None:
        """How far a running task is, from 0 to 1: as it says itself, else by what it is expected to take, else None."""
        told = self.state.progress[task]
        if told is not None:
            return min(1.0, max(0.0, told))
        expected = self._expected(task)
        if not expected:
            return None
        return min(0.99, (self.now - self.state.attempts[task][-1].started_at) / expected)

    def _expected(self, task: int) -> float | None:
        for attempt in reversed(self.state.attempts[task]):
            if attempt.status is Status.SUCCEEDED and attempt.finished_at is not None:
                return attempt.finished_at - attempt.started_at
        return known_duration(self.pipeline.tasks[task])

    def note(self, task: int) -> str:
        """What stands below the name of a task that is not running with a bar: its duration, or its state in a word."""
        status, attempts = self.state.statuses[task], self.state.attempts[task]
        if status is Status.RUNNING or (status in (Status.SUCCEEDED, Status.FAILED) and attempts):
            finished_at = attempts[-1].finished_at
            return format_duration((self.now if finished_at is None else finished_at) - attempts[-1].started_at)
        return str(status) if status in ENDED or status is Status.READY else ""
