"""The ``python`` action: a function of the user's, called in a process of its own. Nothing of it is imported here."""

from __future__ import annotations

import math
import os
import sys
from pathlib import Path

from seeknal_tui.pipeline.model import PythonAction
from seeknal_tui.run import strays
from seeknal_tui.run.actions.attempt import ActionFailed, AttemptContext, Outcome
from seeknal_tui.run.actions.command import describe_exit
from seeknal_tui.run.actions.process import Channel, run_process

CHILD = Path(__file__).with_name("python_child.py")
LONGEST_MESSAGE = 1 << 17
"""Bytes of one message of the child; what is longer is none of its messages."""


def run_python(context: AttemptContext, *, grace_s: float = strays.GRACE_S) -> Outcome:
    """Call the task's function; *grace_s* is the time it is given to end when it is stopped.

    Raises Stopped, and ActionFailed when there is no such function, it raises or exits with another code than 0, times
    out, or its process cannot be started.
    """
    action = context.task.action
    assert isinstance(action, PythonAction)
    messages = Messages(context)
    reader, writer = os.pipe()
    # -P: no file of the user's may stand in for a module of the standard library before ours have been imported.
    child = (sys.executable, "-P", str(CHILD), str(writer), str(context.folder), action.module, action.function)
    ended = run_process(context, child, channel=Channel(reader, writer, messages.receive), grace_s=grace_s)
    if ended.code:
        raise ActionFailed(messages.error or describe_exit(ended.code))
    return ended.usage


class Messages:
    """What the child tells of its function, one message a line.

    ``progress FRACTION``, ``error TEXT``, ``reads PATH``, ``writes PATH``.
    """

    def __init__(self, context: AttemptContext) -> None:
        self._emit_progress = context.emit_progress
        self._file_used = context.file_used
        self._rest = b""
        self.error = ""

    def receive(self, data: bytes) -> None:
        """Take what came. Of several fractions only the last is passed on; what is no message is passed over."""
        *messages, self._rest = (self._rest + data).split(b"\n")
        self._rest = self._rest[:LONGEST_MESSAGE]
        latest = None
        for message in messages:
            word, _, value = message.partition(b" ")
            if word == b"progress":
                latest = _fraction(value, latest)
            elif word == b"error":
                self.error = value.decode("unicode_escape", errors="replace")
            elif word in {b"reads", b"writes"}:
                self._file_used(value.decode("unicode_escape", errors="replace"), word == b"writes")
        if latest is not None:
            self._emit_progress(latest)


def _fraction(value: bytes, former: float | None) -> float | None:
    """The fraction from 0 to 1 that is nearest; the *former* one if *value* is no number."""
    try:
        fraction = float(value)
    except ValueError:
        return former
    return former if math.isnan(fraction) else min(max(fraction, 0.0), 1.0)
