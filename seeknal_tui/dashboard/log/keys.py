"""The keys that act in the log only, while it has the focus."""

from __future__ import annotations

from typing import NamedTuple


class LogAction(NamedTuple):
    """``name`` is the method ``action_NAME`` of the log's view."""

    name: str
    key: str
    """As Textual names it."""
    brief: str
    help: str
    in_footer: bool = False


LOG_ACTIONS: tuple[LogAction, ...] = (
    LogAction("search", "slash", "Search", "search the whole log; ctrl+r regular expression, ctrl+t capitals", True),
    LogAction("next_found", "n", "Next match", "next match"),
    LogAction("previous_found", "N", "Match before", "match before"),
    LogAction("first_error", "e", "Error", "the first line that looks like an error; n goes to the next", True),
    LogAction("choose", "V", "Choose lines", "choose lines: arrows, pages, g and G extend; or drag the mouse"),
    LogAction("copy_lines", "y", "Copy", "copy the chosen lines, or those in view; see the guide", True),
    LogAction("toggle_wrap", "W", "Wrap", "wrap long lines, or pan with left and right", True),
    LogAction("cycle_times", "T", "Times", "when lines came: since the run began, time of day, not at all", True),
    LogAction("toggle_all", "A", "All logs", "all tasks' logs in one, by time; and back", True),
)
KEYS = frozenset(action.key for action in LOG_ACTIONS)
