"""The ``command`` action: a command line for the shell, or a program with its arguments."""

from __future__ import annotations

import signal

from seeknal_tui.pipeline.model import CommandAction
from seeknal_tui.run import strays
from seeknal_tui.run.actions.attempt import ActionFailed, AttemptContext, Outcome
from seeknal_tui.run.actions.process import run_process

SHELL = "/bin/sh"
_SHELL_CODES = {
    126: ": is the program executable?",
    127: ": command not found?",
    128 + signal.SIGKILL: ": a program was killed by SIGKILL; out of memory?",
}


def run_command(context: AttemptContext, *, grace_s: float = strays.GRACE_S) -> Outcome:
    """Run the task's command; *grace_s* is the time it is given to end when it is stopped.

    Raises Stopped, and ActionFailed when it cannot be started, times out, or ends with another exit code than 0.
    """
    action = context.task.action
    assert isinstance(action, CommandAction)
    by_shell = isinstance(action.command, str)
    arguments = (SHELL, "-c", action.command) if isinstance(action.command, str) else action.command
    ended = run_process(context, arguments, grace_s=grace_s)
    if ended.code:
        raise ActionFailed(describe_exit(ended.code) + (_SHELL_CODES.get(ended.code, "") if by_shell else ""))
    return ended.usage


def describe_exit(code: int) -> str:
    """An exit code in words; below zero it is the number of the signal that ended the process."""
    if code >= 0:
        return f"exited with {code}"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = f"signal {-code}"
    return f"killed by {name}" + ("; out of memory?" if -code == signal.SIGKILL else "")
