"""Choosing tasks by an expression."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seeknal_tui.pipeline.model import Kind, Pipeline, Task
from seeknal_tui.pipeline.selection import SelectionError, select
from tests.strategies import TAGS, random_pipelines

SHOP = Pipeline(
    "shop",
    (
        Task(name="sales", kind=Kind.SOURCE, tags=("daily", "raw.big")),
        Task(name="customers", kind=Kind.SOURCE),
        Task(name="clean_sales", kind=Kind.TRANSFORM, depends_on=("sales",), tags=("daily",)),
        Task(name="clean-customers.v2", kind=Kind.TRANSFORM, depends_on=("customers",)),
        Task(name="report", kind=Kind.AGGREGATION, depends_on=("clean_sales", "clean-customers.v2")),
        Task(name="2", depends_on=("report",)),
        Task(name="1", depends_on=("2",)),
    ),
)
STATUSES = {"sales": "succeeded", "clean_sales": "failed", "report": "skipped"}

EXAMPLES = {
    "sales": "sales",
    "clean*": "clean_sales clean-customers.v2",
    "clean?sales": "clean_sales",
    "name:sales": "sales",
    "tag:daily": "sales clean_sales",
    "tag:raw.*": "sales",
    "kind:source": "sales customers",
    "status:failed": "clean_sales",
    "status:s*": "sales report",
    "+report": "sales customers clean_sales clean-customers.v2 report",
    "1+report": "clean_sales clean-customers.v2 report",
    "sales+": "sales clean_sales report 2 1",
    "sales+1": "sales clean_sales",
    "sales+2": "sales clean_sales report",
    "1+clean_sales+1": "sales clean_sales report",
    "+clean_sales+": "sales clean_sales report 2 1",
    "0+report": "report",
    "clean-customers.v2": "clean-customers.v2",
    "+tag:daily": "sales clean_sales",
    "kind:source+1": "sales customers clean_sales clean-customers.v2",
    "1+kind:aggregation+1": "clean_sales clean-customers.v2 report 2",
    "+clean*": "sales customers clean_sales clean-customers.v2",
    # A number is a depth only beside a +, and on its left side it is the depth of what comes after.
    "2": "2",
    "1": "1",
    "2+": "2 1",
    "+2": "sales customers clean_sales clean-customers.v2 report 2",
    "1+2": "report 2",
    "1+2+1": "report 2 1",
    "2+1": "report 2 1",
    # A space is or, a comma is and, and the comma binds tighter.
    "sales customers": "sales customers",
    "tag:daily,kind:source": "sales",
    "tag:daily , kind:source": "sales",
    "tag:daily,kind:source report": "sales report",
    "tag:daily,kind:aggregation": "",
    "+report,sales+": "sales clean_sales report",
    "  sales  ": "sales",
}


@pytest.mark.parametrize("expression", EXAMPLES)
def test_an_expression_chooses(expression: str) -> None:
    chosen = [SHOP.tasks[number].name for number in sorted(select(SHOP, expression, STATUSES))]
    assert " ".join(chosen) == EXAMPLES[expression]


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("slaes", 'there is no task "slaes": did you mean sales?'),
        ("sales slaes+", 'there is no task "slaes": did you mean sales?'),
        ("dirty_*", 'no task\'s name matches "dirty_*": check the pattern'),
        ("tag:dayly", 'no task has the tag "dayly": did you mean daily?'),
        ("kind:sources", 'no task is of the kind "sources": did you mean source?'),
        ("kinds:source", 'there is no selection by "kinds": did you mean kind?'),
        ("status:faild", 'no task has the status "faild": did you mean failed?'),
        ("tag:", "tag: in the selection needs a value, such as tag:daily"),
        ("\x1b[2J", 'no task\'s name matches "␛[2J": check the pattern'),
    ],
)
def test_a_part_that_matches_nothing_is_told_with_the_nearest(expression: str, message: str) -> None:
    with pytest.raises(SelectionError) as caught:
        select(SHOP, expression, STATUSES)
    assert caught.value.message == message


@pytest.mark.parametrize(
    "expression", ["", "  ", ",", "sales,", "sales,,sales", "+", "++sales", "sales++", "x+sales", "sales+x"]
)
def test_what_cannot_be_read_is_told_with_what_is_right(expression: str) -> None:
    with pytest.raises(SelectionError) as caught:
        select(Pipeline("p", (Task(name="sales"),)), expression)
    assert "did you mean" in caught.value.message or "name" in caught.value.message


def test_a_status_needs_a_run() -> None:
    with pytest.raises(SelectionError, match="run the pipeline first"):
        select(SHOP, "status:failed")


def test_a_depth_of_any_length_is_read() -> None:
    assert select(SHOP, "9" * 5_000 + "+report") == select(SHOP, "+report")


EXPRESSIONS = st.sampled_from(
    [f"task_{number}" for number in range(6)] + [f"tag:{tag}" for tag in TAGS] + ["kind:*", "task_*"]
)
SIDES = st.sampled_from(["", "+", "1+", "2+"])


@st.composite
def parts(draw: st.DrawFn) -> str:
    return draw(SIDES) + draw(EXPRESSIONS) + draw(SIDES)[::-1]


def chosen(pipeline: Pipeline, expression: str) -> set[int]:
    """What is chosen; nothing where a part matches nothing."""
    try:
        return select(pipeline, expression)
    except SelectionError:
        return set()


@given(random_pipelines(), parts())
def test_only_tasks_of_the_pipeline_are_chosen(pipeline: Pipeline, part: str) -> None:
    assert chosen(pipeline, part) <= set(range(len(pipeline.tasks)))


@given(random_pipelines(), parts(), parts())
def test_a_space_unites_and_a_comma_intersects(pipeline: Pipeline, one: str, other: str) -> None:
    first, second = chosen(pipeline, one), chosen(pipeline, other)
    if first and second:
        assert select(pipeline, f"{one} {other}") == first | second == select(pipeline, f"{other} {one}")
        assert select(pipeline, f"{one},{other}") == first & second == select(pipeline, f"{other},{one}")


@given(random_pipelines(), st.integers(0, 11))
def test_plus_is_the_closure(pipeline: Pipeline, number: int) -> None:
    number %= len(pipeline.tasks)
    name = pipeline.tasks[number].name
    upstream = pipeline.closure({number}, downstream=False)
    downstream = pipeline.closure({number}, downstream=True)
    assert select(pipeline, f"+{name}") == upstream
    assert select(pipeline, f"{name}+") == downstream
    assert select(pipeline, f"+{name}+") == upstream | downstream
    assert select(pipeline, f"1+{name}+1") == {number, *pipeline.upstream[number], *pipeline.downstream[number]}
