"""How busy the machine is: its processors, its memory, and the disk space that DuckDB uses in memory's stead."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

GROUPS = Path("/sys/fs/cgroup")
OWN_GROUPS = Path("/proc/self/cgroup")
COPIES_OF_FILES = ("active_file", "inactive_file")
NO_LIMIT = 1 << 60
"""Bytes; the first version of control groups has no word for it."""


class MemoryGroup(NamedTuple):
    """A control group with a limit: what runs in a container, or as a service, has less memory than its machine."""

    limit: Path
    use: Path
    stat: Path

    def room(self) -> tuple[int, int]:
        """Bytes that may still be taken, and the limit. Raises OSError or ValueError if it has none, or is gone."""
        limit, used = int(self.limit.read_text()), int(self.use.read_text())
        if limit >= NO_LIMIT:
            raise ValueError(limit)
        kept = dict(line.split() for line in self.stat.read_text().splitlines())
        # Copies of files count in, until someone wants the memory.
        # The first version tells by "total_" what those inside of the group have, too.
        copies = sum(int(kept.get(f"total_{name}", kept.get(name, 0))) for name in COPIES_OF_FILES)
        return limit - used + copies, limit


def memory_groups(own: Path = OWN_GROUPS, groups: Path = GROUPS) -> list[MemoryGroup]:
    """The control groups with a limit that this program is in, and those around them."""
    found = []
    with suppress(OSError, ValueError):
        for line in own.read_text().splitlines():
            _, kinds, path = line.split(":", 2)
            if not kinds:
                root, limit, use = groups, "memory.max", "memory.current"
            elif "memory" in kinds.split(","):
                root, limit, use = groups / "memory", "memory.limit_in_bytes", "memory.usage_in_bytes"
            else:
                continue
            folder = root / path.strip("/")
            for around in (folder, *folder.parents):
                group = MemoryGroup(around / limit, around / use, around / "memory.stat")
                with suppress(OSError, ValueError):
                    group.room()
                    found.append(group)
                if around == root:
                    break
    return found


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
        self._groups = memory_groups()
        self._busy_s = _busy_s()
        self._looked_at = time.perf_counter()

    def look(self) -> Host:
        """The machine now."""
        import psutil  # noqa: PLC0415 - slow to import, and most short runs never look

        busy_s, now = _busy_s(), time.perf_counter()
        cores = max(0.0, busy_s - self._busy_s) / max(1e-6, now - self._looked_at)
        self._busy_s, self._looked_at = busy_s, now
        memory = psutil.virtual_memory()
        left, limit = memory.available, memory.total
        for group in self._groups:
            with suppress(OSError, ValueError):
                left, limit = min((left, limit), group.room())
        return Host(
            cores=cores,
            queue=_queue(),
            memory_bytes=left,
            memory_limit_bytes=limit,
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


def _size_of(folder: Path) -> int:
    """Bytes of the files of DuckDB below a folder."""
    size = 0
    for path in folder.glob("duckdb-*/*"):
        with suppress(OSError):  # it has just gone
            size += path.stat().st_size
    return size
