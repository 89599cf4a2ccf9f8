"""Slack, by example and by property against the longest chain."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from seeknal_tui.analysis.critical_path import longest_chain
from seeknal_tui.analysis.slack import slacks, slacks_so_far
from seeknal_tui.pipeline.model import Pipeline, Task
from seeknal_tui.run.events import Status, TaskFinished
from tests.dashboard.runs import begun, folded, started
from tests.strategies import random_pipelines

DIAMOND = Pipeline(
    "diamond",
    (
        Task(name="source"),
        Task(name="slow", depends_on=("source",)),
        Task(name="quick", depends_on=("source",)),
        Task(name="report", depends_on=("slow", "quick")),
        Task(name="alone"),
    ),
)


def test_is_what_a_task_has_over_beside_the_longest_chain() -> None:
    assert slacks(DIAMOND, [1.0, 4.0, 1.5, 2.0, 3.0]) == [0.0, 0.0, 2.5, 0.0, 4.0]


def test_of_a_pipeline_without_tasks_is_nothing() -> None:
    assert slacks(Pipeline("empty", ()), []) == []


def test_goes_by_what_ran_and_by_what_is_expected_of_the_rest() -> None:
    pipeline = Pipeline(
        "two", (Task(name="a", estimate=9.0), Task(name="b", estimate=5.0), Task(name="c", estimate=1.0))
    )
    state = folded(pipeline, begun(pipeline), *started(0.0, "a"), TaskFinished(2.0, "a", Status.SUCCEEDED))
    assert slacks_so_far(pipeline, state, 2.0) == [3.0, 0.0, 4.0]


@st.composite
def weighed(draw: st.DrawFn) -> tuple[Pipeline, list[float]]:
    pipeline = draw(random_pipelines())
    # Whole seconds, so that sums are exact.
    return pipeline, [float(draw(st.integers(0, 50))) for _ in pipeline.tasks]


@given(weighed())
def test_is_zero_on_the_longest_chain_and_nowhere_negative(case: tuple[Pipeline, list[float]]) -> None:
    pipeline, durations = case
    found = slacks(pipeline, durations)
    assert all(found[number] == 0.0 for number in longest_chain(pipeline, durations)[1])
    assert min(found) == 0.0


@given(weighed(), st.data())
def test_may_be_used_up_and_not_a_second_more(case: tuple[Pipeline, list[float]], data: st.DataObject) -> None:
    pipeline, durations = case
    number = data.draw(st.integers(0, len(durations) - 1))
    length, spare = longest_chain(pipeline, durations)[0], slacks(pipeline, durations)[number]
    longer = list(durations)
    longer[number] += spare
    assert longest_chain(pipeline, longer)[0] == length
    longer[number] += 1.0
    assert longest_chain(pipeline, longer)[0] == length + 1.0
