"""Which task held a run up."""

from __future__ import annotations

from seeknal_tui.analysis.critical_path import longest_chain
from seeknal_tui.run.state import RunState


def hold_up(state: RunState) -> tuple[str, float]:
    """The task of the critical path that ran longest in the current run, and for how many seconds.

    The name is empty if nothing ran.
    """
    running_s = [state.running_s(number) if member else 0.0 for number, member in enumerate(state.in_run)]
    _, chain = longest_chain(state.pipeline, running_s)
    longest = max(chain, key=running_s.__getitem__, default=None)
    if longest is None or running_s[longest] == 0.0:
        return "", 0.0
    return state.pipeline.tasks[longest].name, running_s[longest]
