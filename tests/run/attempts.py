"""What the tests of actions share: an attempt with everything that it gives back kept, and a look for processes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import psutil

from seeknal_tui.pipeline.model import CommandAction, PythonAction, Task
from seeknal_tui.run import strays
from seeknal_tui.run.actions.attempt import AttemptContext, Outcome, StopToken
from seeknal_tui.run.actions.command import run_command
from seeknal_tui.run.actions.python import run_python
from seeknal_tui.run.task_log import TaskLog


@dataclass
class Attempt:
    """An attempt at a task in *folder*; ``run`` performs it here and now."""

    folder: Path
    action: CommandAction | PythonAction
    cwd: str = ""
    env: tuple[tuple[str, str], ...] = ()
    inputs: dict[str, Path] = field(default_factory=dict)
    seconds: float | None = None
    cookie: str = field(default_factory=lambda: uuid4().hex)
    log: Path | None = None
    printed: list[tuple[str, str]] = field(default_factory=list)
    fractions: list[float] = field(default_factory=list)
    has_printed: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        task = Task(name="clean-sales", action=self.action, cwd=self.cwd, env=self.env, timeout=self.seconds)
        self.context = AttemptContext(
            task=task,
            number=2,
            run_id="run7",
            cookie=self.cookie,
            pipeline_name="sales",
            environment="staging",
            folder=self.folder,
            target=self.folder / "target",
            result_path=self.folder / "target" / "clean-sales.parquet.part",
            profile_path=self.folder / "clean-sales.json",
            inputs=self.inputs,
            log=TaskLog(self.log or self.folder / "logs" / "clean-sales.log"),
            stop=StopToken(),
            deadline=None if self.seconds is None else time.monotonic() + self.seconds,
            emit_output=self._print,
            emit_progress=self.fractions.append,
        )

    def _print(self, stream: str, text: str) -> None:
        self.printed.append((stream, text))
        self.has_printed.set()

    def run(self, grace_s: float = 0.3) -> Outcome:
        run: Callable[..., Outcome] = run_command if isinstance(self.action, CommandAction) else run_python
        return run(self.context, grace_s=grace_s)

    def lines(self, stream: str = "stdout") -> list[str]:
        return [line for name, text in self.printed if name == stream for line in text.split("\n")]

    def logged(self) -> bytes:
        return self.context.log.path.read_bytes()

    def survivors(self) -> list[strays.Entry]:
        return strays.find(self.cookie)

    @contextmanager
    def stopped_once_it_prints(self, *, kill: bool = False) -> Iterator[None]:
        """Requests the stop from another thread as soon as there is output."""

        def request() -> None:
            self.has_printed.wait()
            self.context.stop.request(kill=kill)

        thread = threading.Thread(target=request)
        thread.start()
        try:
            yield
        finally:
            self.has_printed.set()
            thread.join()


def command(folder: Path, command: str | tuple[str, ...], **others: object) -> Attempt:
    return Attempt(folder, CommandAction(command), **others)  # type: ignore[arg-type]


def lives(pid: int) -> bool:
    """Whether the process has not ended; one that has ended may keep its number until its parent asks for it."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def wait_for(holds: Callable[[], bool], seconds: float = 60.0) -> None:
    """Wait until *holds* does; fail if it never does."""
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, "it never came"
        time.sleep(0.01)
