"""How states look: a glyph and a colour each, so that nothing is told by colour alone."""

from __future__ import annotations

from dataclasses import dataclass

from seeknal_tui.run.events import Status

GLYPHS: dict[Status, str] = {
    Status.PENDING: "○",
    Status.READY: "◌",
    Status.RUNNING: "◐",
    Status.SUCCEEDED: "●",
    Status.FAILED: "✗",
    Status.SKIPPED: "⊘",
    Status.REUSED: "◆",
    Status.CANCELLED: "■",
}
"""One cell each."""

WAIT_GLYPHS = {"dependency": "┄", "slot": "░", "pool": "▒", "output": "▓"}
"""What fills the time before a bar, by what the task waited for."""


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of the panes that paint their own cells: ``#rrggbb``, or names of the terminal's own 16."""

    background: str
    surface: str
    """The background of what lies on the background: the row under the cursor, the empty part of a bar."""
    text: str
    dim: str
    """Text of less weight, and tasks that have not started."""
    edge: str
    critical: str
    """The critical path, and the cursor."""
    marked: str
    pending: str
    ready: str
    running: str
    succeeded: str
    failed: str
    skipped: str
    reused: str
    cancelled: str

    def of(self, status: Status) -> str:
        """The colour of a status."""
        colour: str = getattr(self, status.value)
        return colour


DARK = Palette(
    background="#0d1017",
    surface="#1c222b",
    text="#e6edf3",
    dim="#7d8590",
    edge="#4b535d",
    critical="#ffb454",
    marked="#f778ba",
    pending="#6e7681",
    ready="#a5b0bd",
    running="#39c5ff",
    succeeded="#3fb950",
    failed="#ff5c57",
    skipped="#8b949e",
    reused="#b392f0",
    cancelled="#d29922",
)
