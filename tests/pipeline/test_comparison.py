"""What is different between two readings of a file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given

from seeknal_tui.pipeline.comparison import PipelineChange, compare_pipelines
from seeknal_tui.pipeline.loading import load
from seeknal_tui.pipeline.model import Pipeline
from tests.strategies import random_pipelines

Read = Callable[[str], Pipeline]
BASE = """
tasks:
  - {name: a, sql: SELECT 1 AS n}
  - {name: b, sql: SELECT * FROM a}
  - {name: c, command: ls, depends_on: [a, b]}
"""


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def read_text(text: str) -> Pipeline:
        file = tmp_path / "pipeline.yml"
        file.write_text(text)
        pipeline = load(file).pipeline
        assert pipeline is not None
        return pipeline

    return read_text


class TestComparing:
    def test_moving_tasks_and_adding_comments_changes_none(self, read: Read) -> None:
        moved = BASE.replace("tasks:", "# a comment\n\ntasks:\n  # another")
        assert compare_pipelines(read(BASE), read(moved)) == PipelineChange()

    def test_new_gone_and_changed_tasks_are_named(self, read: Read) -> None:
        after = BASE.replace("SELECT 1", "SELECT 2").replace("name: c", "name: d")
        change = compare_pipelines(read(BASE), read(after))
        assert (change.new, change.gone, change.changed) == (("d",), ("c",), ("a",))
        assert change.to_run == ("d", "a")
        assert str(change) == "1 new, 1 gone, 1 changed: d, c, a"

    @pytest.mark.parametrize(
        "addition", ["description: x", "tags: [x]", "retries: 3", "estimate: 5s", "timeout: 1h", "retry_delay: 1s"]
    )
    def test_what_does_not_change_the_result_asks_for_no_run(self, read: Read, addition: str) -> None:
        after = BASE.replace("name: a,", f"name: a, {addition},")
        change = compare_pipelines(read(BASE), read(after))
        assert change.changed == ("a",)
        assert change.to_run == ()

    @pytest.mark.parametrize("addition", ["env: {A: b}", "outputs: [x]", "cwd: ."])
    def test_what_may_change_the_result_asks_for_a_run(self, read: Read, addition: str) -> None:
        after = BASE.replace("name: c,", f"name: c, {addition},")
        assert compare_pipelines(read(BASE), read(after)).to_run == ("c",)

    def test_the_order_of_dependencies_does_not_matter_to_the_result(self, read: Read) -> None:
        change = compare_pipelines(read(BASE), read(BASE.replace("[a, b]", "[b, a]")))
        assert change.to_run == ()

    def test_a_change_of_how_it_is_run_is_told(self, read: Read) -> None:
        change = compare_pipelines(read(BASE), read(BASE + "execution: {max_parallel: 7}\n"))
        assert str(change) == "only how it is run has changed"

    def test_many_names_are_cut(self) -> None:
        names = tuple("abcdefg")
        assert str(PipelineChange(changed=names)) == "7 changed: a, b, c and 4 more"


@given(random_pipelines())
def test_a_pipeline_is_the_same_as_itself_and_all_new_after_none(pipeline: Pipeline) -> None:
    assert compare_pipelines(pipeline, pipeline) == PipelineChange()
    empty = replace(pipeline, tasks=())
    assert compare_pipelines(empty, pipeline).new == tuple(task.name for task in pipeline.tasks)
    assert compare_pipelines(pipeline, empty).gone == tuple(task.name for task in pipeline.tasks)
