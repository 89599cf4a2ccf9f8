"""What if: a change of the run that the user types, and the line in which it is typed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar, NamedTuple

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Input, Static

from seeknal_tui.analysis.findings.scenario import Scenario
from seeknal_tui.analysis.what_if import NoSuchChange
from seeknal_tui.dashboard.themes import palette_of
from seeknal_tui.pipeline.problems import counted

MOST_SLOTS = 256
SLOTS = re.compile(r"(?:slots|max_parallel)=([1-9]\d{0,3})")


class Trial(NamedTuple):
    """A run as it might be, and what is changed in it."""

    scenario: Scenario
    words: str


def try_out(text: str, scenario: Scenario) -> Trial:
    """The run with the change that *text* asks for. Raises NoSuchChange."""
    if match := SLOTS.fullmatch(text):
        slots = min(int(match[1]), MOST_SLOTS)
        return Trial(scenario.with_slots(slots), f"with {counted(slots, 'slot')}")
    return Trial(scenario.changed(text), f"with {text}")


class WhatIfPrompt(ModalScreen[Trial | None]):
    """Asks for a change; tells what is wrong with it while nothing can be tried."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "cancel")]

    def __init__(self, scenario: Scenario, task: str) -> None:
        """*task* is the one that the examples speak of."""
        super().__init__()
        self._scenario = scenario
        self._about = task
        self._found = Static(markup=False)

    def compose(self) -> Iterator[Widget]:
        """A box with an input, and below it what may be typed."""
        start = Input(value=self._about, compact=True, select_on_focus=False)
        box = Vertical(start, self._found, classes="dialog")
        box.border_title = Text("What if")
        box.border_subtitle = Text("enter try   esc cancel")
        yield box

    def on_mount(self) -> None:
        """Tell what may be typed."""
        self._show("")

    def _show(self, problem: str) -> None:
        palette = palette_of(self.app)
        task = self._about or "TASK"
        pool = next(iter(self._scenario.pipeline.execution.pools), "POOL")
        upstream = self._scenario.pipeline.upstream[self._scenario.pipeline.numbers[task]] if self._about else ()
        other = self._scenario.pipeline.tasks[upstream[0]].name if upstream else "TASK"
        text = Text(f"{problem}\n" if problem else "", palette.failed)
        examples = (
            (f"{task}=2x", "twice as fast"),
            (f"{task}=3s", "takes so long"),
            (f"{task}-{other}", f"does not wait for {other}"),
            (f"{task}/4", "split in 4 that can run at once"),
            (f"pool:{pool}=4", "4 slots in the pool"),
            ("slots=8", "another max_parallel"),
        )
        width = max(len(example) for example, _ in examples)
        lines = [f"{example:<{width}}   {words}" for example, words in examples]
        self._found.update(text.append("\n".join(lines), palette.dim))

    def on_input_submitted(self, message: Input.Submitted) -> None:
        """Try it, if it can be."""
        message.stop()
        try:
            self.dismiss(try_out(message.value.strip(), self._scenario))
        except NoSuchChange as problem:
            self._show(str(problem))
