"""Precision: a run in which nothing is the matter has no finding."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from seeknal_tui.analysis.findings import find
from seeknal_tui.analysis.simulation import Simulation, TaskCost
from seeknal_tui.pipeline.model import Pipeline, SleepAction, Task
from tests.analysis.findings.made_up import Ran, case_of, pipeline

WIDTH = 4


@st.composite
def healthy(draw: st.DrawFn) -> tuple[Pipeline, list[float]]:
    """Layers of tasks of about the same length, each waiting for some of the layer before; slots for two layers."""
    tasks: list[Task] = []
    seconds: list[float] = []
    for layer in range(draw(st.integers(1, 5))):
        before = [f"t{layer - 1}_{place}" for place in range(WIDTH)] if layer else []
        for place in range(WIDTH):
            upstream = draw(st.lists(st.sampled_from(before), min_size=1, unique=True)) if before else []
            seconds.append(draw(st.floats(0.8, 1.2)))
            action = SleepAction(seconds[-1])
            tasks.append(Task(name=f"t{layer}_{place}", action=action, depends_on=tuple(upstream)))
    return pipeline(*tasks, max_parallel=2 * WIDTH), seconds


@settings(max_examples=60, deadline=None)
@given(healthy())
def test_even_layers_with_a_slot_for_each_task_have_no_finding(made: tuple[Pipeline, list[float]]) -> None:
    tried, seconds = made
    costs = [TaskCost(wall_s, 0.0) for wall_s in seconds]
    simulation = Simulation(tried, costs, 2 * WIDTH, 2.0, numbers=range(len(seconds))).run()
    ran = {}
    for number, task in enumerate(tried.tasks):
        start, end = simulation.started[number], simulation.ended[number]
        assert start is not None
        assert end is not None
        ready = max((simulation.ended[other] or 0.0 for other in tried.upstream[number]), default=0.0)
        ran[task.name] = Ran(start, end, ready=ready, cpu_s=0.01)
    assert [(finding.kind, finding.evidence) for finding in find(case_of(tried, ran))] == []
