"""Runs in processes of their own, for the tests of what others may do with them."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from textwrap import dedent
from typing import Any

from seeknal_tui.control.client import ControlClient
from seeknal_tui.control.place import socket_paths

PATIENCE_S = 30.0
COMMAND = [sys.executable, "-m", "seeknal_tui"]


class Running:
    """A run without dashboard, and what it has written so far."""

    def __init__(self, folder: Path, process: subprocess.Popen[str]) -> None:
        self.folder = folder
        self.process = process
        self.events: list[dict[str, Any]] = []

    @property
    def target(self) -> Path:
        return self.folder / "target"

    def until(self, kind: str, **fields: object) -> dict[str, Any]:
        """Read its events up to one that is so."""
        assert self.process.stdout is not None
        while True:
            line = self.process.stdout.readline()
            assert line, f"never came: {kind} {fields}; {self.events[-3:]}"
            event = json.loads(line)
            self.events.append(event)
            if event["event"] == kind and all(event.get(name) == value for name, value in fields.items()):
                return dict(event)

    def client(self) -> ControlClient:
        """A client of it, when it serves."""
        wait_for(lambda: any(path.exists() for path in socket_paths(self.target, self.process.pid)))
        return ControlClient(self.target, self.process.pid)


def wait_for(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


@contextmanager
def running(folder: Path, text: str, *options: str) -> Iterator[Running]:
    """A run of a pipeline of that text."""
    (folder / "pipeline.yml").write_text(dedent(text))
    command = [*COMMAND, "run", str(folder / "pipeline.yml"), "--json", *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        it = Running(folder, process)
        it.until("run_started")
        yield it
    finally:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()
