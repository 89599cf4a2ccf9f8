"""The runner, with real threads: what it starts when, and the events it writes of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seeknal_tui.pipeline.model import (
    CommandAction,
    Execution,
    OnFailure,
    Pipeline,
    Place,
    SleepAction,
    SqlAction,
    Task,
)
from seeknal_tui.run.events import (
    ENDED,
    Event,
    MaxParallelChanged,
    Paused,
    Resumed,
    RunFinished,
    RunStarted,
    RunStatus,
    Status,
    TaskFinished,
    TaskOutput,
    TaskReady,
    TaskRetrying,
    TaskStarted,
)
from seeknal_tui.run.feed import Feed
from seeknal_tui.run.runner import Runner
from seeknal_tui.run.state import RunState

PATIENCE_S = 60.0


class Recorded:
    """A runner, and all events it has written so far."""

    def __init__(self, runner: Runner) -> None:
        self.runner = runner
        self.feed = Feed()
        self.events: list[Event] = []
        self.state = RunState(runner.pipeline)
        runner.subscribe(self.feed)

    def drain(self) -> list[Event]:
        new = self.feed.drain()
        self.events += new
        self.state.apply_all(new)
        return self.events

    def until(self, condition: Callable[[RunState], bool]) -> None:
        """Wait until the state is as wanted."""
        waiter = threading.Event()
        for _ in range(int(PATIENCE_S / 0.005)):
            self.drain()
            if condition(self.state):
                return
            waiter.wait(0.005)
        raise AssertionError(f"never came: {self.state.statuses} {self.events[-5:]}")

    def until_idle(self) -> None:
        assert self.runner.wait_until_idle(PATIENCE_S)
        assert self.runner.crash is None
        self.drain()

    def status(self, name: str) -> Status:
        return self.state.statuses[self.state.pipeline.numbers[name]]


@contextmanager
def recorded(
    folder: Path, *tasks: Task, slots: int = 4, on_failure: OnFailure = OnFailure.CONTINUE, **pools: int
) -> Iterator[Recorded]:
    execution = Execution(max_parallel=slots, on_failure=on_failure, pools=pools)
    runner = Runner(Pipeline("test", tasks, execution, file=folder / "pipeline.yml"))
    try:
        yield Recorded(runner)
    finally:
        runner.close(kill=True)


def run(folder: Path, *tasks: Task, slots: int = 4, on_failure: OnFailure = OnFailure.CONTINUE) -> Recorded:
    with recorded(folder, *tasks, slots=slots, on_failure=on_failure) as it:
        it.runner.request(range(len(tasks)))
        it.until_idle()
        return it


def sleeping(name: str, seconds: float, *depends_on: str, **more: object) -> Task:
    return Task(name=name, action=SleepAction(seconds), depends_on=depends_on, **more)  # type: ignore[arg-type]


def failing(name: str, *depends_on: str, **more: object) -> Task:
    return Task(name=name, action=CommandAction("exit 3"), depends_on=depends_on, **more)  # type: ignore[arg-type]


def of_task(events: list[Event], name: str) -> list[str]:
    return [type(event).__name__ for event in events if getattr(event, "task", None) == name]


class TestEvents:
    def test_a_run_is_told_from_its_start_to_its_end(self, tmp_path: Path) -> None:
        it = run(tmp_path, Task(name="a"), Task(name="b", depends_on=("a",)))
        assert [type(event) for event in it.events] == [
            RunStarted,
            TaskReady,
            TaskStarted,
            TaskFinished,
            TaskReady,
            TaskStarted,
            TaskFinished,
            RunFinished,
        ]
        assert it.state.status is RunStatus.SUCCEEDED

    def test_the_clock_never_goes_back(self, tmp_path: Path) -> None:
        echo = [Task(name=f"t{n}", action=CommandAction(f"seq 50; sleep 0.0{n}; seq 50")) for n in range(6)]
        times = [event.at for event in run(tmp_path, *echo).events]
        assert times == sorted(times)

    def test_what_a_task_printed_comes_before_its_end(self, tmp_path: Path) -> None:
        it = run(tmp_path, Task(name="a", action=CommandAction("printf 'one\\ntwo'")))
        kinds = [kind for kind in of_task(it.events, "a") if kind not in ("TaskSampled", "TaskFiles")]
        assert kinds[-2:] == ["TaskOutput", "TaskFinished"]
        text = "\n".join(event.text for event in it.events if isinstance(event, TaskOutput))
        assert text == "one\ntwo"

    def test_lanes_are_used_again_from_the_lowest(self, tmp_path: Path) -> None:
        tasks = [sleeping(f"t{n}", 0.01) for n in range(12)]
        it = run(tmp_path, *tasks, slots=3)
        assert {event.lane for event in it.events if isinstance(event, TaskStarted)} == {0, 1, 2}


class TestFailure:
    def test_a_failure_skips_only_what_depends_on_it(self, tmp_path: Path) -> None:
        it = run(tmp_path, failing("a"), Task(name="b", depends_on=("a",)), sleeping("c", 0.01))
        assert [it.status(name) for name in "abc"] == [Status.FAILED, Status.SKIPPED, Status.SUCCEEDED]
        assert it.state.status is RunStatus.FAILED
        assert it.state.errors[0] == "exited with 3"

    def test_with_stop_the_running_tasks_end_and_nothing_new_starts(self, tmp_path: Path) -> None:
        tasks = [failing("a"), sleeping("b", 0.3), sleeping("c", 0.0, "b")]
        it = run(tmp_path, *tasks, on_failure=OnFailure.STOP)
        assert [it.status(name) for name in "abc"] == [Status.FAILED, Status.SUCCEEDED, Status.CANCELLED]

    def test_a_failed_attempt_is_repeated_as_often_as_asked(self, tmp_path: Path) -> None:
        it = run(tmp_path, failing("a", retries=2))
        kinds = of_task(it.events, "a")
        assert kinds.count("TaskStarted") == 3
        assert kinds.count("TaskRetrying") == 2
        assert [attempt.number for attempt in it.state.attempts[0]] == [1, 2, 3]

    def test_a_retry_that_succeeds_makes_the_task_succeed(self, tmp_path: Path) -> None:
        flaky = CommandAction("test -e marker || { touch marker; exit 1; }")
        it = run(tmp_path, Task(name="a", action=flaky, retries=1, retry_delay=0.05))
        assert it.status("a") is Status.SUCCEEDED
        first, second = it.state.attempts[0]
        assert second.started_at - (first.finished_at or 0) >= 0.05

    def test_the_slot_is_free_during_the_delay_before_a_retry(self, tmp_path: Path) -> None:
        it = run(tmp_path, failing("a", retries=1, retry_delay=0.3, estimate=9.0), sleeping("b", 0.01), slots=1)
        names = [event.task for event in it.events if isinstance(event, TaskStarted)]
        assert names == ["a", "b", "a"]

    def test_an_attempt_that_takes_too_long_fails(self, tmp_path: Path) -> None:
        it = run(tmp_path, sleeping("a", 9, timeout=0.05))
        assert it.state.errors[0] == "timed out after 50ms"

    def test_a_folder_that_is_a_file_fails_the_one_task_with_a_message(self, tmp_path: Path) -> None:
        (tmp_path / "target").write_text("in the way")
        it = run(tmp_path, Task(name="a", action=CommandAction("true")), sleeping("b", 0.01))
        assert it.status("a") is Status.FAILED
        assert "target" in it.state.errors[0]
        assert it.status("b") is Status.SUCCEEDED


class TestSlider:
    def test_more_slots_are_filled_at_once(self, tmp_path: Path) -> None:
        with recorded(tmp_path, *[sleeping(f"t{n}", 30) for n in range(8)], slots=1) as it:
            it.runner.request(range(8))
            it.until(lambda state: len(state.running) == 1)
            it.runner.set_max_parallel(8)
            it.until(lambda state: len(state.running) == 8)
            assert [event.max_parallel for event in it.events if isinstance(event, MaxParallelChanged)] == [8]

    def test_fewer_slots_let_running_tasks_end(self, tmp_path: Path) -> None:
        with recorded(tmp_path, *[sleeping(f"t{n}", 0.2) for n in range(6)], slots=4) as it:
            it.runner.request(range(6))
            it.until(lambda state: len(state.running) == 4)
            it.runner.set_max_parallel(1)
            it.until_idle()
        assert it.state.statuses == [Status.SUCCEEDED] * 6
        assert_never_too_many(it.events)

    def test_a_number_that_is_none_of_slots_is_refused(self, tmp_path: Path) -> None:
        with recorded(tmp_path, Task(name="a")) as it, pytest.raises(ValueError, match="from 1"):
            it.runner.set_max_parallel(0)


class TestPause:
    def test_nothing_starts_while_paused_and_all_goes_on_after(self, tmp_path: Path) -> None:
        with recorded(tmp_path, sleeping("a", 0.05), sleeping("b", 0.0, "a")) as it:
            it.runner.request(range(2))
            it.until(lambda state: state.statuses[0] is Status.RUNNING)
            it.runner.pause()
            it.until(lambda state: state.statuses[1] is Status.READY)
            assert it.runner.wait_of(1).reason == "paused"  # type: ignore[union-attr]
            it.runner.resume()
            it.until_idle()
            assert [type(e) for e in it.events if isinstance(e, Paused | Resumed)] == [Paused, Resumed]
            assert it.status("b") is Status.SUCCEEDED


class TestStop:
    def test_a_running_task_is_stopped_and_what_depends_on_it_skipped(self, tmp_path: Path) -> None:
        with recorded(tmp_path, sleeping("a", 60), sleeping("b", 0.0, "a"), sleeping("c", 0.01)) as it:
            it.runner.request(range(3))
            it.until(lambda state: 0 in state.running)
            it.runner.stop(0)
            it.until_idle()
            assert [it.status(name) for name in "abc"] == [Status.CANCELLED, Status.SKIPPED, Status.SUCCEEDED]
            assert it.state.status is RunStatus.CANCELLED

    def test_a_waiting_task_is_cancelled_before_it_starts(self, tmp_path: Path) -> None:
        with recorded(tmp_path, sleeping("a", 0.1), sleeping("b", 0.0, "a")) as it:
            it.runner.request(range(2))
            it.runner.stop(1)
            it.until_idle()
            assert of_task(it.events, "b") == ["TaskFinished"]
            assert it.status("b") is Status.CANCELLED

    def test_stopping_all_ends_the_run(self, tmp_path: Path) -> None:
        with recorded(tmp_path, *[sleeping(f"t{n}", 60) for n in range(6)], slots=2) as it:
            it.runner.request(range(6))
            it.until(lambda state: len(state.running) == 2)
            it.runner.stop_all()
            it.until_idle()
            assert it.state.statuses == [Status.CANCELLED] * 6

    def test_a_stopped_task_is_not_tried_again(self, tmp_path: Path) -> None:
        with recorded(tmp_path, sleeping("a", 60, retries=5)) as it:
            it.runner.request([0])
            it.until(lambda state: 0 in state.running)
            it.runner.stop(0)
            it.until_idle()
            assert len(it.state.attempts[0]) == 1


class TestRerun:
    def test_after_the_end_it_is_a_run_of_its_own_and_the_attempts_of_both_are_kept(self, tmp_path: Path) -> None:
        with recorded(tmp_path, sleeping("a", 0.01), sleeping("b", 0.01, "a")) as it:
            it.runner.request(range(2))
            it.until_idle()
            it.runner.request([1], reuse=[0])
            it.until_idle()
            assert it.state.runs == 2
            assert it.status("a") is Status.REUSED
            assert [attempt.run for attempt in it.state.attempts[1]] == [0, 1]
            assert len({event.run_id for event in it.events if isinstance(event, RunStarted)}) == 2

    def test_what_took_longer_the_last_time_is_started_first(self, tmp_path: Path) -> None:
        quick, slow = CommandAction("true"), CommandAction("sleep 0.1")
        with recorded(tmp_path, Task(name="a", action=quick), Task(name="b", action=slow), slots=1) as it:
            for expected in (["a", "b"], ["b", "a"]):
                it.runner.request(range(2))
                it.until_idle()
                assert [event.task for event in it.events if isinstance(event, TaskStarted)][-2:] == expected

    def test_a_failed_task_and_what_it_held_up_can_be_run_again_while_others_run(self, tmp_path: Path) -> None:
        flaky = CommandAction("test -e marker || { touch marker; exit 1; }")
        tasks = [Task(name="a", action=flaky), sleeping("b", 0.0, "a"), sleeping("c", 60)]
        with recorded(tmp_path, *tasks) as it:
            it.runner.request(range(3))
            it.until(lambda state: state.statuses[1] is Status.SKIPPED)
            it.runner.request([0, 1])
            it.until(lambda state: state.statuses[1] is Status.SUCCEEDED)
            assert it.status("c") is Status.RUNNING
            assert it.state.runs == 1

    def test_a_running_task_is_never_started_twice_at_once(self, tmp_path: Path) -> None:
        with recorded(tmp_path, sleeping("a", 0.1)) as it:
            it.runner.request([0])
            it.until(lambda state: 0 in state.running)
            for _ in range(5):
                it.runner.request([0])
            it.until_idle()
            first, second = it.state.attempts[0]
            assert (first.finished_at or 0) <= second.started_at


class TestPrecedence:
    def test_two_tasks_with_the_same_output_run_one_after_the_other(self, tmp_path: Path) -> None:
        tasks = [sleeping(f"t{n}", 0.02, outputs=("/x/f",)) for n in range(5)]
        it = run(tmp_path, *tasks)
        assert most_at_once(it.events) == 1
        assert sum(state[0].output_s for state in it.state.attempts) > 0

    def test_a_pool_lets_no_more_run_than_it_has_slots(self, tmp_path: Path) -> None:
        tasks = [sleeping(f"t{n}", 0.02, pools=(("p", 1),)) for n in range(6)]
        with recorded(tmp_path, *tasks, slots=6, p=2) as it:
            it.runner.request(range(6))
            it.until_idle()
        assert most_at_once(it.events) == 2
        assert sum(state[0].pool_s for state in it.state.attempts) > 0


def most_at_once(events: list[Event]) -> int:
    running: set[str] = set()
    most = 0
    for event in events:
        if isinstance(event, TaskStarted):
            running.add(event.task)
            most = max(most, len(running))
        elif isinstance(event, TaskRetrying | TaskFinished):
            running.discard(event.task)
    return most


def assert_never_too_many(events: list[Event]) -> None:
    """At each start no more tasks run than there are slots at that moment, and no task runs twice at once."""
    slots, running = 0, set()
    for event in events:
        match event:
            case RunStarted() | MaxParallelChanged():
                slots = event.max_parallel
            case TaskStarted():
                assert event.task not in running
                running.add(event.task)
                assert len(running) <= slots
            case TaskRetrying() | TaskFinished():
                running.discard(event.task)
    assert not running


@st.composite
def eventful_tasks(draw: st.DrawFn) -> list[Task]:
    tasks = []
    for number in range(draw(st.integers(1, 12))):
        upstream = draw(st.lists(st.integers(0, number - 1), unique=True, max_size=2)) if number else []
        tasks.append(
            Task(
                name=f"t{number}",
                depends_on=tuple(f"t{other}" for other in upstream),
                action=draw(st.sampled_from([None, SleepAction(0.0), SleepAction(0.001), SleepAction(0.004)])),
                timeout=draw(st.sampled_from([None, None, 0.002])),
                retries=draw(st.integers(0, 2)),
                retry_delay=draw(st.sampled_from([0.0, 0.002])),
            )
        )
    return tasks


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    tasks=eventful_tasks(),
    surprises=st.lists(st.tuples(st.sampled_from(["slots", "stop", "ask", "pause"]), st.integers(0, 11)), max_size=8),
)
def test_whatever_is_asked_of_it_there_are_never_more_running_than_slots_and_all_tasks_end(
    tmp_path: Path, tasks: list[Task], surprises: list[tuple[str, int]]
) -> None:
    with recorded(tmp_path, *tasks, slots=1) as it:
        it.runner.request(range(len(tasks)))
        it.runner.set_max_parallel(8)
        for what, number in surprises:
            match what:
                case "slots":
                    it.runner.set_max_parallel(1 + number % 8)
                case "stop":
                    it.runner.stop(number % len(tasks))
                case "ask":
                    it.runner.request([number % len(tasks)])
                case "pause":
                    it.runner.pause()
                    it.runner.resume()
        it.runner.set_max_parallel(2)
        it.until_idle()
    assert_never_too_many(it.events)
    assert all(status in ENDED for status, asked in zip(it.state.statuses, it.state.in_run, strict=True) if asked)
    assert isinstance(it.events[-1], RunFinished)


class SlowWitness:
    """Takes its time to remember a run."""

    def __init__(self) -> None:
        self.remembers = threading.Event()
        self.may_end = threading.Event()

    def begins(self, number: int) -> object:
        return number

    def succeeded(self, number: int, execution: str, begun: object) -> None: ...

    def did_nothing(self, number: int, execution: str) -> None: ...

    def run_ended(self) -> None:
        self.remembers.set()
        assert self.may_end.wait(PATIENCE_S)


class TestRemembering:
    def test_it_is_no_part_of_the_run_but_the_runner_is_idle_only_after_it(self) -> None:
        witness = SlowWitness()
        runner = Runner(Pipeline("p", (Task(name="a"),)), witness=witness)
        recorded = Recorded(runner)
        runner.request([0])
        assert witness.remembers.wait(PATIENCE_S)
        assert type(recorded.drain()[-1]) is RunFinished
        assert runner.is_running
        witness.may_end.set()
        runner.close()
        assert not runner.is_running

    def test_a_run_that_is_asked_for_meanwhile_begins_after_it(self) -> None:
        witness = SlowWitness()
        runner = Runner(Pipeline("p", (Task(name="a"),)), witness=witness)
        recorded = Recorded(runner)
        runner.request([0])
        assert witness.remembers.wait(PATIENCE_S)
        asking = threading.Thread(target=lambda: runner.request([0]))
        asking.start()
        runner.set_max_parallel(7)
        assert [type(event) for event in recorded.drain()].count(RunStarted) == 1
        witness.may_end.set()
        asking.join(PATIENCE_S)
        assert runner.wait_until_idle(PATIENCE_S)
        runner.close()
        names = [type(event) for event in recorded.drain()]
        assert names.count(RunStarted) == names.count(RunFinished) == 2
        assert names[-1] is RunFinished


class ComputingWitness:
    """Reads a lot before each attempt, to remember what it is."""

    COMPUTES_S = 0.05

    def begins(self, number: int) -> object:
        end = time.thread_time() + self.COMPUTES_S
        while time.thread_time() < end:
            pass
        return number

    def succeeded(self, number: int, execution: str, begun: object) -> None: ...

    def did_nothing(self, number: int, execution: str) -> None: ...

    def run_ended(self) -> None: ...


@pytest.mark.parametrize("action", [CommandAction("true"), SqlAction("SELECT 1 AS x", Place("pipeline.yml", 1, 1))])
def test_what_is_computed_for_a_task_before_it_begins_is_part_of_its_processor_time(
    tmp_path: Path, action: CommandAction | SqlAction
) -> None:
    pipeline = Pipeline("test", (Task(name="a", action=action),), file=tmp_path / "pipeline.yml")
    runner = Runner(pipeline, witness=ComputingWitness())
    it = Recorded(runner)
    runner.request([0])
    it.until_idle()
    runner.close()
    assert (it.state.attempts[0][0].cpu_s or 0.0) >= ComputingWitness.COMPUTES_S
