"""A state that stands still, to be looked into by another thread while the run goes on."""

from __future__ import annotations

from copy import copy
from dataclasses import replace

from seeknal_tui.run.state import RunState


def snapshot(state: RunState) -> RunState:
    """The state as it is now; what is folded into the other one later does not change it. It is only to be read."""
    still = copy(state)
    for name, value in vars(state).items():
        if isinstance(value, list | dict | set):
            setattr(still, name, value.copy())
    still.files = copy(state.files)
    for name, value in vars(state.files).items():
        setattr(still.files, name, value.copy())
    still.attempts = [list(attempts) for attempts in state.attempts]
    for number in state.running:  # attempts that have ended do not change any more
        still.attempts[number][-1:] = [replace(attempt) for attempt in still.attempts[number][-1:]]
    return still
