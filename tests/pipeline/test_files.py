"""Which file is the pipeline file."""

from __future__ import annotations

from pathlib import Path

import pytest

from seeknal_tui.pipeline.files import PipelineNotFound, find_pipeline_file, read_text
from seeknal_tui.pipeline.problems import UnreadableError


def test_a_file_is_itself_whatever_is_in_it(tmp_path: Path) -> None:
    for name in ("x.txt", "missing.yml"):
        assert find_pipeline_file(tmp_path / name) == tmp_path / name


@pytest.mark.parametrize("text", ["tasks: []\n", "name: x\nsources:\n  - name: a\n", "a: {b: [1]}\ntransforms: [\n"])
def test_the_one_file_of_a_folder_with_a_list_of_tasks_is_found(tmp_path: Path, text: str) -> None:
    (tmp_path / "pipeline.yaml").write_text(text)
    (tmp_path / "compose.yml").write_text("services: {tasks: [1]}\n")
    (tmp_path / "Taskfile.yml").write_text("tasks: {build: {}}\n")
    (tmp_path / "playbook.yml").write_text("- tasks: [a]\n")
    (tmp_path / "notes.txt").write_text("tasks: []\n")
    (tmp_path / "binary.yml").write_bytes(b"\xff\x00")
    assert find_pipeline_file(tmp_path) == tmp_path / "pipeline.yaml"


def test_a_file_that_is_not_there_is_told_with_the_one_beside_it_that_was_probably_meant(tmp_path: Path) -> None:
    (tmp_path / "flights.yml").write_text("tasks: []\n")
    for name in ("flights", "flights.yaml", "fligths.yml"):
        with pytest.raises(UnreadableError, match=r"no such file: did you mean flights\.yml\?"):
            read_text(tmp_path / name)
    for name in ("other.yml", "nowhere/flights.yml"):
        with pytest.raises(UnreadableError, match="no such file: check the path"):
            read_text(tmp_path / name)


def test_several_files_are_listed(tmp_path: Path) -> None:
    for name in ("b.yml", "a.yaml"):
        (tmp_path / name).write_text("tasks: []\n")
    with pytest.raises(PipelineNotFound, match=r"several pipeline files: name one of them: a\.yaml, b\.yml"):
        find_pipeline_file(tmp_path)


def test_a_folder_without_one_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text("x: [1]\n")
    with pytest.raises(PipelineNotFound, match=r"has no pipeline file: name one, or write a \.yml file"):
        find_pipeline_file(tmp_path)
