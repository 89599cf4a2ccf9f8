"""Finding and ending everything that a run started.

A process may leave its parent, its process group and its session, but it keeps the environment that it was started
with. So whatever a run starts gets a *cookie* in its environment, unique to that run, and whoever knows the cookie can
find it all. The search also takes in the group and session of an attempt's first process and all descendants, which
finds those that cleared their environment as long as they stayed near.

When a run inside a task of another run starts processes, their environment has both cookies, so each of the two finds
them. The variable's value is the cookies from the outermost to the innermost with colons between.

What is not found: a process that cleared its environment *and* left its group, session and parents; on macOS a program
of the system itself, whose environment cannot be read, once it left them.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections import defaultdict
from typing import NamedTuple

import psutil

COOKIE = "SEEKNAL_TUI_COOKIE"
"""The environment variable that carries the cookie."""
TASK = "SEEKNAL_TUI_TASK"
"""The environment variable that carries the name of the task."""
GRACE_S = 5.0
"""Seconds from SIGTERM, which asks a process to end, to SIGKILL, which ends it."""
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.01, 0.2
"""Seconds between two looks at processes that are to end; see :func:`longer`."""


def cookie_value(cookie: str) -> str:
    """What the environment of a process that carries *cookie* says."""
    outer = os.environ.get(COOKIE)
    return f"{outer}:{cookie}" if outer else cookie


class Entry(NamedTuple):
    """A living process, as it was found."""

    process: psutil.Process
    parent: int
    group: int
    session: int
    cookies: tuple[str, ...]
    task: str


class _ProcessTable:
    """All processes of the system. Those who look at the same moment share one look, as it takes milliseconds."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._looked_at = -1.0
        self._entries: list[Entry] = []

    def entries(self) -> list[Entry]:
        """Every living process, as of some moment after the call."""
        called_at = time.monotonic()
        with self._lock:
            if self._looked_at < called_at:
                self._looked_at = time.monotonic()
                self._entries = [entry for pid in psutil.pids() if (entry := _entry(pid))]
            return self._entries


_table = _ProcessTable()


def _entry(pid: int) -> Entry | None:
    """What is known of a process; None if it has ended, even when nobody has waited for it yet."""
    try:
        process = psutil.Process(pid)
        with process.oneshot():
            if process.status() == psutil.STATUS_ZOMBIE:
                return None
            environ = _environ(process)
            cookies = tuple(filter(None, environ.get(COOKIE, "").split(":")))
            return Entry(process, process.ppid(), os.getpgid(pid), os.getsid(pid), cookies, environ.get(TASK, ""))
    except (psutil.Error, OSError):
        return None


def _environ(process: psutil.Process) -> dict[str, str]:
    try:
        return process.environ()
    except (psutil.Error, OSError):  # another user's, or a program that the system protects
        return {}


def find(cookie: str, *, task: str = "", leader: int = 0) -> list[Entry]:
    """Every living process that carries the cookie, and all descendants of these; parents before their children.

    With *task*, only what carries that task's name too. With *leader*, also the group and the session of that number.
    """
    entries = _table.entries()
    children = defaultdict(list)
    for entry in entries:
        children[entry.parent].append(entry)
    found = {
        entry.process.pid: entry
        for entry in entries
        if (cookie in entry.cookies and task in {"", entry.task}) or (leader and leader in {entry.group, entry.session})
    }
    border = list(found.values())
    for entry in border:
        for child in children[entry.process.pid]:
            if child.process.pid not in found:
                found[child.process.pid] = child
                border.append(child)
    found.pop(os.getpid(), None)
    return [entry for entry in border if entry.process.pid in found]


def group_lives(group: int) -> bool:
    """Whether the process group has any process, were it one that has ended but that nobody has waited for."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


class Ending:
    """Ends what :func:`find` finds: asks it to by SIGTERM, once, and when the grace is over insists by SIGKILL.

    Nothing new is asked: a process that is told to end may start others to put its things in order.
    """

    def __init__(self, cookie: str, *, task: str = "", leader: int = 0, grace_s: float = GRACE_S) -> None:
        self._cookie = cookie
        self._task = task
        self._leader = leader
        self._kill_at = time.monotonic() + grace_s
        self._asked = False
        self._groups: dict[psutil.Process, int] = {}
        self.denied: set[psutil.Process] = set()
        """Those that may not be signalled, as they belong to another user."""

    @property
    def count(self) -> int:
        """How many processes were found."""
        return len(self._groups)

    def step(self, *, kill: bool = False) -> bool:
        """Look, and signal what is due; whether nothing is left. To be called again and again until then."""
        if self._leader and not group_lives(self._leader):
            self._leader = 0  # from now on the number may be given to somebody else
        for entry in find(self._cookie, task=self._task, leader=self._leader):
            self._groups[entry.process] = entry.group
        living = [process for process in self._groups if process not in self.denied and _lives(process)]
        if not living:
            return True
        if kill or time.monotonic() >= self._kill_at:
            self._signal(living, signal.SIGKILL)
        elif not self._asked:
            self._asked = True
            self._signal(living, signal.SIGTERM)
        return False

    def _signal(self, processes: list[psutil.Process], number: signal.Signals) -> None:
        """Signal the group all at once, so that no shell gets to its next command; then who has left the group."""
        grouped = self._leader
        if grouped:
            try:
                os.killpg(grouped, number)
            except OSError:
                grouped = 0
        for process in processes:
            if not grouped or self._groups[process] != grouped or number == signal.SIGKILL:
                try:
                    process.send_signal(number)
                except psutil.NoSuchProcess:
                    pass
                except psutil.AccessDenied:
                    self.denied.add(process)


def _lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def longer(pause: float) -> float:
    """The seconds to the next look, after those to the last one."""
    return min(2 * pause, LONGEST_PAUSE_S)


def end_all(cookie: str, grace_s: float = GRACE_S, *, looks: int = 1) -> int:
    """End everything that carries the cookie; return how many processes that were.

    To be called when a run ends and has run processes, for what left its attempt without holding on to anything. Is
    over when that many *looks* in a row found nothing.
    """
    ending = Ending(cookie, grace_s=grace_s)
    pause = FIRST_PAUSE_S
    quiet = 0
    while True:
        quiet = quiet + 1 if ending.step() else 0
        if quiet >= looks:
            return ending.count
        time.sleep(pause)
        pause = longer(pause)
