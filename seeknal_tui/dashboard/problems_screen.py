"""The screen that tells what is wrong with the pipeline file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import ClassVar

from rich.cells import cell_len
from rich.text import Text
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static

from seeknal_tui.dashboard.look import Palette
from seeknal_tui.dashboard.text_pane import TextPane
from seeknal_tui.dashboard.themes import STYLES, paint, palette_of
from seeknal_tui.pipeline.model import Place
from seeknal_tui.pipeline.problems import Problem
from seeknal_tui.safe_text import one_line

RUN_KEYS = "r,R,u,f,a"
PICTURED_BEFORE, PICTURED_AFTER = 40, 60
"""Characters of a line that are shown before and after the place of a problem."""


class ProblemsScreen(Screen[None]):
    """Tells all that is wrong with the file, until it is corrected."""

    CSS_PATH = STYLES
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q", "app.quit", "quit"),
        Binding("ctrl+r", "app.reload", "read again"),
        Binding("escape", "back", "back"),
        Binding(RUN_KEYS, "refuse", "run"),
    ]

    def __init__(self, file: Path, problems: Sequence[Problem], lines: Sequence[str] = (), *, behind: bool) -> None:
        super().__init__()
        self._file = file
        self._problems = problems
        self._lines = lines
        """The text of the file."""
        self._behind = behind
        """Whether there is a screen with the pipeline as it was before."""

    def compose(self) -> Iterator[Widget]:
        """The problems, to be scrolled, and what can be done."""
        pane = TextPane(id="problems")
        pane.border_title = Text(f"{one_line(self._file.name)} cannot be run")
        yield pane
        back = "esc the pipeline as it was   " if self._behind else ""
        keys = f" {back}q quit   it is read again when it changes, or by ctrl+r"
        yield Static(Text(keys, palette_of(self.app).dim), id="keys", markup=False)

    def on_mount(self) -> None:
        """Fill the pane."""
        paint(self)
        pane = self.query_one(TextPane)
        pane.show(problem_lines(self._problems, self._file.parent, palette_of(self.app), self._lines))
        pane.focus()

    def action_back(self) -> None:
        """To the pipeline as it was before."""
        if self._behind:
            self.app.pop_screen()

    def action_refuse(self) -> None:
        """Nothing runs from a file with errors."""
        self.notify("the file has errors: correct them, and it is read again", severity="warning", markup=False)


def problem_lines(
    problems: Sequence[Problem], folder: Path, palette: Palette, source: Sequence[str] = ()
) -> list[Text]:
    """Each problem with its place and a picture of its line of the *source*, the errors before the warnings."""
    errors = [problem for problem in problems if problem.severity == "error"]
    warnings = [problem for problem in problems if problem.severity != "error"]
    counts = [
        f"{len(found)} {word}{'s' if len(found) > 1 else ''}"
        for found, word in ((errors, "error"), (warnings, "warning"))
        if found
    ]
    lines = [Text(", ".join(counts), "bold"), Text()]
    places = {problem: _shown(problem.place, folder) for problem in problems}
    width = max(map(len, places.values()), default=0)
    for problem in (*errors, *warnings):
        error = problem.severity == "error"
        line = Text().append("✗ " if error else "! ", palette.failed if error else palette.cancelled)
        line.append(f"{places[problem]:<{width}}  ", palette.dim)
        for part in problem.message.splitlines() or [""]:
            lines.append(line.append(one_line(part)))
            line = Text(" " * (width + 4))
        if 0 < problem.place.line <= len(source):
            colour = palette.failed if error else palette.cancelled
            lines += _picture(problem.place, source[problem.place.line - 1], colour, palette)
    return lines


def _shown(place: Place, folder: Path) -> str:
    file = Path(place.file)
    shown = file.relative_to(folder) if file.is_relative_to(folder) else file
    return one_line(f"{shown}:{place.line}:{place.column}")


def _picture(place: Place, text: str, colour: str, palette: Palette) -> list[Text]:
    """The line of the file, the part of it that matters, with a caret below the place."""
    begin = max(0, place.column - 1 - PICTURED_BEFORE)
    before = ("…" if begin else "") + one_line(text[begin : place.column - 1])
    after = one_line(text[place.column - 1 : place.column - 1 + PICTURED_AFTER])
    margin = f"    {place.line:>5} │ "
    caret = Text(" " * (len(margin) - 2) + "│ ", palette.dim)
    return [
        Text(margin, palette.dim).append(before + after, palette.text),
        caret.append(" " * cell_len(before) + "^", f"bold {colour}"),
    ]
