"""The words of the screen, each explained to whoever has not met it before."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen
from textual.widget import Widget

from seeknal_tui.dashboard.look import Palette
from seeknal_tui.dashboard.text_pane import TextPane
from seeknal_tui.dashboard.themes import paint, palette_of

TERMS: tuple[tuple[str, str], ...] = (
    (
        "What would help",
        "What was found, what saves most first. The seconds are what a forecast says: the same run once more, without "
        "what was found. What would save less than 2 % of the run is not told. Enter tries it.",
    ),
    ("Slot", "A place for a task to run in. There are max_parallel of them; a task that finds none free waits."),
    ("Ready", "All that the task waits for has ended: it could run at once, if there were a slot."),
    (
        "Critical path",
        "The chain of tasks and waits that the end of the run hung on. Only what is on it can make the run shorter.",
    ),
    ("Pool", "Slots for what bears only so many tasks at once, a database say: execution: {pools: {warehouse: 2}}."),
    (
        "Hidden dependency",
        "A task reads what another one writes, and nothing makes it wait. It works until it does not.",
    ),
    ("Needless dependency", "A task waits for another one of which it reads nothing."),
    (
        "Shared output",
        "Two tasks write the same file: they must run one after the other, or destroy each other's work.",
    ),
    ("Resource limit", "There was too little of something: slots, a pool, processor cores, memory."),
    (
        "Spilling",
        "What does not fit into memory DuckDB puts on disk, and reads again later. That is right, but slow.",
    ),
    (
        "Too much parallel",
        "So many tasks at once that they slow each other down: they share the cores, and the urgent ones wait too.",
    ),
    (
        "Too little parallel",
        "Tasks could have run and found no slot; or slots were free, and one chain kept all waiting.",
    ),
    ("CPU-bound", "The task does nothing but compute. A faster disk does not help it; computing less does."),
    ("I/O-bound", "The task mostly waits for data from a disk or a network. A faster processor does not help it."),
    ("Straggler", "One of many tasks of the same kind that takes far longer than the others, which all wait for it."),
    ("Slower than usual", "It took much longer than the median of its earlier runs, and longer than it ever varies."),
    (
        "Slow operator",
        "A query is made of operators: reading, joining, sorting, grouping. DuckDB guesses how many rows each gives; "
        "where it is far off, it may have chosen a bad plan.",
    ),
    ("Makespan", "The time from the beginning of the run to its end."),
    ("Floor", "However many slots there are, the run takes no less: that is the length of its longest chain of tasks."),
)


class TermsScreen(ModalScreen[None]):
    """The terms, to be scrolled."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q,question_mark,enter", "dismiss", "close")]

    def compose(self) -> Iterator[Widget]:
        """One pane."""
        pane = TextPane(id="help")
        pane.border_title = "What the words mean"
        pane.border_subtitle = "esc closes"
        yield pane

    def on_mount(self) -> None:
        """Fill it."""
        paint(self)
        self.query_one(TextPane).show(term_lines(palette_of(self.app)))


def term_lines(palette: Palette) -> list[Text]:
    """Each term with its explanation."""
    lines: list[Text] = []
    for term, words in TERMS:
        lines += [Text(term, f"bold {palette.critical}"), Text(f"  {words}"), Text()]
    return lines
