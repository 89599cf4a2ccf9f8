"""Lines of a log without margin and marks, for the clipboard and into a file."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

from seeknal_tui.dashboard.log.file import LogSource

LINES_AT_ONCE = 200
WIDEST_COPIED = 1 << 22
"""Cells of an over-long line that are copied."""
CLIPBOARD_BYTES = 74_000
"""Terminals take little more than that by OSC 52: xterm 100,000 bytes of base64."""
FILE_NAME = "copied.txt"


async def copy_lines(source: LogSource, lines: range, folder: Path, clipboard: Callable[[str], None]) -> str:
    """Copy those lines to the clipboard, if it takes so much, and into a file; returns what is to be told of it.

    In slices, so that everything else goes on meanwhile.
    """
    path = folder / FILE_NAME
    kept: list[str] = []
    size = count = 0
    try:
        folder.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f"{FILE_NAME}.{os.getpid()}")
        with unfinished.open("w", encoding="utf-8") as file:
            for first in range(lines.start, lines.stop, LINES_AT_ONCE):
                wanted = min(LINES_AT_ONCE, lines.stop - first)
                texts = [f"{line.text}\n" for line in source.lines(first, wanted, width=WIDEST_COPIED)]
                file.writelines(texts)
                count += len(texts)
                if size <= CLIPBOARD_BYTES:
                    kept += texts
                    size += sum(len(text.encode()) for text in texts)
                await asyncio.sleep(0)
        unfinished.replace(path)
        where = f"in {path}"
    except OSError as error:
        where = f"not in a file ({error.strerror or error})"
    words = f"{count:,} line{'' if count == 1 else 's'} copied"
    if size > CLIPBOARD_BYTES:
        return f"{words}, too much for the clipboard: they are {where}"
    text = "".join(kept)
    clipboard(text.removesuffix("\n") if count == 1 else text)
    return f"{words} to the clipboard (where the terminal allows it); also {where}"
