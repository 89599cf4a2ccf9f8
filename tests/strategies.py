"""Random pipelines for property tests."""

from __future__ import annotations

from hypothesis import strategies as st

from seeknal_tui.pipeline.model import Execution, Kind, Pipeline, SleepAction, Task

LIST_OF_KIND = {
    Kind.SOURCE: "sources",
    Kind.TRANSFORM: "transforms",
    Kind.AGGREGATION: "aggregations",
    Kind.TASK: "tasks",
}
TAGS = ("daily", "hourly", "slow", "finance")


@st.composite
def random_pipelines(draw: st.DrawFn, max_tasks: int = 12, min_tasks: int = 1) -> Pipeline:
    """A pipeline without a cycle: of sleeps and join points, with tags, retries and estimates here and there.

    A task may come before what it depends on, as it may in a file.
    """
    count = draw(st.integers(min_tasks, max_tasks))
    order = draw(st.permutations(range(count)))
    tasks: list[Task | None] = [None] * count
    for position, number in enumerate(order):
        earlier = [_name(other) for other in order[:position]]
        upstream = draw(st.lists(st.sampled_from(earlier), unique=True, max_size=4)) if earlier else []
        milliseconds = draw(st.none() | st.integers(0, 500))
        tasks[number] = Task(
            name=_name(number),
            kind=draw(st.sampled_from(Kind)),
            action=None if milliseconds is None else SleepAction(milliseconds / 1000),
            depends_on=tuple(upstream),
            tags=tuple(draw(st.lists(st.sampled_from(TAGS), unique=True, max_size=2))),
            retries=draw(st.integers(0, 2)),
            estimate=draw(st.none() | st.integers(0, 500).map(lambda amount: amount / 1000)),
        )
    execution = Execution(max_parallel=draw(st.integers(1, 8)))
    return Pipeline("random", tuple(task for task in tasks if task is not None), execution)


def random_pipeline_texts(max_tasks: int = 12) -> st.SearchStrategy[str]:
    """The same as the text of a pipeline file."""
    return random_pipelines(max_tasks).map(as_yaml)


def as_yaml(pipeline: Pipeline) -> str:
    """The file of a pipeline that `random_pipelines` made; its tasks come by kind."""
    lines = [f"name: {pipeline.name}", f"execution: {{max_parallel: {pipeline.execution.max_parallel}}}"]
    for kind, list_name in LIST_OF_KIND.items():
        tasks = [task for task in pipeline.tasks if task.kind is kind]
        lines += [f"{list_name}:"] if tasks else []
        for task in tasks:
            lines += [f"  - name: {task.name}", f"    depends_on: [{', '.join(task.depends_on)}]"]
            lines += [f"    tags: [{', '.join(task.tags)}]", f"    retries: {task.retries}"]
            lines += [f"    sleep: {task.action.seconds}"] if isinstance(task.action, SleepAction) else []
            lines += [f"    estimate: {task.estimate}s"] if task.estimate is not None else []
    return "\n".join(lines) + "\n"


def _name(number: int) -> str:
    return f"task_{number}"
