"""What there is to know of one task, as lines of text: its attempts, and what they used."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.text import Text

from seeknal_tui.analysis.usual import usual
from seeknal_tui.dashboard.cells import cut
from seeknal_tui.dashboard.look import GLYPHS, Palette
from seeknal_tui.dashboard.sparkline import sparkline
from seeknal_tui.pipeline.durations import format_clock, format_duration
from seeknal_tui.pipeline.sizes import format_bytes
from seeknal_tui.run.actions.query_profile import OperatorNode, QueryProfile
from seeknal_tui.run.state import Attempt, RunState
from seeknal_tui.safe_text import one_line

MOST_OPERATORS = 500
LONGEST_DETAILS = 120
STRIKING_SHARE = 0.25
"""An operator that takes more of the time than this is shown to stand out."""
STRIKING_FACTOR, FEWEST_STRIKING_ROWS = 10, 1000
BAR = 10
"""Cells of the bar that shows an operator's share."""
EIGHTHS = " ▏▎▍▌▋▊▉"


def attempt_lines(state: RunState, number: int, now: float, log: Path | None, palette: Palette) -> list[Text]:
    """Every attempt of the session, the latest first."""
    attempts = state.attempts[number]
    if not attempts:
        return [Text("No attempt yet.", palette.dim)]
    lines = [Text("    run  attempt     start       end  duration  waited", palette.dim)]
    for attempt in reversed(attempts):
        lines += _attempt(state, attempt, now, palette)
    if log is not None and log.exists():
        lines += [
            Text(),
            Text("log  ", palette.dim).append(one_line(shown_path(str(log), state.pipeline.folder)), palette.text),
        ]
    return lines


def _attempt(state: RunState, attempt: Attempt, now: float, palette: Palette) -> list[Text]:
    began = state.run_starts[attempt.run]
    end = attempt.finished_at
    took = format_duration((now if end is None else end) - attempt.started_at)
    line = Text("  ").append(GLYPHS[attempt.status], palette.of(attempt.status))
    line.append(f"{attempt.run + 1:>4}{attempt.number:>9}{format_clock(attempt.started_at - began):>10}")
    line.append(f"{'' if end is None else format_clock(end - began):>10}{took:>10}")
    line.append(f"{format_duration(max(0.0, attempt.started_at - attempt.queued_at)):>8}  ")
    line.append(str(attempt.status), palette.of(attempt.status))
    errors = [Text(f"      {one_line(error)}", palette.failed) for error in attempt.error.splitlines()]
    return [line, *errors]


def use_lines(state: RunState, number: int, now: float, palette: Palette) -> list[Text]:
    """What the latest attempt used."""
    attempts = state.attempts[number]
    if not attempts:
        return [Text("Nothing was measured yet.", palette.dim)]
    attempt = attempts[-1]
    wall = (now if attempt.finished_at is None else attempt.finished_at) - attempt.started_at
    rows, size = state.rows[number], state.bytes[number]
    lines = field_lines(
        [
            ("wall time", format_duration(wall)),
            ("CPU time", "" if attempt.cpu_s is None else format_duration(attempt.cpu_s)),
            ("peak memory", format_bytes(attempt.rss_bytes)),
            ("read", format_bytes(attempt.read_bytes)),
            ("written", format_bytes(attempt.written_bytes)),
            ("rows", "" if rows is None else f"{rows:,}"),
            ("result", format_bytes(size)),
        ],
        palette,
    )
    if attempt.cpu_s is not None and wall > 0:
        lines += [Text(), Text(_busy(attempt.cpu_s / wall))]
    return lines


def _busy(cores: float) -> str:
    """In words how much it computed; *cores* is CPU time over wall time."""
    busy = f"{cores:.1f} cores busy"
    if cores >= 1.2:
        return f"{busy}: it computes, on several cores at once"
    if cores >= 0.7:
        return f"{busy}: it computes nearly all the time"
    if cores >= 0.3:
        return f"{busy}: it computes part of the time, and waits"
    return f"{busy}: it mostly waits (data, network, programs)"


def operator_lines(profile: QueryProfile, palette: Palette) -> list[Text]:
    """The operators of a query, the last one first, each above those that it gets its rows from."""
    operators = list(profile.root.walk())[:MOST_OPERATORS]
    total = sum(operator.seconds for _, operator in operators) or 1.0
    names = [f"{'  ' * depth}{one_line(operator.name)}" for depth, operator in operators]
    most = max(max(operator.rows, operator.estimated_rows or 0) for _, operator in operators)
    name_width, count_width = max(map(len, names)), max(len("  expected"), len(f"  {most:,}"))
    head = f"   time  share  {'':<{BAR}} {'step':<{name_width}}{'rows':>{count_width}}{'expected':>{count_width}}"
    lines = [
        Text("Where the time of its query went, all threads together", "bold"),
        Text("Rows flow upwards: each step gets its own from those below it.", palette.dim),
        Text(head, palette.dim, no_wrap=True),
    ]
    for (_, operator), name in zip(operators, names, strict=True):
        share = operator.seconds / total
        colour = palette.critical if share >= STRIKING_SHARE else palette.text
        line = Text(f"{format_duration(operator.seconds):>7}", no_wrap=True)
        line.append(f"{share:>7.0%}  {_bar(share):<{BAR}} ", colour).append(f"{name:<{name_width}}", "bold")
        expected = "" if operator.estimated_rows is None else f"{operator.estimated_rows:,}"
        line.append(f"{operator.rows:>{count_width},}").append(f"{expected:>{count_width}}", palette.dim)
        if off := _misjudged(operator):
            line.append(f"  {off}", palette.cancelled)
        details = "  ".join(value for _, value in operator.details if value)
        lines.append(line.append(f"  {cut(details, LONGEST_DETAILS)}", palette.dim))
    return lines


def _bar(share: float) -> str:
    eighths = round(share * BAR * 8)
    return "█" * (eighths // 8) + EIGHTHS[eighths % 8].strip()


def _misjudged(operator: OperatorNode) -> str:
    """How many times more rows there were than DuckDB had planned for, if that is striking."""
    expected = operator.estimated_rows
    if expected is None or operator.rows < FEWEST_STRIKING_ROWS or operator.rows < STRIKING_FACTOR * max(1, expected):
        return ""
    return f"{operator.rows / max(1, expected):,.0f}× the rows expected"


def usual_lines(durations: Sequence[float], palette: Palette) -> list[Text]:
    """What a task usually takes, with a bar for each of its latest runs, and whether that has changed.

    Nothing of a task that ran once only: one time is not what is usual.
    """
    found = usual(durations)
    if found is None or len(found.durations) == 1:
        return []
    words = f"Usually takes {format_duration(found.median)} (median of {len(found.durations)} runs) "
    lines = [Text(words, palette.text).append(sparkline(found.durations), palette.running)]
    if found.trend is not None:
        lately, before = found.trend
        word, colour = ("longer", palette.failed) if lately > before else ("less", palette.succeeded)
        told = Text(f"Lately it takes {word}: ", colour)
        lines.append(told.append(f"{format_duration(lately)}, before {format_duration(before)}", palette.text))
    return lines


def field_lines(fields: Sequence[tuple[str, str]], palette: Palette) -> list[Text]:
    """Names and values in two columns, without those that have no value; the same name is not repeated."""
    given = [(name, value) for name, value in fields if value]
    width = max((len(name) for name, _ in given), default=0)
    lines, before = [], ""
    for name, value in given:
        label = "" if name == before else name
        lines.append(Text(f"{label:<{width}}  ", palette.dim).append(one_line(value), palette.text))
        before = name
    return lines


def shown_path(path: str, folder: Path) -> str:
    """The path as seen from the folder, if it lies in it."""
    return str(Path(path).relative_to(folder)) if Path(path).is_relative_to(folder) else path
