"""The line in which a search in the log is typed, and that tells what was found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, Static

from seeknal_tui.dashboard.log.query import BadQuery, Query


class SearchLine(Horizontal):
    """An input for what is searched, and beside it what was found; there only while something is searched."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "search", "search", key_display="enter"),
        Binding("ctrl+r", "toggle_expression", "expression"),
        Binding("ctrl+t", "toggle_case", "capitals"),
        Binding("escape", "leave", "end"),
    ]
    DEFAULT_CSS = """
    SearchLine { height: 1; display: none; }
    SearchLine Static { width: auto; max-width: 60%; }
    SearchLine Input, SearchLine Input:focus { width: 1fr; border: none; background: $background; }
    """

    class Entered(Message):
        """What was typed is to be searched."""

        def __init__(self, query: Query) -> None:
            super().__init__()
            self.query = query

    class Left(Message):
        """The search is given up."""

    def __init__(self) -> None:
        super().__init__()
        self.field = Input(placeholder="ctrl+r regular expression  ctrl+t capitals", compact=True)
        self._sign = Static("/ ", markup=False)
        self._found = Static(markup=False)
        self._query = Query("")

    def compose(self) -> Iterator[Widget]:
        """A sign, the input, and what was found."""
        yield self._sign
        yield self.field
        yield self._found

    @property
    def is_typed(self) -> bool:
        """Whether keys go into the line."""
        return self.is_attached and self.screen.focused is self.field

    def open(self) -> None:
        """Show the line and type into it."""
        self.display = True
        self._sign.update("/ ")
        self.field.disabled, self.field.visible = False, True
        self.field.value = self._query.text
        self.field.select_all()
        self.screen.set_focus(self.field)  # at once: what is typed next is for it
        self._say_kind()

    def show_query(self, query: Query) -> None:
        """Show what is searched."""
        self.display = True
        self._sign.update(Content(query.name or "/ "))
        if not query.name:
            self._query = query
            self.field.value = query.text
        self.field.disabled = bool(query.name)
        self.field.visible = not query.name

    def say(self, text: str) -> None:
        """Tell what was found, or what is wrong."""
        self._found.update(Content(f" {text}"))

    def _say_kind(self) -> None:
        if not self.is_typed:
            return
        try:
            self._query.compiled()
        except BadQuery as problem:
            self.say(str(problem))
            return
        kind = "expression" if self._query.is_expression else "text"
        self.say(f"{kind}, {'capitals heeded' if self._query.is_case_heeded else 'any case'}")

    def on_input_changed(self, message: Input.Changed) -> None:
        """Tell at once what is searched how, or what is wrong with it."""
        message.stop()
        if self.is_typed:
            self._query = replace(self._query, text=message.value)
            self._say_kind()

    def on_input_submitted(self, message: Input.Submitted) -> None:
        """Search; nothing typed ends the search."""
        message.stop()
        query = replace(self._query, text=message.value)
        try:
            query.compiled()
        except BadQuery:
            return
        self.post_message(self.Entered(query) if query.text else self.Left())

    async def action_search(self) -> None:
        """Search what was typed."""
        await self.field.action_submit()

    def action_toggle_expression(self) -> None:
        """Plain text, or a regular expression."""
        self._query = replace(self._query, is_expression=not self._query.is_expression)
        self._say_kind()

    def action_toggle_case(self) -> None:
        """Heed capitals, or not."""
        self._query = self._query.toggle_case()
        self._say_kind()

    def action_leave(self) -> None:
        """Give up the search."""
        self.post_message(self.Left())
