"""The JSON Schema of the pipeline file says the same as the table that the file is read by."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from seeknal_tui.pipeline.json_schema import pipeline_schema
from seeknal_tui.pipeline.loading import load
from seeknal_tui.pipeline.schema import ENVIRONMENT, EXECUTION, PIPELINE, TASK, Section

SAMPLES = Path(__file__).parents[2] / "sample_pipelines"
RIGHT = sorted(file for file in SAMPLES.rglob("*.yml") if file.name != "broken.yml")
VALIDATOR = Draft202012Validator(pipeline_schema())


def test_it_is_a_schema_of_its_dialect() -> None:
    Draft202012Validator.check_schema(pipeline_schema())


@pytest.mark.parametrize("file", RIGHT, ids=lambda file: file.name)
def test_the_samples_fit(file: Path) -> None:
    assert list(VALIDATOR.iter_errors(yaml.safe_load(file.read_text()))) == []


def test_the_broken_sample_does_not() -> None:
    text = (SAMPLES / "broken.yml").read_text().replace("!!python/object/apply:os.system ", "")
    assert list(VALIDATOR.iter_errors(json.loads(json.dumps(yaml.safe_load(text), default=str))))


def properties_of(section: Section) -> list[dict[str, Any]]:
    schema = pipeline_schema()
    if section is PIPELINE:
        return [schema["properties"]]
    homes = {EXECUTION.what: ["execution"], ENVIRONMENT.what: ["environment"]}
    names = homes.get(section.what, ["source", "transform", "aggregation", "task"])
    return [schema["$defs"][name]["properties"] for name in names]


@pytest.mark.parametrize("section", [PIPELINE, EXECUTION, ENVIRONMENT, TASK], ids=lambda section: section.what)
def test_every_key_is_in_it_with_its_description(section: Section) -> None:
    for key in section.keys.values():
        found = [properties[key.name] for properties in properties_of(section) if key.name in properties]
        assert found
        assert all(each["description"] == key.description for each in found)


@pytest.mark.parametrize(
    "task",
    [
        "{name: a}",
        "{name: a, sleep: 0}",
        "{name: a, sleep: 1h30m}",
        "{name: a, sleep: ' 2.5 '}",
        "{name: a, sleep: '1x'}",
        "{name: a, sleep: -1}",
        "{name: a, timeout: 0}",
        "{name: a, timeout: 0.5}",
        "{name: a b}",
        "{name: ''}",
        "{name: 7}",
        "{sleep: 1}",
        "{name: a, sleep: 1, command: ls}",
        "{name: a, path: x.csv}",
        "{name: a, command: [ls, 1, true]}",
        "{name: a, command: []}",
        "{name: a, command: ' '}",
        "{name: a, python: 'package.module:function'}",
        "{name: a, python: package.module}",
        "{name: a, python: '1:f'}",
        "{name: a, depends_on: }",
        "{name: a, depends_on: b}",
        "{name: a, tags: [1]}",
        "{name: a, command: ls, env: {A: 1, B: x, C: true}}",
        "{name: a, command: ls, env: {A: [1]}}",
        "{name: a, command: ls, env: {'A=B': 1}}",
        "{name: a, retries: 2}",
        "{name: a, retries: -1}",
        "{name: a, retries: true}",
        "{name: a, retries: 1.5}",
        "{name: a, slep: 1}",
    ],
)
def test_it_refuses_what_loading_refuses_and_nothing_else(task: str, tmp_path: Path) -> None:
    text = f"tasks:\n  - {task}\n"
    file = tmp_path / "pipeline.yml"
    file.write_text(text)
    loads = load(file).pipeline is not None
    assert VALIDATOR.is_valid(yaml.safe_load(text)) is loads


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("execution: {max_parallel: auto, pools: {warehouse: 2}, on_failure: stop}", True),
        ("execution:", True),
        ("execution: {max_parallel: 0}", False),
        ("execution: {pools: {warehouse: 0}}", False),
        ("environments: {staging: {max_parallel: 8, env: {A: b}}, dev: }", True),
        ("environments: {..: {}}", False),
        ("execution: {env: {A: b}}", False),
        ("sourcse: []", False),
    ],
)
def test_the_sections_at_the_top(text: str, fits: bool) -> None:
    assert VALIDATOR.is_valid(yaml.safe_load(f"tasks: [{{name: a}}]\n{text}\n")) is fits
