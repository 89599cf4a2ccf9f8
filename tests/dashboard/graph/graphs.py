"""Graphs, and drawings of them, for the tests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from random import Random

from hypothesis import strategies as st

from seeknal_tui.dashboard.graph.boxes import width_of
from seeknal_tui.dashboard.graph.diagram import Diagram
from seeknal_tui.dashboard.graph.layout import Shape, lay_out
from seeknal_tui.dashboard.graph.scene import Scene
from seeknal_tui.dashboard.look import DARK
from seeknal_tui.pipeline.model import Pipeline, Task
from seeknal_tui.run.state import RunState

FRAUD = {
    "transactions": (), "user_profiles": (), "merchant_data": (), "device_fingerprints": (), "ip_geolocation": (),
    "card_data": (), "fraud_labels": (), "realtime_alerts": (),
    "merchant_risk": ("merchant_data", "fraud_labels"),
    "txn_enriched": ("user_profiles", "device_fingerprints", "ip_geolocation", "transactions"),
    "card_velocity": ("card_data", "transactions"),
    "alert_features": ("transactions", "realtime_alerts"),
    "txn_features": ("merchant_risk", "txn_enriched"),
    "user_risk": ("card_velocity", "alert_features"),
    "training_data": ("txn_features", "user_risk"),
}  # fmt: skip
"""Eight sources, four transforms, two feature groups, one training set."""


def pipeline_of(upstream: Mapping[str, Iterable[str]]) -> Pipeline:
    """Tasks by name, with the tasks they wait for."""
    return Pipeline("p", tuple(Task(name=name, depends_on=tuple(before)) for name, before in upstream.items()))


def random_pipeline(size: int, seed: int, *, most_inputs: int = 3, reach: int = 30) -> Pipeline:
    """Each task waits for some of the *reach* tasks before it."""
    random = Random(seed)
    upstream = {}
    for number in range(size):
        before = range(max(0, number - reach), number)
        chosen = random.sample(before, min(len(before), random.randint(0, most_inputs)))
        upstream[f"t{number}"] = [f"t{other}" for other in chosen]
    return pipeline_of(upstream)


@st.composite
def pipelines(draw: st.DrawFn, most: int = 60) -> Pipeline:
    """Any pipeline of up to *most* tasks, from one without edges to a dense one."""
    size = draw(st.integers(1, most))
    return random_pipeline(
        size,
        draw(st.integers(0, 2**32)),
        most_inputs=draw(st.sampled_from((0, 1, 2, 3, 6, 12))),
        reach=draw(st.sampled_from((1, 4, 15, 100))),
    )


def diagram_of(pipeline: Pipeline, shape: Shape) -> Diagram:
    """The diagram, and what it reads from."""
    widths = [width_of(task.name, shape) for task in pipeline.tasks]
    return Diagram(lay_out(pipeline.upstream, widths, shape), Scene(pipeline, RunState(pipeline), DARK))


def rows_of(diagram: Diagram) -> list[str]:
    """The characters of the whole drawing."""
    return [diagram.line(y, 0, diagram.size.width).text for y in range(diagram.size.height)]


def edges_of(pipeline: Pipeline) -> set[tuple[str, str]]:
    """The edges by name."""
    return {(before, task.name) for task in pipeline.tasks for before in task.upstream}
