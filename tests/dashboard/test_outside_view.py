"""Why tasks have waited, told of a run whose scheduler cannot be asked."""

from __future__ import annotations

from seeknal_tui.dashboard.outside_view import OutsideView
from seeknal_tui.pipeline.model import Execution, Pipeline, Task
from seeknal_tui.run.events import Paused, Resumed, Status, TaskFinished, TaskReady, TaskRetrying
from seeknal_tui.run.wait import Waited
from tests.dashboard.runs import begun, folded, started

PIPELINE = Pipeline(
    "flights",
    (Task(name="a", pools=(("p", 1),)), Task(name="b"), Task(name="c", pools=(("p", 1),)), Task(name="d")),
    Execution(max_parallel=2, pools={"p": 1}),
)
READY = [TaskReady(0.0, "c"), TaskReady(0.0, "d")]
RUN = [begun(PIPELINE, max_parallel=2), *READY, *started(0.0, "a"), *started(0.0, "b")]
B_ENDED = TaskFinished(1.0, "b", Status.SUCCEEDED)


def test_whoever_waits_while_a_slot_is_free_waits_for_its_pool() -> None:
    view = OutsideView(folded(PIPELINE, *RUN, B_ENDED))
    assert view.waited_of(2, 3.0) == Waited(pool_s=2.0)
    assert view.waited_of(2, 4.0) == Waited(pool_s=3.0)


def test_since_no_slot_is_free_any_more_it_waits_for_one() -> None:
    view = OutsideView(folded(PIPELINE, *RUN, B_ENDED, *started(3.0, "d", ready_at=0.0)))
    assert view.waited_of(2, 3.5) == Waited(pool_s=2.0, slot_after_s=0.5)


def test_pauses_count_for_neither() -> None:
    view = OutsideView(folded(PIPELINE, *RUN, B_ENDED, Paused(2.0), Resumed(3.0), *started(4.0, "d", ready_at=0.0)))
    assert view.waited_of(2, 5.0) == Waited(pool_s=2.0, slot_after_s=1.0)


def test_a_task_that_needs_no_pool_waits_for_a_slot_alone() -> None:
    assert OutsideView(folded(PIPELINE, *RUN, B_ENDED)).waited_of(3, 3.0) == Waited()


def test_before_a_retry_it_counts_since_the_delay_is_over() -> None:
    view = OutsideView(folded(PIPELINE, *RUN, TaskRetrying(1.0, "a", 1, "no", 2.0)))
    assert view.waited_of(0, 4.0) == Waited(pool_s=1.0)
