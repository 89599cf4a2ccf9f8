"""What the terminal shows after quitting: how the latest run ended, and the last lines of what failed."""

from __future__ import annotations

from seeknal_tui.analysis.summary import summarize
from seeknal_tui.dashboard.session import Session
from seeknal_tui.reports.plain import closing_lines, resume_line
from seeknal_tui.safe_text import one_line


def farewell(session: Session) -> list[str]:
    """Lines of plain text; none if nothing has run."""
    if not session.state.runs:
        return []
    summary = summarize(session.state)
    lines = closing_lines(summary, session.log_path, session.pipeline)
    if not session.engine.problem and not session.engine.refusal:
        lines += resume_line(summary, session.pipeline)
    return lines


def farewell_of_watcher(session: Session) -> list[str]:
    """What is said to somebody who has watched a run: that it goes on, or how it ended."""
    state = session.state
    if session.engine.is_running:
        return [
            f"{one_line(session.pipeline.name)} goes on: {state.done} of {state.total} tasks are done; "
            "seeknal-tui watch shows it again"
        ]
    return farewell(session)
