"""Logs as numbered lines."""

from __future__ import annotations

import tracemalloc
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from seeknal_tui.dashboard.log.colours import plain
from seeknal_tui.dashboard.log.file import LogFile, Separator, separators
from seeknal_tui.run.task_log import TaskLog, index_path, read_index

FOREVER = 60.0


def read(path: Path) -> LogFile:
    log = LogFile(path)
    log.catch_up(FOREVER)
    assert log.complete
    return log


def texts(log: LogFile, first: int = 0, count: int = 1000) -> list[str]:
    return [line.text for line in log.lines(first, count)]


class TestLines:
    def test_a_log_that_does_not_exist_is_empty(self, tmp_path: Path) -> None:
        log = read(tmp_path / "none.log")
        assert (log.line_count, texts(log)) == (0, [])

    def test_the_last_line_counts_without_a_newline_too(self, tmp_path: Path) -> None:
        path = tmp_path / "a.log"
        path.write_bytes(b"one\ntwo")
        assert texts(read(path)) == ["one", "two"]

    def test_a_line_that_grows_is_read_whole(self, tmp_path: Path) -> None:
        path = tmp_path / "a.log"
        path.write_bytes(b"one\ntw")
        log = read(path)
        with path.open("ab") as file:
            file.write(b"o\nthree\n")
        log.catch_up(FOREVER)
        assert texts(log) == ["one", "two", "three"]

    def test_control_characters_are_made_visible_and_the_end_of_a_dos_line_is_no_part_of_it(
        self, tmp_path: Path
    ) -> None:
        path = tmp_path / "a.log"
        path.write_bytes(b"\x1b[2Jred\r\n\xff\xfe\n")
        assert texts(read(path)) == ["␛[2Jred", "\ufffd\ufffd"]

    @settings(deadline=None, max_examples=60)
    @given(
        st.lists(st.text(st.characters(exclude_characters="\n", exclude_categories=["Cs"]), max_size=90_000 // 40)),
        st.data(),
    )
    def test_any_stretch_of_lines_is_what_splitting_the_text_gives(self, lines: list[str], data: st.DataObject) -> None:
        with TemporaryDirectory() as folder:
            path = Path(folder) / "a.log"
            path.write_bytes("".join(f"{line * 40}\n" for line in lines).encode())
            log = read(path)
            assert log.line_count == len(lines)
            first = data.draw(st.integers(0, max(0, len(lines) - 1)))
            for line, found in zip(lines[first:], log.lines(first, 50), strict=False):
                assert plain((line * 40).removesuffix("\r")).startswith(found.text)

    def test_only_a_window_of_an_over_long_line_is_read(self, tmp_path: Path) -> None:
        path = tmp_path / "a.log"
        path.write_bytes(b"short\n" + b"0123456789" * 1_000_000 + b"\nend\n")
        log = read(path)
        short, long, end = log.lines(0, 3, skip=5_000_003, width=10)
        assert (short.text, end.text) == ("short", "end")
        assert long.text.startswith("3456789012")
        assert len(long.text) <= 40
        assert (long.size, long.skipped) == (10_000_000, 5_000_003)

    def test_a_window_never_begins_inside_a_character(self, tmp_path: Path) -> None:
        path = tmp_path / "a.log"
        path.write_bytes("漢".encode() * 100_000)
        (line,) = read(path).lines(0, 1, skip=1, width=10)
        assert line.text.startswith("漢漢")


class TestStreams:
    def test_each_line_has_the_stream_it_came_on(self, tmp_path: Path) -> None:
        path = tmp_path / "a.log"
        written = TaskLog(path)
        for number in range(5000):
            written.write("stderr" if number % 3 == 0 else "stdout", b"line\n")
        written.write("runner", b"ended\n")
        written.close()
        log = read(path)
        found = [line.stream for line in log.lines(4000, 1001)]
        expected = ["stderr" if number % 3 == 0 else "stdout" for number in range(4000, 5000)]
        assert found == [*expected, "runner"]

    def test_a_log_without_an_index_is_all_standard_output(self, tmp_path: Path) -> None:
        path = tmp_path / "a.log"
        path.write_bytes(b"one\ntwo\n")
        assert {line.stream for line in read(path).lines(0, 2)} == {"stdout"}


class TestAttempts:
    def test_an_attempt_begins_at_the_first_line_after_its_start(self, tmp_path: Path) -> None:
        path = tmp_path / "a.log"
        written = TaskLog(path)
        for attempt in (b"first\nagain first\n", b"second\n", b"third\n"):
            written.write("stdout", attempt)
        written.close()
        pieces = read_index(index_path(path))
        starts = [(number, piece.at) for number, piece in enumerate(pieces, 1)]
        assert all(a.at <= b.at for a, b in pairwise(pieces))
        if len({at for _, at in starts}) == len(starts):  # the clock is fine enough for three writes
            assert separators(read(path), starts[1:]) == [Separator(2, 2), Separator(3, 3)]

    def test_an_attempt_that_printed_nothing_begins_behind_the_last_line(self, tmp_path: Path) -> None:
        path = tmp_path / "a.log"
        written = TaskLog(path)
        written.write("stdout", b"first\n")
        written.close()
        later = read_index(index_path(path))[-1].at + 1
        assert separators(read(path), [(2, later)]) == [Separator(1, 2)]


def test_a_million_lines_take_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_bytes(b"a line of some forty characters or so ..\n" * 1_000_000)
    tracemalloc.start()
    log = read(path)
    assert log.lines(999_990, 50)[-1].text.endswith("..")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert log.line_count == 1_000_000
    assert peak < 1_000_000


def test_one_look_counts_for_a_bounded_time(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_bytes(b"line\n" * 100_000)
    log = LogFile(path)
    log.catch_up(0.0)
    assert not log.complete
    assert log.size < path.stat().st_size
