"""Cuts what a process prints into whole lines."""

from __future__ import annotations

LONGEST_LINE = 1 << 20
"""Bytes of a line that are held back until the line is whole; of a longer one they are passed on in pieces."""


class LineCutter:
    """Takes one stream as it is read and gives it back in whole lines, as many at once as there are."""

    def __init__(self) -> None:
        self._rest = bytearray()

    def feed(self, data: bytes) -> list[bytes]:
        """What can be passed on now that *data* came: whole lines with their newlines, or pieces of one too long."""
        rest = self._rest
        rest += data
        pieces = []
        while len(rest) > LONGEST_LINE:
            pieces.append(self._take(rest.rfind(b"\n", 0, LONGEST_LINE) + 1 or _character_end(rest, LONGEST_LINE)))
        if b"\n" in data and (end := rest.rfind(b"\n") + 1):
            pieces.append(self._take(end))
        return pieces

    def finish(self) -> bytes:
        """The last line, which has no newline; empty if there is none."""
        return self._take(len(self._rest))

    def _take(self, end: int) -> bytes:
        taken = bytes(memoryview(self._rest)[:end])
        del self._rest[:end]
        return taken


def _character_end(data: bytearray, end: int) -> int:
    """The greatest position up to *end* that is not within a UTF-8 character."""
    for position in range(end, end - 4, -1):
        if data[position] & 0xC0 != 0x80:
            return position
    return end
