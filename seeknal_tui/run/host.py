"""How busy the machine is: its processors, its memory, and the disk space that DuckDB uses in memory's stead."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

GROUP = "/sys/fs/cgroup"
CONTROL_GROUPS = (
    (f"{GROUP}/memory.max", f"{GROUP}/memory.current", f"{GROUP}/memory.stat"),
    (f"{GROUP}/memory/memory.limit_in_bytes", f"{GROUP}/memory/memory.usage_in_bytes", f"{GROUP}/memory/memory.stat"),
)
"""Files with the limit, the use and its kinds, of version 2 and 1: a container has less memory than its machine."""
COPIES_OF_FILES = ("active_file", "inactive_file")
NO_LIMIT = 1 << 62


class Host(NamedTuple):
    """The machine at one moment, as in :class:`seeknal_tui.run.events.HostSampled`."""

    cores: float
    queue: int
    memory_bytes: int
    memory_limit_bytes: int
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
        memory = psutil.virtual_memory()
        limit, used = _group()
        return Host(
            cores=cores,
            queue=_queue(),
            memory_bytes=min(memory.available, limit - used),
            memory_limit_bytes=min(memory.total, limit),
            swapped_bytes=psutil.swap_memory().used,
            spilled_bytes=_size_of(self._spill),
        )


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


def _group() -> tuple[int, int]:
    """Bytes that our control group may take, and what it has taken and cannot give back at once."""
    for limit, use, stat in CONTROL_GROUPS:
        with suppress(OSError, ValueError):  # no such version; "max"
            most, used = int(Path(limit).read_text()), int(Path(use).read_text())
            kept = dict(line.split() for line in Path(stat).read_text().splitlines())
            # Copies of files count in, until someone wants the memory.
            return most, used - sum(int(kept.get(name, 0)) for name in COPIES_OF_FILES)
    return NO_LIMIT, 0


def _size_of(folder: Path) -> int:
    """Bytes of the files of DuckDB below a folder."""
    size = 0
    for path in folder.glob("duckdb-*/*"):
        with suppress(OSError):  # it has just gone
            size += path.stat().st_size
    return size
