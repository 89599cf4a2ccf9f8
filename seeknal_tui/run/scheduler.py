"""What starts next, and why the rest waits: a state machine without threads, clock or files.

It is told what was asked for and what has ended, and answers which task starts next. Whoever drives it brings the time:
the runner the real one, a forecast a virtual one, so that both obey the same rules. ``now`` is only added up here.

The rules
    A task is *ready* when all it depends on has succeeded (or was not asked for: then its result stands). Of the ready
    tasks that starts first which has the longest expected way to the end of the pipeline; where two are equal, the one
    that stands first in the file. It needs a slot (``max_parallel`` of them), its share of each of its pools, and that
    no running task writes one of its output paths. A task that is asked for once more also waits for the running tasks
    that read its former result.

How it stays cheap
    Each task waits in one place only. The ready ones are a heap of ranks. One whose pool is full, or whose output is
    taken, is *parked* where the release of just that wakes it, so that ten thousand tasks behind one pool cost nothing
    while they wait. A heap entry is never removed: it is passed over when its task is no longer ready.

    Behind a pool there is one line, in the same order: who needs much of it is not overtaken for ever by those who
    need little.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from heapq import heapify, heappop, heappush

from seeknal_tui.pipeline.model import OnFailure, Pipeline
from seeknal_tui.run.events import ENDED, Status
from seeknal_tui.run.output_locks import OutputLocks
from seeknal_tui.run.wait import NEVER_OBSTRUCTED, Wait, Waited


def ways_to_end(pipeline: Pipeline, durations: Sequence[float]) -> list[float]:
    """For each task the longest sum of durations from its start to the end of the pipeline, its own included."""
    ways = list(durations)
    for number in reversed(pipeline.topological_order):
        followers = pipeline.downstream[number]
        if followers:
            ways[number] += max(ways[follower] for follower in followers)
    return ways


class Scheduler:
    """The state of one run as far as starting tasks goes. Not thread-safe: whoever drives it holds a lock."""

    def __init__(
        self,
        pipeline: Pipeline,
        durations: Sequence[float],
        max_parallel: int,
        on_failure: OnFailure = OnFailure.CONTINUE,
    ) -> None:
        tasks = pipeline.tasks
        ways = ways_to_end(pipeline, durations)
        order = sorted(range(len(tasks)), key=ways.__getitem__, reverse=True)  # equals stay as they stand in the file
        self.max_parallel = max_parallel
        self.paused = False
        """Whether nothing may start; changed by :meth:`pause` and :meth:`resume`."""
        self.stopping = False
        """Whether all that waited was cancelled, and so no failed attempt is to be repeated."""
        self.running: dict[int, None] = {}
        """The running tasks in the order in which they started."""
        self.open = 0
        """How many tasks that were asked for have not ended."""
        self.statuses: list[Status | None] = [None] * len(tasks)
        """None for a task that was not asked for in this run."""

        self._tasks = tasks
        self._upstream = pipeline.upstream
        self._downstream = pipeline.downstream
        self._on_failure = on_failure
        self._by_rank = order
        self._rank = [0] * len(tasks)
        for rank, number in enumerate(order):
            self._rank[number] = rank
        self._unmet = [0] * len(tasks)
        self._ready: list[int] = []
        self._again: set[int] = set()
        self._delayed: set[int] = set()
        self._asked_once_more: set[int] = set()

        self._pool_free = dict(pipeline.execution.pools)
        self._behind_pool: dict[str, list[int]] = {pool: [] for pool in self._pool_free}
        self._outputs = OutputLocks([task.outputs for task in tasks])
        self._behind_task: dict[int, list[int]] = {}
        self._restricted = [bool(task.pools) or self._outputs.contested(i) for i, task in enumerate(tasks)]
        self._parked: dict[int, tuple[float, Wait]] = {}
        self._waited: dict[int, tuple[Waited, float]] = {}
        self._latest = 0.0
        self._paused_at = 0.0
        self._paused_s = 0.0

    # What is asked for

    def request(self, numbers: Iterable[int], reused: Iterable[int] = ()) -> tuple[list[int], list[int]]:
        """Ask for tasks, at the beginning or once more; returns those that are now pending and those that are ready.

        A task that waits already stays as it is. One that runs is run once more when it has ended. Whatever waits for
        a task that was asked for waits for its new result. One whose upstream failed and was not asked for is pending
        all the same, and is skipped by :meth:`skip_hopeless`.
        """
        for number in reused:
            self.statuses[number] = Status.REUSED
        chosen = sorted(set(numbers))
        queued = []
        for number in chosen:
            status = self.statuses[number]
            if status is Status.RUNNING:
                self._again.add(number)
            elif status is None or status in ENDED:
                if self.running:
                    self._asked_once_more.add(number)
                self.statuses[number] = Status.PENDING
                queued.append(number)
        pulled_back = self._pull_back(queued) if self.open else []
        self.open += len(queued)
        self.stopping = False
        ready = [number for number in queued if self._settle(number)]
        heapify(self._ready)
        return sorted({*queued, *pulled_back}), ready

    def _pull_back(self, queued: Sequence[int]) -> list[int]:
        """Let ready tasks wait again for what they depend on and was asked for once more."""
        pulled_back = []
        for number in queued:
            for follower in self._downstream[number]:
                if self.statuses[follower] is Status.READY:
                    self._unpark(follower)
                    self._waited.pop(follower, None)
                    self._delayed.discard(follower)
                    self.statuses[follower] = Status.PENDING
                    pulled_back.append(follower)
                    self._unmet[follower] = 1
                elif self.statuses[follower] is Status.PENDING:
                    self._unmet[follower] += 1
        return pulled_back

    def _settle(self, number: int) -> bool:
        """Count what a pending task waits for; make it ready if that is nothing."""
        unmet = self._unmet[number] = self._count_unmet(number)
        if unmet:
            return False
        self.statuses[number] = Status.READY
        self._ready.append(self._rank[number])
        return True

    def _count_unmet(self, number: int) -> int:
        unmet = 0
        for other in self._upstream[number]:
            status = self.statuses[other]
            if not (status is None or status is Status.SUCCEEDED or status is Status.REUSED):
                unmet += 1
        return unmet

    def skip_hopeless(self) -> list[int]:
        """Skip the pending tasks behind one that has ended without success and was not asked for again."""
        failed = (Status.FAILED, Status.CANCELLED, Status.SKIPPED)
        hopeless = [
            number
            for number, status in enumerate(self.statuses)
            if status is Status.PENDING and any(self.statuses[other] in failed for other in self._upstream[number])
        ]
        skipped = []
        for number in hopeless:
            if self.statuses[number] is Status.PENDING:
                skipped += [number, *self._end(number, Status.SKIPPED)]
        return skipped

    # What starts and ends

    def start_next(self, now: float) -> int | None:
        """Take the next task: it runs from now on. None if nothing may start."""
        if self.paused or len(self.running) >= self.max_parallel:
            return None
        self._latest = now
        ready, statuses = self._ready, self.statuses
        while ready:
            number = self._by_rank[heappop(ready)]
            if statuses[number] is not Status.READY or number in self._delayed or number in self._parked:
                continue
            if self._restricted[number] or number in self._asked_once_more:
                wait = self._obstacle(number)
                if wait is not None:
                    self._park(number, wait, now)
                    self._give_way(number, now)
                    continue
                self._take(number)
            statuses[number] = Status.RUNNING
            self.running[number] = None
            return number
        return None

    def finish(self, number: int, status: Status, now: float) -> tuple[Sequence[int], Sequence[int], Sequence[int]]:
        """A running task has ended; returns which tasks are ready by that, which are skipped, and which cancelled.

        If it was asked for while it ran, it is pending again afterwards: see :meth:`requeued`.
        """
        del self.running[number]
        if self._restricted[number] or self._behind_task:
            self._release(number, now)
        if number in self._again:
            return (), (), ()
        if status is not Status.SUCCEEDED:
            skipped = self._end(number, status)
            cancelled: list[int] = []
            if status is Status.FAILED and self._on_failure is OnFailure.STOP:
                cancelled = self.cancel_waiting()
            return (), skipped, cancelled
        statuses, unmet = self.statuses, self._unmet
        statuses[number] = Status.SUCCEEDED
        self.open -= 1
        newly_ready = []
        for follower in self._downstream[number]:
            if statuses[follower] is Status.PENDING:
                unmet[follower] -= 1
                if unmet[follower] == 0:
                    statuses[follower] = Status.READY
                    heappush(self._ready, self._rank[follower])
                    newly_ready.append(follower)
        return newly_ready, (), ()

    def requeued(self, number: int) -> bool | None:
        """After :meth:`finish`: whether the task, asked for while it ran, is ready; None if nobody asked.

        What it depends on may have failed meanwhile: :meth:`skip_hopeless` is to be called then.
        """
        if number not in self._again:
            return None
        self._again.discard(number)
        self._asked_once_more.add(number)
        self.statuses[number] = Status.PENDING
        ready = self._settle(number)
        heapify(self._ready)
        return ready

    def delay(self, number: int, now: float) -> bool:
        """A running task's attempt failed: it gives its slot back and is ready again after :meth:`undelay`.

        False if what it depends on was asked for once more meanwhile: then it is pending, and waits for that.
        :meth:`skip_hopeless` is to be called then.
        """
        del self.running[number]
        if self._restricted[number] or self._behind_task:
            self._release(number, now)
        unmet = self._unmet[number] = self._count_unmet(number)
        if unmet:
            self.statuses[number] = Status.PENDING
            return False
        self.statuses[number] = Status.READY
        self._delayed.add(number)
        return True

    def undelay(self, number: int) -> bool:
        """The delay before a retry is over; False if the task no longer waits for that."""
        if number not in self._delayed:
            return False
        self._delayed.discard(number)
        heappush(self._ready, self._rank[number])
        return True

    def _end(self, number: int, status: Status) -> list[int]:
        """End a task without success; returns all that is skipped by it."""
        self._drop(number, status)
        skipped = []
        border = [number]
        while border:
            for follower in self._downstream[border.pop()]:
                if self.statuses[follower] is Status.PENDING:
                    self._drop(follower, Status.SKIPPED)
                    skipped.append(follower)
                    border.append(follower)
        return skipped

    def _drop(self, number: int, status: Status) -> None:
        self.statuses[number] = status
        self._unpark(number)
        self._delayed.discard(number)
        self._waited.pop(number, None)
        self.open -= 1

    def cancel(self, number: int) -> list[int] | None:
        """End a waiting task; returns what is skipped by that. None if it does not wait.

        A running task is not ended here, but is no longer run once more.
        """
        if self.statuses[number] not in (Status.PENDING, Status.READY):
            self._again.discard(number)
            return None
        return self._end(number, Status.CANCELLED)

    def cancel_waiting(self) -> list[int]:
        """End all that waits; returns those tasks."""
        self.stopping = True
        self._again.clear()
        waiting = [
            number for number, status in enumerate(self.statuses) if status is Status.PENDING or status is Status.READY
        ]
        for number in waiting:
            self._drop(number, Status.CANCELLED)
        return waiting

    # Pauses

    def pause(self, now: float) -> None:
        """Start nothing until :meth:`resume`."""
        self.paused, self._paused_at = True, now

    def resume(self, now: float) -> None:
        """Go on after :meth:`pause`. The time between counts as waiting for nothing else."""
        self.paused = False
        self._paused_s += now - self._paused_at

    def _awake_s(self, now: float) -> float:
        """Seconds until *now* without those in which the run was paused."""
        return (self._paused_at if self.paused else now) - self._paused_s

    # Slots, pools and outputs

    @property
    def may_start(self) -> bool:
        """Whether :meth:`start_next` is worth a call."""
        return bool(self._ready) and not self.paused and len(self.running) < self.max_parallel

    def _obstacle(self, number: int) -> Wait | None:
        for pool, slots in self._tasks[number].pools:
            first = self._first_in_line(pool)
            overtakes = first is not None and self._rank[first] < self._rank[number]
            if overtakes or self._pool_free[pool] < slots:
                return Wait("pool", self._users_of(pool), pool)
        taken = self._outputs.holder(number)
        if taken is not None:
            return Wait("output", (taken[0],), taken[1])
        if number in self._asked_once_more:
            for follower in self._downstream[number]:
                if self.statuses[follower] is Status.RUNNING:
                    return Wait("output", (follower,), f"the result of {self._tasks[number].name}")
        return None

    def _users_of(self, pool: str) -> tuple[int, ...]:
        return tuple(number for number in self.running if any(name == pool for name, _ in self._tasks[number].pools))

    def _take(self, number: int) -> None:
        for pool, slots in self._tasks[number].pools:
            self._pool_free[pool] -= slots
        self._outputs.take(number)
        self._asked_once_more.discard(number)

    def _release(self, number: int, now: float) -> None:
        self._outputs.release(number)
        for pool, slots in self._tasks[number].pools:
            self._pool_free[pool] += slots
            self._advance(pool, now)
        for waiting in self._behind_task.pop(number, ()):
            if waiting in self._parked and number in self._parked[waiting][1].holders:
                self._wake(waiting, now)

    def _first_in_line(self, pool: str) -> int | None:
        behind = self._behind_pool[pool]
        while behind:
            number = self._by_rank[behind[0]]
            parked = self._parked.get(number)
            if parked is not None and parked[1].reason == "pool" and parked[1].detail == pool:
                return number
            heappop(behind)
        return None

    def _advance(self, pool: str, now: float) -> None:
        """Wake the first in the line of a pool as long as there is room for them."""
        free = self._pool_free[pool]
        while (first := self._first_in_line(pool)) is not None:
            free -= dict(self._tasks[first].pools)[pool]
            if free < 0:
                return
            heappop(self._behind_pool[pool])
            self._wake(first, now)

    def _park(self, number: int, wait: Wait, now: float) -> None:
        self._parked[number] = (self._awake_s(now), wait)
        if wait.reason == "pool":
            heappush(self._behind_pool[wait.detail], self._rank[number])
        else:
            self._behind_task.setdefault(wait.holders[0], []).append(number)

    def _wake(self, number: int, now: float) -> None:
        self._latest = now
        waited = self.waited_of(number, now)
        del self._parked[number]
        self._waited[number] = (waited, self._awake_s(now))
        heappush(self._ready, self._rank[number])

    def _unpark(self, number: int) -> None:
        """Take a task out of whatever line it stands in; the next one may fit where it did not."""
        self._parked.pop(number, None)
        self._give_way(number, self._latest)

    def _give_way(self, number: int, now: float) -> None:
        """The task does not take the room that it was first in line for: let the next one have it."""
        for pool, _ in self._tasks[number].pools:
            self._advance(pool, now)

    # Why

    def take_waited(self, number: int) -> Waited:
        """What held up the task, which has just started, since it was ready."""
        if number not in self._waited:
            return NEVER_OBSTRUCTED
        waited = self.waited_of(number, self._latest)
        del self._waited[number]
        return waited

    def waited_of(self, number: int, now: float) -> Waited:
        """What has held up a ready task up to *now* since it was ready."""
        awake_s = self._awake_s(now)
        (pool_s, output_s, _), woken_at = self._waited.get(number, (NEVER_OBSTRUCTED, awake_s))
        parked = self._parked.get(number)
        if parked is None:
            return Waited(pool_s, output_s, max(0.0, awake_s - woken_at))
        since, wait = parked
        if wait.reason == "pool":
            return Waited(pool_s + awake_s - since, output_s)
        return Waited(pool_s, output_s + awake_s - since)

    def wait_of(self, number: int) -> Wait | None:
        """Why the task does not run yet; None if it runs, has ended or was not asked for."""
        status = self.statuses[number]
        if status is Status.PENDING:
            met = (None, Status.SUCCEEDED, Status.REUSED)
            return Wait("dependency", tuple(n for n in self._upstream[number] if self.statuses[n] not in met))
        if status is not Status.READY:
            return None
        if number in self._delayed:
            return Wait("retry")
        if self.paused:
            return Wait("paused")
        obstacle = self._obstacle(number)
        if obstacle is None or (number not in self._parked and len(self.running) >= self.max_parallel):
            return Wait("slot", tuple(self.running))
        return obstacle
