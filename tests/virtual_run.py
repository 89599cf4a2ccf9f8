"""The runner's part played without threads: the real scheduler under a virtual clock, writing the events of a run.

It does what :class:`seeknal_tui.run.runner.Runner` does, step by step, so that any run can be played in no time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from heapq import heappop, heappush

from seeknal_tui.pipeline.model import Pipeline
from seeknal_tui.run.events import (
    Event,
    MaxParallelChanged,
    Paused,
    Resumed,
    RunFinished,
    RunStarted,
    RunStatus,
    Status,
    TaskFinished,
    TaskQueued,
    TaskReady,
    TaskRetrying,
    TaskStarted,
)
from seeknal_tui.run.expected import expected_durations
from seeknal_tui.run.lanes import Lanes
from seeknal_tui.run.scheduler import Scheduler
from seeknal_tui.run.state import RunState


class VirtualRun:
    """One run, folded into ``state`` as it goes; ``durations`` and ``fails`` say what becomes of the attempts."""

    def __init__(
        self,
        pipeline: Pipeline,
        durations: Sequence[float],
        *,
        max_parallel: int = 4,
        fails: Callable[[int, int], bool] = lambda number, attempt: False,
        state: RunState | None = None,
    ) -> None:
        self.pipeline = pipeline
        self.now = 0.0
        self.state = state or RunState(pipeline)
        self.events: list[Event] = []
        self.scheduler = Scheduler(pipeline, expected_durations(pipeline), max_parallel, pipeline.execution.on_failure)
        self._names = [task.name for task in pipeline.tasks]
        self._durations = durations
        self._fails = fails
        self._attempts = [0] * len(self._names)
        self._tries = [0] * len(self._names)
        self._ends: list[tuple[float, int, int]] = []
        """When an attempt ends (kind 0) or a delay does (kind 1), and of which task."""
        self._lanes = Lanes()
        self._lane_of: dict[int, int] = {}
        self._stopped: set[int] = set()

    def _put(self, event: Event) -> None:
        self.events.append(event)
        self.state.apply(event)

    def _put_ended(self, numbers: Iterable[int], status: Status) -> None:
        for number in numbers:
            self._put(TaskFinished(self.now, self._names[number], status))

    def begin(self, numbers: Iterable[int] | None = None, reuse: Iterable[int] = ()) -> VirtualRun:
        """Start a run of those tasks, of all if there are none."""
        chosen = list(range(len(self._names)) if numbers is None else numbers)
        names = tuple(self._names[number] for number in chosen)
        self._put(RunStarted(self.now, "virtual", self.pipeline.name, "", self.scheduler.max_parallel, names, 0.0))
        _, ready = self.scheduler.request(chosen, reuse)
        self._put_ended(reuse, Status.REUSED)
        self._put_ready(ready)
        self._start()
        return self

    def _put_ready(self, numbers: Iterable[int]) -> None:
        for number in numbers:
            self._put(TaskReady(self.now, self._names[number]))

    def _start(self) -> None:
        while (number := self.scheduler.start_next(self.now)) is not None:
            self._attempts[number] += 1
            lane = self._lane_of[number] = self._lanes.take()
            waited = self.scheduler.take_waited(number)
            self._put(TaskStarted(self.now, self._names[number], self._attempts[number], lane, *waited))
            heappush(self._ends, (self.now + self._durations[number], 0, number))

    def step(self) -> bool:
        """Go on to the next thing that ends; False if there is none."""
        if not self._ends:
            return False
        at, kind, number = heappop(self._ends)
        self.now = max(self.now, at)
        if kind == 1:
            self.scheduler.undelay(number)
        elif number in self.scheduler.running:
            self._end(number)
        self._start()
        return True

    def _end(self, number: int) -> None:
        scheduler, name = self.scheduler, self._names[number]
        self._lanes.give_back(self._lane_of.pop(number))
        self._tries[number] += 1
        failed = self._fails(number, self._attempts[number])
        stopped = number in self._stopped
        self._stopped.discard(number)
        task = self.pipeline.tasks[number]
        if failed and not stopped and self._tries[number] <= task.retries and not scheduler.stopping:
            self._put(TaskRetrying(self.now, name, self._attempts[number], "failed", task.retry_delay))
            if scheduler.delay(number, self.now):
                heappush(self._ends, (self.now + task.retry_delay, 1, number))
            else:
                self._put(TaskQueued(self.now, name))
                self._put_ended(scheduler.skip_hopeless(), Status.SKIPPED)
            return
        status = Status.CANCELLED if stopped else Status.FAILED if failed else Status.SUCCEEDED
        self._put(TaskFinished(self.now, name, status))
        ready, skipped, cancelled = scheduler.finish(number, status, self.now)
        self._put_ready(ready)
        self._put_ended(skipped, Status.SKIPPED)
        self._put_ended(cancelled, Status.CANCELLED)
        again = scheduler.requeued(number)
        if again is not None:
            self._tries[number] = 0
            self._put(TaskQueued(self.now, name))
            self._put_ready([number] if again else [])
            self._put_ended(scheduler.skip_hopeless(), Status.SKIPPED)

    def to_the_end(self) -> RunState:
        """Play the run until all tasks have ended."""
        while self.step():
            pass
        statuses = set(self.scheduler.statuses)
        status = RunStatus.FAILED if Status.FAILED in statuses else RunStatus.SUCCEEDED
        self._put(RunFinished(self.now, status))
        return self.state

    # What a user does meanwhile

    def wait(self, seconds: float) -> None:
        """Let time pass, as long as nothing ends meanwhile."""
        self.now = min([self.now + seconds, *(at for at, _, _ in self._ends)])

    def request(self, numbers: Sequence[int]) -> None:
        """Ask for tasks while the run goes on."""
        for number in numbers:
            self._tries[number] = 0
        queued, ready = self.scheduler.request(numbers)
        for number in queued:
            self._put(TaskQueued(self.now, self._names[number]))
        self._put_ready(ready)
        self._put_ended(self.scheduler.skip_hopeless(), Status.SKIPPED)
        self._start()

    def set_max_parallel(self, value: int) -> None:
        """More slots, or fewer."""
        self.scheduler.max_parallel = value
        self._put(MaxParallelChanged(self.now, value))
        self._start()

    def toggle_pause(self) -> None:
        """Pause, or go on."""
        if self.scheduler.paused:
            self.scheduler.resume(self.now)
            self._put(Resumed(self.now))
            self._start()
        else:
            self.scheduler.pause(self.now)
            self._put(Paused(self.now))

    def stop(self, number: int) -> None:
        """Stop a task."""
        skipped = self.scheduler.cancel(number)
        if skipped is not None:
            self._put_ended([number], Status.CANCELLED)
            self._put_ended(skipped, Status.SKIPPED)
            self._start()
        elif number in self.scheduler.running:
            self._stopped.add(number)
