"""The findings, one below the other, with a cursor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from seeknal_tui.analysis.findings.finding import Finding
from seeknal_tui.dashboard.look import DARK, Palette
from seeknal_tui.pipeline.durations import format_duration
from seeknal_tui.safe_text import one_line


class FindingsList(OptionList):
    """What would help, what saves most first. Choosing a finding and trying it are told by the list's messages."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "cursor_down", "Down", show=False),
        Binding("k", "cursor_up", "Up", show=False),
        Binding("g", "first", "First", show=False),
        Binding("G", "last", "Last", show=False),
    ]

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - as Textual names it
        super().__init__(id=id, markup=False)
        self.palette = DARK
        self.findings: tuple[Finding, ...] = ()

    @property
    def chosen(self) -> Finding | None:
        """The finding under the cursor."""
        place = self.highlighted
        return self.findings[place] if place is not None and place < len(self.findings) else None

    def show(self, findings: Sequence[Finding], nothing: str) -> None:
        """Show these, the cursor on the same one as before; *nothing* says why there are none."""
        before = self.chosen
        self.findings = tuple(findings)
        self.clear_options()
        self.add_options([Option(finding_text(finding, self.palette)) for finding in findings])
        if not findings:
            self.add_option(Option(Text(nothing, self.palette.dim), disabled=True))
            return
        same = [before is not None and (each.kind, each.tasks) == (before.kind, before.tasks) for each in findings]
        self.highlighted = same.index(True) if any(same) else 0

    def action_select(self) -> None:
        """Enter tries the finding; where there is none, the user is told what can be tried."""
        if self.chosen is None:
            self.notify("there is no finding to try: i tries a change of your own", markup=False)
        else:
            super().action_select()


def finding_text(finding: Finding, palette: Palette) -> Text:
    """What it saves and what it is, what was seen, what to do."""
    saves = format_duration(finding.saves_s) if finding.saves_s else "–"
    colour = palette.failed if finding.is_risk else palette.succeeded
    text = Text(f"{saves:>6}  ", f"bold {colour}").append(finding.kind.words, f"bold {palette.critical}")
    text.append(f"\n{one_line(finding.evidence)}", f"not bold {palette.text}")
    return text.append(f"\n→ {one_line(finding.advice)}", f"not bold {palette.dim}")
