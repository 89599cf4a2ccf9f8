"""Which files this program itself reads beside the tasks, so that no task is taken for their reader."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from math import inf

MOST_KEPT = 10_000

_lock = threading.Lock()
_read_until: dict[str, float] = {}
"""By real path, when each was closed again, oldest first; infinite while it is open."""


@contextmanager
def own_read(path: str) -> Iterator[None]:
    """The file is opened and closed by this program meanwhile, and for no task."""
    real = os.path.realpath(path)
    _note(real, inf)
    try:
        yield
    finally:
        _note(real, time.monotonic())


def was_own(path: str, since: float) -> bool:
    """Whether this program has read the file since that time of the monotonic clock; a real path."""
    with _lock:
        return _read_until.get(path, -inf) >= since


def _note(path: str, until: float) -> None:
    with _lock:
        _read_until.pop(path, None)
        _read_until[path] = until
        while len(_read_until) > MOST_KEPT:
            del _read_until[next(iter(_read_until))]
