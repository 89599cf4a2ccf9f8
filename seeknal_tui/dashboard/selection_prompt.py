"""The line in which is typed which tasks to run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Input, Static

from seeknal_tui.dashboard.cells import cut
from seeknal_tui.dashboard.engine import NotPossible
from seeknal_tui.dashboard.reruns import Proposal
from seeknal_tui.dashboard.session import Session
from seeknal_tui.dashboard.themes import palette_of

EXAMPLES = """\
+name    with all it needs       tag:x       kind:source
name+    with all behind it      clean_*     status:failed
A space is or, a comma is and."""
NAMES_SHOWN = 40


class SelectionPrompt(ModalScreen[Proposal | None]):
    """Asks for a selection expression; tells while it is typed what it selects, or what is wrong with it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "cancel")]

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._found = Static(markup=False)

    def compose(self) -> Iterator[Widget]:
        """A box with an input, and below it what is selected."""
        box = Vertical(
            Input(placeholder="+name  name+  tag:x  status:failed", compact=True), self._found, classes="dialog"
        )
        box.border_title = Text("Run a selection")
        box.border_subtitle = Text("enter show   esc cancel")
        yield box

    def on_mount(self) -> None:
        """Nothing is typed yet."""
        self._show_examples()

    def _show_examples(self) -> None:
        self._found.update(Text(EXAMPLES, palette_of(self.app).dim))

    def on_input_changed(self, message: Input.Changed) -> None:
        """Tell what is selected by now."""
        message.stop()
        expression = message.value.strip()
        if not expression:
            self._show_examples()
            return
        try:
            chosen = sorted(self._session.select(expression))
        except NotPossible as problem:
            self._refuse(problem)
            return
        tasks = self._session.pipeline.tasks
        names = ", ".join(tasks[number].name for number in chosen[:NAMES_SHOWN])
        count = "1 task" if len(chosen) == 1 else f"{len(chosen):,} tasks"
        self._found.update(Text(f"{count}   ", "bold").append(cut(names, 150), "not bold"))

    def on_input_submitted(self, message: Input.Submitted) -> None:
        """Go on to what running them means."""
        message.stop()
        try:
            self.dismiss(self._session.propose_selection(message.value.strip()))
        except NotPossible as problem:
            self._refuse(problem)

    def _refuse(self, problem: NotPossible) -> None:
        self._found.update(Text(str(problem), palette_of(self.app).failed))
