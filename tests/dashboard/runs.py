"""Small pipelines and runs for the tests of the panes."""

from __future__ import annotations

from rich.segment import Segment

from seeknal_tui.pipeline.model import Execution, Pipeline, Task
from seeknal_tui.run.events import Event, RunStarted, TaskReady, TaskStarted
from seeknal_tui.run.state import RunState


def pipeline_of(*names: str, max_parallel: int = 4, environment: str = "", name: str = "flights") -> Pipeline:
    """Independent tasks of those names."""
    tasks = tuple(Task(name=task) for task in names)
    return Pipeline(name, tasks, Execution(max_parallel=max_parallel), environment=environment)


def numbered(size: int) -> Pipeline:
    """Independent tasks t0000, t0001, …"""
    return pipeline_of(*(f"t{number:04d}" for number in range(size)))


def begun(pipeline: Pipeline, *, max_parallel: int = 4, at: float = 0.0) -> RunStarted:
    """The beginning of a run of all tasks."""
    return RunStarted(at, "8f3c", pipeline.name, "", max_parallel, tuple(task.name for task in pipeline.tasks), 0.0)


def started(at: float, name: str, attempt: int = 1, ready_at: float | None = None, lane: int = 0) -> list[Event]:
    """A task becomes ready, and starts at *at*."""
    return [TaskReady(at if ready_at is None else ready_at, name), TaskStarted(at, name, attempt, lane)]


def folded(pipeline: Pipeline, *events: Event) -> RunState:
    """The state after those events."""
    state = RunState(pipeline)
    state.apply_all(events)
    return state


def text_of(segments: list[Segment]) -> str:
    """What segments read."""
    return "".join(segment.text for segment in segments)
