"""Which task held a run up."""

from __future__ import annotations

from seeknal_tui.analysis.critical_path import critical_path_so_far
from seeknal_tui.run.state import RunState


def hold_up(state: RunState) -> tuple[str, float]:
    """The task of the critical path that ran longest in the current run, and for how many seconds.

    The name is empty if nothing ran.
    """
    links = critical_path_so_far(state, state.now).links
    longest = max(links, key=lambda link: link.running_s, default=None)
    if longest is None or longest.running_s == 0.0:
        return "", 0.0
    return state.pipeline.tasks[longest.number].name, longest.running_s
