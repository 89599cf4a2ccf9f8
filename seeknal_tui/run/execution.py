"""What one run needs besides the rules: its folders, its database, its keeper. Does one attempt at a time per thread.

What is slow to start is started by the first task that needs it.
"""

from __future__ import annotations

import secrets
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from seeknal_tui.pipeline.durations import format_duration
from seeknal_tui.pipeline.model import (
    CommandAction,
    PathAction,
    Pipeline,
    PythonAction,
    SleepAction,
    SqlAction,
    Task,
)
from seeknal_tui.run.actions.attempt import ActionFailed, AttemptContext, Outcome, Stopped, StopToken
from seeknal_tui.run.cpu_share import CpuShare
from seeknal_tui.run.results import Results
from seeknal_tui.run.sampler import RunUse, Sampler, Use
from seeknal_tui.run.task_log import TaskLog
from seeknal_tui.run.witness import Witness

if TYPE_CHECKING:
    from seeknal_tui.run.actions.sql import SqlEngine
    from seeknal_tui.run.file_use import FilesSeen, FileUse
    from seeknal_tui.run.host import Host
    from seeknal_tui.run.keeper import Keeper

PROGRESS_EVERY_S = 0.2


class Execution:
    """The means of one run. Thread-safe, but for :meth:`clean_up`, which is called when no task runs."""

    def __init__(
        self,
        pipeline: Pipeline,
        run_id: str,
        emit_use: Callable[[int, Use], None],
        emit_host: Callable[[Host, float], None],
        emit_files: Callable[[int, FilesSeen], None],
        *,
        witness: Witness | None = None,
    ) -> None:
        """*emit_use* is told now and then what a task's processes have used so far, *emit_host* how busy the machine is
        and how many cores the run uses, *emit_files* at the end of an attempt which files it used.
        """
        self._pipeline = pipeline
        self._run_id = run_id
        self._cookie = secrets.token_hex(16)
        self._results = Results.of(pipeline, run_id)
        self._starting = threading.Lock()
        self._cpu_share = CpuShare()
        self._engine: SqlEngine | None = None
        self._keeper: Keeper | None = None
        self._started_processes = False
        self._over = threading.Event()
        self._sampler = Sampler(emit_use, emit_host, self._results.temporary_folder)
        self._emit_files = emit_files
        self._witness = witness
        self._files: FileUse | None = None
        self._has_processes: bool | None = None

    @property
    def use(self) -> RunUse | None:
        """What the run uses now; None as long as that was not measured."""
        return self._sampler.use

    def log_path(self, number: int) -> Path:
        """The log of a task."""
        return self._results.log_path(self._pipeline.tasks[number].name)

    def profile_path(self, number: int) -> Path:
        """The profile of a task's query."""
        return self._results.profile_path(self._pipeline.tasks[number].name)

    def perform(
        self,
        number: int,
        attempt: int,
        stop: StopToken,
        deadline: float | None,
        *,
        emit_output: Callable[[str, str], None],
        emit_progress: Callable[[float], None],
    ) -> Outcome:
        """Do what the task does, once; its result is in place when this returns.

        *deadline* is the time.monotonic() at which the attempt has timed out. Raises :class:`ActionFailed` with a
        message for the user, or :class:`Stopped`.
        """
        before = time.thread_time()
        begun = None if self._witness is None else self._witness.begins(number)
        read_inputs_s = time.thread_time() - before
        outcome = self._perform(number, attempt, stop, deadline, emit_output=emit_output, emit_progress=emit_progress)
        if outcome.cpu_s is not None:
            # What this program computes for a task wants a core like what the task does itself: reading its inputs to
            # remember what they are, and its log. A query is counted with all that its thread does meanwhile.
            is_query = isinstance(self._pipeline.tasks[number].action, PathAction | SqlAction)
            outcome.cpu_s += read_inputs_s if is_query else time.thread_time() - before
        if self._witness is not None:
            self._witness.succeeded(number, f"{self._run_id}.{attempt}", begun)
        return outcome

    def _perform(
        self,
        number: int,
        attempt: int,
        stop: StopToken,
        deadline: float | None,
        *,
        emit_output: Callable[[str, str], None],
        emit_progress: Callable[[float], None],
    ) -> Outcome:
        task = self._pipeline.tasks[number]
        self._sampler.start()
        if isinstance(task.action, SleepAction):
            return _sleep(task.action.seconds, task.timeout, stop)
        log = TaskLog(self.log_path(number))
        try:
            context = AttemptContext(
                task=task,
                number=attempt,
                run_id=self._run_id,
                cookie=self._cookie,
                pipeline_name=self._pipeline.name,
                environment=self._pipeline.environment,
                folder=self._pipeline.folder,
                target=self._pipeline.target,
                result_path=self._results.new_temporary(task.name, attempt),
                profile_path=self.profile_path(number),
                inputs={name: self._results.path_of(name) for name in task.upstream if self._results.exists(name)},
                log=log,
                stop=stop,
                deadline=deadline,
                emit_output=emit_output,
                emit_progress=emit_progress,
                process_started=lambda pid: self._process_started(number, pid),
                file_used=lambda path, writes: self._file_used(number, path, writes=writes),
            )
            with self._files_seen(number, task):
                outcome = self._do(context)
        except (Stopped, ActionFailed):
            raise
        except OSError as error:
            raise ActionFailed(_told(error)) from error
        except Exception as error:
            log.write("runner", traceback.format_exc().encode("utf-8", "replace"))
            raise ActionFailed(f"internal error: {type(error).__name__}: {error} (details are in its log)") from error
        else:
            outcome.add_seen(*self._sampler.forget(number))
            return outcome
        finally:
            self._sampler.forget(number)
            log.close()

    def _do(self, context: AttemptContext) -> Outcome:
        self._ensure_keeper()
        try:
            match context.task.action:
                case PathAction() | SqlAction():
                    engine = self._sql_engine()
                    with self._cpu_share.measured() as used:
                        outcome = engine.run(context)
                    outcome.cpu_s = used.seconds
                case CommandAction():
                    from seeknal_tui.run.actions.command import run_command  # noqa: PLC0415

                    self._started_processes = True
                    outcome = run_command(context)
                case PythonAction():
                    from seeknal_tui.run.actions.python import run_python  # noqa: PLC0415

                    self._started_processes = True
                    outcome = run_python(context)
                case _:
                    outcome = Outcome()
            if context.result_path.exists():
                if outcome.rows is None:
                    outcome.rows = self._sql_engine().count_rows(context.result_path)
                outcome.bytes = self._results.publish(context.result_path, context.task.name)
            return outcome
        finally:
            context.result_path.unlink(missing_ok=True)

    def _process_started(self, number: int, pid: int) -> None:
        self._sampler.watch(number, pid)
        if self._files is not None:
            self._files.watch(number, pid)

    def _file_used(self, number: int, path: str, *, writes: bool) -> None:
        if self._files is not None:
            self._files.use(number, path, writes=writes)

    @contextmanager
    def _files_seen(self, number: int, task: Task) -> Iterator[None]:
        """Look at what files the task uses. Only processes use others than their file says."""
        with self._starting:
            if self._has_processes is None:
                tasks = self._pipeline.tasks
                self._has_processes = any(isinstance(each.action, CommandAction | PythonAction) for each in tasks)
                if self._has_processes:
                    from seeknal_tui.run.file_use import FileUse  # noqa: PLC0415

                    self._files = FileUse(self._pipeline)
        files = self._files
        if files is None:
            yield
            return
        files.begin(number, task)
        try:
            yield
        finally:
            self._emit_files(number, files.end(number))

    def _sql_engine(self) -> SqlEngine:
        with self._starting:
            if self._engine is None:
                from seeknal_tui.run.actions.sql import SqlEngine  # noqa: PLC0415 - DuckDB is slow to import

                self._engine = SqlEngine(self._pipeline.folder, self._results.temporary_folder)
                threading.Thread(target=self._poll_progress, args=(self._engine,), daemon=True).start()
            return self._engine

    def _poll_progress(self, engine: SqlEngine) -> None:
        while not self._over.wait(PROGRESS_EVERY_S):
            engine.poll_progress()

    def _ensure_keeper(self) -> None:
        with self._starting:
            if self._keeper is None:
                from seeknal_tui.run.keeper import Keeper  # noqa: PLC0415 - a run of sleeps needs none

                self._keeper = Keeper.start(self._cookie, self._results.temporary_folder)

    def clean_up(self) -> None:
        """End whatever the run started and left behind, and remove what was only for the time of the run."""
        self._over.set()
        self._sampler.close()
        if self._files is not None:
            self._files.close()
            self._files, self._has_processes = None, None
        if self._started_processes:
            from seeknal_tui.run import strays  # noqa: PLC0415 - only processes need it

            strays.end_all(self._cookie)
        if self._keeper is not None:
            self._keeper.close()
            self._keeper = None
        if self._engine is not None:
            self._engine.close()
            self._engine = None
        self._results.close()


def _sleep(seconds: float, timeout: float | None, stop: StopToken) -> Outcome:
    if stop.wait(seconds if timeout is None else min(seconds, timeout)):
        raise Stopped
    if timeout is not None and timeout < seconds:
        raise ActionFailed(f"timed out after {format_duration(timeout)}")
    return Outcome()


def _told(error: OSError) -> str:
    where = f": {error.filename}" if error.filename else ""
    return f"{error.strerror or error}{where}"
