"""Runs a sample as a user would: in a copy, by the command line."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

SAMPLES = Path(__file__).parents[2] / "sample_pipelines"
LEFT_BEHIND = shutil.ignore_patterns("target", "reports", "__pycache__")

Run = Callable[[str], Path]


@pytest.fixture(scope="module")
def run_sample(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Copies a sample's folder, runs it to its end and gives the copy."""

    def run(name: str) -> Path:
        folder = tmp_path_factory.mktemp("samples") / name
        shutil.copytree(SAMPLES / name, folder, ignore=LEFT_BEHIND)
        done = subprocess.run(
            [sys.executable, "-m", "seeknal_tui", "run", str(folder), "--no-ui"],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return folder

    return run


def result_of(folder: Path, task: str) -> duckdb.DuckDBPyRelation:
    """The result of a task."""
    return duckdb.read_parquet(str(folder / "target" / f"{task}.parquet"))


def rows_of(folder: Path, task: str) -> list[dict[str, Any]]:
    """The rows of a task's result."""
    relation = result_of(folder, task)
    return [dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()]
