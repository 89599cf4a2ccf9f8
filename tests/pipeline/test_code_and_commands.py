"""Which files a Python function and a command are made of."""

from __future__ import annotations

from pathlib import Path

import pytest

from seeknal_tui.pipeline.command_inputs import files_of, variables_of
from seeknal_tui.pipeline.python_code import files_of_module


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for path, text in {
        "etl/__init__.py": "",
        "etl/__main__.py": "",
        "etl/load.py": "import json, pandas\nfrom . import tables\nfrom .deep import thing\n"
        "def load(): import shared\n",
        "etl/tables.py": "import importlib\nplugin = importlib.import_module('plugin')\n",
        "etl/deep/thing.py": "raise SystemExit('imported')\n",
        "etl/unused.py": "",
        "shared.py": "import etl.load\n",
        "plugin.py": "",
        "scripts/make.py": "import helper\n",
        "scripts/helper.py": "not Python at all (\n",
        "data/in.csv": "x\n",
        "data/other.csv": "x\n",
    }.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    return tmp_path


def shown(files: list[str], project: Path) -> list[str]:
    return [str(Path(file).relative_to(project)) for file in files]


def test_a_module_is_made_of_all_that_it_imports_from_the_project_wherever_it_does_so(project: Path) -> None:
    assert shown(files_of_module("etl.load", [str(project)]), project) == [
        "etl/__init__.py",
        "etl/deep/thing.py",
        "etl/load.py",
        "etl/tables.py",
        "plugin.py",
        "shared.py",
    ]


@pytest.mark.parametrize("module", ["etl.gone", "nothing", "json", "", "..", "etl/load"])
def test_a_module_that_the_project_does_not_have_is_made_of_nothing(project: Path, module: str) -> None:
    assert files_of_module(module, [str(project)]) == []


@pytest.mark.parametrize(
    ("command", "files"),
    [
        ("cat data/in.csv | wc -l", ["data/in.csv"]),
        ("cat data/*.csv", ["data/in.csv", "data/other.csv"]),
        (["cat", "data/in.csv"], ["data/in.csv"]),
        ("convert --input=data/in.csv > data/other.csv", ["data/in.csv"]),
        ("sh -c 'cat data/in.csv'", ["data/in.csv"]),
        ("cat 'data/in.csv", ["data/in.csv"]),
        ("python scripts/make.py", ["scripts/helper.py", "scripts/make.py"]),
        ("python3 -m etl", ["etl/__init__.py", "etl/__main__.py"]),
        ("echo * ls data etl", []),
        ("curl https://example.com/in.csv", []),
    ],
)
def test_the_files_that_a_command_names(project: Path, command: str | list[str], files: list[str]) -> None:
    assert shown(files_of(command, str(project), str(project)), project) == files


def test_a_command_names_files_from_the_folder_in_which_it_runs(project: Path) -> None:
    assert shown(files_of("cat in.csv", str(project / "data"), str(project)), project) == ["data/in.csv"]


def test_the_variables_that_a_shell_command_refers_to() -> None:
    assert variables_of("echo \"$DAY ${REGION:-all} ${#NAMES} $1 $$ $HOME\" '$X'") == ["DAY", "NAMES", "REGION", "X"]
    assert variables_of(["echo", "$DAY"]) == []
