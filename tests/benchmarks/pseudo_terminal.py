"""A terminal for benchmarks: a pty of 200×50 in which a program runs, and what it painted when.

A thread empties the pty and notes the time of each read; what was painted is worked out after the program has ended, so
that looking costs the program nothing. Times are those of ``time.monotonic``, which all processes share.
"""

from __future__ import annotations

import fcntl
import os
import re
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

WIDTH, HEIGHT = 200, 50
PATIENCE_S = 60.0
ROOT = Path(__file__).parent.parent.parent

SYNC_ASKED, SYNC_IS_THERE = b"\x1b[?2026$p", b"\x1b[?2026;2$y"
"""Textual asks whether frames can be marked off as such; this terminal says yes."""
FRAME_BEGIN, FRAME_END = b"\x1b[?2026h", b"\x1b[?2026l"

_PIECE = re.compile(r"\x1b\[(\d*);?(\d*)H|\x1b\[[0-9;?<>=$ ]*[@-~]|\x1b[^\[]|\n|\r|[^\x1b\n\r]+")


class PseudoTerminal:
    """A program in a terminal of its own; ``with`` ends it if it has not ended."""

    def __init__(self, *arguments: str) -> None:
        self._main, program_end = os.openpty()
        fcntl.ioctl(program_end, termios.TIOCSWINSZ, struct.pack("HHHH", HEIGHT, WIDTH, 0, 0))
        environ = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES", "NO_COLOR")}
        environ |= {"TERM": "xterm-256color", "COLORTERM": "truecolor", "PYTHONPATH": str(ROOT)}
        self.chunks: list[tuple[float, bytes]] = []
        """What was painted, and when it was there to be read."""
        self.began = time.monotonic()
        self._process = subprocess.Popen(
            [sys.executable, *arguments],
            stdin=program_end,
            stdout=program_end,
            stderr=program_end,
            env=environ,
            start_new_session=True,
        )
        os.close(program_end)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> PseudoTerminal:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        self._reader.join()
        os.close(self._main)

    def _read(self) -> None:
        while True:
            try:
                data = os.read(self._main, 1 << 16)
            except OSError:  # the program has closed its end
                return
            self.chunks.append((time.monotonic(), data))
            if SYNC_ASKED in data:
                self.press(SYNC_IS_THERE.decode())

    def press(self, keys: str) -> float:
        """Type that; returns when."""
        at = time.monotonic()
        os.write(self._main, keys.encode())
        return at

    @property
    def has_ended(self) -> bool:
        """Whether the program has ended."""
        return self._process.poll() is not None

    def wait(self) -> None:
        """Wait for the program to end."""
        self._process.wait(PATIENCE_S)
        self._reader.join()

    def seconds_until(self, *texts: str) -> list[float]:
        """Seconds from the start of the program until each of these texts had been painted."""
        deadline = time.monotonic() + PATIENCE_S
        found: dict[str, float] = {}
        read, painted = 0, b""
        while len(found) < len(texts):
            if read == len(self.chunks):
                if time.monotonic() > deadline or self.has_ended:
                    raise RuntimeError(f"never painted: {set(texts) - set(found)}; but {painted[-2000:]!r}")
                time.sleep(0.001)
                continue
            at, data = self.chunks[read]
            read += 1
            painted += data
            for text in texts:
                if text not in found and text.encode() in painted:
                    found[text] = at - self.began
        return [found[text] for text in texts]

    def frames(self) -> Iterator[tuple[float, bytes]]:
        """Each frame that was painted, with when its last byte could be read."""
        pending = b""
        for at, data in self.chunks:
            pending += data
            *whole, pending = pending.split(FRAME_END)
            for frame in whole:
                yield at, frame


class Screen:
    """The cells of the terminal, without their colours; enough of a terminal for what Textual writes."""

    def __init__(self) -> None:
        self._cells = [[" "] * WIDTH for _ in range(HEIGHT)]
        self._x = self._y = 0

    def write(self, data: bytes) -> None:
        """Paint one frame."""
        for piece in _PIECE.finditer(data.decode("utf-8", "replace")):
            text = piece.group()
            if text[0] == "\x1b":
                if text[-1] == "H":
                    self._y, self._x = int(piece.group(1) or 1) - 1, int(piece.group(2) or 1) - 1
            elif text == "\n":
                self._x, self._y = 0, self._y + 1
            elif text == "\r":
                self._x = 0
            elif 0 <= self._y < HEIGHT:
                end = min(WIDTH, self._x + len(text))
                self._cells[self._y][self._x : end] = text[: end - self._x]
                self._x = end

    @property
    def text(self) -> str:
        """All that is seen, line by line."""
        return "\n".join("".join(line) for line in self._cells)


def delays(
    terminal: PseudoTerminal, keys: list[float], seen: Callable[[str], object], patience: float = 1.0
) -> tuple[list[float], int]:
    """Seconds from each key to the end of the frame after which *seen* tells something else; how many never did."""
    screen = Screen()
    told: list[tuple[float, object]] = []
    for at, frame in terminal.frames():
        screen.write(frame)
        told.append((at, seen(screen.text)))
    found, lost, place = [], 0, 0
    for key in keys:
        while place < len(told) and told[place][0] <= key:
            place += 1
        before = told[place - 1][1]
        changed = next((at for at, now in told[place:] if now != before), None)
        if changed is None or changed - key > patience:
            lost += 1
        else:
            found.append(changed - key)
    return found, lost
