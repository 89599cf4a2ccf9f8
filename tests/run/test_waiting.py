"""Why tasks wait, told by the state alone, is what the scheduler says."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from seeknal_tui.pipeline.model import Execution, Pipeline, Task
from seeknal_tui.run.events import (
    Event,
    Paused,
    RunStarted,
    Status,
    TaskFinished,
    TaskQueued,
    TaskReady,
    TaskRetrying,
    TaskStarted,
)
from seeknal_tui.run.scheduler import Scheduler
from seeknal_tui.run.state import RunState
from seeknal_tui.run.wait import Wait
from seeknal_tui.run.waiting import Waiting
from tests.strategies import random_pipelines


def state_of(pipeline: Pipeline, *events: Event, max_parallel: int = 2) -> RunState:
    state = RunState(pipeline)
    names = tuple(task.name for task in pipeline.tasks)
    state.apply(RunStarted(0.0, "8f3c", "test", "", max_parallel, names, 0.0))
    state.apply_all(events)
    return state


def wait_of(state: RunState, number: int, now: float = 1.0) -> Wait | None:
    return Waiting(state.pipeline).wait_of(state, number, now)


def of(*tasks: Task, **pools: int) -> Pipeline:
    return Pipeline("test", tasks, Execution(pools=pools))


class TestReasons:
    def test_a_pending_task_waits_for_what_has_not_succeeded(self) -> None:
        pipeline = of(Task(name="a"), Task(name="b"), Task(name="c", depends_on=("a", "b")))
        state = state_of(pipeline, TaskReady(0, "a"), TaskStarted(0, "a", 1, 0), TaskFinished(1, "a", Status.SUCCEEDED))
        assert wait_of(state, 2) == Wait("dependency", (1,))

    def test_a_ready_task_waits_for_a_slot(self) -> None:
        state = state_of(of(Task(name="a"), Task(name="b")), TaskReady(0, "a"), TaskReady(0, "b"), max_parallel=1)
        state.apply(TaskStarted(0, "a", 1, 0))
        assert wait_of(state, 1) == Wait("slot", (0,))

    def test_a_pool_without_room_and_who_has_it(self) -> None:
        pipeline = of(Task(name="a", pools=(("db", 1),)), Task(name="b", pools=(("db", 1),)), db=1)
        state = state_of(pipeline, TaskReady(0, "a"), TaskReady(0, "b"), TaskStarted(0, "a", 1, 0))
        assert wait_of(state, 1) == Wait("pool", (0,), "db")

    def test_an_output_path_that_another_writes(self) -> None:
        pipeline = of(Task(name="a", outputs=("/x",)), Task(name="b", outputs=("/x/y",)))
        state = state_of(pipeline, TaskReady(0, "a"), TaskReady(0, "b"), TaskStarted(0, "a", 1, 0))
        assert wait_of(state, 1) == Wait("output", (0,), "/x")
        assert wait_of(state, 1) == Wait("output", (0,), "/x")  # asking changes nothing

    def test_a_result_that_is_being_read_while_it_was_asked_for_again(self) -> None:
        pipeline = of(Task(name="a"), Task(name="b", depends_on=("a",)))
        state = state_of(pipeline, TaskFinished(0, "a", Status.SUCCEEDED), TaskReady(0, "b"), TaskStarted(0, "b", 1, 0))
        state.apply_all([TaskQueued(0.5, "a"), TaskReady(0.5, "a")])
        assert wait_of(state, 0) == Wait("output", (1,), "the result of a")

    def test_the_delay_before_a_retry_until_it_is_over(self) -> None:
        state = state_of(of(Task(name="a")), TaskReady(0, "a"), TaskStarted(0, "a", 1, 0))
        state.apply(TaskRetrying(1.0, "a", 1, "no luck", 2.0))
        assert wait_of(state, 0, 2.9) == Wait("retry")
        assert wait_of(state, 0, 3.0) == Wait("slot")

    def test_a_pause(self) -> None:
        state = state_of(of(Task(name="a")), TaskReady(0, "a"), Paused(0.5))
        assert wait_of(state, 0) == Wait("paused")

    def test_what_runs_has_ended_or_was_not_asked_for_does_not_wait(self) -> None:
        state = RunState(of(Task(name="a"), Task(name="b")))
        assert wait_of(state, 0) is None
        state.apply(RunStarted(0.0, "8f3c", "test", "", 1, ("a",), 0.0))
        state.apply_all([TaskReady(0, "a"), TaskStarted(0, "a", 1, 0)])
        assert wait_of(state, 0) is wait_of(state, 1) is None


@given(random_pipelines(), st.integers(1, 4), st.integers(0, 30))
@settings(deadline=None)
def test_at_any_moment_of_any_run_the_dependencies_and_slots_are_those_of_the_scheduler(
    pipeline: Pipeline, slots: int, ends: int
) -> None:
    scheduler = Scheduler(pipeline, [1.0] * len(pipeline.tasks), slots)
    state = state_of(pipeline, max_parallel=slots)
    names = [task.name for task in pipeline.tasks]
    _, asked = scheduler.request(range(len(names)))
    state.apply_all(TaskReady(0, names[number]) for number in asked)
    for _ in range(ends):
        while (number := scheduler.start_next(0.0)) is not None:
            state.apply(TaskStarted(0, names[number], 1, 0))
        if not scheduler.running:
            break
        ended = next(iter(scheduler.running))
        ready, _, _ = scheduler.finish(ended, Status.SUCCEEDED, 0.0)
        state.apply(TaskFinished(0, names[ended], Status.SUCCEEDED))
        state.apply_all(TaskReady(0, names[number]) for number in ready)
    rules = Waiting(pipeline)
    for number in range(len(names)):
        said, told = scheduler.wait_of(number), rules.wait_of(state, number, 0.0)
        assert (said is None) == (told is None)
        if said is not None and said.reason == "dependency":
            assert said == told
