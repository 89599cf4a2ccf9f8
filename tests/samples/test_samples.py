"""Every sample can be opened, but for the one that is broken on purpose."""

from __future__ import annotations

from pathlib import Path

import pytest

from seeknal_tui.pipeline.loading import load
from seeknal_tui.pipeline.model import CommandAction, Kind, Pipeline, PythonAction
from tests.samples.conftest import SAMPLES

FILES = sorted(path for path in SAMPLES.rglob("*.yml") if "target" not in path.parts)


def pipeline_of(path: Path, environment: str = "") -> Pipeline:
    loaded = load(path, environment)
    assert loaded.problems == ()
    assert loaded.pipeline is not None
    return loaded.pipeline


@pytest.mark.parametrize("path", [path for path in FILES if path.stem != "broken"], ids=lambda path: path.stem)
def test_a_sample_has_no_problems(path: Path) -> None:
    pipeline_of(path)


def test_the_broken_sample_is_broken() -> None:
    loaded = load(SAMPLES / "broken.yml")
    assert loaded.pipeline is None
    assert len(loaded.problems) > 1


def test_flights_shows_every_kind_of_task() -> None:
    pipeline = pipeline_of(SAMPLES / "flights" / "flights.yml")
    kinds = [task.kind for task in pipeline.tasks]
    assert len(kinds) >= 20
    assert kinds.count(Kind.SOURCE) == 5
    assert kinds.count(Kind.AGGREGATION) >= 8
    assert sum(task.name.startswith("clean_") for task in pipeline.tasks) == 5
    assert sum(isinstance(task.action, CommandAction) for task in pipeline.tasks) == 1
    assert sum(isinstance(task.action, PythonAction) for task in pipeline.tasks) == 1
    assert pipeline.execution.pools
    assert any(set(task.found_dependencies) - set(task.depends_on) for task in pipeline.tasks)


def test_flights_has_an_environment_for_development() -> None:
    assert pipeline_of(SAMPLES / "flights" / "flights.yml", "dev").execution.max_parallel == 2


def test_sixty_sleeps_has_sixty_tasks_and_room_for_the_slider() -> None:
    pipeline = pipeline_of(SAMPLES / "sixty_sleeps.yml")
    seconds = [getattr(task.action, "seconds", 0.0) for task in pipeline.tasks]
    ends: dict[int, float] = {}
    for number in pipeline.topological_order:
        ends[number] = seconds[number] + max((ends[other] for other in pipeline.upstream[number]), default=0.0)
    assert len(seconds) == 60
    assert sum(seconds) / pipeline.execution.max_parallel > 2 * max(ends.values())
