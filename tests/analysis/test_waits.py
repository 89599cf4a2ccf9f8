"""What tasks waited for: by example, and that the parts of any run add up to the whole."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterable
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from seeknal_tui.analysis.waits import NO_WAITING, WaitAnalysis, Waiting, last_dependency, microseconds, spells
from seeknal_tui.pipeline.model import CommandAction, Execution, OnFailure, Pipeline, SleepAction, Task
from seeknal_tui.run.events import ENDED, Event, RunStatus, Status, TaskQueued
from seeknal_tui.run.feed import Feed
from seeknal_tui.run.runner import Runner
from seeknal_tui.run.state import RunState
from tests.virtual_run import VirtualRun

S = 1_000_000


def pipeline(*tasks: Task, **pools: int) -> Pipeline:
    return Pipeline("test", tasks, Execution(pools=pools))


def waited(state: RunState, name: str) -> Waiting:
    return WaitAnalysis(state).of_task(state.pipeline.numbers[name])


class TestReasons:
    def test_a_dependency_counts_until_the_last_of_them_has_ended(self) -> None:
        tasks = pipeline(Task(name="a"), Task(name="b"), Task(name="c", depends_on=("a", "b")))
        state = VirtualRun(tasks, [1.0, 3.0, 1.0]).begin().to_the_end()
        assert waited(state, "c") == Waiting(dependency=3 * S)
        (spell,) = spells(state, 2, state.now)
        assert last_dependency(state, spell) == 1

    def test_a_slot_counts_from_then_on(self) -> None:
        tasks = pipeline(Task(name="long", estimate=9.0), Task(name="a"), Task(name="b", depends_on=("a",)))
        run = VirtualRun(tasks, [4.0, 1.0, 1.0], max_parallel=2).begin()
        run.set_max_parallel(1)
        assert waited(run.to_the_end(), "b") == Waiting(dependency=1 * S, slot=3 * S)

    def test_a_full_pool_counts_as_the_pool(self) -> None:
        tasks = pipeline(*(Task(name=name, pools=(("db", 1),)) for name in "ab"), db=1)
        assert waited(VirtualRun(tasks, [2.0, 1.0]).begin().to_the_end(), "b") == Waiting(pool=2 * S)

    def test_a_path_that_is_being_written_counts_as_the_output(self) -> None:
        tasks = pipeline(*(Task(name=name, outputs=("/out",)) for name in "ab"))
        assert waited(VirtualRun(tasks, [2.0, 1.0]).begin().to_the_end(), "b") == Waiting(output=2 * S)

    def test_a_pause_counts_for_what_could_have_started(self) -> None:
        tasks = pipeline(Task(name="a"), Task(name="b", depends_on=("a",)))
        run = VirtualRun(tasks, [2.0, 1.0]).begin()
        run.toggle_pause()
        run.step()
        run.now += 3.0
        run.toggle_pause()
        assert waited(run.to_the_end(), "b") == Waiting(dependency=2 * S, paused=3 * S)

    def test_a_pause_is_not_counted_as_the_pool_too(self) -> None:
        tasks = pipeline(*(Task(name=name, pools=(("db", 1),)) for name in "ab"), db=1)
        run = VirtualRun(tasks, [2.0, 1.0]).begin()
        run.toggle_pause()
        run.step()
        run.now += 3.0
        run.toggle_pause()
        assert waited(run.to_the_end(), "b") == Waiting(paused=5 * S)

    def test_the_delay_before_a_retry_is_told_apart_from_the_slot_after_it(self) -> None:
        tasks = pipeline(Task(name="a", retries=1, retry_delay=1.0), Task(name="b"))
        run = VirtualRun(tasks, [2.0, 4.0], max_parallel=1, fails=lambda number, attempt: (number, attempt) == (0, 1))
        assert waited(run.begin().to_the_end(), "a") == Waiting(retry=1 * S, slot=3 * S)

    def test_of_a_task_that_never_started_counts_until_it_was_skipped(self) -> None:
        tasks = pipeline(Task(name="a"), Task(name="b", depends_on=("a",)))
        run = VirtualRun(tasks, [2.0, 4.0], fails=lambda number, attempt: True)
        assert waited(run.begin().to_the_end(), "b") == Waiting(dependency=2 * S)

    def test_of_a_task_that_waits_still_counts_up_to_now(self) -> None:
        tasks = pipeline(*(Task(name=name, pools=(("db", 1),)) for name in "ab"), Task(name="c"), db=1)
        run = VirtualRun(tasks, [2.0, 1.0, 9.0]).begin()
        assert WaitAnalysis(run.state, 1.5).of_task(1) == Waiting(pool=1_500_000)

    def test_asked_for_once_more_counts_from_when_it_was_asked(self) -> None:
        tasks = pipeline(Task(name="a"), Task(name="b"))
        run = VirtualRun(tasks, [1.0, 4.0], max_parallel=2).begin()
        run.step()
        run.wait(1.0)
        run.set_max_parallel(1)
        run.request([0])
        before, later = WaitAnalysis(run.to_the_end()).before_and_after_start(0)
        assert (before, later) == (NO_WAITING, Waiting(slot=2 * S))

    def test_what_it_waited_before_it_was_pulled_back_is_not_lost(self) -> None:
        tasks = pipeline(Task(name="a"), Task(name="b", depends_on=("a",)), Task(name="c"))
        run = VirtualRun(tasks, [1.0, 1.0, 9.0], max_parallel=2).begin()
        run.set_max_parallel(1)
        run.step()  # a has ended, and b is ready behind c
        run.now = 3.0
        run.request([0])
        assert waited(run.to_the_end(), "b") == Waiting(dependency=(1 + 7) * S, slot=2 * S)


def assert_adds_up(state: RunState, events: Iterable[Event]) -> None:
    """The parts of each task's time are its time, and those of the run are the whole of it."""
    asked_again = [(event.task, event.at) for event in events if isinstance(event, TaskQueued)]
    found = WaitAnalysis(state)
    whole = NO_WAITING
    for number, member in enumerate(state.in_run):
        times = [(spell.since, spell.until) for spell in spells(state, number, state.now)]
        times += [
            (attempt.started_at, state.now if attempt.finished_at is None else attempt.finished_at)
            for attempt in state.attempts_of_run(number)
        ]
        if not member:
            assert not times
            continue
        of_task = found.of_task(number)
        assert min(of_task.dependency, of_task.slot, of_task.pool, of_task.output, of_task.paused, of_task.retry) >= 0
        assert of_task.total == sum(
            microseconds(spell.until) - microseconds(spell.since) for spell in spells(state, number, state.now)
        )
        assert sum(found.before_and_after_start(number), NO_WAITING) == of_task
        # Waiting and running follow one another without gap or overlap, but where it ended and was asked for again.
        times.sort()
        name = state.pipeline.tasks[number].name
        asked = {state.began, *(at for task, at in asked_again if task == name)}
        for (_, end), (begin, _) in pairwise(times):
            assert begin == end or (begin > end and begin in asked)
        if state.statuses[number] in ENDED and state.statuses[number] is not Status.REUSED:
            assert times
            assert times[0][0] in asked
            assert max(end for _, end in times) == state.finished_at[number]
        whole += of_task
    assert whole == found.total()


@st.composite
def played_runs(draw: st.DrawFn) -> VirtualRun:
    count = draw(st.integers(1, 9))
    tasks = []
    for number in range(count):
        upstream = draw(st.lists(st.integers(0, number - 1), unique=True, max_size=3)) if number else []
        tasks.append(
            Task(
                name=f"t{number}",
                depends_on=tuple(f"t{other}" for other in upstream),
                retries=draw(st.integers(0, 2)),
                retry_delay=draw(st.sampled_from([0.0, 0.1, 0.7])),
                pools=draw(st.sampled_from([(), (), (("p", 1),), (("p", 2),)])),
                outputs=draw(st.sampled_from([(), (), ("/out",), ("/out/a",)])),
            )
        )
    stop = draw(st.sampled_from(OnFailure))
    random_pipeline = Pipeline("random", tuple(tasks), Execution(pools={"p": 2}, on_failure=stop))
    durations = draw(st.lists(st.floats(0, 3), min_size=count, max_size=count))
    failures = draw(st.frozensets(st.tuples(st.integers(0, count - 1), st.integers(1, 3)), max_size=4))
    run = VirtualRun(
        random_pipeline,
        durations,
        max_parallel=draw(st.integers(1, 4)),
        fails=lambda number, attempt: (number, attempt) in failures,
    )
    reused = draw(st.frozensets(st.integers(0, count - 1), max_size=2))
    run.begin([number for number in range(count) if number not in reused], reused)
    for _ in range(draw(st.integers(0, 12))):
        number = draw(st.integers(0, count - 1))
        match draw(st.sampled_from(["step", "step", "wait", "slots", "pause", "stop", "request"])):
            case "step":
                run.step()
            case "wait":
                run.wait(draw(st.floats(0, 1)))
            case "slots":
                run.set_max_parallel(draw(st.integers(1, 5)))
            case "pause":
                run.toggle_pause()
            case "stop":
                run.stop(number)
            case "request" if run.scheduler.open:
                run.request([number])
    assert_adds_up(run.state, run.events)
    if run.scheduler.paused:
        run.toggle_pause()
    run.to_the_end()
    return run


def random_runs() -> st.SearchStrategy[RunState]:
    """What becomes of any run, with retries, failures, stops, pauses and other numbers of slots."""
    return played_runs().map(lambda run: run.state)


@given(played_runs())
@settings(max_examples=300, deadline=None)
def test_the_parts_add_up_exactly_in_any_run(run: VirtualRun) -> None:
    state = run.state
    assert all(status in ENDED for status, member in zip(state.statuses, state.in_run, strict=True) if member)
    assert_adds_up(state, run.events)


def test_a_task_that_was_stopped_as_soon_as_it_was_asked_for_and_is_asked_for_later_adds_up() -> None:
    tasks = pipeline(Task(name="a"), Task(name="b"), Task(name="c"))
    run = VirtualRun(tasks, [2.0, 1.0, 1.0], max_parallel=1).begin([0, 1])
    run.wait(1.0)
    run.request([2])
    run.stop(2)
    run.step()
    run.request([2])
    assert_adds_up(run.to_the_end(), run.events)


def test_the_parts_add_up_exactly_in_a_real_run_with_failures_retries_pauses_stops_and_other_slots() -> None:
    draw = random.Random(7)
    tasks = tuple(
        Task(
            name=f"t{number}",
            action=CommandAction("exit 1") if number % 10 == 3 else SleepAction(draw.uniform(0.0, 0.03)),
            depends_on=tuple(f"t{other}" for other in draw.sample(range(number), min(number, number % 3))),
            retries=1,
            retry_delay=0.01,
            pools=(("p", 1),) if number % 4 == 0 else (),
            outputs=("/out",) if number % 5 == 0 else (),
        )
        for number in range(40)
    )
    real = Pipeline("real", tasks, Execution(pools={"p": 2}))
    runner, feed, state = Runner(real, max_parallel=3), Feed(), RunState(real)
    runner.subscribe(feed)
    runner.request(range(40))
    for number in range(0, 40, 4):
        runner.pause()
        runner.set_max_parallel(1 + number % 5)
        runner.stop(number + 1)
        threading.Event().wait(0.005)
        runner.resume()
        runner.request([number, 39 - number])
        threading.Event().wait(0.01)
    runner.wait_until_idle()
    runner.close()
    events = feed.drain()
    state.apply_all(events)
    assert state.status in (RunStatus.FAILED, RunStatus.CANCELLED)
    assert len(state.pauses) >= 5
    assert_adds_up(state, events)
