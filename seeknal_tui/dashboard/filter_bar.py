"""The line in which a filter is typed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, Static


class FilterBar(Horizontal):
    """An input for the filter, and beside it what it found; there only while it is used."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "keep", "keep", key_display="enter"),
        Binding("escape", "cancel", "clear"),
    ]

    class Edited(Message):
        """The text of the filter is another; ``done`` when it was left with enter or escape."""

        def __init__(self, text: str, *, done: bool) -> None:
            super().__init__()
            self.text = text
            self.done = done

    def __init__(self, hint: str = "a part of the name, or +name  tag:x  status:failed") -> None:
        """*hint* says what can be typed."""
        super().__init__()
        self._hint = hint

    def compose(self) -> Iterator[Widget]:
        """A label, the input, and what was found."""
        yield Static("/", id="filter-sign")
        yield Input(placeholder=self._hint, compact=True)
        yield Static(id="filter-found", markup=False)

    def open(self, text: str) -> None:
        """Show the line and type into it."""
        self.display = True
        field = self.query_one(Input)
        field.value = text
        self.screen.set_focus(field)  # at once: what is typed next is for it

    def say(self, text: str) -> None:
        """Tell what was found, or what is wrong."""
        self.query_one("#filter-found", Static).update(Content(text))

    def on_input_changed(self, message: Input.Changed) -> None:
        """Filter while it is typed."""
        message.stop()
        if self.display:
            self.post_message(self.Edited(message.value, done=False))

    def on_input_submitted(self, message: Input.Submitted) -> None:
        """Keep the filter."""
        message.stop()
        self._leave(message.value)

    def action_keep(self) -> None:
        """Keep the filter."""
        self._leave(self.query_one(Input).value)

    def action_cancel(self) -> None:
        """Clear the filter."""
        self._leave("")

    def _leave(self, text: str) -> None:
        self.display = False
        self.post_message(self.Edited(text, done=True))
