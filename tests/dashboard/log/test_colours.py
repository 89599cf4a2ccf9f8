"""The colours that a task prints."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seeknal_tui.dashboard.log.colours import SGR, Look, Stretch, after, plain, shown
from seeknal_tui.safe_text import one_line

PIECES = st.one_of(
    st.text(),
    st.lists(st.integers(0, 300), max_size=8).map(lambda codes: f"\x1b[{';'.join(map(str, codes))}m"),
    st.text("0123456789;:m\x1b[", max_size=12).map(lambda text: f"\x1b[{text}"),
)
PRINTED = st.lists(PIECES, max_size=12).map("".join)


@given(PRINTED)
def test_the_text_is_what_is_left_without_the_sequences(text: str) -> None:
    assert shown(text)[0] == plain(text) == one_line(SGR.sub("", text))


@given(PRINTED)
def test_no_control_character_is_left(text: str) -> None:
    assert not {unicodedata.category(character) for character in shown(text)[0]} & {"Cc", "Cs", "Zl", "Zp"}


@given(PRINTED)
def test_stretches_are_in_order_within_the_text_and_never_empty(text: str) -> None:
    plain_text, stretches = shown(text)
    at = 0
    for stretch in stretches:
        assert at <= stretch.begin < stretch.end <= len(plain_text)
        assert stretch.look != Look()
        at = stretch.end


@pytest.mark.parametrize(
    ("parameters", "look"),
    [
        ("31", Look(colour=1)),
        ("1;31", Look(colour=1, bold=True)),
        ("97;104", Look(colour=15, background=12)),
        ("38;5;208", Look(colour=208)),
        ("48;2;1;2;3", Look(background=(1, 2, 3))),
        ("38:5:208", Look(colour=208)),
        ("38:2::1:2:3", Look(colour=(1, 2, 3))),
        ("38:2:1:2:3", Look(colour=(1, 2, 3))),
        ("4", Look(underline=True)),
        ("4:3", Look(underline=True)),
        ("4:0", Look()),
        ("3;7;9", Look(italic=True, reverse=True, strike=True)),
        ("1;22", Look()),
        ("31;0", Look()),
        ("31;", Look()),
        ("", Look()),
        ("38;5;999", Look()),
        ("38;5", Look()),
        ("38", Look()),
        ("38;2;1;2;300", Look()),
        ("38;5;1;4", Look(colour=1, underline=True)),
        ("999", Look()),
        ("8;5", Look()),
    ],
)
def test_what_parameters_mean(parameters: str, look: Look) -> None:
    if look.colour is None and parameters.startswith("38;5") and len(parameters) == 4:
        look = Look(colour=0)  # a colour that is left out is 0
    assert after(Look(), parameters) == look


def test_a_line_begins_without_colour_and_keeps_one_until_it_ends() -> None:
    assert shown("a\x1b[31mbc\x1b[1md\x1b[0me") == (
        "abcde",
        (Stretch(1, 3, Look(colour=1)), Stretch(3, 4, Look(colour=1, bold=True))),
    )


@pytest.mark.parametrize("sequence", ["\x1b[2J", "\x1b[10;10H", "\x1b]0;title\x07", "\x1b[>4;1m", "\x1b[31", "\x9b31m"])
def test_any_other_sequence_stays_and_is_seen(sequence: str) -> None:
    assert shown(f"a{sequence}") == (f"a{one_line(sequence)}", ())


def test_tabs_before_a_colour_move_it_with_the_text() -> None:
    assert shown("\t\x1b[31mx") == ("    x", (Stretch(4, 5, Look(colour=1)),))
