"""What each pane shows, in a few lines, and which keys come first while it has the focus."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from textual.binding import Binding
from textual.screen import Screen
from textual.widget import Widget

from seeknal_tui.dashboard.actions import UserAction


@dataclass(frozen=True, slots=True)
class PaneHelp:
    """About one pane."""

    title: str
    words: str
    first: tuple[str, ...] = ()
    """The actions that stand first in the footer while the pane has the focus."""


DETAILS = PaneHelp(
    "Details",
    "The task under the cursor. Why: what it waits for, and who holds that. Log: what it printed. Definition: its SQL "
    "or command, and where it stands. Data: the rows of its result. Attempts, and where the time of its query went.",
    ("next_tab", "edit", "zoom"),
)
PANES_HELP: dict[str, PaneHelp] = {
    "graph": PaneHelp(
        "The graph",
        "A box for each task, an arrow for each dependency. The arrow keys walk along the arrows. What the task under "
        "the cursor needs, and what needs it, lights up; the heavy lines are the critical path.",
        ("open", "scale(1)", "turn", "fold", "zoom"),
    ),
    "timeline": PaneHelp(
        "The timeline",
        "A row for each task, a bar for each attempt, and before it what the task waited for. Up and down change the "
        "task, left and right the time. As lanes: a row for each slot, and left and right go from bar to bar. The "
        "lower border tells of the bar under the cursor or the mouse.",
        ("open", "sort", "lanes", "scale(1)", "follow"),
    ),
    "tasks": PaneHelp("The list of tasks", "Every task with its state and how long it took.", ("open", "sort")),
    "details": DETAILS,
    "log": PaneHelp(
        "The log",
        "What the task printed, or all tasks. It follows the end until you scroll away; F follows again. ▌ marks what "
        "came on stderr, » what the runner says.",
        ("follow", "next_tab", "zoom"),
    ),
    "slider": PaneHelp(
        "The slider",
        "How many tasks may run at once. Arrows move it, typed digits set it; it can be changed while tasks run.",
        ("less_parallel",),
    ),
}


def help_of(pane: str) -> PaneHelp:
    """The help of that pane; of the details if it has none of its own."""
    return PANES_HELP.get(pane, DETAILS)


def keys_of_pane(screen: Screen[Any], widget: Widget | None) -> list[UserAction]:
    """The keys that the widget itself knows, those for the same thing in one; those that need words come first."""
    found: dict[str, UserAction] = {}
    for active in screen.active_bindings.values():
        if active.node is widget and active.binding.description:
            binding = active.binding
            known = found.get(binding.description)
            shown = _shown(screen, binding)
            if known is None:
                found[binding.description] = _own(screen, binding)
            elif known.shown != shown:  # as that of all digits is
                found[binding.description] = replace(known, shown=f"{known.shown} {shown}")
    return sorted(found.values(), key=lambda action: action.help in found)


def keys_of_line(screen: Screen[Any], line: Widget) -> list[UserAction]:
    """The keys of a line in which something is typed. Its input may have bindings for the same keys, without words."""
    return [_own(screen, binding) for binding in line.BINDINGS if isinstance(binding, Binding)]


def _own(screen: Screen[Any], binding: Binding) -> UserAction:
    brief = binding.description.lower() if binding.show else ""
    words = binding.tooltip or binding.description
    return UserAction(binding.action, (binding.key,), _shown(screen, binding), words, "", brief, weight=1)


def _shown(screen: Screen[Any], binding: Binding) -> str:
    return screen.app.get_key_display(binding)
