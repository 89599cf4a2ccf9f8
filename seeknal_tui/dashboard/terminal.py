"""The terminal that the dashboard paints on: it may go away at any moment, has a mouse, and can tell the desktop."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from typing import Any, TextIO

from textual.driver import Driver

from seeknal_tui.safe_text import one_line

NOTICE_LENGTH = 200


class _Terminal:
    """Passes everything on to a file, and drops what can no longer be written to it."""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def write(self, text: str) -> int:
        with contextlib.suppress(OSError, ValueError):
            self._file.write(text)
        return len(text)

    def flush(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            self._file.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


@contextlib.contextmanager
def terminal_that_may_go_away() -> Iterator[None]:
    """While this lasts, painting on a terminal that has gone does no harm.

    Textual paints from a thread of its own onto ``sys.__stderr__``. When a connection breaks, that thread would die of
    the first error, and the dashboard would then wait for it for ever instead of ending its tasks.
    """
    before = sys.__stderr__
    if before is None:
        yield
        return
    setattr(sys, "__stderr__", _Terminal(before))  # noqa: B010 - typed as final, and yet the one place to do it
    try:
        yield
    finally:
        setattr(sys, "__stderr__", before)  # noqa: B010


def set_mouse(driver: Driver, *, on: bool) -> None:
    """Take the mouse, or leave it to the terminal, so that text can be selected with it.

    Textual's drivers do this when they start and stop only, in methods that have no public name.
    """
    mode: Any = driver
    if on:
        mode._mouse = True
    for name in ["_enable_mouse_support", "_enable_mouse_pixels"] if on else ["_disable_mouse_support"]:
        if name != "_enable_mouse_pixels" or getattr(mode, "_mouse_pixels", False):
            getattr(mode, name, lambda: None)()
    mode._mouse = on


def desktop_notice(driver: Driver, words: str) -> None:
    """Ask the terminal for a notice on the desktop (OSC 9); terminals that know none ignore it.

    Tmux swallows it unless it is asked to pass it on, and is allowed to (``allow-passthrough``).
    """
    sequence = f"\x1b]9;{one_line(words)[:NOTICE_LENGTH]}\x07"
    if os.environ.get("TMUX"):
        sequence = "\x1bPtmux;" + sequence.replace("\x1b", "\x1b\x1b") + "\x1b\\"
    driver.write(sequence)
    driver.flush()
