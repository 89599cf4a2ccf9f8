"""Text of others made harmless."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from seeknal_tui.safe_text import lines, one_line

ANY_TEXT = st.text(st.characters())
"""With surrogates, which text of the outside world may have."""


@given(ANY_TEXT)
def test_nothing_that_a_terminal_acts_on_is_left(text: str) -> None:
    assert not {unicodedata.category(character) for character in one_line(text)} & {"Cc", "Cs", "Zl", "Zp"}


@given(ANY_TEXT)
def test_the_width_is_the_sum_of_the_widths_of_the_characters(text: str) -> None:
    """No character changes the width of its neighbours, so text can be cut anywhere between them."""
    safe = one_line(text)
    assert cell_len(safe) == sum(map(cell_len, safe))


@given(ANY_TEXT)
def test_made_harmless_twice_is_the_same_as_once(text: str) -> None:
    assert one_line(one_line(text)) == one_line(text)


@given(ANY_TEXT)
def test_every_part_is_made_harmless_as_in_the_whole(text: str) -> None:
    assert "".join(map(one_line, text)) == one_line(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("a\tb", "a    b"),
        ("\x1b]52;c;aGk=\x07", "␛]52;c;aGk=␇"),
        ("\x1b]8;;http://x\x1b\\link", "␛]8;;http://x␛\\link"),
        ("\x9b2J", "\ufffd2J"),
        ("abc\u202ecba\u202c", "abc\ufffdcba\ufffd"),
        ("\u2066x\u2069\u200f", "\ufffdx\ufffd\ufffd"),
        ("zero\u200bwidth\ufeff", "zero\ufffdwidth\ufffd"),
        ("e\u0301 漢", "e\u0301 漢"),
        ("\U0001f44d\U0001f3fd", "\U0001f44d\ufffd"),
        ("a\nb\r", "a␊b␍"),
        ("[@click=app.quit]x[/]", "[@click=app.quit]x[/]"),
    ],
)
def test_examples(text: str, shown: str) -> None:
    assert one_line(text) == shown


def test_newlines_are_kept_where_lines_are_wanted() -> None:
    assert lines("a\r\nb\n\x1b[2J") == "a\nb\n␛[2J"
