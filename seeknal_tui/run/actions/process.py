"""Running one process of a task: starting it, passing on what it prints, ending all that belongs to it.

The worker thread that performs the attempt does it all; a process costs no further thread. It waits for whichever comes
first of: output, the end of the process (by a pidfd where there are such, else by asking twenty times a second), the
request to stop (which writes into a pipe of ours), and the deadline.
"""

from __future__ import annotations

import contextlib
import os
import resource
import selectors
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from seeknal_tui.run import strays
from seeknal_tui.run.actions.attempt import ActionFailed, AttemptContext, Outcome, Stopped
from seeknal_tui.run.actions.environment import environment_of
from seeknal_tui.run.actions.output_lines import LineCutter

LINGER_S = 0.2
"""Seconds in which processes may end by themselves after the one that started them, as in ``cmd > >(tee copy)``."""
LEFT_BEHIND_GRACE_S = 1.0
"""Seconds from SIGTERM to SIGKILL for processes that outlive the one that started them."""
POLL_S = 0.05
"""Seconds between looks whether the process has ended, where it cannot be waited for together with its output."""
LONGEST_WAIT_S = 3600.0
READ_BYTES = 1 << 16
"""As much as a pipe holds."""
MOST_LAST_READS = 64
"""From pipes that someone may never close."""
FILES_WANTED = 4096
"""Open files for 256 processes at once, each with its pipes and its log."""


class Exit(NamedTuple):
    """How a process ended."""

    code: int
    """The exit code; of a process that a signal ended, the signal's number below zero."""
    usage: Outcome


@dataclass(slots=True)
class Channel:
    """A pipe in which the process tells us something, beside what it prints."""

    reader: int
    writer: int
    """The process has it under the same number."""
    receive: Callable[[bytes], None]
    """Takes what was read."""


def run_process(
    context: AttemptContext,
    arguments: Sequence[str],
    *,
    channel: Channel | None = None,
    grace_s: float = strays.GRACE_S,
) -> Exit:
    """Run a program until it ends, and end whatever it leaves behind.

    Raises Stopped on request, and ActionFailed when it cannot be started or runs into the deadline; both only when
    the process and all that belongs to it are gone. Closes both ends of the *channel*.
    """
    return _TaskProcess(context, arguments, channel, grace_s).run()


class _TaskProcess:
    """One process of a task, from its start to the end of all that belongs to it."""

    def __init__(
        self, context: AttemptContext, arguments: Sequence[str], channel: Channel | None, grace_s: float
    ) -> None:
        self._context = context
        self._stop = context.stop
        self._arguments = arguments
        self._channel = channel
        self._grace_s = grace_s
        self._selector = selectors.DefaultSelector()
        self._printing: set[int] = set()
        """The pipes that someone can still print into."""
        self._pid = 0
        self._polled = True
        self._own_memory = 0
        self._exit: Exit | None = None

    def run(self) -> Exit:
        with contextlib.ExitStack() as cleanup:
            cleanup.callback(self._selector.close)
            process = self._start(cleanup)
            try:
                self._wait()
                if self._exit is None:
                    self._end_tree(self._grace_s)
                    raise self._why_ended()
                self._end_what_is_left()
                return self._exit
            finally:
                if self._exit is None:
                    self._abandon()
                process.returncode = self._exit.code if self._exit else 0  # that subprocess need not wait for it

    # Starting

    def _start(self, cleanup: contextlib.ExitStack) -> subprocess.Popen[bytes]:
        """Start the process and watch all there is to watch. The stop is watched first, so none is ever missed."""
        if self._channel is not None:
            cleanup.callback(os.close, self._channel.reader)
        with contextlib.ExitStack() as start:
            if self._channel is not None:
                start.callback(os.close, self._channel.writer)
            self._watch_stop(cleanup)
            if self._stop.requested:
                raise Stopped
            _allow_many_files()
            process = self._spawn()
        self._pid = process.pid
        self._context.process_started(process.pid)
        for name, pipe in (("stdout", process.stdout), ("stderr", process.stderr)):
            assert pipe is not None
            cleanup.callback(pipe.close)
            self._watch_output(name, pipe.fileno())
        if self._channel is not None:
            self._watch_channel(self._channel)
        self._watch_end(cleanup)
        return process

    def _spawn(self) -> subprocess.Popen[bytes]:
        folder = self._context.task.cwd or str(self._context.folder)
        self._own_memory = _peak_memory(resource.getrusage(resource.RUSAGE_SELF))
        try:
            return subprocess.Popen(
                self._arguments,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                bufsize=0,
                cwd=folder,
                env=environment_of(self._context),
                start_new_session=True,
                pass_fds=() if self._channel is None else (self._channel.writer,),
            )
        except OSError as error:
            raise ActionFailed(_start_problem(error, folder, self._arguments[0])) from error
        except ValueError as error:
            raise ActionFailed(f"{self._arguments[0]} cannot be started: {error} in the command or in `env`") from error

    def _watch_stop(self, cleanup: contextlib.ExitStack) -> None:
        reader, writer = os.pipe()
        cleanup.callback(os.close, reader)
        cleanup.callback(os.close, writer)
        cleanup.callback(self._stop.clear_callback)
        self._selector.register(reader, selectors.EVENT_READ, lambda: os.read(reader, 16))
        self._stop.on_request(lambda: _wake(writer))

    def _watch_output(self, name: str, pipe: int) -> None:
        cutter = LineCutter()

        def read() -> None:
            data = _read(pipe)
            if data is None:
                return
            if not data:
                self._selector.unregister(pipe)
                self._printing.discard(pipe)
            for piece in cutter.feed(data) if data else [cutter.finish()]:
                if piece:
                    self._context.output(name, piece)

        os.set_blocking(pipe, False)
        self._printing.add(pipe)
        self._selector.register(pipe, selectors.EVENT_READ, read)

    def _watch_channel(self, channel: Channel) -> None:
        def read() -> None:
            data = _read(channel.reader)
            if data:
                channel.receive(data)
            elif data is not None:
                self._selector.unregister(channel.reader)

        os.set_blocking(channel.reader, False)
        self._selector.register(channel.reader, selectors.EVENT_READ, read)

    def _watch_end(self, cleanup: contextlib.ExitStack) -> None:
        if sys.platform == "linux":
            try:
                descriptor = os.pidfd_open(self._pid)
            except OSError:  # an old kernel, or a sandbox without it
                return
            self._polled = False
            cleanup.callback(os.close, descriptor)
            self._selector.register(descriptor, selectors.EVENT_READ, lambda: self._reap(descriptor))

    # Waiting

    def _wait(self) -> None:
        """Pass on what is printed until the process ends, is to be stopped, or has timed out."""
        deadline = self._context.deadline
        while self._exit is None and not self._stop.requested:
            left = LONGEST_WAIT_S if deadline is None else deadline - time.monotonic()
            if left <= 0:
                return
            self._pump(min(left, LONGEST_WAIT_S))

    def _pump(self, seconds: float) -> bool:
        """Wait, at most so long, for something to happen, and deal with it; whether something happened."""
        polling = self._polled and self._exit is None
        ready = self._selector.select(min(seconds, POLL_S) if polling else seconds)
        for key, _ in ready:
            key.data()
        if polling:
            self._reap()
        return bool(ready)

    def _reap(self, descriptor: int = -1) -> None:
        """Note how the process ended, if it did. Until then nobody else can be given its number."""
        read_bytes, written_bytes = _io_of(self._pid) if descriptor >= 0 else (None, None)
        pid, status, usage = os.wait4(self._pid, os.WNOHANG)
        if pid == 0:
            return
        if descriptor >= 0:
            self._selector.unregister(descriptor)
        memory = _peak_memory(usage)
        self._exit = Exit(
            os.waitstatus_to_exitcode(status),
            Outcome(
                cpu_s=usage.ru_utime + usage.ru_stime,
                # Linux counts in what we held at the start; what is not more than that says nothing of the process.
                rss_bytes=memory if memory > self._own_memory else None,
                read_bytes=read_bytes,
                written_bytes=written_bytes,
            ),
        )

    # Ending

    def _why_ended(self) -> Exception:
        if self._stop.requested:
            return Stopped()
        timeout = self._context.task.timeout
        return ActionFailed("timed out" if timeout is None else f"timed out after {timeout:g}s")

    def _end_what_is_left(self) -> None:
        """After the end of the process: read the rest of its output, and end what it left behind, if anything.

        For nearly every process this finds the group empty and the pipes closed, and costs no search.
        """
        until = time.monotonic() + LINGER_S
        while self._something_is_left() and time.monotonic() < until and not self._stop.requested:
            self._pump(strays.FIRST_PAUSE_S)
        if not self._something_is_left():
            self._pump(0)  # the last of the channel
            return
        count = self._end_tree(LEFT_BEHIND_GRACE_S)
        if count:
            self._context.say(f"{count} process{'es' * (count > 1)} left behind {'were' if count > 1 else 'was'} ended")
        elif self._printing:
            self._context.say("a process that cannot be found still holds the output open; it is no longer read")

    def _something_is_left(self) -> bool:
        return bool(self._printing) or strays.group_lives(self._pid)

    def _end_tree(self, grace_s: float) -> int:
        """End the process and all that belongs to it, passing on what they print; return how many they were."""
        ending = strays.Ending(self._context.cookie, task=self._context.task.name, leader=self._pid, grace_s=grace_s)
        pause = strays.FIRST_PAUSE_S
        while not ending.step(kill=self._stop.killed) or (self._exit is None and not ending.denied):
            self._pump_for(pause)
            pause = strays.longer(pause)
        for process in ending.denied:
            self._context.say(f"process {process.pid} belongs to another user and could not be ended")
        reads = 0
        while self._pump(0) and reads < MOST_LAST_READS:  # what is in the pipes, but not for ever
            reads += 1
        return ending.count

    def _pump_for(self, seconds: float) -> None:
        """Pass on what is printed for so long, or until the process ends or is to be killed."""
        until = time.monotonic() + seconds
        ended, killed = self._exit, self._stop.killed
        while (left := until - time.monotonic()) > 0 and self._exit is ended and self._stop.killed == killed:
            self._pump(left)

    def _abandon(self) -> None:
        """Kill everything at once: something unforeseen happened, or the process is not ours to end."""
        ending = strays.Ending(self._context.cookie, task=self._context.task.name, leader=self._pid, grace_s=0)
        ending.step(kill=True)
        with contextlib.suppress(ChildProcessError):
            if not ending.denied:
                os.waitpid(self._pid, 0)


def _read(descriptor: int) -> bytes | None:
    """What the pipe has; empty at its end, None when it has nothing now."""
    try:
        return os.read(descriptor, READ_BYTES)
    except BlockingIOError:
        return None


def _wake(descriptor: int) -> None:
    """Have whoever watches the other end of the pipe look."""
    os.write(descriptor, b"!")


def _peak_memory(usage: resource.struct_rusage) -> int:
    """Bytes; macOS counts in them, others in KiB."""
    return usage.ru_maxrss if sys.platform == "darwin" else usage.ru_maxrss * 1024


def _io_of(pid: int) -> tuple[int | None, int | None]:
    """Bytes that an ended process and all it has waited for read and wrote, where the system tells before the wait."""
    try:
        with open(f"/proc/{pid}/io", "rb") as file:
            counts = dict(line.split(b": ") for line in file)
        return int(counts[b"rchar"]), int(counts[b"wchar"])
    except (OSError, LookupError, ValueError):
        return None, None


def _start_problem(error: OSError, folder: str, program: str) -> str:
    """Why a process could not be started, and what to do."""
    if error.filename == folder:
        return f"the folder {folder} cannot be entered: {error.strerror}; create it, or correct `cwd`"
    if isinstance(error, FileNotFoundError):
        return f"{program} was not found; install it, or correct `command`"
    if isinstance(error, PermissionError):
        return f"{program} may not be executed; make it executable, or correct `command`"
    return f"{program} could not be started: {error.strerror}"


def _allow_many_files() -> None:
    """Raise our own limit of open files as far as we need it and may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES_WANTED if hard == resource.RLIM_INFINITY else min(FILES_WANTED, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
