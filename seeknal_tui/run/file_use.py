"""Which files of the pipeline the tasks of a run read and write, as it was seen, whatever they declare.

The system tells that a file was opened, but not by whom (:mod:`seeknal_tui.run.file_events`). So at once all processes
of the running tasks are looked at: whoever still has it open was it. Who opens it for less than a tenth of a
millisecond may be missed then. It was that task nevertheless, if of those at work only its command names the file, if
its command sends its output there, or if no other one was at work. Whatever was opened while a task was at work *may*
have been opened by it: that is kept too, since of a file that is not even among those it is certain that the task did
not read it.

What the SQL of the pipeline reads and writes this program does itself; that is nobody's who does not name it.

A ``python`` task tells itself what Python opens in it, wherever that is.

Where the system tells nothing (macOS), the processes are looked at once a second, and nothing is certain but what is
seen. A thread is started by the first task that runs a process, and none for a run of other tasks. Looking takes at
most ``HIGHEST_SHARE`` of a core, but for what little may be saved up.
"""

from __future__ import annotations

import os
import re
import select
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import NamedTuple

from seeknal_tui.pipeline.links import RealPaths, is_pattern, matches
from seeknal_tui.pipeline.model import CommandAction, PathAction, Pipeline, SqlAction, Task
from seeknal_tui.pipeline.sql_files import named_in
from seeknal_tui.run.file_events import FileEvents
from seeknal_tui.run.own_reads import was_own

HIGHEST_SHARE = 0.004
"""Of a core, for looking."""
MOST_SAVED_S = 0.01
"""Of the processor's time: so much looking is free at the beginning, and may be saved up while nothing happens."""
EVERY_S = 1.0
HAS_PROC = os.path.isdir("/proc/self/fdinfo")
FIRST_LOOK_S = 0.05
"""After a process was started, where the system does not tell what is opened."""
MOST_FILES = 200
"""Of one attempt and one kind; whoever opens more has opened too many to be told one by one."""
PROGRAMS = (".py", ".pyc", ".so", ".sh", ".yml", ".yaml")
"""Files that say what is to be done, and are no data."""
VARIABLE = re.compile(r"\$\{?(\w+)\}?")
WORDS = re.compile(r"""(>\|?\s*["']?)?([^\s'"`;|&<>(){}=,]+)""")
"""The words of a command, and whether its output goes there."""


class Named(NamedTuple):
    """The real paths that the words of a task's command may mean."""

    used: frozenset[str] = frozenset()
    into: frozenset[str] = frozenset()
    """Where its output goes."""
    links: tuple[str, ...] = ()
    """Those that are links; what they lead to may be another file by the time it is opened."""

    def uses(self, path: str) -> bool:
        """Whether the command names the file, other than as the place where its output goes."""
        return path in self.used or any(os.path.realpath(link) == path for link in self.links)


class FilesSeen(NamedTuple):
    """What an attempt did with the files of the pipeline; absolute paths."""

    read: tuple[str, ...] = ()
    written: tuple[str, ...] = ()
    perhaps: tuple[str, ...] = ()
    """Opened while it ran, by it or by another."""
    complete: bool = False
    """Whether it can have opened nothing else."""


@dataclass(slots=True)
class _AtWork:
    """A task that is at work, and what was seen of it."""

    named: Named
    complete: bool
    pid: int = 0
    read: set[str] = field(default_factory=set)
    written: set[str] = field(default_factory=set)
    opened: set[str] = field(default_factory=set)
    """Opened by anyone meanwhile."""
    changed: set[str] = field(default_factory=set)
    """Written by anyone meanwhile."""

    def seen(self) -> FilesSeen:
        self.complete = self.complete and max(map(len, (self.read, self.written, self.opened))) <= MOST_FILES
        own, changed = self.read | self.written, self.changed - self.opened
        perhaps = (self.opened | changed) - own
        return FilesSeen(_first(self.read), _first(self.written), _first(perhaps), self.complete)


class FileUse:
    """Looks at the files of one run. Thread-safe."""

    def __init__(self, pipeline: Pipeline) -> None:
        folder = str(pipeline.folder)
        outside = {os.path.dirname(path) for task in pipeline.tasks for path in task.outputs}
        inside = _roots([folder, str(pipeline.production_target)])
        self._roots = _roots([folder, str(pipeline.production_target), *sorted(outside)])
        self._folder = folder
        self._results = os.path.realpath(pipeline.production_target)
        self._sql = _SqlFiles(pipeline)
        self._lock = threading.Lock()
        self._at_work: dict[int, _AtWork] = {}
        self._unexplained = False
        """Whether something was opened since the processes were looked at."""
        self._taken_at = time.monotonic()
        self._over = False
        self._credit_s = MOST_SAVED_S
        self._credited_at = time.monotonic()
        self._wake_reader, self._wake_writer = os.pipe()
        try:
            flat = [real for real, _ in self._roots if (real, _) not in inside]
            self._events: FileEvents | None = FileEvents([real for real, _ in inside], flat)
        except OSError:
            self._events = None
        self._thread = threading.Thread(target=self._watch, name="files", daemon=True)
        self._thread.start()

    # What the run tells

    def begin(self, number: int, task: Task) -> None:
        """The task is at work from now on."""
        with self._lock:
            self._take()
            complete = self._events is not None and self._events.complete
            self._at_work[number] = _AtWork(named_by(task, self._folder), complete)

    def watch(self, number: int, pid: int) -> None:
        """The task has started that process."""
        with self._lock:
            if number in self._at_work:
                self._at_work[number].pid = pid
        if self._events is None:
            os.write(self._wake_writer, b"!")

    def use(self, number: int, path: str, *, writes: bool) -> None:
        """The task tells that it opens that file."""
        real = os.path.realpath(path)
        is_inside = any(real.startswith(f"{root}/") for root, _ in self._roots)
        if real.endswith(PROGRAMS) or not (_is_data(real, self._roots) if is_inside else "/." not in real):
            return
        with self._lock:
            if number in self._at_work:
                work = self._at_work[number]
                (work.written if writes else work.read).add(real)

    def end(self, number: int) -> FilesSeen:
        """The task is at work no longer; returns what was seen of it."""
        with self._lock:
            self._take()
            work = self._at_work.pop(number)
            if self._events is None or not self._events.complete:
                work.complete = False
            seen = work.seen()
        read, written, perhaps = (tuple(map(self._told, paths)) for paths in seen[:3])
        return FilesSeen(read, written, perhaps, seen.complete)

    def close(self) -> None:
        """Look no more."""
        self._over = True
        os.write(self._wake_writer, b"!")
        self._thread.join()
        if self._events is not None:
            self._events.close()
        os.close(self._wake_reader)
        os.close(self._wake_writer)

    def _told(self, path: str) -> str:
        """A file as the pipeline spells it, when its folder is reached through a link."""
        for real, root in self._roots:
            if path.startswith(f"{real}/"):
                return root + path[len(real) :]
        return path

    # Looking

    def _watch(self) -> None:
        sources = [self._wake_reader] + ([self._events.descriptor] if self._events else [])
        while True:
            readable, _, _ = select.select(sources, [], [], EVERY_S)
            if self._over:
                return
            if self._wake_reader in readable:
                os.read(self._wake_reader, 64)
                time.sleep(FIRST_LOOK_S)
            before = time.thread_time()
            with self._lock:
                self._take()
                is_due = self._unexplained or self._events is None
                self._unexplained = False
                at_work = [work for work in self._at_work.values() if work.pid] if is_due else []
            self._look(at_work)
            self._pay(time.thread_time() - before)

    def _pay(self, spent_s: float) -> None:
        """Rest until what was spent is earned again."""
        now = time.monotonic()
        earned = (now - self._credited_at) * HIGHEST_SHARE
        self._credit_s = min(MOST_SAVED_S, self._credit_s + earned) - spent_s
        self._credited_at = now
        if self._credit_s < 0 and not self._over:
            # What happens meanwhile is kept by the system, and taken when a task begins or ends, too.
            select.select([self._wake_reader], [], [], -self._credit_s / HIGHEST_SHARE)

    def _take(self) -> None:
        """Take in what the system tells: it was one of those at work now, if any of the run's tasks."""
        if self._events is None:
            return
        since, self._taken_at = self._taken_at, time.monotonic()
        happened = self._events.take()
        opened, read, written = ({path for path in paths if not path.endswith(PROGRAMS)} for paths in happened)
        self._unexplained = self._unexplained or bool(opened)
        for work in self._at_work.values():
            work.opened |= opened
            work.changed |= written
        for path in read:
            naming = [work for work in self._at_work.values() if work.named.uses(path)]
            # What was made is read once more by this program, to remember what is in it.
            if naming or not was_own(path, since):
                for reader in self._who(naming, path):
                    reader.read.add(path)
        for path in written:
            into = [work for work in self._at_work.values() if path in work.named.into]
            if not into and self._sql.writes(path):
                continue
            naming = [work for work in self._at_work.values() if work.named.uses(path)]
            for writer in into or self._who(naming, path):
                writer.written.add(path)

    def _who(self, naming: list[_AtWork], path: str) -> list[_AtWork]:
        """Who must have used a file: the only one that names it, or that is at work at all."""
        if naming:
            return naming if len(naming) == 1 else []
        # Results are opened by the runner too, and by whoever looks at them in the dashboard.
        alone = list(self._at_work.values())
        is_ours = self._is_result(path) or self._sql.reads(path)
        return alone if len(alone) == 1 and alone[0].pid and not is_ours else []

    def _is_result(self, path: str) -> bool:
        return path.startswith(f"{self._results}/") and path.endswith(".parquet")

    def _look(self, at_work: list[_AtWork]) -> None:
        """Look at what their processes have open; without the lock, since nobody is to wait for it."""
        for work in at_work:
            seen = [file for pid in _tree(work.pid) for file in _open_files(pid, self._roots)]
            with self._lock:
                for path, writes in seen:
                    (work.written if writes else work.read).add(path)


class _SqlFiles:
    """The files that the SQL and the sources of a pipeline name."""

    def __init__(self, pipeline: Pipeline) -> None:
        folder, real = str(pipeline.folder), RealPaths()
        read: set[str] = set()
        self._written: set[str] = set()
        for task in pipeline.tasks:
            if isinstance(task.action, PathAction):
                read.add(real.of(task.action.path))
            elif isinstance(task.action, SqlAction):
                for path, is_written in named_in(task.action.sql, folder):
                    (self._written if is_written else read).add(real.of(path))
        self._patterns = [path for path in read if is_pattern(path)]
        self._read = read.difference(self._patterns)

    def reads(self, path: str) -> bool:
        """Whether some SQL reads that file."""
        return path in self._read or any(matches(path, pattern) for pattern in self._patterns)

    def writes(self, path: str) -> bool:
        """Whether some SQL writes that file."""
        return path in self._written


def _tree(leader: int) -> list[int]:
    """The process and all its descendants."""
    found = [leader]
    try:
        for pid in found:
            with open(f"/proc/{pid}/task/{pid}/children", "rb") as file:
                found += map(int, file.read().split())
    except OSError:
        with suppress(Exception):
            import psutil  # noqa: PLC0415 - slow to import, and not needed where the files of /proc are

            return [leader, *(child.pid for child in psutil.Process(leader).children(recursive=True))]
    return found


def _open_files(pid: int, roots: Iterable[tuple[str, str]]) -> list[tuple[str, bool]]:
    """The data files below the roots that the process has open, each with whether it is open for writing."""
    if HAS_PROC:
        return [file for file in _open_in_proc(pid) if _is_data(file[0], roots)]
    import psutil  # noqa: PLC0415 - slow to import

    try:
        files = psutil.Process(pid).open_files()
    except (psutil.Error, OSError):  # it has ended, or is another user's
        return []
    # Where the system does not tell the mode, to read is what most files are opened for.
    return [(file.path, getattr(file, "mode", "r") != "r") for file in files if _is_data(file.path, roots)]


def _open_in_proc(pid: int) -> Iterator[tuple[str, bool]]:
    """All that the process has open, each with whether it may write; ten times as fast as psutil."""
    folder = f"/proc/{pid}"
    with suppress(OSError):  # it has ended, or is another user's
        for name in os.listdir(f"{folder}/fd"):
            with suppress(OSError, IndexError, ValueError):  # it was closed meanwhile
                path = os.readlink(f"{folder}/fd/{name}")
                if path.startswith("/") and not path.startswith(("/dev/", "/proc/")):
                    with open(f"{folder}/fdinfo/{name}", "rb") as file:
                        flags = int(file.read().split(b"flags:")[1].split()[0], 8)
                    yield path, flags & os.O_ACCMODE != os.O_RDONLY


def _is_data(path: str, roots: Iterable[tuple[str, str]]) -> bool:
    below = next((path[len(root) :] for root, _ in roots if path.startswith(f"{root}/")), None)
    return below is not None and "/." not in below and not path.endswith(PROGRAMS)


def _roots(folders: list[str]) -> list[tuple[str, str]]:
    """The folders that lie in no other one of them, each by its real path, and as it is spelt."""
    found: list[tuple[str, str]] = []
    for folder in folders:
        real = os.path.realpath(folder)
        if os.path.isdir(real) and not any(f"{real}/".startswith(f"{other}/") for other, _ in found):
            found.append((real, folder))
    return found


def named_by(task: Task, folder: str) -> Named:
    """What the words of a task's command may mean, from the pipeline's folder on; nothing of other tasks."""
    if not isinstance(task.action, CommandAction):
        return Named()
    command, env = task.action.command, dict(task.env)
    where = os.path.realpath(task.cwd or folder)
    text = command if isinstance(command, str) else "\n".join(command)
    used: set[str] = set()
    into: set[str] = set()
    links: list[str] = []
    for is_into, word in WORDS.findall(VARIABLE.sub(lambda found: env.get(found[1], found[0]), text)):
        path = os.path.normpath(os.path.join(where, word))
        (into if is_into else used).add(path)
        if (real := os.path.realpath(path)) != path:
            (into.add(real) if is_into else links.append(path))
    return Named(frozenset(used), frozenset(into), tuple(links))


def _first(paths: set[str]) -> tuple[str, ...]:
    return tuple(sorted(paths)[:MOST_FILES])
