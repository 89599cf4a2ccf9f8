"""A pipeline kept beside its runs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from seeknal_tui.history.definition import from_object, to_object
from seeknal_tui.pipeline.loading import load
from seeknal_tui.pipeline.model import Execution, OnFailure, Pipeline

SAMPLES = Path(__file__).parent.parent.parent / "sample_pipelines"
EVERYTHING = """
name: everything
description: one of each
execution: {max_parallel: 3, on_failure: stop, pools: {warehouse: 2}}
environments: {dev: {env: {STAGE: dev}}}
sources:
  - {name: sales, path: sales.csv, tags: [daily, raw]}
transforms:
  - name: clean
    description: of what is wrong
    depends_on: [sales]
    sql: |
      select * from sales
  - {name: shell, command: "echo $STAGE", retries: 2, retry_delay: 1s, timeout: 5m, outputs: [out.txt], cwd: sub}
  - {name: list, command: [echo, "a b"], pool: {warehouse: 2}}
  - {name: code, python: "module:function", env: {A: b}, estimate: 3s}
  - {name: rest, sleep: 0}
  - {name: join, depends_on: [clean, shell, list, code, rest]}
"""


def through_json(pipeline: Pipeline, folder: Path) -> Pipeline:
    return from_object(json.loads(json.dumps(to_object(pipeline))), folder)


def loaded(file: Path, environment: str = "") -> Pipeline:
    pipeline = load(file, environment).pipeline
    assert pipeline is not None
    return pipeline


@pytest.mark.parametrize("file", sorted(SAMPLES.rglob("*.yml")), ids=lambda file: file.name)
def test_every_sample_comes_back_as_it_was(file: Path) -> None:
    pipeline = load(file).pipeline
    if pipeline is None:
        pytest.skip("it is the broken one")
    assert through_json(pipeline, pipeline.folder) == pipeline


def test_every_key_of_a_task_comes_back(tmp_path: Path) -> None:
    (tmp_path / "sales.csv").write_text("a\n1\n")
    (tmp_path / "sub").mkdir()
    file = tmp_path / "everything.yml"
    file.write_text(EVERYTHING)
    pipeline = loaded(file, "dev")
    assert len(pipeline.tasks) == 7
    assert through_json(pipeline, tmp_path) == pipeline


def test_a_folder_that_was_moved_is_where_it_is_now(tmp_path: Path) -> None:
    pipeline = Pipeline("a", (), Execution(on_failure=OnFailure.STOP), file=Path("/long/gone/a.yml"))
    assert through_json(pipeline, tmp_path).file == tmp_path / "a.yml"


@pytest.mark.parametrize("found", [{}, {"name": "a"}, {"tasks": 1, "execution": None}, []])
def test_what_is_no_pipeline_is_refused(found: dict[str, object], tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="the definition of a pipeline lacks"):
        from_object(found, tmp_path)
