"""A line of a log as cells."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from seeknal_tui.dashboard.log.file import Line, as_line
from seeknal_tui.dashboard.log.painting import Painter, Times, wrapped
from seeknal_tui.dashboard.look import DARK
from seeknal_tui.run.task_log import Piece

NASTY = [
    b"[@click=app.quit]x[/]",
    b"\x1b]8;;http://x\x07link\x1b]8;;\x07",
    b"\x1b]52;c;aGk=\x07",
    b"\x1b]0;title\x07",
    b"\x1b[2J\x1b[H",
    b"\x1b[31;48;5;20m",
    b"\x9b31m",
    "\u202eabc\u2066".encode(),
    "\u200b\u200d\ufeff\ufe0f".encode(),
    "漢字".encode(),
    b"e" + "\u0301".encode() * 5,
    "\U0001f469\u200d\U0001f4bb\U0001f44d\U0001f3fd\U0001f1e9\U0001f1ea".encode(),
    "\u1100\u1161\u11a8".encode(),
    b"\t\r\x00\xff\xfe",
]
PRINTED = st.lists(st.one_of(st.binary(max_size=20), st.sampled_from(NASTY)), max_size=20).map(b"".join)
STREAMS = st.sampled_from(["stdout", "stderr", "runner"])


def line_of(data: bytes, stream: str = "stdout", at: float = 1000.0, task: str = "") -> Line:
    data = data.replace(b"\n", b"")
    return as_line(data, len(data), 0, Piece(0, at, stream), task)


@given(
    PRINTED,
    STREAMS,
    st.integers(1, 60),
    st.integers(0, 80),
    st.sampled_from(Times),
    st.booleans(),
    st.lists(st.tuples(st.integers(0, 60), st.integers(1, 9), st.booleans()), max_size=4),
)
def test_every_line_is_exactly_as_wide_as_the_pane_and_has_nothing_that_acts(
    data: bytes, stream: str, width: int, x: int, times: Times, has_tasks: bool, found: list[tuple[int, int, bool]]
) -> None:
    painter = Painter(DARK, width, times, 0.0, has_tasks)
    line = line_of(data, stream, task="task")
    at, matches = 0, []
    for begin, length, current in found:
        matches.append((at + begin, at + begin + length, current))
        at += begin + length
    strips = [painter.paint(line, 0, None, x, matches, chosen=False)]
    strips += [painter.paint(line, begin, end, 0, matches, chosen=True) for begin, end in painter.rows_of(line)]
    for strip in strips:
        assert sum(cell_len(segment.text) for segment in strip) == width
        assert not any(unicodedata.category(character) in ("Cc", "Cs") for character in strip.text)
        assert all(segment.control is None and segment.style is not None for segment in strip)
        assert not any(segment.style and (segment.style.meta or segment.style.link) for segment in strip)


@given(PRINTED, st.integers(2, 40))
def test_the_rows_of_a_wrapped_line_are_the_whole_line_and_fit(data: bytes, width: int) -> None:
    text = line_of(data).text
    rows = wrapped(text, width)
    assert "".join(text[begin:end] for begin, end in rows) == text
    assert all(cell_len(text[begin:end]) <= width for begin, end in rows)


def test_a_megabyte_without_newline_is_a_line_like_any_other() -> None:
    painter = Painter(DARK, 40)
    strip = painter.paint(line_of(b"0123456789" * 100_000), 0, None, 500_000, [], chosen=False)
    assert strip.text == "  " + "01234567890123456789012345678901234567"[:37] + "…"


def test_matches_are_painted_and_the_current_one_otherwise() -> None:
    strip = Painter(DARK, 30).paint(line_of(b"one two one"), 0, None, 0, [(0, 3, False), (8, 11, True)], chosen=False)
    painted = {s.text: s.style.bgcolor.name for s in strip if s.style and s.style.bgcolor}
    painted_as = [s.style.bgcolor.name for s in strip if s.text == "one" and s.style and s.style.bgcolor]
    assert painted_as == [DARK.running, DARK.critical]
    assert painted[" two "] == DARK.background


def test_colours_of_the_task_are_painted() -> None:
    strip = Painter(DARK, 30).paint(line_of(b"a \x1b[1;31mred\x1b[0m b"), 0, None, 0, [], chosen=False)
    (red,) = [segment.style for segment in strip if segment.text == "red"]
    assert red is not None
    assert (red.bold, red.color and red.color.number) == (True, 1)


def test_the_margin_tells_stream_time_and_task() -> None:
    painter = Painter(DARK, 60, Times.SINCE_START, 990.0, has_tasks=True)
    text = painter.paint(line_of(b"hello", "stderr", 1001.5, "clean"), 0, None, 0, [], chosen=False).text
    assert text.split() == ["▌", "+11.500", "clean", "hello"]
