"""How busy the machine is: its processors, its memory, and the disk space that DuckDB uses in memory's stead."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

CONTROL_GROUPS = (
    ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"),
    ("/sys/fs/cgroup/memory/memory.limit_in_bytes", "/sys/fs/cgroup/memory/memory.usage_in_bytes"),
)
"""Files with the limit and the use of memory, of version 2 and 1: a container has less than its machine."""


class Host(NamedTuple):
    """The machine at one moment, as in :class:`seeknal_tui.run.events.HostSampled`."""

    cores: float
    queue: int
    memory_bytes: int
    swapped_bytes: int
    spilled_bytes: int


class HostWatch:
    """Looks at the machine. One look takes about a third of a millisecond."""

    def __init__(self, spill: Path) -> None:
        """*spill* is the folder of what DuckDB puts on disk."""
        self._spill = spill
        self._busy_s = _busy_s()
        self._looked_at = time.perf_counter()

    def look(self) -> Host:
        """The machine now."""
        import psutil  # noqa: PLC0415 - slow to import, and most short runs never look

        busy_s, now = _busy_s(), time.perf_counter()
        cores = max(0.0, busy_s - self._busy_s) / max(1e-6, now - self._looked_at)
        self._busy_s, self._looked_at = busy_s, now
        available = psutil.virtual_memory().available
        return Host(cores, _queue(), min(available, _left_in_group()), psutil.swap_memory().used, _size_of(self._spill))


def _busy_s() -> float:
    """Seconds that all cores together have computed."""
    import psutil  # noqa: PLC0415

    times = psutil.cpu_times()
    return float(times.user + times.system + getattr(times, "nice", 0.0))


def _queue() -> int:
    """Threads that run or want to; where the system does not tell, the load average of a minute."""
    with suppress(OSError, ValueError, IndexError):
        with open("/proc/loadavg", "rb") as file:
            runnable = int(file.read().split()[3].split(b"/")[0])
        return max(0, runnable - 1)  # the one that asks
    return round(os.getloadavg()[0])


def _left_in_group() -> int:
    """Bytes that our control group may still take; very many without a limit."""
    for limit, use in CONTROL_GROUPS:
        with suppress(OSError, ValueError):  # no such version; "max"
            return int(Path(limit).read_text()) - int(Path(use).read_text())
    return 1 << 62


def _size_of(folder: Path) -> int:
    """Bytes of the files of DuckDB below a folder."""
    size = 0
    for path in folder.glob("duckdb-*/*"):
        with suppress(OSError):  # it has just gone
            size += path.stat().st_size
    return size
