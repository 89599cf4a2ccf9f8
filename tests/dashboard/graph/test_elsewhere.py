"""Layouts made by another process."""

from __future__ import annotations

import asyncio
import subprocess
import sys

import psutil
import pytest

from seeknal_tui.dashboard.graph.boxes import BOX
from seeknal_tui.dashboard.graph.elsewhere import LayoutFailed, lay_out_elsewhere
from seeknal_tui.dashboard.graph.layout import lay_out
from tests.dashboard.graph.graphs import random_pipeline

ENDLESS = tuple((tuple(range(max(0, number - 40), number))) for number in range(3000))
"""So many lines that nobody waits for their layout."""


def workers_of(parent: psutil.Process) -> list[psutil.Process]:
    return [child for child in parent.children() if "seeknal_tui.dashboard.graph.worker" in child.cmdline()]


async def started_worker() -> psutil.Process:
    while not (found := workers_of(psutil.Process())):
        await asyncio.sleep(0.01)
    return found[0]


async def test_another_process_lays_out_the_same() -> None:
    upstream = random_pipeline(40, 1).upstream
    assert await lay_out_elsewhere(upstream, [10] * 40, BOX) == lay_out(upstream, [10] * 40, BOX)


async def test_cancelling_ends_the_process() -> None:
    task = asyncio.create_task(lay_out_elsewhere(ENDLESS, [10] * len(ENDLESS), BOX))
    worker = await started_worker()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not worker.is_running()


async def test_a_process_that_is_killed_is_told_as_a_failure() -> None:
    task = asyncio.create_task(lay_out_elsewhere(ENDLESS, [10] * len(ENDLESS), BOX))
    (await started_worker()).kill()
    with pytest.raises(LayoutFailed, match="ended early"):
        await task


def test_the_process_does_not_outlive_a_dashboard_that_was_killed() -> None:
    script = (
        "import asyncio\n"
        "from seeknal_tui.dashboard.graph.boxes import BOX\n"
        "from seeknal_tui.dashboard.graph.elsewhere import lay_out_elsewhere\n"
        f"upstream = tuple(tuple(range(max(0, n - 40), n)) for n in range({len(ENDLESS)}))\n"
        "asyncio.run(lay_out_elsewhere(upstream, [10] * len(upstream), BOX))\n"
    )
    dashboard = subprocess.Popen([sys.executable, "-c", script])
    try:
        while not (workers := workers_of(psutil.Process(dashboard.pid))):
            assert dashboard.poll() is None
    finally:
        dashboard.kill()
        dashboard.wait()
    assert psutil.wait_procs(workers, timeout=30)[1] == []


def test_the_process_imports_neither_textual_nor_rich() -> None:
    script = (
        "import sys, seeknal_tui.dashboard.graph.worker\n"
        "print([name for name in ('textual', 'rich', 'networkx', 'duckdb') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
