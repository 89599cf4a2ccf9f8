"""A run of the past as a row."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from seeknal_tui.dashboard.history.columns import LABEL, columns_for, run_segments, title_segments
from seeknal_tui.dashboard.look import DARK
from seeknal_tui.dashboard.row_label import RowLook
from seeknal_tui.history.listing import row_texts
from seeknal_tui.history.past_runs import RunRecord
from seeknal_tui.run.events import RunStatus
from tests.dashboard.history.records import record
from tests.dashboard.runs import text_of


def row(run: RunRecord, width: int = 160, look: RowLook | None = None) -> str:
    return text_of(run_segments(run, columns_for(width), look or RowLook(DARK)))


def titles(width: int) -> list[str]:
    return [column.title for column in columns_for(width)]


def test_tells_all_there_is_to_know_where_there_is_room() -> None:
    run = record("8f3c0000", status=RunStatus.FAILED, counts={"succeeded": 2, "failed": 1, "skipped": 0}, selected="+b")
    text = row(run)
    for part in ("✗", "failed", "2.0s", "2.5×", "production", "2● 1✗", "enriched 1.2s", "+b", "8f3c0000"):
        assert part in text


def test_tells_no_speedup_of_a_single_task() -> None:
    for run in (record("a", counts={"succeeded": 1}), record("a", counts={"succeeded": 1, "reused": 5})):
        assert "×" not in row(run)
        assert "×" not in "".join(row_texts(run))


def test_leaves_out_what_matters_least_where_there_is_not() -> None:
    assert titles(160) == [
        "started", "status", "took", "speedup", "environment", "tasks", "held up by", "selected", "run",
    ]  # fmt: skip
    assert titles(78) == ["started", "status", "took", "speedup", "environment", "run"]
    assert titles(36) == ["started", "took", "run"]


def test_marks_cursor_and_mark_without_colour() -> None:
    assert row(record("a"), look=RowLook(DARK, selected=True, marked=True)).startswith("▸●* ")
    assert row(record("a")).startswith(" ●  ")


def test_of_an_environment_stands_out_without_colour() -> None:
    (part,) = [
        part
        for part in run_segments(record("a", environment="dev"), columns_for(160), RowLook(DARK))
        if part.text == "dev"
    ]
    assert part.style is not None
    assert part.style.reverse


@given(width=st.integers(LABEL + 12, 250), text=st.text(max_size=300), status=st.sampled_from(RunStatus))
def test_never_takes_more_than_its_width(width: int, text: str, status: RunStatus) -> None:
    run = record(text, status=status, environment=text, selected=text, holdup=text)
    columns = columns_for(width)
    assert cell_len(row(run, width).rstrip()) <= width
    assert cell_len(text_of(title_segments(columns, RowLook(DARK))).rstrip()) <= width


@pytest.mark.parametrize("text", ["\x1b[31mred", "[bold]x", "a\nb", "\u202eabc"])
def test_makes_names_harmless(text: str) -> None:
    shown = row(record(text, environment=text, selected=text, holdup=text))
    assert not {"\x1b", "\n", "\u202e"} & set(shown)
