"""Searching a log."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seeknal_tui.dashboard.log import search as search_module
from seeknal_tui.dashboard.log.file import LogFile
from seeknal_tui.dashboard.log.query import ERRORS, BadQuery, Query
from seeknal_tui.dashboard.log.search import Match, Search

PATIENCE_S = 60.0


def read(path: Path) -> LogFile:
    log = LogFile(path)
    log.catch_up(PATIENCE_S)
    return log


def finish(search: Search, log: LogFile) -> None:
    deadline = time.monotonic() + PATIENCE_S
    search.look(log, 0.01)
    while search.is_busy:
        assert time.monotonic() < deadline
        time.sleep(0.005)
        search.look(log, 0.01)


def found(query: Query, log: LogFile) -> list[Match]:
    search = Search(query)
    try:
        finish(search, log)
        assert not search.problem
        return [search[number] for number in range(len(search))]
    finally:
        search.close()


class TestQuery:
    @pytest.mark.parametrize(
        ("query", "text", "matches"),
        [
            (Query("error"), "ERROR", True),
            (Query("Error"), "ERROR", False),
            (Query("Error", heeds_case=False), "ERROR", True),
            (Query("error", heeds_case=True), "ERROR", False),
            (Query("a.c"), "abc", False),
            (Query("a.c", is_expression=True), "abc", True),
            (Query(r"\Sx", is_expression=True), "AX", True),
            (Query("é"), "É", True),
        ],
    )
    def test_capitals_are_heeded_when_one_is_typed(self, query: Query, text: str, matches: bool) -> None:
        assert bool(query.compiled().search(text)) is matches

    def test_the_case_can_be_toggled(self) -> None:
        assert Query("a").toggle_case().is_case_heeded
        assert not Query("A").toggle_case().is_case_heeded

    @pytest.mark.parametrize("text", ["(", "[a", "*", "(?P<a>x)(?P<a>y)", "a{2,1}", "\\"])
    def test_a_bad_expression_is_told(self, text: str) -> None:
        with pytest.raises(BadQuery, match="no regular expression"):
            Search(Query(text, is_expression=True))

    @given(st.text())
    def test_any_text_can_be_searched_as_text(self, text: str) -> None:
        assert Query(text).compiled().search(f"before {text} after")

    @pytest.mark.parametrize(
        "line",
        [
            "Traceback (most recent call last):",
            "duckdb.duckdb.ConversionException: x",
            "ValueError: no",
            "ERROR  something",
            "error: unknown option",
            "1 FAILED in 3 s",
            "error[E0308]: mismatched types",
        ],
    )
    def test_these_lines_look_like_an_error(self, line: str) -> None:
        assert ERRORS.compiled().search(line)

    @pytest.mark.parametrize("line", ["0 errors", "no error was found", "failed_rows = 0", "INFO terror", "well"])
    def test_and_these_do_not(self, line: str) -> None:
        assert not ERRORS.compiled().search(line)

    @given(st.from_regex(ERRORS.compiled()))
    def test_the_hint_is_in_every_line_that_looks_like_an_error(self, line: str) -> None:
        assert re.search(ERRORS.hint, line)


class TestSearch:
    def test_it_finds_every_match_with_its_line(self, tmp_path: Path) -> None:
        path = tmp_path / "a.log"
        path.write_bytes(b"one two\nnone\nthree one one")
        assert found(Query("one"), read(path)) == [
            Match(0, 0, 3),
            Match(1, 1, 4),
            Match(2, 6, 9),
            Match(2, 10, 13),
        ]

    def test_what_is_searched_is_the_text_as_it_is_shown(self, tmp_path: Path) -> None:
        path = tmp_path / "a.log"
        path.write_bytes("a\x1b[31mb\x1b[0mc 漢字 \x1b[2J\r\n".encode())
        log = read(path)
        assert found(Query("abc"), log) == [Match(0, 0, 3)]
        assert found(Query("字"), log) == [Match(0, 5, 6)]
        assert found(Query("␛[2J"), log) == [Match(0, 7, 11)]

    def test_an_expression_never_matches_across_lines_or_nothing(self, tmp_path: Path) -> None:
        path = tmp_path / "a.log"
        path.write_bytes(b"a\nb\n")
        assert found(Query(r"a\sb|x*", is_expression=True), read(path)) == []
        assert found(Query(r"^.$", is_expression=True), read(path)) == [Match(0, 0, 1), Match(1, 0, 1)]

    def test_lines_that_come_later_are_searched_too_and_an_unfinished_one_again(self, tmp_path: Path) -> None:
        path = tmp_path / "a.log"
        path.write_bytes(b"x\nx and")
        log = read(path)
        search = Search(Query("x"))
        finish(search, log)
        assert len(search) == 2
        with path.open("ab") as file:
            file.write(b" x\nx\n")
        log.catch_up(PATIENCE_S)
        finish(search, log)
        assert [search[number].line for number in range(len(search))] == [0, 1, 1, 2]
        search.close()

    def test_an_expression_that_takes_for_ever_is_given_up(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(search_module, "STUCK_S", 0.5)
        path = tmp_path / "a.log"
        path.write_bytes(b"a" * 64 + b"!\n")
        log = read(path)
        search = Search(Query("(a+)+$", is_expression=True))
        finish(search, log)
        assert "takes too long" in search.problem

    def test_more_matches_than_are_kept_are_told(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(search_module, "MOST_MATCHES", 100)
        path = tmp_path / "a.log"
        path.write_bytes(b"x\n" * 1000)
        search = Search(Query("x"))
        finish(search, read(path))
        assert search.words == "100+ found"

    def test_a_million_lines_are_searched_while_no_look_is_asked_to_wait(self, tmp_path: Path) -> None:
        path = tmp_path / "a.log"
        path.write_bytes(b"".join(b"2026-01-01 INFO step %d of many is done\n" % number for number in range(1_000_000)))
        log = read(path)
        assert [match.line for match in found(Query("step 99999"), log)] == [99_999, *range(999_990, 1_000_000)]

    def test_an_over_long_line_is_searched(self, tmp_path: Path) -> None:
        path = tmp_path / "a.log"
        path.write_bytes(b"a" * 1_000_000 + b"here\nhere\n")
        assert found(Query("here"), read(path)) == [Match(0, 1_000_000, 1_000_004), Match(1, 0, 4)]

    def test_what_stands_around_the_border_of_two_blocks_is_found_once(self, tmp_path: Path) -> None:
        path = tmp_path / "a.log"
        path.write_bytes(b"".join(b"%d here\xc3\xa9 end\n" % number for number in range(20_000)))
        log = read(path)
        expected = [Match(number, len(f"{number} "), len(f"{number} hereé")) for number in range(20_000)]
        assert found(Query("hereé"), log) == expected
        assert found(Query("here\\w", is_expression=True), log) == expected
