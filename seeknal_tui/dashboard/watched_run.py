"""A run of another process on the main screen: followed through its journal, asked through its socket."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

from seeknal_tui.control.client import ControlClient
from seeknal_tui.control.requests import Refused
from seeknal_tui.dashboard.engine import NotPossible
from seeknal_tui.dashboard.past_run import past_session
from seeknal_tui.dashboard.session import Session
from seeknal_tui.history.following import Follower
from seeknal_tui.history.past_runs import PastRun
from seeknal_tui.pipeline.model import Pipeline
from seeknal_tui.run.events import Event, MaxParallelChanged, RunStarted
from seeknal_tui.run.sampler import RunUse

LOOK_EVERY_S = 0.1


class WatchedEngine:
    """Another process executes the run."""

    is_own = False
    refusal = ""
    use: RunUse | None = None
    crash: BaseException | None = None

    def __init__(self, pipeline: Pipeline, run_id: str, max_parallel: int) -> None:
        self.follower = Follower(pipeline, run_id)
        self.max_parallel = max_parallel
        """The number of slots."""
        self._names = [task.name for task in pipeline.tasks]
        owner = self.follower.owner
        self.pid = 0 if owner is None else owner.pid
        self._client = ControlClient(pipeline.target, self.pid)
        self._looked_at = float("-inf")

    @property
    def label(self) -> str:
        """What the header says of whose run it is."""
        return f"PROCESS {self.pid} HAS RUN IT" if self.follower.has_ended else f"WATCHING PROCESS {self.pid}"

    @property
    def problem(self) -> str:
        """Why nothing new is seen of the run; empty if something is."""
        return self.follower.problem

    @property
    def is_running(self) -> bool:
        """Whether the run goes on."""
        return not self.follower.has_ended

    def drain(self) -> list[Event]:
        """All that was recorded since the last call; looks a few times a second."""
        now = time.monotonic()
        if now - self._looked_at < LOOK_EVERY_S:
            return []
        self._looked_at = now
        events = self.follower.look()
        for event in events:
            if isinstance(event, RunStarted | MaxParallelChanged):
                self.max_parallel = event.max_parallel
        return events

    def _ask(self, what: str, **more: Any) -> None:
        try:
            self._client.ask(what, **more)
        except Refused as refusal:
            raise NotPossible(str(refusal)) from refusal

    def request(self, numbers: Iterable[int], reuse: Iterable[int], selected: str) -> None:
        """Ask the other process to run tasks."""
        tasks, reused = ([self._names[number] for number in some] for some in (numbers, reuse))
        self._ask("run", tasks=tasks, reuse=reused, selected=selected)

    def set_max_parallel(self, value: int) -> None:
        """Ask for another number of slots."""
        self._ask("max_parallel", value=value)
        self.max_parallel = value

    def pause(self) -> None:
        """Ask that nothing more is started."""
        self._ask("pause")

    def resume(self) -> None:
        """Ask it to go on."""
        self._ask("resume")

    def stop(self, number: int, *, kill: bool) -> None:
        """Ask it to end a task."""
        self._ask("stop", task=self._names[number], kill=kill)

    def stop_all(self, *, kill: bool) -> None:
        """Ask it to end the run."""
        self._ask("stop_all", kill=kill)

    def close(self, *, kill: bool) -> None:
        """Let go of it; the run goes on."""
        self._client.close()


def watching_session(run: PastRun) -> Session:
    """A session on a run that goes on in another process; on one that has ended, a session on the past."""
    engine = WatchedEngine(run.pipeline, run.record.run_id, run.record.max_parallel)
    if engine.follower.owner is None:
        return past_session(run)
    return Session(run.pipeline, engine=engine)
