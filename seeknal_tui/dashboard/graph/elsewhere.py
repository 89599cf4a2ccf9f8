"""The layout of a large graph, asked of another process."""

from __future__ import annotations

import asyncio
import os
import pickle
import sys

from seeknal_tui.dashboard.graph.layout import Layout, Shape
from seeknal_tui.dashboard.graph.worker import request


class LayoutFailed(Exception):  # noqa: N818 - past tense, as messages are
    """The process could not be started, or ended without a layout."""


async def lay_out_elsewhere(upstream: tuple[tuple[int, ...], ...], widths: list[int], shape: Shape) -> Layout:
    """The same as ``lay_out``, by another process, which is killed when this is cancelled. Raises LayoutFailed."""
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    try:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",
            "-m",
            "seeknal_tui.dashboard.graph.worker",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=environ,
            start_new_session=True,
        )
    except OSError as error:
        raise LayoutFailed(str(error)) from error
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(request(upstream, widths, shape))
        await process.stdin.drain()
        answer = await process.stdout.read()
    except ConnectionError:
        answer = b""
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
    try:
        layout = pickle.loads(answer)  # noqa: S301 - written by our own process
    except (pickle.UnpicklingError, EOFError) as error:
        raise LayoutFailed("the process that lays the graph out ended early") from error
    assert isinstance(layout, Layout)
    return layout
