"""What the terminal shows after quitting: how the latest run ended, and the last lines of what failed."""

from __future__ import annotations

from seeknal_tui.analysis.summary import summarize
from seeknal_tui.dashboard.session import Session
from seeknal_tui.reports.plain import closing_lines, resume_line


def farewell(session: Session) -> list[str]:
    """Lines of plain text; none if nothing has run."""
    if not session.state.runs:
        return []
    summary = summarize(session.state)
    lines = closing_lines(summary, session.log_path, session.pipeline)
    if not session.engine.problem and not session.engine.refusal:
        lines += resume_line(summary, session.pipeline)
    return lines
