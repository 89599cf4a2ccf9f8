"""Loading a pipeline from text, as most tests of the room do."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from seeknal_tui.pipeline.loading import Loaded, load
from seeknal_tui.pipeline.model import Pipeline


class Loader:
    """Writes texts to a file of a fresh folder and loads it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / "pipeline.yml"

    def load(self, text: str | bytes, environment: str = "") -> Loaded:
        data = dedent(text).encode() if isinstance(text, str) else text
        self.file.write_bytes(data)
        return load(self.file, environment)

    def pipeline(self, text: str | bytes, environment: str = "") -> Pipeline:
        """The pipeline of a file that must be right, without a warning."""
        loaded = self.load(text, environment)
        assert [str(problem) for problem in loaded.problems] == []
        assert loaded.pipeline is not None
        return loaded.pipeline

    def problems(self, text: str | bytes, environment: str = "") -> list[str]:
        """What is told of a file, as ``LINE:COLUMN: severity: message``."""
        loaded = self.load(text, environment)
        assert (loaded.pipeline is None) == any(problem.severity == "error" for problem in loaded.problems)
        return [
            f"{problem.place.line}:{problem.place.column}: {problem.severity}: {problem.message}"
            for problem in loaded.problems
        ]


@pytest.fixture
def loader(tmp_path: Path) -> Loader:
    return Loader(tmp_path)
