"""The state of a run: the fold of its events so far.

Nobody keeps a second copy of it. A live run, a run watched from elsewhere, one replayed and one simulated are all the
same thing to look at, because each is a list of events folded here.

Tasks are numbers (their position in the pipeline) and each property is a flat list over them, so that ten thousand of
them cost no objects and a fold of one event costs about a microsecond.

Several runs may be folded one after the other, as a dashboard does with reruns: the clock goes on from where the run
before ended, the idle time between them is left out, and the attempts of all of them are kept. Times in the state are
therefore *session seconds*; ``began`` is where the current run starts on them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from copy import copy
from dataclasses import dataclass
from typing import Any, NamedTuple

from seeknal_tui.pipeline.model import Pipeline
from seeknal_tui.run.events import (
    ENDED,
    Event,
    HostSampled,
    MaxParallelChanged,
    Paused,
    Resumed,
    RunFinished,
    RunStarted,
    RunStatus,
    Status,
    TaskFiles,
    TaskFinished,
    TaskOutput,
    TaskProgress,
    TaskQueued,
    TaskReady,
    TaskRetrying,
    TaskSampled,
    TaskStarted,
)

WAITING = frozenset({Status.PENDING, Status.READY})
NO_FILES: frozenset[str] = frozenset()
MOST_HOST_SAMPLES = 2000


class FilesUsed:
    """The files of the pipeline that each task was seen to use since it was last asked for; absolute paths."""

    def __init__(self, size: int) -> None:
        self.read = [NO_FILES] * size
        self.written = [NO_FILES] * size
        self.perhaps = [NO_FILES] * size
        """Those opened while it ran, by it or by another task."""
        self.complete = [False] * size
        """Whether it opened no other files in the folder of the pipeline."""

    def forget(self, number: int) -> None:
        """The task was asked for again."""
        self.read[number] = self.written[number] = self.perhaps[number] = NO_FILES
        self.complete[number] = False

    def add(self, number: int, event: TaskFiles) -> None:
        """Take in what an attempt used."""
        is_first = not (self.read[number] or self.written[number] or self.perhaps[number])
        self.read[number] |= frozenset(event.read)
        self.written[number] |= frozenset(event.written)
        self.perhaps[number] |= frozenset(event.perhaps)
        self.complete[number] = event.complete and (is_first or self.complete[number])


class Unstarted(NamedTuple):
    """A time that a task waited and that no start ended; in session seconds.

    It ended before it was started, or what it depends on was asked for once more.
    """

    run: int
    since: float
    delayed_until: float
    """When the delay before a retry was over; ``since`` where there was none."""
    ready_at: float | None
    until: float


@dataclass(slots=True)
class Attempt:
    """One time that a task was started; times in session seconds."""

    run: int
    """Which run of the session, from 0."""
    number: int
    lane: int
    ready_at: float
    started_at: float
    pool_s: float
    output_s: float
    slot_after_s: float = 0.0
    """Seconds it waited for a slot after the pool or output was no longer in its way."""
    finished_at: float | None = None
    status: Status = Status.RUNNING
    error: str = ""
    cpu_s: float | None = None
    rss_bytes: int | None = None
    read_bytes: int | None = None
    written_bytes: int | None = None
    queued_at: float = 0.0
    """When the task was asked for; it waited for its dependencies from then until it was ready. A retry keeps it."""
    waited_since: float = 0.0
    """When it began to wait for this start: when it was asked for, or when the attempt before had failed."""
    is_retry: bool = False
    """Whether it waited for the delay before a retry until it was ready, and not for its dependencies."""

    @property
    def slot_s(self) -> float:
        """Seconds it waited for a slot, since it was ready."""
        return max(0.0, self.started_at - self.ready_at - self.pool_s - self.output_s)


NOT_KEPT = frozenset({"pipeline", "touched", "version", "_numbers", "_apply"})
"""What a snapshot leaves out: it is always the same, or belongs to the readers."""


def _copied(value: Any) -> Any:
    """A copy of a list, set or dict, and of what is in it as far as it can change: ended attempts cannot."""
    kind = type(value)
    if kind is list:
        inner = type(value[0]) if value else None
        if inner is Attempt:
            return [attempt if attempt.finished_at is not None else copy(attempt) for attempt in value]
        return list(map(_copied, value)) if inner in (list, set, dict) else value.copy()
    if kind is dict:
        return {key: _copied(inner) for key, inner in value.items()}
    if kind is FilesUsed:
        copied = copy(value)
        vars(copied).update(_copied(vars(value)))
        return copied
    return value.copy() if kind is set else value


class RunState:
    """What is known of a run; changed only by :meth:`apply`, and by :meth:`restore` when somebody looks back."""

    def __init__(self, pipeline: Pipeline) -> None:  # noqa: PLR0915 - it has as many properties as it has
        size = len(pipeline.tasks)
        self.pipeline = pipeline
        self.run_id = ""
        self.selected = ""
        """What the current run was asked for, as ``--select`` would say it; empty for everything."""
        self.status = RunStatus.IDLE
        self.paused = False
        self.runs = 0
        """How many runs have begun."""
        self.began = 0.0
        self.started_at = 0.0
        """Unix time at which the current run began."""
        self.now = 0.0
        """Session seconds of the latest event."""
        self.max_parallel = pipeline.execution.max_parallel
        self.changes: list[tuple[float, int]] = []
        """When max_parallel became what, the beginnings of runs among them."""
        self.run_starts: list[float] = []
        """Session seconds at which each run began."""
        self.pauses: list[tuple[float, float | None]] = []
        """From when to when the run was paused; None while it is."""
        self.version = 0
        """Grows with each event that may change what is seen, except output."""

        self.in_run = [False] * size
        """Whether the task was asked for in the current run (or is reused by it)."""
        self.statuses = [Status.PENDING] * size
        self.queued_at = [0.0] * size
        """When the task was last asked for."""
        self.waiting_since = [0.0] * size
        """When the task, if it waits, began to."""
        self.unstarted: dict[int, list[Unstarted]] = {}
        """The waiting of each task that no start ended, as far as it is over."""
        self.ready_at: list[float | None] = [None] * size
        self.finished_at: list[float | None] = [None] * size
        """When the task last ended."""
        self.retry_at: list[float | None] = [None] * size
        """While the delay before a retry lasts: when it is over."""
        self.progress: list[float | None] = [None] * size
        self.attempts: list[list[Attempt]] = [[] for _ in range(size)]
        self.rows: list[int | None] = [None] * size
        self.bytes: list[int | None] = [None] * size
        self.errors = [""] * size
        self.files = FilesUsed(size)
        self.host: list[HostSampled] = []
        """How busy the machine was; ``at`` in session seconds. Over a long run, fewer and further apart."""
        self.running: dict[int, None] = {}
        """The numbers of the running tasks, in the order in which they started."""
        self.counts = dict.fromkeys(Status, 0)
        """How many tasks of the current run are in each status."""
        self.touched: set[int] = set()
        """The tasks whose state has changed since a reader last emptied this set."""

        self._ended_s = 0.0
        self._numbers = pipeline.numbers
        self._apply: dict[type, Callable[[Any], None]] = {
            RunStarted: self._run_started,
            TaskQueued: self._task_queued,
            TaskReady: self._task_ready,
            TaskStarted: self._task_started,
            TaskOutput: lambda _: None,
            TaskProgress: self._task_progress,
            TaskSampled: self._task_sampled,
            TaskFiles: self._task_files,
            HostSampled: self._host_sampled,
            TaskRetrying: self._task_retrying,
            TaskFinished: self._task_finished,
            MaxParallelChanged: self._max_parallel_changed,
            Paused: self._paused,
            Resumed: self._resumed,
            RunFinished: self._run_finished,
        }

    def apply(self, event: Event) -> None:
        """Take in the next event."""
        if type(event) is RunStarted:
            self.began = self.now if self.runs else 0.0
        self.now = self.began + event.at
        self.version += 1
        self._apply[type(event)](event)

    def apply_all(self, events: Iterable[Event]) -> None:
        """Take in events in their order."""
        for event in events:
            self.apply(event)

    def _set_status(self, number: int, status: Status) -> None:
        before = self.statuses[number]
        if self.in_run[number]:
            self.counts[before] -= 1
        self.in_run[number] = True
        self.counts[status] += 1
        self.statuses[number] = status
        self.touched.add(number)
        if status is Status.RUNNING:
            self.running[number] = None
        elif before is Status.RUNNING:
            self.running.pop(number, None)

    def _run_started(self, event: RunStarted) -> None:
        self.run_id = event.run_id
        self.selected = event.selected
        self.status = RunStatus.RUNNING
        self.paused = False
        self.runs += 1
        self.run_starts.append(self.now)
        self.started_at = event.started_at
        self.max_parallel = event.max_parallel
        self.changes.append((self.now, event.max_parallel))
        self.in_run = [False] * len(self.in_run)
        self.counts = dict.fromkeys(Status, 0)
        self._ended_s = 0.0
        for name in event.tasks:
            self._queue(self._numbers[name])

    def _queue(self, number: int) -> None:
        self.queued_at[number] = self.waiting_since[number] = self.now
        self.ready_at[number] = None
        self.retry_at[number] = None
        self.progress[number] = None
        self.finished_at[number] = None
        self.errors[number] = ""
        self.files.forget(number)
        self._set_status(number, Status.PENDING)

    def _task_queued(self, event: TaskQueued) -> None:
        number = self._numbers[event.task]
        self._end_wait(number)
        self._queue(number)

    def _end_wait(self, number: int) -> None:
        """What a task waited so far will not end in a start: keep it."""
        if (waited := self.waiting(number)) is not None:
            self.unstarted.setdefault(number, []).append(waited)

    def _task_ready(self, event: TaskReady) -> None:
        number = self._numbers[event.task]
        self.ready_at[number] = self.now
        self.retry_at[number] = None
        self._set_status(number, Status.READY)

    def _task_started(self, event: TaskStarted) -> None:
        number = self._numbers[event.task]
        ready_at = self.retry_at[number] or self.ready_at[number]
        self.attempts[number].append(
            Attempt(
                run=self.runs - 1,
                number=event.attempt,
                lane=event.lane,
                ready_at=self.now if ready_at is None else min(ready_at, self.now),
                started_at=self.now,
                pool_s=event.pool_s,
                output_s=event.output_s,
                slot_after_s=event.slot_after_s,
                queued_at=self.queued_at[number],
                waited_since=self.waiting_since[number],
                is_retry=self.retry_at[number] is not None,
            )
        )
        self.retry_at[number] = None
        self.progress[number] = None
        self._set_status(number, Status.RUNNING)

    def _task_progress(self, event: TaskProgress) -> None:
        number = self._numbers[event.task]
        self.progress[number] = event.fraction
        self.touched.add(number)

    def _task_sampled(self, event: TaskSampled) -> None:
        number = self._numbers[event.task]
        if self.attempts[number]:
            attempt = self.attempts[number][-1]
            attempt.cpu_s = event.cpu_s
            attempt.rss_bytes = event.rss_bytes
            attempt.read_bytes = event.read_bytes
            attempt.written_bytes = event.written_bytes

    def _task_files(self, event: TaskFiles) -> None:
        self.files.add(self._numbers[event.task], event)

    def _host_sampled(self, event: HostSampled) -> None:
        if len(self.host) >= MOST_HOST_SAMPLES:
            del self.host[1::2]
        self.host.append(event._replace(at=self.now))

    def _end_attempt(self, number: int, status: Status, error: str) -> None:
        if self.statuses[number] is Status.RUNNING and self.attempts[number]:
            attempt = self.attempts[number][-1]
            attempt.finished_at, attempt.status, attempt.error = self.now, status, error
            self._ended_s += self.now - attempt.started_at

    def _task_retrying(self, event: TaskRetrying) -> None:
        number = self._numbers[event.task]
        self._end_attempt(number, Status.FAILED, event.error)
        self.retry_at[number] = self.now + event.delay_s
        self.waiting_since[number] = self.now
        self.errors[number] = event.error
        self._set_status(number, Status.READY)

    def _task_finished(self, event: TaskFinished) -> None:
        number = self._numbers[event.task]
        self._end_wait(number)
        self._end_attempt(number, event.status, event.error)
        self.finished_at[number] = self.now
        self.retry_at[number] = None
        self.errors[number] = event.error
        if event.status is Status.SUCCEEDED:
            self.rows[number], self.bytes[number] = event.rows, event.bytes
        self._set_status(number, event.status)

    def _max_parallel_changed(self, event: MaxParallelChanged) -> None:
        self.max_parallel = event.max_parallel
        self.changes.append((self.now, event.max_parallel))

    def _paused(self, _: Paused) -> None:
        self.paused = True
        self.pauses.append((self.now, None))

    def _resumed(self, _: Resumed) -> None:
        self.paused = False
        if self.pauses:
            self.pauses[-1] = (self.pauses[-1][0], self.now)

    def _run_finished(self, event: RunFinished) -> None:
        if self.paused:
            self._resumed(Resumed(event.at))
        self.status = event.status

    # Going back

    def snapshot(self) -> dict[str, Any]:
        """All that is known now, to be given to :meth:`restore`; it stays as it is when more events are folded."""
        return {name: _copied(value) for name, value in vars(self).items() if name not in NOT_KEPT}

    def restore(self, snapshot: Mapping[str, Any]) -> None:
        """Be as at the time of a snapshot of the same pipeline. Which tasks that touches is for the caller to know."""
        vars(self).update({name: _copied(value) for name, value in snapshot.items()})
        self.version += 1

    # What readers ask for

    @property
    def is_running(self) -> bool:
        """Whether a run goes on."""
        return self.status is RunStatus.RUNNING

    @property
    def wall_s(self) -> float:
        """Seconds of the current run up to its latest event."""
        return self.now - self.began

    @property
    def total(self) -> int:
        """How many tasks belong to the current run, the reused among them."""
        return sum(self.counts.values())

    @property
    def done(self) -> int:
        """How many tasks of the current run have ended, however."""
        return sum(self.counts[status] for status in ENDED)

    def task_s(self, now: float | None = None) -> float:
        """Seconds that all tasks of the current run have been running, up to *now*; in time of those that run now."""
        end = self.now if now is None else now
        return self._ended_s + sum(end - self.attempts[number][-1].started_at for number in self.running)

    def waiting(self, number: int, now: float | None = None) -> Unstarted | None:
        """What a task that waits has waited up to *now* for its next start; None if it does not wait."""
        if not self.in_run[number] or self.statuses[number] not in WAITING:
            return None
        end = self.now if now is None else now
        since, retry_at = self.waiting_since[number], self.retry_at[number]
        if retry_at is not None:
            delayed_until = min(retry_at, end)
            return Unstarted(self.runs - 1, since, delayed_until, delayed_until, end)
        return Unstarted(self.runs - 1, since, since, self.ready_at[number], end)

    def attempts_of_run(self, number: int) -> list[Attempt]:
        """The attempts of a task in the current run."""
        run = self.runs - 1
        return [attempt for attempt in self.attempts[number] if attempt.run == run]

    def succeeded(self, number: int) -> list[tuple[Attempt, int]]:
        """The attempts of a task that succeeded, each with how many had failed before it in the same run."""
        found, failures, run = [], 0, -1
        for attempt in self.attempts[number]:
            failures = failures if attempt.run == run else 0
            run = attempt.run
            if attempt.status is Status.SUCCEEDED and attempt.finished_at is not None:
                found.append((attempt, failures))
                failures = 0
            elif attempt.status is Status.FAILED:
                failures += 1
        return found

    def running_s(self, number: int, now: float | None = None) -> float:
        """Seconds the task has been running in the current run, all attempts together, up to *now*."""
        end = self.now if now is None else now
        return sum(
            (end if attempt.finished_at is None else attempt.finished_at) - attempt.started_at
            for attempt in self.attempts_of_run(number)
        )
