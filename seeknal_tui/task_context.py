"""What a ``python`` task's function is given: ``def clean(context: TaskContext) -> None: …``."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path


class TaskContext:
    """One attempt at a task, as its function sees it."""

    name: str
    """The task's name."""
    run_id: str
    attempt: int
    """Counts from 1."""
    environment: str
    """The environment that the run is for; empty for production."""
    inputs: dict[str, Path]
    """The result of each upstream task that has one, a Parquet file, by the task's name."""
    result_path: Path
    """Where the function may write the task's rows, as a Parquet file."""
    target: Path
    """The folder of the results."""

    def __init__(self, report_progress: Callable[[float], None]) -> None:
        """Read the context from the environment of a task's process. Raises KeyError anywhere else."""
        variables = os.environ
        self.name = variables["SEEKNAL_TUI_TASK"]
        self.run_id = variables["SEEKNAL_TUI_RUN"]
        self.attempt = int(variables["SEEKNAL_TUI_ATTEMPT"])
        self.environment = variables["SEEKNAL_TUI_ENVIRONMENT"]
        inputs: dict[str, str] = json.loads(variables["SEEKNAL_TUI_INPUTS"])
        self.inputs = {name: Path(path) for name, path in inputs.items()}
        self.result_path = Path(variables["SEEKNAL_TUI_RESULT"])
        self.target = Path(variables["SEEKNAL_TUI_TARGET"])
        self._report_progress = report_progress

    def progress(self, fraction: float) -> None:
        """Tell how far the task is, from 0 to 1. Cheap enough for every row of a loop."""
        self._report_progress(float(fraction))
