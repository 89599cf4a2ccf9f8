"""Cutting output into lines."""

from __future__ import annotations

from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st

from seeknal_tui.run.actions import output_lines
from seeknal_tui.run.actions.output_lines import LineCutter


def cut(reads: list[bytes]) -> list[bytes]:
    cutter = LineCutter()
    return [piece for data in reads for piece in cutter.feed(data)] + [cutter.finish()]


def test_lines_that_come_together_stay_together() -> None:
    assert cut([b"one\ntwo\nthr", b"ee\n"]) == [b"one\ntwo\n", b"three\n", b""]


def test_a_last_line_without_newline_comes_at_the_end() -> None:
    assert cut([b"one\nrest"]) == [b"one\n", b"rest"]


def test_an_empty_stream_has_no_lines() -> None:
    assert cut([]) == [b""]


def test_a_piece_of_a_long_line_does_not_end_within_a_character() -> None:
    with patch.object(output_lines, "LONGEST_LINE", 4):
        pieces = cut(["aéééé".encode()])
    assert [piece.decode() for piece in pieces] == ["aé", "éé", "é"]


READS = st.lists(
    st.lists(st.sampled_from([b"\n", b"a", b"bc", "é".encode(), b"\xff", b"\x80\x80\x80\x80"])).map(b"".join)
)


@given(READS)
def test_nothing_is_lost_and_only_long_lines_are_cut(reads: list[bytes]) -> None:
    with patch.object(output_lines, "LONGEST_LINE", 8):
        *pieces, rest = cut(reads)
    assert b"".join([*pieces, rest]) == b"".join(reads)
    assert b"\n" not in rest
    for piece in pieces:
        assert piece
        assert piece.endswith(b"\n") or 4 < len(piece) <= 8
        assert all(len(line) <= 8 for line in piece.split(b"\n"))
