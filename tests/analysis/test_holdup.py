"""Which task held a run up."""

from __future__ import annotations

from seeknal_tui.analysis.holdup import hold_up
from seeknal_tui.pipeline.model import Execution, Pipeline, Task
from tests.virtual_run import VirtualRun


def test_the_longest_task_of_the_chain_that_the_end_hung_on() -> None:
    tasks = (Task(name="a"), Task(name="b", depends_on=("a",)), Task(name="aside"))
    state = VirtualRun(Pipeline("p", tasks, Execution(max_parallel=2)), [1.0, 3.0, 3.5]).begin().to_the_end()
    assert hold_up(state) == ("b", 3.0)


def test_a_chain_through_a_slot_counts_more_than_a_longer_task_beside_it() -> None:
    # The pool lets one of the two run at a time, so the end hangs on both, and not on the longest task.
    tasks = (Task(name="first", pools=(("p", 1),)), Task(name="second", pools=(("p", 1),)), Task(name="longest"))
    execution = Execution(max_parallel=3, pools={"p": 1})
    state = VirtualRun(Pipeline("p", tasks, execution), [2.0, 3.0, 4.0]).begin().to_the_end()
    assert hold_up(state) == ("second", 3.0)


def test_nothing_where_nothing_ran() -> None:
    assert hold_up(VirtualRun(Pipeline("p", (), Execution()), []).state) == ("", 0.0)
