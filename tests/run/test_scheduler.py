"""The scheduler: which task starts next, and why the others wait."""

from __future__ import annotations

from heapq import heappop, heappush

from hypothesis import given, settings
from hypothesis import strategies as st

from seeknal_tui.pipeline.model import Execution, OnFailure, Pipeline, Task
from seeknal_tui.run.events import ENDED, Status
from seeknal_tui.run.scheduler import Scheduler, ways_to_end
from seeknal_tui.run.wait import Wait, Waited


def pipeline(*tasks: Task, **pools: int) -> Pipeline:
    return Pipeline("test", tasks, Execution(pools=pools))


def scheduler_of(*tasks: Task, slots: int = 4, on_failure: OnFailure = OnFailure.CONTINUE, **pools: int) -> Scheduler:
    it = Scheduler(pipeline(*tasks, **pools), [1.0] * len(tasks), slots, on_failure)
    it.request(range(len(tasks)))
    return it


def start_all(scheduler: Scheduler, now: float = 0.0) -> list[int]:
    started = []
    while (number := scheduler.start_next(now)) is not None:
        started.append(number)
    return started


def pooled(name: str, slots: int) -> Task:
    return Task(name=name, pools=(("p", slots),))


A, B, C = Task(name="a"), Task(name="b"), Task(name="c")


class TestOrder:
    def test_independent_tasks_start_together_up_to_the_number_of_slots(self) -> None:
        assert start_all(scheduler_of(A, B, C, slots=2)) == [0, 1]

    def test_a_task_starts_when_the_last_of_its_dependencies_has_succeeded(self) -> None:
        scheduler = scheduler_of(A, B, Task(name="c", depends_on=("a", "b")))
        start_all(scheduler)
        assert scheduler.finish(0, Status.SUCCEEDED, 1.0) == ([], (), ())
        assert scheduler.finish(1, Status.SUCCEEDED, 1.0) == ([2], (), ())
        assert start_all(scheduler) == [2]

    def test_the_longest_way_to_the_end_goes_first(self) -> None:
        tasks = (Task(name="short"), Task(name="long"), Task(name="after", depends_on=("long",)))
        scheduler = Scheduler(pipeline(*tasks), [2.0, 1.0, 5.0], 1)
        scheduler.request(range(3))
        assert start_all(scheduler) == [1]

    def test_the_way_to_the_end_adds_up_the_longest_chain(self) -> None:
        tasks = (A, Task(name="b", depends_on=("a",)), Task(name="c", depends_on=("a",)))
        assert ways_to_end(pipeline(*tasks), [1.0, 2.0, 5.0]) == [6.0, 2.0, 5.0]

    def test_a_dependency_that_was_not_asked_for_stands(self) -> None:
        scheduler = Scheduler(pipeline(A, Task(name="b", depends_on=("a",))), [1.0, 1.0], 4)
        scheduler.request([1])
        assert start_all(scheduler) == [1]


class TestFailure:
    def test_only_what_depends_on_a_failed_task_is_skipped(self) -> None:
        scheduler = scheduler_of(
            A, Task(name="b", depends_on=("a",)), Task(name="c", depends_on=("b",)), Task(name="d"), slots=1
        )
        start_all(scheduler)
        assert scheduler.finish(0, Status.FAILED, 1.0) == ((), [1, 2], [])
        assert start_all(scheduler) == [3]

    def test_with_stop_nothing_new_starts_after_a_failure(self) -> None:
        scheduler = scheduler_of(A, B, C, slots=2, on_failure=OnFailure.STOP)
        start_all(scheduler)
        assert scheduler.finish(0, Status.FAILED, 1.0) == ((), [], [2])
        assert start_all(scheduler) == []
        assert scheduler.statuses == [Status.FAILED, Status.RUNNING, Status.CANCELLED]

    def test_a_delayed_task_gives_its_slot_to_another(self) -> None:
        scheduler = scheduler_of(A, B, slots=1)
        start_all(scheduler)
        scheduler.delay(0, 1.0)
        assert scheduler.wait_of(0) == Wait("retry")
        assert start_all(scheduler) == [1]
        assert scheduler.undelay(0)
        scheduler.finish(1, Status.SUCCEEDED, 2.0)
        assert start_all(scheduler) == [0]


class TestSlots:
    def test_more_slots_are_filled_at_once(self) -> None:
        scheduler = scheduler_of(A, B, C, slots=1)
        start_all(scheduler)
        scheduler.max_parallel = 3
        assert start_all(scheduler) == [1, 2]

    def test_with_fewer_slots_running_tasks_end_first(self) -> None:
        scheduler = scheduler_of(A, B, C, slots=2)
        start_all(scheduler)
        scheduler.max_parallel = 1
        scheduler.finish(0, Status.SUCCEEDED, 1.0)
        assert start_all(scheduler) == []
        scheduler.finish(1, Status.SUCCEEDED, 1.0)
        assert start_all(scheduler) == [2]

    def test_nothing_starts_while_paused(self) -> None:
        scheduler = scheduler_of(A)
        scheduler.pause(0.0)
        assert start_all(scheduler) == []
        assert scheduler.wait_of(0) == Wait("paused")


class TestPoolsAndOutputs:
    def test_a_full_pool_holds_its_tasks_back_and_lets_others_pass(self) -> None:
        scheduler = scheduler_of(pooled("a", 1), pooled("b", 1), C, p=1)
        assert start_all(scheduler) == [0, 2]
        assert scheduler.wait_of(1) == Wait("pool", (0,), "p")
        scheduler.finish(0, Status.SUCCEEDED, 3.0)
        assert start_all(scheduler, 3.0) == [1]
        assert scheduler.take_waited(1) == Waited(pool_s=3.0)

    def test_how_long_the_pool_was_in_the_way_is_told_while_the_task_waits_and_how_long_a_slot_after_it(self) -> None:
        scheduler = scheduler_of(pooled("a", 1), C, pooled("b", 1), Task(name="d"), slots=2, p=1)
        assert start_all(scheduler) == [0, 1]
        assert scheduler.waited_of(2, 1.0) == Waited()
        scheduler.finish(1, Status.SUCCEEDED, 1.0)
        assert start_all(scheduler, 1.0) == [3]
        assert scheduler.waited_of(2, 3.0) == Waited(pool_s=2.0)
        scheduler.max_parallel = 1
        scheduler.finish(0, Status.SUCCEEDED, 4.0)
        assert start_all(scheduler, 4.0) == []
        assert scheduler.waited_of(2, 4.5) == Waited(pool_s=3.0, slot_after_s=0.5)
        scheduler.finish(3, Status.SUCCEEDED, 6.0)
        assert start_all(scheduler, 6.0) == [2]
        assert scheduler.take_waited(2) == Waited(pool_s=3.0, slot_after_s=2.0)

    def test_what_was_in_the_way_before_its_dependency_was_asked_for_once_more_is_not_told(self) -> None:
        after = Task(name="after", depends_on=("first",), pools=(("p", 1),))
        scheduler = scheduler_of(Task(name="first"), after, pooled("long", 1), slots=2, p=1)
        start_all(scheduler)
        scheduler.finish(0, Status.SUCCEEDED, 1.0)
        assert start_all(scheduler, 1.0) == []
        assert scheduler.waited_of(1, 3.0) == Waited(pool_s=2.0)
        scheduler.request([0])
        assert start_all(scheduler, 3.0) == [0]
        scheduler.finish(0, Status.SUCCEEDED, 4.0)
        assert scheduler.waited_of(1, 4.0) == Waited()

    def test_a_task_that_needs_the_whole_pool_is_not_passed_over_for_good(self) -> None:
        tasks = [pooled("s0", 1), pooled("big", 2), *(pooled(f"s{n}", 1) for n in range(1, 4))]
        scheduler = Scheduler(pipeline(*tasks, p=2), [9.0, 8.0, 1.0, 1.0, 1.0], 8)
        scheduler.request(range(5))
        order = []
        running = start_all(scheduler)
        while running:
            order += running
            for number in running:
                scheduler.finish(number, Status.SUCCEEDED, 1.0)
            running = start_all(scheduler)
        assert sorted(order) == [0, 1, 2, 3, 4]

    def test_the_line_behind_a_pool_moves_on_when_its_first_is_cancelled(self) -> None:
        tasks = (pooled("a", 1), pooled("big", 2), pooled("b", 1))
        scheduler = Scheduler(pipeline(*tasks, p=2), [3.0, 2.0, 1.0], 4)
        scheduler.request(range(3))
        assert start_all(scheduler) == [0]
        assert scheduler.wait_of(2) == Wait("pool", (0,), "p")
        scheduler.cancel(1)
        assert start_all(scheduler) == [2]

    def test_two_tasks_with_the_same_output_never_run_together(self) -> None:
        scheduler = scheduler_of(Task(name="a", outputs=("/x/f",)), Task(name="b", outputs=("/x/f",)))
        assert start_all(scheduler) == [0]
        assert scheduler.wait_of(1) == Wait("output", (0,), "/x/f")

    def test_an_output_inside_the_folder_of_another_is_the_same_output(self) -> None:
        scheduler = scheduler_of(Task(name="a", outputs=("/x",)), Task(name="b", outputs=("/x/y/f",)))
        assert start_all(scheduler) == [0]

    def test_outputs_side_by_side_in_a_folder_that_a_third_task_writes_may_be_written_together(self) -> None:
        a, b = Task(name="a", outputs=("/x/a",)), Task(name="b", outputs=("/x/b",))
        scheduler = scheduler_of(Task(name="all", outputs=("/x",)), a, b)
        assert start_all(scheduler) == [0]
        scheduler.finish(0, Status.SUCCEEDED, 1.0)
        assert start_all(scheduler) == [1, 2]


class TestWhy:
    def test_a_pending_task_waits_for_the_dependencies_that_have_not_succeeded(self) -> None:
        scheduler = scheduler_of(A, B, Task(name="c", depends_on=("a", "b")))
        start_all(scheduler)
        scheduler.finish(0, Status.SUCCEEDED, 1.0)
        assert scheduler.wait_of(2) == Wait("dependency", (1,))

    def test_a_ready_task_without_a_slot_waits_for_those_who_run(self) -> None:
        scheduler = scheduler_of(A, B, C, slots=2)
        start_all(scheduler)
        assert scheduler.wait_of(2) == Wait("slot", (0, 1))

    def test_a_running_task_waits_for_nothing(self) -> None:
        scheduler = scheduler_of(A)
        start_all(scheduler)
        assert scheduler.wait_of(0) is None


class TestOnceMore:
    def test_a_running_task_that_is_asked_for_runs_once_more_after_it_has_ended(self) -> None:
        scheduler = scheduler_of(A, Task(name="b", depends_on=("a",)))
        start_all(scheduler)
        assert scheduler.request([0]) == ([], [])
        scheduler.finish(0, Status.SUCCEEDED, 1.0)
        assert scheduler.requeued(0) is True
        assert start_all(scheduler) == [0]

    def test_what_depends_on_it_waits_for_its_new_result(self) -> None:
        scheduler = scheduler_of(A, Task(name="b", depends_on=("a",)), slots=1)
        start_all(scheduler)
        scheduler.finish(0, Status.SUCCEEDED, 1.0)
        assert scheduler.request([0]) == ([0, 1], [0])
        assert start_all(scheduler) == [0]
        assert scheduler.wait_of(1) == Wait("dependency", (0,))

    def test_it_does_not_replace_a_result_while_a_running_task_reads_it(self) -> None:
        scheduler = scheduler_of(A, Task(name="b", depends_on=("a",)))
        start_all(scheduler)
        scheduler.finish(0, Status.SUCCEEDED, 1.0)
        start_all(scheduler)
        scheduler.request([0])
        assert start_all(scheduler) == []
        assert scheduler.wait_of(0) == Wait("output", (1,), "the result of a")
        scheduler.finish(1, Status.SUCCEEDED, 2.0)
        assert start_all(scheduler, 2.0) == [0]

    def test_a_failed_task_and_what_was_skipped_can_be_asked_for_again(self) -> None:
        scheduler = scheduler_of(A, Task(name="b", depends_on=("a",)))
        start_all(scheduler)
        scheduler.finish(0, Status.FAILED, 1.0)
        assert scheduler.open == 0
        assert scheduler.request([0, 1]) == ([0, 1], [0])
        start_all(scheduler)
        assert scheduler.finish(0, Status.SUCCEEDED, 2.0)[0] == [1]

    def test_a_task_behind_a_failed_one_that_was_not_asked_for_is_skipped(self) -> None:
        scheduler = scheduler_of(A, Task(name="b", depends_on=("a",)), C)
        start_all(scheduler)
        scheduler.finish(0, Status.FAILED, 1.0)
        scheduler.request([1])
        assert scheduler.skip_hopeless() == [1]


@st.composite
def restricted_pipelines(draw: st.DrawFn) -> Pipeline:
    """Random DAGs whose tasks share pools and outputs."""
    size = draw(st.integers(1, 14))
    tasks = []
    for number in range(size):
        upstream = draw(st.lists(st.integers(0, number - 1), unique=True, max_size=3)) if number else []
        tasks.append(
            Task(
                name=f"t{number}",
                depends_on=tuple(f"t{other}" for other in upstream),
                pools=(("p", draw(st.integers(1, 2))),) if draw(st.booleans()) else (),
                outputs=tuple(draw(st.lists(st.sampled_from(["/o", "/o/a", "/o/b", "/q"]), unique=True, max_size=2))),
            )
        )
    return Pipeline("random", tuple(tasks), Execution(pools={"p": 2}))


def overlap(one: str, other: str) -> bool:
    return one == other or one.startswith(other + "/") or other.startswith(one + "/")


def assert_none_waits_without_reason(scheduler: Scheduler) -> None:
    """Where a slot is free, whatever is ready waits for a pool, an output or a retry, and somebody running has it."""
    if len(scheduler.running) < scheduler.max_parallel:
        for number, status in enumerate(scheduler.statuses):
            wait = scheduler.wait_of(number)
            if status is Status.READY:
                assert wait is not None
                assert wait.reason in ("pool", "output", "retry")
                assert wait.reason == "retry" or wait.holders


def assert_allowed(it: Pipeline, scheduler: Scheduler, started: int) -> None:
    """The task that has just started broke none of the rules by it."""
    tasks, running = it.tasks, list(scheduler.running)
    assert len(running) <= scheduler.max_parallel
    assert sum(slots for number in running for _, slots in tasks[number].pools) <= 2
    for rival in running:
        if rival != started:
            assert not any(overlap(a, b) for a in tasks[started].outputs for b in tasks[rival].outputs)
    for other in it.upstream[started]:
        assert scheduler.statuses[other] in (Status.SUCCEEDED, Status.REUSED, None)
    assert not any(scheduler.statuses[reader] is Status.RUNNING for reader in it.downstream[started])


def surprise(scheduler: Scheduler, data: st.DataObject, size: int) -> None:
    """Something that a user may do in the middle of a run."""
    match data.draw(st.sampled_from(["slots", "ask", "cancel", "nothing"])):
        case "slots":
            scheduler.max_parallel = data.draw(st.integers(1, 5))
        case "ask":
            scheduler.request(data.draw(st.sets(st.integers(0, size - 1), max_size=3)))
            scheduler.skip_hopeless()
        case "cancel":
            scheduler.cancel(data.draw(st.integers(0, size - 1)))


@settings(deadline=None, max_examples=300)
@given(restricted_pipelines(), st.data())
def test_whatever_happens_no_rule_is_broken_and_every_task_ends(it: Pipeline, data: st.DataObject) -> None:
    size = len(it.tasks)
    durations = data.draw(st.lists(st.floats(0.01, 10), min_size=size, max_size=size))
    scheduler = Scheduler(it, durations, data.draw(st.integers(1, 5)))
    scheduler.request(data.draw(st.sets(st.integers(0, size - 1), min_size=1)))
    clock = 0.0
    ending: list[tuple[float, int]] = []
    delayed: list[int] = []
    surprises = data.draw(st.integers(0, 12))
    while scheduler.open:
        while (number := scheduler.start_next(clock)) is not None:
            assert_allowed(it, scheduler, number)
            heappush(ending, (clock + durations[number], number))
        assert_none_waits_without_reason(scheduler)
        if surprises:
            surprises -= 1
            surprise(scheduler, data, size)
        if not ending:
            if delayed:
                scheduler.undelay(delayed.pop())
            else:
                assert scheduler.may_start or not scheduler.open, "all wait and nobody runs"
            continue
        clock, number = heappop(ending)
        outcome = data.draw(st.sampled_from(["ok", "ok", "ok", "fail", "delay"]))
        if outcome == "delay" and surprises:
            if scheduler.delay(number, clock):
                delayed.append(number)
            else:
                scheduler.skip_hopeless()
        else:
            scheduler.finish(number, Status.SUCCEEDED if outcome == "ok" else Status.FAILED, clock)
            if scheduler.requeued(number) is not None:
                scheduler.skip_hopeless()
    assert not scheduler.running
    assert all(status is None or status in ENDED for status in scheduler.statuses)
