"""Runs tasks in threads, and writes the events of it.

Workers schedule themselves: one that ends a task tells the scheduler so and takes the next one, all in one visit to the
lock, with no coordinator in between. A worker that leaves more behind than it took wakes one other, which does the
same. Threads are made when they are first needed. Tasks that do nothing never leave the lock.

State, all of it under ``_lock``
    ``_scheduler``   the rules, and who runs; None while no run goes on
    ``_tokens``      how to stop each running task; ``_running`` its lane, and when it started
    ``_attempts``    how often each task was started in this run; ``_tries`` since it was last asked for
    ``_retries``     heap of (when, task) for delays before a retry
    ``_ending``      whether a worker cleans up behind the last task or remembers what was run; nothing starts then

Readers get events through a :class:`Feed` each. No reader is ever waited for with the lock held.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from heapq import heappop, heappush
from pathlib import Path

from seeknal_tui.pipeline.model import OnFailure, Pipeline, SleepAction
from seeknal_tui.run.actions.attempt import ActionFailed, Outcome, Stopped, StopToken
from seeknal_tui.run.event_writer import EventWriter
from seeknal_tui.run.events import (
    ENDED,
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
    TaskProgress,
    TaskQueued,
    TaskReady,
    TaskRetrying,
    TaskStarted,
)
from seeknal_tui.run.execution import Execution
from seeknal_tui.run.expected import expected_durations
from seeknal_tui.run.feed import Feed
from seeknal_tui.run.file_use import FilesSeen
from seeknal_tui.run.host import Host
from seeknal_tui.run.lanes import Lanes
from seeknal_tui.run.last_statuses import keep_statuses
from seeknal_tui.run.measured import NO_MEASUREMENTS, Measurements
from seeknal_tui.run.promotion import settle
from seeknal_tui.run.run_lock import RunLock
from seeknal_tui.run.sampler import RunUse, Use
from seeknal_tui.run.scheduler import Scheduler
from seeknal_tui.run.wait import NEVER_OBSTRUCTED, Wait, Waited
from seeknal_tui.run.witness import Witness
from seeknal_tui.run.worker_threads import WorkerThreads

HIGHEST_MAX_PARALLEL = 256
"""As far as a user interface need offer it; the runner itself knows no bound."""
STOPPED_BEFORE = "the run was stopped while it waited"
INSTANT_TASKS_AT_ONCE = 256
"""After so many tasks that do nothing, others get a chance at the lock."""
NOTHING = Outcome()


class Runner:
    """Runs the tasks of a pipeline. Every method may be called from any thread and returns without waiting for tasks.

    *max_parallel* and *on_failure* go before what the pipeline says. What earlier runs took, the *measurements*, tells
    which task had better start first. A *witness* is told of every attempt.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        *,
        max_parallel: int | None = None,
        on_failure: OnFailure | None = None,
        measurements: Measurements = NO_MEASUREMENTS,
        witness: Witness | None = None,
    ) -> None:
        self.pipeline = pipeline
        self._witness = witness
        self._max_parallel = _checked(max_parallel or pipeline.execution.max_parallel)
        self._on_failure = on_failure or pipeline.execution.on_failure
        self._names = [task.name for task in pipeline.tasks]
        self._instant = [
            task.action is None or (isinstance(task.action, SleepAction) and task.action.seconds == 0)
            for task in pipeline.tasks
        ]
        self._durations = expected_durations(pipeline, measurements)
        self._lock = threading.Lock()
        self._workers = WorkerThreads(self._lock, self._work)
        self._idle = threading.Event()
        self._idle.set()
        self._writer = EventWriter(self._names, self._lock)
        self.run_lock = None if pipeline.file is None else RunLock(pipeline.target)
        """Held while a run goes on; None for a pipeline without a file, which has no folder of its own."""

        self._run_id = ""
        self._scheduler: Scheduler | None = None
        self._execution: Execution | None = None
        self._tokens: dict[int, StopToken] = {}
        self._attempts: dict[int, int] = {}
        self._tries: dict[int, int] = {}
        self._retries: list[tuple[float, int]] = []
        self._lanes = Lanes()
        self._running: dict[int, tuple[int, float]] = {}
        self._ending = False
        self._closing = False
        self.crash: BaseException | None = None
        """What went wrong in the runner itself, if anything ever does."""

    # What may be asked of it

    def subscribe(self, feed: Feed) -> None:
        """Give all events from now on to a feed."""
        with self._lock:
            self._writer.add(feed)

    def request(self, numbers: Iterable[int], reuse: Iterable[int] = (), selected: str = "") -> None:
        """Run tasks: in a new run, in which those of *reuse* count as done, or else in the run that goes on.

        *selected* says what they are, as ``--select`` would; empty for everything.

        A task that waits already is not asked for twice; one that runs is run once more after it has ended.
        Raises AlreadyRunning if another process runs the pipeline in this environment, and PromotionError.
        """
        numbers = sorted(set(numbers))
        with self._lock:
            while self._scheduler is None and self._ending:
                with self._unlocked():
                    self._idle.wait()
            for number in numbers:
                self._tries[number] = 0
            if self._scheduler is None:
                self._begin(numbers, list(reuse), selected)
            else:
                self._add(self._scheduler, numbers)
            self._call_another()

    @property
    def max_parallel(self) -> int:
        """The number of slots."""
        return self._max_parallel

    def set_max_parallel(self, value: int) -> None:
        """Change the number of slots: more are filled at once, fewer let running tasks end. Raises ValueError."""
        value = _checked(value)
        with self._lock:
            if value == self._max_parallel:
                return
            self._max_parallel = value
            if self._scheduler is not None:
                self._scheduler.max_parallel = value
                self._writer.put(MaxParallelChanged(self._writer.now(), value))
                self._call_another()

    def pause(self) -> None:
        """Start nothing until :meth:`resume`."""
        with self._lock:
            if self._scheduler is not None and not self._scheduler.paused:
                now = self._writer.now()
                self._scheduler.pause(now)
                self._writer.put(Paused(now))

    def resume(self) -> None:
        """Go on after :meth:`pause`."""
        with self._lock:
            if self._scheduler is not None and self._scheduler.paused:
                now = self._writer.now()
                self._scheduler.resume(now)
                self._writer.put(Resumed(now))
                self._call_another()

    def stop(self, number: int, *, kill: bool = False) -> None:
        """End a task, running or waiting, without success; *kill* grants no time to end by itself."""
        with self._lock:
            if self._scheduler is None:
                return
            token = self._tokens.get(number)
            skipped = self._scheduler.cancel(number)
            if skipped is not None:
                now = self._writer.now()
                self._writer.put(TaskFinished(now, self._names[number], Status.CANCELLED, "stopped while it waited"))
                self._writer.put_skipped(skipped, now)
                self._call_another()
        if token is not None:
            token.request(kill=kill)

    def stop_all(self, *, kill: bool = False) -> None:
        """End the run: what waits is cancelled, what runs is stopped."""
        with self._lock:
            if self._scheduler is None:
                return
            self._writer.put_ended(
                self._scheduler.cancel_waiting(), self._writer.now(), Status.CANCELLED, STOPPED_BEFORE
            )
            tokens = list(self._tokens.values())
            self._call_another()
        for token in tokens:
            token.request(kill=kill)

    def wait_of(self, number: int) -> Wait | None:
        """Why a task does not run yet; None if it does not wait."""
        with self._lock:
            return None if self._scheduler is None else self._scheduler.wait_of(number)

    def waited_of(self, number: int) -> Waited:
        """What has held up a ready task since it was ready."""
        with self._lock:
            scheduler = self._scheduler
            return NEVER_OBSTRUCTED if scheduler is None else scheduler.waited_of(number, self._writer.now())

    def log_path(self, number: int) -> Path | None:
        """The log of the task in the current or latest run; there is no file if the task printed nothing."""
        execution = self._execution
        return None if execution is None else execution.log_path(number)

    def profile_path(self, number: int) -> Path | None:
        """Where the profile of the task's query in the current or latest run is kept, if it has one."""
        execution = self._execution
        return None if execution is None else execution.profile_path(number)

    @property
    def use(self) -> RunUse | None:
        """What the run that goes on uses now; None as long as that was not measured."""
        execution = self._execution
        return None if execution is None or self._idle.is_set() else execution.use

    @property
    def is_running(self) -> bool:
        """Whether a run goes on."""
        return not self._idle.is_set()

    def wait_until_idle(self, timeout: float | None = None) -> bool:
        """Wait until no run goes on; False if that takes more than *timeout* seconds."""
        return self._idle.wait(timeout)

    def close(self, *, kill: bool = False) -> None:
        """Stop all tasks, wait until they have ended, and end every thread and process."""
        self._writer.close()
        self.stop_all(kill=kill)
        self._idle.wait()
        with self._lock:
            self._closing = True
            self._workers.call_all()
        self._workers.join()

    def _emit_progress(self, number: int, fraction: float) -> None:
        with self._lock:
            if number in self._tokens:
                self._writer.put(TaskProgress(self._writer.now(), self._names[number], fraction))

    def _emit_use(self, number: int, use: Use) -> None:
        with self._lock:
            self._writer.put_sample(number, use, self._writer.now())

    def _emit_host(self, host: Host, run_cores: float) -> None:
        with self._lock:
            self._writer.put(HostSampled(self._writer.now(), *host, run_cores))

    def _emit_files(self, number: int, seen: FilesSeen) -> None:
        with self._lock:
            self._writer.put(TaskFiles(self._writer.now(), self._names[number], *seen))

    # A run's beginning and end

    def _begin(self, numbers: list[int], reuse: list[int], selected: str) -> None:
        run_id, started_at = os.urandom(4).hex(), time.time()
        if self.run_lock is not None:
            self.run_lock.take(run_id, started_at)
            try:
                settle(self.pipeline.production_target)
            except BaseException:
                self.run_lock.release()
                raise
        self._run_id = run_id
        self._execution = Execution(
            self.pipeline, run_id, self._emit_use, self._emit_host, self._emit_files, witness=self._witness
        )
        self._scheduler = Scheduler(self.pipeline, self._durations, self._max_parallel, self._on_failure)
        self._attempts.clear()
        self._lanes = Lanes()
        self._writer.start_clock()
        self._idle.clear()
        self._writer.put(
            RunStarted(
                at=0.0,
                run_id=run_id,
                pipeline=self.pipeline.name,
                environment=self.pipeline.environment,
                max_parallel=self._max_parallel,
                tasks=tuple(self._names[number] for number in numbers),
                started_at=started_at,
                selected=selected,
            )
        )
        _, ready = self._scheduler.request(numbers, reuse)
        for number in reuse:
            self._writer.put(TaskFinished(0.0, self._names[number], Status.REUSED))
        self._writer.put_ready(ready, self._writer.now())
        self._writer.tell_begun()

    def _add(self, scheduler: Scheduler, numbers: list[int]) -> None:
        queued, ready = scheduler.request(numbers)
        now = self._writer.now()
        for number in queued:
            self._writer.put(TaskQueued(now, self._names[number]))
        self._writer.put_ready(ready, now)
        self._writer.put_skipped(scheduler.skip_hopeless(), now)

    def _end(self, scheduler: Scheduler) -> None:
        """Clean up behind the last task; then the run ends, unless more was asked for meanwhile.

        What its results were made from is remembered after its end: that takes tasks which do nothing longer than
        doing it, and is no part of the run.
        """
        self._ending = True
        try:
            with self._unlocked():
                if self._execution is not None:
                    self._execution.clean_up()
                if self.pipeline.file is not None:
                    keep_statuses(self.pipeline.target, self._ended_statuses(scheduler))
            if scheduler.open:
                return
            self._writer.put(RunFinished(self._writer.now(), _status_of(scheduler)))
            self._scheduler = None
            self._retries.clear()
            if self._witness is not None:
                with self._unlocked():
                    self._witness.run_ended()
        finally:
            self._ending = False
        if self.run_lock is not None:
            self.run_lock.release()
        self._idle.set()

    @contextmanager
    def _unlocked(self) -> Iterator[None]:
        self._lock.release()
        try:
            yield
        finally:
            self._lock.acquire()

    def _ended_statuses(self, scheduler: Scheduler) -> dict[str, str]:
        statuses = zip(self._names, scheduler.statuses, strict=True)
        return {name: status for name, status in statuses if status in ENDED and status is not Status.REUSED}

    # Workers

    def _call_another(self) -> None:
        """Wake or make one worker if something could start."""
        scheduler = self._scheduler
        if scheduler is None:
            return
        if scheduler.may_start or self._retries or (scheduler.open == 0 and not scheduler.running):
            self._workers.call(len(scheduler.running))

    def _work(self) -> None:
        ended: tuple[int, Status, str, Outcome] | None = None
        try:
            while True:
                with self._lock:
                    if ended is not None:
                        self._record(*ended)
                    started = self._take_next()
                if started is None:
                    return
                number, attempt, token = started
                ended = (number, *self._perform(number, attempt, token))
        except BaseException as error:
            self.crash = error
            self._idle.set()
            raise

    def _take_next(self) -> tuple[int, int, StopToken] | None:
        """Wait for a task to start; None when the runner is being closed."""
        while True:
            scheduler = self._scheduler
            if scheduler is not None and not self._ending:
                now = self._writer.now()
                self._end_delays(scheduler, now)
                number = self._next_with_work(scheduler, now)
                if number is not None:
                    token = StopToken()
                    self._tokens[number] = token
                    self._call_another()
                    return number, self._attempts[number], token
                if scheduler.open == 0:
                    self._end(scheduler)
                    continue
            if self._closing:
                return None
            self._workers.wait(max(0.0, self._retries[0][0] - self._writer.now()) if self._retries else None)

    def _next_with_work(self, scheduler: Scheduler, now: float) -> int | None:
        """Start the next task and return it; those that do nothing are started and ended here, one after the other."""
        done = 0
        while (number := scheduler.start_next(now)) is not None:
            lane = self._lanes.take()
            attempt = self._attempts.get(number, 0) + 1
            self._attempts[number] = attempt
            name = self._names[number]
            started = TaskStarted(now, name, attempt, lane, *scheduler.take_waited(number))
            for put in self._writer.puts:
                put(started)
            if not self._instant[number]:
                self._running[number] = (lane, now)
                return number
            self._lanes.give_back(lane)
            if self._witness is not None:
                self._witness.did_nothing(number, f"{self._run_id}.{attempt}")
            ready, _, _ = scheduler.finish(number, Status.SUCCEEDED, now)
            finished = TaskFinished(now, name, Status.SUCCEEDED)
            for put in self._writer.puts:
                put(finished)
                for follower in ready:
                    put(TaskReady(now, self._names[follower]))
            done += 1
            if done % INSTANT_TASKS_AT_ONCE == 0:
                self._lock.release()
                time.sleep(0)
                self._lock.acquire()
            now = self._writer.now()
        return None

    def _end_delays(self, scheduler: Scheduler, now: float) -> None:
        while self._retries and self._retries[0][0] <= now:
            scheduler.undelay(heappop(self._retries)[1])

    def _perform(self, number: int, attempt: int, token: StopToken) -> tuple[Status, str, Outcome]:
        """Do what a task does; returns how it ended, the error, and what it used."""
        execution = self._execution
        assert execution is not None
        timeout = self.pipeline.tasks[number].timeout
        deadline = None if timeout is None else time.monotonic() + timeout

        def is_to_end() -> bool:
            return token.requested or (deadline is not None and time.monotonic() > deadline)

        try:
            outcome = execution.perform(
                number,
                attempt,
                token,
                deadline,
                emit_output=lambda stream, text: self._writer.put_output(number, stream, text, is_to_end),
                emit_progress=lambda fraction: self._emit_progress(number, fraction),
            )
        except Stopped:
            return Status.CANCELLED, "killed" if token.killed else "stopped", NOTHING
        except ActionFailed as error:
            return Status.FAILED, str(error), NOTHING
        return Status.SUCCEEDED, "", outcome

    def _record(self, number: int, status: Status, error: str, outcome: Outcome) -> None:
        """Write down that a task has ended, and what follows from it."""
        scheduler = self._scheduler
        assert scheduler is not None
        token = self._tokens.pop(number)
        lane, started_at = self._running.pop(number)
        self._lanes.give_back(lane)
        now, name = self._writer.now(), self._names[number]
        if status is Status.SUCCEEDED:
            self._durations[number] = now - started_at  # better than any estimate, for the runs to come
        self._writer.put_use(number, outcome, now)
        task = self.pipeline.tasks[number]
        tries = self._tries.get(number, 0) + 1
        self._tries[number] = tries
        if status is Status.FAILED and tries <= task.retries and not token.requested and not scheduler.stopping:
            self._writer.put(TaskRetrying(now, name, self._attempts[number], error, task.retry_delay))
            if scheduler.delay(number, now):
                heappush(self._retries, (now + task.retry_delay, number))
                self._end_delays(scheduler, now)
            else:
                self._writer.put(TaskQueued(now, name))
                self._writer.put_skipped(scheduler.skip_hopeless(), now)
            self._call_another()
            return
        self._writer.put(TaskFinished(now, name, status, error, outcome.rows, outcome.bytes))
        ready, skipped, cancelled = scheduler.finish(number, status, now)
        self._writer.put_ready(ready, now)
        self._writer.put_skipped(skipped, now)
        self._writer.put_ended(cancelled, now, Status.CANCELLED, STOPPED_BEFORE)
        again = scheduler.requeued(number)
        if again is not None:
            self._tries[number] = 0
            self._writer.put(TaskQueued(now, name))
            if again:
                self._writer.put(TaskReady(now, name))
            self._writer.put_skipped(scheduler.skip_hopeless(), now)


def _status_of(scheduler: Scheduler) -> RunStatus:
    statuses = set(scheduler.statuses)
    if Status.FAILED in statuses:
        return RunStatus.FAILED
    return RunStatus.CANCELLED if Status.CANCELLED in statuses else RunStatus.SUCCEEDED


def _checked(max_parallel: int) -> int:
    if max_parallel < 1:
        raise ValueError(f"max_parallel is a whole number from 1, not {max_parallel}")
    return max_parallel
