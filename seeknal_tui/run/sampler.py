"""What a run uses while it goes on: once a second the CPU and memory of its processes.

A task that runs processes tells the pid of the first one; all descendants of that belong to it. The CPU of the whole
run is that of this process, in which DuckDB works, of what it has waited for, and of the processes that live. So what a
process used is counted once: first as a living one, then as one that was waited for.

The thread is started by the first task that does something, and its first look is a second later: a run of tasks that
do nothing, or that is over sooner, costs nothing. A look takes a pass over the processes of the system, but only while
a task has any.
"""

from __future__ import annotations

import os
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from seeknal_tui.run.host import Host, HostWatch

if TYPE_CHECKING:
    import psutil

EVERY_S = 1.0
HOST_EVERY_S = 0.5
"""A look at the machine as a whole takes so little that it is never put off."""
HIGHEST_SHARE = 0.004
"""Of a core for looking: where there are many processes to pass over, looks are less frequent."""


class Use(NamedTuple):
    """What processes have used up to now."""

    cpu_s: float = 0.0
    rss_bytes: int = 0
    """The most memory that they held at once, as far as that was seen."""
    read_bytes: int = 0
    """With what came out of the system's cache; 0 where the system does not tell."""
    written_bytes: int = 0


@dataclass(frozen=True, slots=True)
class RunUse:
    """What a run uses now: this process and all that its tasks have started."""

    cores: float
    """How many cores it kept busy since the look before: 1.87 for ``187 %``."""
    rss_bytes: int


class Sampler:
    """Looks at the processes of one run. Thread-safe.

    *emit* is given the task's number and what its processes have used, never after :meth:`forget` for that task has
    returned. *emit_host* is given what the machine does, and how many cores the run keeps busy; *spill* is the folder
    of what DuckDB puts on disk. Both are called with a lock held: they must not call the sampler.
    """

    def __init__(
        self,
        emit: Callable[[int, Use], None],
        emit_host: Callable[[Host, float], None] = lambda host, cores: None,
        spill: Path = Path(),
    ) -> None:
        self._emit = emit
        self._emit_host = emit_host
        self._spill = spill
        self._lock = threading.Lock()
        self._leaders: dict[int, int] = {}
        self._uses: dict[int, Use] = {}
        self._over = threading.Event()
        self._thread: threading.Thread | None = None
        self._looked_at = 0.0
        self._cpu_s = 0.0
        self.use: RunUse | None = None
        """What the run used at the latest look; None before the first."""

    def start(self) -> None:
        """Look once a second from now on, if it does not already."""
        if self._thread is None:
            with self._lock:
                if self._thread is None:
                    self._looked_at, self._cpu_s = time.perf_counter(), _own_cpu_s()
                    self._thread = threading.Thread(target=self._sample, name="sampler", daemon=True)
                    self._thread.start()

    def watch(self, number: int, pid: int) -> None:
        """The task has started that process."""
        with self._lock:
            self._leaders[number] = pid
            self._uses.pop(number, None)

    def forget(self, number: int) -> Use:
        """The task's process has ended; returns what was seen of it."""
        if number not in self._leaders:
            return Use()
        with self._lock:
            del self._leaders[number]
            return self._uses.pop(number, Use())

    def close(self) -> None:
        """Look no more; when this returns nothing is emitted any more."""
        self._over.set()
        if self._thread is not None:
            self._thread.join()

    def _sample(self) -> None:
        look_at = time.monotonic() + EVERY_S
        if self._over.wait(min(EVERY_S, HOST_EVERY_S)):
            return  # a short run pays for no look, and so not for the import that a look takes
        host = HostWatch(self._spill)
        while not self._over.wait(min(EVERY_S, HOST_EVERY_S)):
            if time.monotonic() >= look_at:
                before = time.thread_time()
                self.look()
                look_at = time.monotonic() + max(EVERY_S, (time.thread_time() - before) / HIGHEST_SHARE)
            with self._lock:
                self._emit_host(host.look(), self.use.cores if self.use is not None else 0.0)

    def look(self) -> None:
        """Look now."""
        with self._lock:
            uses = _uses_of_trees(self._leaders) if self._leaders else {}
            own, memory = _own_cpu_s(), _own_memory()
            for number, use in uses.items():
                # The most memory counts; and a descendant that lost its parent takes its past with it.
                most = _most(use, self._uses.get(number, use))
                self._uses[number] = most
                self._emit(number, most)
            now = time.perf_counter()
            cpu_s = own + sum(use.cpu_s for use in uses.values())
            cores = max(0.0, cpu_s - self._cpu_s) / max(1e-6, now - self._looked_at)
            self.use = RunUse(cores, memory + sum(use.rss_bytes for use in uses.values()))
            self._looked_at, self._cpu_s = now, cpu_s


def _own_cpu_s() -> float:
    """Of this process, and of all that it has waited for."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _own_memory() -> int:
    import psutil  # noqa: PLC0415 - slow to import, and most short runs never look

    return int(psutil.Process().memory_info().rss)


def _uses_of_trees(leaders: dict[int, int]) -> dict[int, Use]:
    """What each task's first process and all its descendants have used; without tasks whose processes have ended."""
    import psutil  # noqa: PLC0415

    alive: dict[int, psutil.Process] = {}
    children: dict[int, list[int]] = defaultdict(list)
    for process in psutil.process_iter(["ppid"]):
        alive[process.pid] = process
        children[process.info["ppid"]].append(process.pid)
    return {
        number: _sum(_use_of(alive[pid]) for pid in _tree(leader, children))
        for number, leader in leaders.items()
        if leader in alive
    }


def _tree(leader: int, children: dict[int, list[int]]) -> list[int]:
    found = [leader]
    for pid in found:
        found += children.get(pid, ())
    return found


def _use_of(process: psutil.Process) -> Use:
    import psutil  # noqa: PLC0415

    try:
        with process.oneshot():
            times = process.cpu_times()
            memory = process.memory_info().rss
            io = _io_of(process)
    except psutil.Error:  # it has ended meanwhile
        return Use()
    return Use(times.user + times.system + times.children_user + times.children_system, int(memory), *io)


def _io_of(process: psutil.Process) -> tuple[int, int]:
    import psutil  # noqa: PLC0415

    try:
        io = process.io_counters()
    except (psutil.AccessDenied, AttributeError):  # another user's; a system that does not tell
        return 0, 0
    return int(io.read_chars), int(io.write_chars)


def _most(one: Use, other: Use) -> Use:
    return Use(
        max(one.cpu_s, other.cpu_s),
        max(one.rss_bytes, other.rss_bytes),
        max(one.read_bytes, other.read_bytes),
        max(one.written_bytes, other.written_bytes),
    )


def _sum(uses: Iterator[Use]) -> Use:
    cpu_s, rss_bytes, read_bytes, written_bytes = 0.0, 0, 0, 0
    for use in uses:
        cpu_s += use.cpu_s
        rss_bytes += use.rss_bytes
        read_bytes += use.read_bytes
        written_bytes += use.written_bytes
    return Use(cpu_s, rss_bytes, read_bytes, written_bytes)
