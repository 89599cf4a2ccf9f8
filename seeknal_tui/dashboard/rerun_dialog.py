"""What a rerun will run, reuse and skip, before it starts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Static

from seeknal_tui.dashboard.cells import cut
from seeknal_tui.dashboard.look import Palette
from seeknal_tui.dashboard.reruns import Proposal
from seeknal_tui.dashboard.themes import palette_of
from seeknal_tui.pipeline.durations import format_duration
from seeknal_tui.pipeline.model import Pipeline

NAMES_WIDTH = 44


class RerunDialog(ModalScreen[bool]):
    """Asks whether what was proposed is to be run."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,y", "dismiss(True)", "run"),
        Binding("escape,n,q", "dismiss(False)", "cancel"),
    ]

    def __init__(self, proposal: Proposal, pipeline: Pipeline, max_parallel: int) -> None:
        super().__init__()
        self._proposal = proposal
        self._pipeline = pipeline
        self._max_parallel = max_parallel

    def compose(self) -> Iterator[Widget]:
        """A box with the counts."""
        text = proposal_text(self._proposal, self._pipeline, self._max_parallel, palette_of(self.app))
        box = Static(text, classes="dialog", markup=False)
        environment = f"env {self._pipeline.environment} · " if self._pipeline.environment else ""
        box.border_title = Text(cut(environment + self._proposal.title, 60))
        box.border_subtitle = Text("enter run   esc cancel")
        yield box


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
