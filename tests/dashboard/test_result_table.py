"""The Data tab: a result's rows, read and painted only where they are seen."""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import duckdb
import pytest
from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from seeknal_tui.dashboard.result_rows import NotReadable, ResultRows
from seeknal_tui.dashboard.result_table import ResultTable
from tests.dashboard.driving import PATIENCE_S

MANY = 300_000


def write(path: Path, query: str) -> Path:
    """Replaces the file as the runner does: under another name, then renamed."""
    with duckdb.connect() as connection:
        connection.execute(f"COPY ({query}) TO '{path}.new' (FORMAT parquet)")
    os.replace(f"{path}.new", path)
    return path


class TestRows:
    def test_names_types_count_and_any_page(self, tmp_path: Path) -> None:
        rows = ResultRows(
            write(tmp_path / "a.parquet", f"SELECT i AS n, 'x' || i AS name, NULL::INT AS gone FROM range({MANY}) r(i)")
        )
        assert rows.columns == (("n", "BIGINT"), ("name", "VARCHAR"), ("gone", "INTEGER"))
        assert rows.row_count == MANY
        assert rows.page(MANY - 2, 200) == [("299998", "x299998", None), ("299999", "x299999", None)]
        rows.close()

    def test_a_column_may_be_named_as_duckdb_names_the_number_of_a_row(self, tmp_path: Path) -> None:
        rows = ResultRows(write(tmp_path / "a.parquet", "SELECT 10 - i AS FILE_row_number FROM range(9) r(i)"))
        assert rows.page(2, 2) == [("8",), ("7",)]
        rows.close()

    def test_stay_those_of_the_file_that_was_opened(self, tmp_path: Path) -> None:
        path = write(tmp_path / "a.parquet", "SELECT 1 AS n")
        rows = ResultRows(path)
        write(path, "SELECT 2 AS n FROM range(5)")
        assert rows.page(0, 10) == [("1",)]
        rows.close()

    def test_values_are_read_no_longer_than_is_shown(self, tmp_path: Path) -> None:
        rows = ResultRows(write(tmp_path / "a.parquet", "SELECT repeat('y', 1000000) AS big"))
        assert rows.page(0, 1) == [("y" * 200,)]
        rows.close()

    def test_nested_values_and_times_with_zones_can_be_read(self, tmp_path: Path) -> None:
        rows = ResultRows(
            write(tmp_path / "a.parquet", "SELECT {'a': [1, 2]} AS s, TIMESTAMPTZ '2020-01-01 00:00:00+00' AS t")
        )
        ((nested, time),) = rows.page(0, 1)
        assert nested == "{'a': [1, 2]}"
        assert time is not None
        rows.close()

    def test_no_file_and_a_broken_one_are_told(self, tmp_path: Path) -> None:
        with pytest.raises(NotReadable, match="There is no result"):
            ResultRows(tmp_path / "none.parquet")
        (tmp_path / "bad.parquet").write_bytes(b"no parquet")
        with pytest.raises(NotReadable, match="cannot be read"):
            ResultRows(tmp_path / "bad.parquet")

    def test_a_closed_one_lets_go_of_the_file(self, tmp_path: Path) -> None:
        before = len(os.listdir("/dev/fd"))
        rows = ResultRows(write(tmp_path / "a.parquet", "SELECT 1 AS n"))
        rows.page(0, 1)
        rows.close()
        assert len(os.listdir("/dev/fd")) == before


class TableApp(App[None]):
    CSS = "ResultTable { overflow-x: scroll; }"

    def __init__(self) -> None:
        super().__init__()
        self.table = ResultTable()

    def compose(self) -> ComposeResult:
        yield self.table


class Seen:
    """A table under a pilot."""

    def __init__(self, app: TableApp, pilot: Pilot[None]) -> None:
        self.table = app.table
        self.pilot = pilot

    @property
    def lines(self) -> list[str]:
        return [self.table.render_line(y).text for y in range(self.table.size.height)]

    async def see(self, text: str) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not any(text in line for line in self.lines):
            assert time.monotonic() < deadline, f"waited in vain for {text}:\n" + "\n".join(self.lines)
            await self.pilot.pause(0.01)


@asynccontextmanager
async def table(path: Path, size: tuple[int, int] = (60, 12)) -> AsyncIterator[Seen]:
    app = TableApp()
    async with app.run_test(size=size) as pilot:
        app.table.focus()
        app.table.show(path)
        await pilot.pause()
        yield Seen(app, pilot)


class TestTable:
    @pytest.fixture
    def many(self, tmp_path: Path) -> Path:
        return write(
            tmp_path / "a.parquet",
            "SELECT i AS n, CASE WHEN i % 2 = 0 THEN 'even' END AS kind, repeat('w', 30) AS wide, "
            f"i * 2 AS twice FROM range({MANY}) r(i)",
        )

    async def test_counts_names_types_and_rows_with_their_numbers(self, many: Path) -> None:
        async with table(many) as seen:
            await seen.see("300,000 rows · 4 columns")
            assert "n  kind     wide" in seen.lines[1]
            assert "bigint  varchar" in seen.lines[2]
            assert seen.lines[3].split()[:3] == ["1", "0", "even"]

    async def test_a_missing_value_is_told_from_an_empty_one(self, many: Path) -> None:
        async with table(many) as seen:
            await seen.see("null")
            assert seen.lines[4].split()[:3] == ["2", "1", "null"]

    async def test_the_last_row_is_a_key_away_and_the_header_stays(self, many: Path) -> None:
        async with table(many) as seen:
            await seen.see("even")
            await seen.pilot.press("G")
            await seen.see("300,000  299999")
            assert "kind" in seen.lines[1]
            assert seen.table.caption == "rows 299,992-300,000 of 300,000"

    async def test_pans_by_columns_under_the_row_numbers(self, many: Path) -> None:
        async with table(many, size=(40, 12)) as seen:
            await seen.see("even")
            await seen.pilot.press("l", "l")
            await seen.pilot.pause()
            assert seen.lines[1].split() == ["wide"]
            assert seen.lines[3].split() == ["1", "w" * 30]
            await seen.pilot.press("h", "h")
            await seen.pilot.pause()
            assert seen.lines[3].split()[:3] == ["1", "0", "even"]

    async def test_reads_again_when_the_task_has_left_another_result(self, many: Path) -> None:
        async with table(many) as seen:
            await seen.see("even")
            write(many, "SELECT 'changed' AS what")
            seen.table.show(many)
            await seen.see("changed")
            assert "1 row · 1 column" in seen.lines[0]

    async def test_keeps_only_pages_that_are_near(self, many: Path) -> None:
        async with table(many) as seen:
            await seen.see("even")
            for row in range(0, MANY, MANY // 40):
                seen.table.scroll_to(0, row, animate=False)
                await seen.see(f"{row + 1:,}  ")
            assert len(seen.table._pages) <= 32

    @pytest.mark.parametrize("width", [60, 25, 8, 1])
    async def test_hostile_values_stay_in_their_cells(self, tmp_path: Path, width: int) -> None:
        path = write(
            tmp_path / "a.parquet",
            "SELECT chr(27) || '[31m' || chr(10) AS bad, '日本語' AS wide, chr(8238) || 'x' AS bidi, "
            "'[b]x[/b]' AS \"[red]name\" FROM range(20)",
        )
        async with table(path, size=(width, 12)) as seen:
            deadline = time.monotonic() + PATIENCE_S
            while not seen.table.caption:
                assert time.monotonic() < deadline, seen.lines
                await seen.pilot.pause(0.01)
            for x in range(12):
                seen.table.scroll_to(x, 0, animate=False)
                assert {cell_len(line) for line in seen.lines} == {seen.table.size.width}
                assert not any(character in "".join(seen.lines) for character in "\x1b\n\u202e")

    async def test_what_is_seen_can_be_copied_as_a_spreadsheet_takes_it(self, many: Path) -> None:
        async with table(many) as seen:
            await seen.see("even")
            copied = seen.table.seen_rows.splitlines()
            assert len(copied) == 1 + 9
            assert copied[0] == "n\tkind\twide\ttwice"
            assert copied[2] == f"1\t\t{'w' * 30}\t2"

    async def test_says_that_there_is_no_result(self, tmp_path: Path) -> None:
        async with table(tmp_path / "none.parquet") as seen:
            await seen.see("There is no result")
