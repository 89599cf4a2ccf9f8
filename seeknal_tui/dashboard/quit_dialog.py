"""Quitting while tasks run: the question before it, and what is seen until they have ended."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Static

from seeknal_tui.run.events import Status
from seeknal_tui.safe_text import one_line

if TYPE_CHECKING:
    from seeknal_tui.dashboard.session import Session


class StopDialog(ModalScreen[bool]):
    """Asks whether to stop everything."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,y,ctrl+x", "dismiss(True)", "stop everything"),
        Binding("escape,n,s", "dismiss(False)", "go on"),
    ]
    ASKED = "Stop the whole run"
    CONSEQUENCE = "The running are stopped and the waiting cancelled."
    ANSWERS = "esc let them run   enter stop all"

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session

    def compose(self) -> Iterator[Widget]:
        """The question."""
        state = self._session.state
        running = len(state.running)
        waiting = state.counts[Status.PENDING] + state.counts[Status.READY]
        box = Static(
            Text(f"{running} running, {waiting} waiting.\n{self.CONSEQUENCE}"),
            classes="dialog",
            markup=False,
        )
        box.border_title = Text(self.ASKED)
        box.border_subtitle = Text(self.ANSWERS)
        yield box


class QuitDialog(StopDialog):
    """Asks whether to stop everything and quit."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("q", "dismiss(True)", "stop everything and quit")]
    ASKED = "Tasks still run"
    CONSEQUENCE = "Quitting stops the running and cancels the waiting."
    ANSWERS = "esc stay   enter stop all and quit"


class StoppingDialog(ModalScreen[None]):
    """Shown until every task has ended; the app quits then."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("q,X", "kill", "kill at once")]

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._box = Static(classes="dialog", markup=False)

    def compose(self) -> Iterator[Widget]:
        """Which tasks are waited for."""
        self._box.border_title = Text("Stopping")
        self._box.border_subtitle = Text("q kill at once")
        yield self._box

    def on_mount(self) -> None:
        """Say how it goes."""
        self._tell()
        self.set_interval(0.1, self._tell)

    def _tell(self) -> None:
        state = self._session.state
        names = [one_line(state.pipeline.tasks[number].name) for number in state.running]
        shown = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
        self._box.update(Text(f"Waiting for {shown or 'the last traces'} to end …"))

    def action_kill(self) -> None:
        """Grant no more time."""
        self._session.engine.stop_all(kill=True)
