"""What the user can do: one table that feeds the key bindings, the command palette, the help and the footer."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from textual.binding import Binding


@dataclass(frozen=True, slots=True)
class UserAction:
    """One thing the user can do. ``name`` is the method ``action_NAME`` of the main screen."""

    name: str
    keys: tuple[str, ...]
    """As Textual names them."""
    shown: str
    """The keys as a person reads them."""
    help: str
    """What it does, as in the help and the palette."""
    section: str
    brief: str = ""
    """A word or two for the footer; empty for what is not in the footer."""
    weight: int = 0
    """Where the footer is too narrow for all, those of less weight are left out."""
    in_palette: bool = True
    brief_keys: str = ""
    """The keys as the footer shows them, where that is not ``shown``."""

    @property
    def footer(self) -> tuple[str, str]:
        """Keys and words as they stand in the footer."""
        return self.brief_keys or self.shown, self.brief


RUN, STOP, LOOK, BACK, MOVE, APP = "Run", "While it runs", "Look closer", "Look back", "Move around", "The rest"

ACTIONS: tuple[UserAction, ...] = (
    UserAction("run_chosen", ("r",), "r", "run the marked tasks, or the task under the cursor", RUN, "run", 9),
    UserAction("run_downstream", ("R",), "R", "run that task and everything downstream of it", RUN, "+downstream", 4),
    UserAction(
        "run_upstream",
        ("u",),
        "u",
        "run that task, and what it needs upstream that has no result yet",
        RUN,
        "+upstream",
        2,
    ),
    UserAction("run_failed", ("f",), "f", "run what failed, and what was skipped because of it", RUN, "failed", 6),
    UserAction("resume", ("U",), "U", "resume: run what had not succeeded in the latest run", RUN, "resume", 1),
    UserAction("run_changed", ("c",), "c", "run what has changed, and everything downstream of it", RUN, "changed", 7),
    UserAction("run_all", ("a",), "a", "run all tasks", RUN, "all", 7),
    UserAction(
        "run_selection", ("S",), "S", "run a selection: +name, name+, tag:x, kind:x, status:failed", RUN, "selection", 1
    ),
    UserAction("mark", ("space",), "space", "mark the task, or take the mark away", RUN, "mark", 2),
    UserAction("stop_task", ("x",), "x", "stop the task, or cancel it while it waits", STOP, "stop", 6),
    UserAction("kill_task", ("X",), "X", "kill the task at once", STOP),
    UserAction("stop_run", ("ctrl+x",), "ctrl+x", "stop the whole run: what runs, and what waits", STOP),
    UserAction("pause", ("p",), "p", "pause (nothing new starts), and go on", STOP, "pause", 3),
    UserAction("more_parallel", ("plus", "equals_sign"), "+", "one more task at once", STOP),
    UserAction("less_parallel", ("minus",), "-", "one task fewer at once", STOP, "parallel", 5, brief_keys="+ -"),
    UserAction("open", ("enter",), "enter", "open the task: its log, or why it does not run yet", LOOK, "open"),
    UserAction(
        "filter", ("slash",), "/", "filter by a part of the name, or +name, tag:x, status:failed", LOOK, "filter", 4
    ),
    UserAction("next_match", ("n",), "n", "next match of the filter", LOOK),
    UserAction("previous_match", ("N",), "N", "previous match of the filter", LOOK),
    UserAction("why", ("w",), "w", "why does the task wait", LOOK, "why", 5),
    UserAction(
        "bottlenecks", ("b",), "b", "bottlenecks: what holds the run up, and what would help", LOOK, "bottlenecks", 5
    ),
    UserAction("log", ("L",), "L", "what the task printed", LOOK, "log", 5),
    UserAction("previous_tab", ("left_square_bracket",), "[", "previous tab of the details", LOOK),
    UserAction(
        "next_tab", ("right_square_bracket",), "]", "next tab of the details", LOOK, "tabs", 1, brief_keys="[ ]"
    ),
    UserAction("follow", ("F",), "F", "follow the run and the end of the log again", LOOK, "follow", 1),
    UserAction("zoom", ("z",), "z", "the pane on the whole screen, and back", LOOK, "zoom", 3),
    UserAction("history", ("H",), "H", "the runs of the past: open one, compare two", LOOK, "history", 2),
    UserAction("sort", ("s",), "s", "sort the timeline by start, duration, wait, slack or name", LOOK, "sort"),
    UserAction("lanes", ("v",), "v", "the timeline as lanes, a row for each slot, and back", LOOK, "lanes"),
    UserAction("started_only", ("i",), "i", "hide in the timeline what has not started, and show it again", LOOK),
    UserAction("group", ("O",), "O", "group the timeline by kind, by tag, or not; enter folds a group", LOOK),
    UserAction(
        "scale(1)",
        ("greater_than_sign",),
        ">",
        "larger: the graph's boxes, or the timeline's seconds",
        LOOK,
        "size",
        brief_keys="< >",
    ),
    UserAction("scale(-1)", ("less_than_sign",), "<", "smaller", LOOK),
    UserAction("scale(0)", ("0",), "0", "fit into the pane", LOOK),
    UserAction("turn", ("t",), "t", "the graph from the top down, or from left to right again", LOOK, "turn"),
    UserAction(
        "fold",
        ("o",),
        "o",
        "fold the graph by kind, tag, beginning of the name, or not; enter unfolds",
        LOOK,
        "fold",
    ),
    UserAction("centre", ("C",), "C", "the task under the cursor into the middle of the graph", LOOK, "centre"),
    UserAction("step(-1)", ("comma",), ",", "one change back in time: everything as it was then", BACK),
    UserAction("step(1)", ("full_stop",), ".", "one change on in time", BACK, "back in time", 1, brief_keys=", ."),
    UserAction("stride(-1)", ("left_curly_bracket",), "{", "a twentieth of the run back in time", BACK),
    UserAction("stride(1)", ("right_curly_bracket",), "}", "a twentieth of the run on in time", BACK),
    UserAction("to_end", ("end",), "end", "back to the end of the run (also esc), to what happens now", BACK),
    UserAction("next_pane", ("tab",), "tab", "next pane", MOVE, in_palette=False),
    UserAction("previous_pane", ("shift+tab",), "shift+tab", "previous pane", MOVE, in_palette=False),
    UserAction("pane(1)", ("1",), "1", "the graph", MOVE),
    UserAction("pane(2)", ("2",), "2", "the timeline", MOVE),
    UserAction("pane(3)", ("3",), "3", "the details of the task", MOVE),
    UserAction("pane(4)", ("4",), "4", "the list of tasks, where the screen is too narrow for all", MOVE),
    UserAction("back", ("escape",), "esc", "back; then clear the filter, then the marks", MOVE, in_palette=False),
    UserAction("copy", ("y",), "y", "copy the task's name, or the definition, error or rows that are shown", LOOK),
    UserAction("edit", ("e",), "e", "the task in your editor ($EDITOR), at its line of the file", LOOK, "edit", 1),
    UserAction("reload", ("ctrl+r",), "ctrl+r", "read the pipeline file again", APP),
    UserAction("mouse", ("M",), "M", "give the mouse to the terminal (to select text), or take it back", APP),
    UserAction("palette", ("colon", "ctrl+p"), ":", "every action by its name (also ctrl+p)", APP, in_palette=False),
    UserAction("quit", ("q",), "q", "quit; asks while tasks run", APP, "quit", 8),
    UserAction("help", ("question_mark",), "?", "these keys", APP, "help", 10),
)

FOR_WIDGETS = frozenset({*"0123456789", "enter", "escape", "e", "y"})
PANE_KEYS: tuple[tuple[str, str], ...] = (
    ("← ↓ ↑ →", "move in the pane (also h j k l)"),
    ("g  G", "first and last"),
    ("mouse", "click a task to select it, again to open it; drag the slider"),
)
"""Keys that the panes themselves know: shown by the help beside those of the table."""


def bindings() -> list[Binding]:
    """The key bindings of the main screen. Each has an id, by which a keymap can give it another key.

    Most of them are done before the next key is looked at, so that what is typed fast goes to the pane or the dialog
    that the key before has opened. Digits, enter and escape are for the widget that has the focus, if it wants them.
    """
    return [
        Binding(
            ",".join(action.keys),
            action.name,
            action.help,
            show=False,
            priority=FOR_WIDGETS.isdisjoint(action.keys),
            id=action.name,
        )
        for action in ACTIONS
    ]


def footer_actions(
    width: int, actions: Iterable[UserAction] = ACTIONS, *, first: AbstractSet[str] = frozenset()
) -> list[UserAction]:
    """The actions that a footer of that many cells has room for: those named *first*, and the weightiest, help always.

    They are in the order of the table, but for those named first.
    """
    brief = sorted((action for action in actions if action.brief), key=lambda action: action.name not in first)
    shown: set[str] = set()
    room = width
    for action in sorted(brief, key=lambda action: (action.name != "help", action.name not in first, -action.weight)):
        room -= footer_width(action)
        if room < 0:
            break
        shown.add(action.name)
    return [action for action in brief if action.name in shown]


def footer_width(action: UserAction) -> int:
    """Cells that an action takes in the footer."""
    return sum(map(len, action.footer)) + 3
