"""RunState: the fold of events."""

from __future__ import annotations

from seeknal_tui.pipeline.model import Pipeline, Task
from seeknal_tui.run.events import (
    Event,
    MaxParallelChanged,
    Paused,
    RunFinished,
    RunStarted,
    RunStatus,
    Status,
    TaskFinished,
    TaskProgress,
    TaskQueued,
    TaskReady,
    TaskRetrying,
    TaskSampled,
    TaskStarted,
)
from seeknal_tui.run.state import RunState

PIPELINE = Pipeline("test", (Task(name="a"), Task(name="b", depends_on=("a",))))


def started(*tasks: str) -> RunStarted:
    return RunStarted(0.0, "r1", "test", "", 4, tasks or ("a", "b"), 1000.0)


def folded(*events: Event) -> RunState:
    state = RunState(PIPELINE)
    state.apply_all(events)
    return state


def ran(task: str, start: float, end: float) -> list[Event]:
    return [TaskReady(start, task), TaskStarted(start, task, 1, 0), TaskFinished(end, task, Status.SUCCEEDED)]


def test_before_anything_all_tasks_are_pending_and_none_belongs_to_a_run() -> None:
    state = RunState(PIPELINE)
    assert (state.status, state.total, state.statuses) == (RunStatus.IDLE, 0, [Status.PENDING] * 2)


def test_counts_follow_the_tasks_of_the_run() -> None:
    state = folded(started(), *ran("a", 0.0, 1.0), TaskReady(1.0, "b"))
    assert (state.counts[Status.SUCCEEDED], state.counts[Status.READY], state.done, state.total) == (1, 1, 1, 2)


def test_an_attempt_knows_how_long_it_waited_for_what() -> None:
    state = folded(started(), TaskReady(1.0, "a"), TaskStarted(4.0, "a", 1, 2, pool_s=1.0, output_s=0.5))
    attempt = state.attempts[0][0]
    assert (attempt.ready_at, attempt.slot_s, attempt.pool_s, attempt.output_s, attempt.lane) == (1.0, 1.5, 1.0, 0.5, 2)


def test_a_retry_is_an_attempt_of_its_own_that_waits_from_the_end_of_its_delay() -> None:
    state = folded(
        started(),
        TaskReady(0.0, "a"),
        TaskStarted(0.0, "a", 1, 0),
        TaskRetrying(1.0, "a", 1, "no", 2.0),
        TaskStarted(3.5, "a", 2, 0),
    )
    first, second = state.attempts[0]
    assert (first.status, first.error, first.finished_at) == (Status.FAILED, "no", 1.0)
    assert (second.ready_at, second.slot_s) == (3.0, 0.5)


def test_a_second_run_goes_on_where_the_first_ended_and_keeps_its_attempts() -> None:
    state = folded(
        started("a"),
        *ran("a", 0.0, 2.0),
        RunFinished(2.5, RunStatus.SUCCEEDED),
        started("a"),
        *ran("a", 0.5, 1.0),
    )
    assert [(attempt.run, attempt.started_at) for attempt in state.attempts[0]] == [(0, 0.0), (1, 3.0)]
    assert (state.began, state.wall_s, state.running_s(0)) == (2.5, 1.0, 0.5)


def test_a_task_asked_for_during_the_run_is_pending_again() -> None:
    state = folded(started(), *ran("a", 0.0, 1.0), TaskQueued(2.0, "a"))
    assert (state.statuses[0], state.finished_at[0], state.done) == (Status.PENDING, None, 0)


def test_rows_stay_known_when_a_result_is_reused() -> None:
    state = folded(
        started("a"),
        TaskFinished(1.0, "a", Status.SUCCEEDED, rows=7),
        RunFinished(1.0, RunStatus.SUCCEEDED),
        started("b"),
        TaskFinished(0.0, "a", Status.REUSED),
    )
    assert (state.statuses[0], state.rows[0]) == (Status.REUSED, 7)


def test_what_an_attempt_used_and_its_progress_are_kept() -> None:
    state = folded(
        started(), TaskStarted(0.0, "a", 1, 0), TaskProgress(0.5, "a", 0.25), TaskSampled(1.0, "a", 2.0, 3, 4, 5)
    )
    assert state.progress[0] == 0.25
    assert state.attempts[0][0].cpu_s == 2.0


def test_changes_of_max_parallel_are_kept_with_their_times() -> None:
    state = folded(started(), MaxParallelChanged(2.0, 8))
    assert state.changes == [(0.0, 4), (2.0, 8)]


def test_a_pause_ends_with_the_run_at_the_latest() -> None:
    state = folded(started(), Paused(1.0), RunFinished(2.0, RunStatus.CANCELLED))
    assert (state.paused, state.pauses) == (False, [(1.0, 2.0)])


def test_readers_learn_which_tasks_changed() -> None:
    state = folded(started(), TaskReady(0.0, "a"))
    state.touched.clear()
    state.apply(TaskStarted(0.0, "a", 1, 0))
    assert state.touched == {0}
