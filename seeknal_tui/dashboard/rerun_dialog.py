"""What a rerun will run, reuse and skip, before it starts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import work
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Static

from seeknal_tui.dashboard.cells import cut
from seeknal_tui.dashboard.look import Palette
from seeknal_tui.dashboard.reruns import Proposal
from seeknal_tui.dashboard.themes import palette_of
from seeknal_tui.history.changes import Changes, find_changes, has_records
from seeknal_tui.pipeline.durations import format_duration
from seeknal_tui.pipeline.model import Pipeline

if TYPE_CHECKING:
    from seeknal_tui.history.categories import Edit

NAMES_WIDTH = 44


class RerunDialog(ModalScreen[bool]):
    """Asks whether what was proposed is to be run."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,y", "dismiss(True)", "run"),
        Binding("escape,n,q", "dismiss(False)", "cancel"),
    ]

    class Told(Message):
        """It was found out why those tasks run, and what edits mean for others."""

        def __init__(self, changes: Changes, edits: list[Edit]) -> None:
            super().__init__()
            self.changes = changes
            self.edits = edits

    def __init__(
        self, proposal: Proposal, pipeline: Pipeline, max_parallel: int, changes: Changes | None = None
    ) -> None:
        """*changes* are those that were just found; else they are looked for."""
        super().__init__()
        self._proposal = proposal
        self._pipeline = pipeline
        self._max_parallel = max_parallel
        self._changes = changes
        self._box = Static(classes="dialog", markup=False)

    def compose(self) -> Iterator[Widget]:
        """A box with the counts."""
        self._box.update(self._text())
        environment = f"env {self._pipeline.environment} · " if self._pipeline.environment else ""
        self._box.border_title = Text(cut(environment + self._proposal.title, 60))
        self._box.border_subtitle = Text("enter run   esc cancel")
        yield self._box

    def on_mount(self) -> None:
        """Find out what there is to tell beside the counts; that may take a while."""
        if self._changes is not None or has_records(self._pipeline):
            self._find()

    def _text(self) -> Text:
        return proposal_text(self._proposal, self._pipeline, self._max_parallel, palette_of(self.app))

    @work(thread=True, group="changes")
    def _find(self) -> None:
        from seeknal_tui.history.categories import categorize  # noqa: PLC0415 - DuckDB is slow to import

        changes = self._changes or find_changes(self._pipeline)
        self.post_message(self.Told(changes, categorize(self._pipeline, changes, frozenset(self._proposal.plan.run))))

    def on_rerun_dialog_told(self, message: Told) -> None:
        """Show it below the counts."""
        from seeknal_tui.dashboard.edits_told import told_lines  # noqa: PLC0415

        message.stop()
        run = self._proposal.plan.run
        lines = told_lines(self._pipeline, message.changes, message.edits, run, palette_of(self.app))
        if lines:
            self._box.update(Text("\n").join([self._text(), Text(), *lines]))


def proposal_text(proposal: Proposal, pipeline: Pipeline, max_parallel: int, palette: Palette) -> Text:
    """The counts and the first names of what is run, reused and skipped, and how long it will take."""
    plan = proposal.plan
    text = _line("run", plan.run, _names(plan.run, pipeline), palette.running)
    if proposal.joins:
        if proposal.once_more:
            names = _names(proposal.once_more, pipeline)
            text.append_text(_line("\nagain", proposal.once_more, f"now, and once more: {names}", palette.running))
        text.append("\nadded to the run that goes on", palette.dim)
    else:
        text.append_text(_line("\nreuse", plan.reuse, "their results stand", palette.reused))
        text.append_text(_line("\nskip", plan.skip, "not asked for", palette.skipped))
    if proposal.expected is not None:
        text.append(f"\n{_expected(proposal, max_parallel)}", palette.text)
        if guessed := proposal.expected.guessed:
            text.append(f"\n{_tasks(guessed)} of unknown length taken for typical", palette.dim)
    else:
        text.append("\nhow long it takes is not known before it was run once", palette.dim)
    return text


def _expected(proposal: Proposal, max_parallel: int) -> str:
    assert proposal.expected is not None
    slots = "1 slot" if max_parallel == 1 else f"{max_parallel} slots"
    until = " until the whole run ends" if proposal.joins else ""
    return f"about {format_duration(proposal.expected.seconds)} with {slots}{until}"


def _tasks(count: int) -> str:
    return "1 task" if count == 1 else f"{count:,} tasks"


def _line(word: str, numbers: Sequence[int], names: str, colour: str) -> Text:
    newline, word = ("\n", word[1:]) if word.startswith("\n") else ("", word)
    line = Text(newline).append(f"{word:<6}", colour).append(f"{len(numbers):>5,}   ", "bold")
    return line.append(names if numbers else "")


def _names(numbers: Sequence[int], pipeline: Pipeline) -> str:
    return cut(", ".join(pipeline.tasks[number].name for number in numbers[:20]), NAMES_WIDTH)
