"""Why a task waits, told by the state of a run alone: for runs whose scheduler is in another process, or gone.

The rules are those of the scheduler. What the state does not know is the order of urgency; so where a pool has room,
and somebody stands in line for more of it, all that need it are taken to stand behind.
"""

from __future__ import annotations

from seeknal_tui.pipeline.model import Pipeline
from seeknal_tui.run.events import Status
from seeknal_tui.run.output_locks import OutputLocks
from seeknal_tui.run.state import RunState
from seeknal_tui.run.wait import Wait

MET = (Status.SUCCEEDED, Status.REUSED)


class Waiting:
    """Explains the tasks of one pipeline."""

    def __init__(self, pipeline: Pipeline) -> None:
        self.pipeline = pipeline
        self._outputs = OutputLocks([task.outputs for task in pipeline.tasks])

    def wait_of(self, state: RunState, number: int, now: float) -> Wait | None:
        """Why the task does not run at *now* (session seconds); None if it does not wait."""
        if not state.is_running or not state.in_run[number]:
            return None
        match state.statuses[number]:
            case Status.PENDING:
                upstream = self.pipeline.upstream[number]
                unmet = (n for n in upstream if state.in_run[n] and state.statuses[n] not in MET)
                return Wait("dependency", tuple(unmet))
            case Status.READY:
                return self._wait_of_ready(state, number, now)
            case _:
                return None

    def _wait_of_ready(self, state: RunState, number: int, now: float) -> Wait:
        retry_at = state.retry_at[number]
        if retry_at is not None and now < retry_at:
            return Wait("retry")
        if state.paused:
            return Wait("paused")
        wait = self._obstacle(state, number)
        if wait is None and len(state.running) < state.max_parallel:
            wait = self._in_line(state, number)
        return wait or Wait("slot", tuple(state.running))

    def _obstacle(self, state: RunState, number: int) -> Wait | None:
        """The pool without room, or the output in use, that would keep the task from starting if it had a slot."""
        for pool, slots in self.pipeline.tasks[number].pools:
            users = self._users_of(state, pool)
            if self.pipeline.execution.pools[pool] - self._taken(users, pool) < slots:
                return Wait("pool", users, pool)
        if self._outputs.contested(number):
            holder = self._holder(state, number)
            if holder is not None:
                return Wait("output", (holder[0],), holder[1])
        if state.queued_at[number] > state.began:  # asked for while the run went on
            readers = [n for n in self.pipeline.downstream[number] if n in state.running]
            if readers:
                return Wait("output", (readers[0],), f"the result of {self.pipeline.tasks[number].name}")
        return None

    def _in_line(self, state: RunState, number: int) -> Wait | None:
        """The pool that has room, but for which others wait that need more of it."""
        for pool, _ in self.pipeline.tasks[number].pools:
            users = self._users_of(state, pool)
            free = self.pipeline.execution.pools[pool] - self._taken(users, pool)
            for other, status in enumerate(state.statuses):
                if status is Status.READY and other != number and self._share(other, pool) > free:
                    return Wait("pool", users, pool)
        return None

    def _users_of(self, state: RunState, pool: str) -> tuple[int, ...]:
        return tuple(number for number in state.running if self._share(number, pool))

    def _taken(self, users: tuple[int, ...], pool: str) -> int:
        return sum(self._share(number, pool) for number in users)

    def _share(self, number: int, pool: str) -> int:
        return dict(self.pipeline.tasks[number].pools).get(pool, 0)

    def _holder(self, state: RunState, number: int) -> tuple[int, str] | None:
        running = list(state.running)
        for other in running:
            self._outputs.take(other)
        holder = self._outputs.holder(number)
        for other in running:
            self._outputs.release(other)
        return holder
