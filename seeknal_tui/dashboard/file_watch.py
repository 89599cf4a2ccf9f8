"""Notices that a file is another than the one that was read."""

from __future__ import annotations

import os
from pathlib import Path

Signature = tuple[int, int, int]


class FileWatch:
    """Looks at one file from time to time.

    What is still being written, or is just being replaced, looks different at each look: only a file that stood still
    since the look before counts as changed. A file that is gone for two looks has changed too.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._read: Signature | None = None
        self._seen: Signature | None = None

    def note_reading(self) -> None:
        """The file is about to be read: what is written to it from now on is a change."""
        self._read = self._seen = self._signature()

    def has_changed(self) -> bool:
        """Whether another file stands there since the look before; true until it is read."""
        before, self._seen = self._seen, self._signature()
        return self._seen == before and self._seen != self._read

    def differs(self) -> bool:
        """Whether another file stands there now than the one that was read."""
        return self._signature() != self._read

    def _signature(self) -> Signature | None:
        try:
            status = os.stat(self._file)
        except OSError:
            return None
        return status.st_ino, status.st_size, status.st_mtime_ns
