"""Who executes what a session shows: this process, another one, or nobody any more.

A session reads events from an engine, and asks things of it. What it shows is made of the events alone, so that a run
of this process, of another one and of the past look alike.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from seeknal_tui.analysis.holdup import hold_up
from seeknal_tui.control.server import ControlServer
from seeknal_tui.history.journal import Journal
from seeknal_tui.history.result_witness import ResultWitness
from seeknal_tui.pipeline.model import OnFailure, Pipeline
from seeknal_tui.run.events import Event
from seeknal_tui.run.feed import Feed
from seeknal_tui.run.measured import NO_MEASUREMENTS, Measurements
from seeknal_tui.run.plan import NotRunnable
from seeknal_tui.run.runner import Runner
from seeknal_tui.run.sampler import RunUse
from seeknal_tui.run.wait import Wait, Waited


class NotPossible(Exception):  # noqa: N818 - named as the user reads it
    """What was asked for cannot be done now; the message says why and what to do."""


class Engine(Protocol):
    """What a session needs of whoever executes runs. What is asked for may raise NotPossible."""

    @property
    def is_own(self) -> bool:
        """Whether what runs ends with this process."""

    @property
    def refusal(self) -> str:
        """Why nothing can be asked of it; empty if it can."""

    @property
    def label(self) -> str:
        """What the header says of whose run it is; empty for one of this process."""

    @property
    def problem(self) -> str:
        """Why the run is not being recorded; empty if it is."""

    @property
    def max_parallel(self) -> int:
        """The number of slots."""

    @property
    def is_running(self) -> bool:
        """Whether a run goes on."""

    @property
    def use(self) -> RunUse | None:
        """CPU and memory of the run that goes on, as far as they were measured."""

    @property
    def crash(self) -> BaseException | None:
        """What went wrong in the engine itself, if anything ever does."""

    def drain(self) -> list[Event]:
        """All events since the last call."""

    def request(self, numbers: Iterable[int], reuse: Iterable[int], selected: str) -> None:
        """Run tasks: in a new run, in which those of *reuse* count as done, or else in the run that goes on.

        *selected* says what they are, as ``--select`` would; empty for everything.
        """

    def set_max_parallel(self, value: int) -> None:
        """Change the number of slots."""

    def pause(self) -> None:
        """Start nothing until :meth:`resume`."""

    def resume(self) -> None:
        """Go on after :meth:`pause`."""

    def stop(self, number: int, *, kill: bool) -> None:
        """End a task; *kill* grants no time to end by itself."""

    def stop_all(self, *, kill: bool) -> None:
        """End the run."""

    def close(self, *, kill: bool) -> None:
        """Let go of it. What this process runs is stopped and waited for; a run of another process goes on."""


class LocalEngine:
    """Runs of this process."""

    is_own = True
    refusal = label = ""

    def __init__(
        self,
        pipeline: Pipeline,
        measurements: Measurements = NO_MEASUREMENTS,
        *,
        max_parallel: int | None = None,
        on_failure: OnFailure | None = None,
    ) -> None:
        self._on_failure = on_failure
        self._control: ControlServer | None = None
        self._begin(pipeline, measurements, max_parallel)

    def _begin(self, pipeline: Pipeline, measurements: Measurements, max_parallel: int | None) -> None:
        self.feed = Feed(output=False)
        """What the runner has written and the session not yet read."""
        self.runner = Runner(
            pipeline,
            max_parallel=max_parallel,
            on_failure=self._on_failure,
            measurements=measurements,
            witness=ResultWitness(pipeline) if pipeline.file else None,
        )
        self.runner.subscribe(self.feed)
        self.journal = Journal(pipeline, hold_up=hold_up)
        self.journal.attach(self.runner)

    def replace_pipeline(self, pipeline: Pipeline, measurements: Measurements, max_parallel: int) -> None:
        """Run another pipeline from now on, or the same as its file is now. Nothing may run."""
        self._close_runner(kill=False)
        self._begin(pipeline, measurements, max_parallel)

    @property
    def problem(self) -> str:
        """Why the run is not being recorded; empty if it is."""
        return self.journal.problem

    @property
    def max_parallel(self) -> int:
        """The number of slots."""
        return self.runner.max_parallel

    @property
    def is_running(self) -> bool:
        """Whether a run goes on."""
        return self.runner.is_running

    @property
    def use(self) -> RunUse | None:
        """CPU and memory of the run that goes on, as far as they were measured."""
        return self.runner.use

    @property
    def crash(self) -> BaseException | None:
        """What went wrong in the runner itself."""
        return self.runner.crash

    def drain(self) -> list[Event]:
        """All events since the last call."""
        return self.feed.drain()

    def wait_of(self, number: int) -> Wait | None:
        """Why a task does not run yet."""
        return self.runner.wait_of(number)

    def waited_of(self, number: int) -> Waited:
        """What has held up a ready task since it was ready."""
        return self.runner.waited_of(number)

    def request(self, numbers: Iterable[int], reuse: Iterable[int], selected: str) -> None:
        """Run tasks. Raises NotPossible if another process runs the pipeline."""
        try:
            self.runner.request(numbers, reuse, selected)
        except NotRunnable as refusal:
            raise NotPossible(str(refusal)) from refusal
        if self._control is None and self.runner.run_lock is not None:
            self._control = ControlServer(self.runner.pipeline.target, lambda: self.runner)
            self._control.start()

    def set_max_parallel(self, value: int) -> None:
        """Change the number of slots."""
        self.runner.set_max_parallel(value)

    def pause(self) -> None:
        """Start nothing until :meth:`resume`."""
        self.runner.pause()

    def resume(self) -> None:
        """Go on."""
        self.runner.resume()

    def stop(self, number: int, *, kill: bool) -> None:
        """End a task."""
        self.runner.stop(number, kill=kill)

    def stop_all(self, *, kill: bool) -> None:
        """End the run."""
        self.runner.stop_all(kill=kill)

    def close(self, *, kill: bool) -> None:
        """Stop what runs, and wait for it."""
        if self._control is not None:
            self._control.close()
        self._close_runner(kill=kill)

    def _close_runner(self, *, kill: bool) -> None:
        self.runner.close(kill=kill)
        self.journal.close()
