"""What a rerun is for and what edits mean for what comes after them, as a dialog tells it. Knows no widget."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from rich.text import Text

from seeknal_tui.dashboard.cells import cut
from seeknal_tui.dashboard.look import Palette
from seeknal_tui.history.categories import Category, Edit, edit_lines
from seeknal_tui.history.changes import Changes, reason_text
from seeknal_tui.pipeline.model import Pipeline
from seeknal_tui.safe_text import one_line

MOST_REASONS, MOST_EDITS = 4, 6
LONGEST = 240


def told_lines(
    pipeline: Pipeline, changes: Changes, edits: Sequence[Edit], run: Collection[int], palette: Palette
) -> list[Text]:
    """Why those tasks run that do not run only because of others, then what the edits mean, the breaking ones first."""
    chosen = [number for number in run if number in changes.own]
    lines = [
        Text(cut(one_line(f"{pipeline.tasks[number].name}: {reason_text(changes.reasons[number])}"), LONGEST))
        for number in chosen[:MOST_REASONS]
    ]
    if len(chosen) > MOST_REASONS:
        lines.append(Text(f"… and {len(chosen) - MOST_REASONS:,} more", palette.dim))
    told = edit_lines(pipeline, edits)
    breaking = len(edit_lines(pipeline, [edit for edit in edits if edit.category is Category.BREAKING]))
    lines += [
        Text(cut(one_line(line), LONGEST), palette.failed if position < breaking else palette.dim)
        for position, line in enumerate(told[:MOST_EDITS])
    ]
    if len(told) > MOST_EDITS:
        lines.append(Text(f"… and {len(told) - MOST_EDITS:,} more", palette.dim))
    return lines
