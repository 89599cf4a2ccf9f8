"""Lays a graph out in a process of its own, so that the dashboard stays smooth: ``python -m`` this module.

Reads the length of a pickle (8 bytes, big endian) and the pickle of :func:`lay_out`'s arguments from stdin, and writes
the pickled layout to stdout. The process ends when stdin does, so it cannot outlive the dashboard that holds the other
end. It knows no terminal and imports no Textual.
"""

from __future__ import annotations

import os
import pickle
import sys
import threading
from typing import BinaryIO

from seeknal_tui.dashboard.graph.layout import Shape, lay_out

LENGTH_BYTES = 8


def request(upstream: tuple[tuple[int, ...], ...], widths: list[int], shape: Shape) -> bytes:
    """What the process is to be told on its stdin."""
    content = pickle.dumps((upstream, widths, tuple(shape)), pickle.HIGHEST_PROTOCOL)
    return len(content).to_bytes(LENGTH_BYTES) + content


def _end_with(stdin: BinaryIO) -> None:
    while stdin.read(1):
        pass
    os._exit(1)


def main() -> None:
    """Lay out one graph."""
    stdin = sys.stdin.buffer
    length = int.from_bytes(stdin.read(LENGTH_BYTES))
    upstream, widths, shape = pickle.loads(stdin.read(length))  # noqa: S301 - comes from the process that started this one
    threading.Thread(target=_end_with, args=(stdin,), daemon=True).start()
    layout = lay_out(upstream, widths, Shape(*shape))
    sys.stdout.buffer.write(pickle.dumps(layout, pickle.HIGHEST_PROTOCOL))
    sys.stdout.buffer.flush()
    os._exit(0)  # the thread holds stdin's lock, which an ordinary end would wait for


if __name__ == "__main__":
    main()
