"""How the dashboard looks at its three sizes, in one fixed moment of a run.

After a wanted change: ``pytest tests/dashboard/test_snapshots.py --snapshot-update``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from textual.pilot import Pilot

from seeknal_tui.dashboard.bottlenecks.screen import BottleneckScreen
from seeknal_tui.dashboard.session import Session
from tests.dashboard.frozen import FLIGHTS, SIZES, FrozenApp, session_at


@pytest.fixture
def session() -> Iterator[Session]:
    made = session_at()
    yield made
    made.engine.close(kill=False)


@pytest.mark.parametrize("size", SIZES)
def test_a_run_in_full_swing(snap_compare: Callable[..., Any], session: Session, size: tuple[int, int]) -> None:
    assert snap_compare(FrozenApp(session), terminal_size=size)


@pytest.mark.parametrize("size", SIZES)
def test_a_failed_task(snap_compare: Callable[..., Any], session: Session, size: tuple[int, int]) -> None:
    session.selected = FLIGHTS.numbers["planes_age"]
    assert snap_compare(FrozenApp(session), terminal_size=size, press=["w"])


@pytest.mark.parametrize("size", SIZES)
def test_a_rerun_before_it_starts(snap_compare: Callable[..., Any], session: Session, size: tuple[int, int]) -> None:
    assert snap_compare(FrozenApp(session), terminal_size=size, press=["a"])


@pytest.mark.parametrize("size", SIZES)
def test_the_bottlenecks(snap_compare: Callable[..., Any], session: Session, size: tuple[int, int]) -> None:
    async def look(pilot: Pilot[None]) -> None:
        await pilot.press("b")
        screen = pilot.app.screen
        assert isinstance(screen, BottleneckScreen)
        await screen.workers.wait_for_complete()
        await pilot.pause()

    assert snap_compare(FrozenApp(session), terminal_size=size, run_before=look)


@pytest.mark.parametrize("size", SIZES)
def test_the_help(snap_compare: Callable[..., Any], session: Session, size: tuple[int, int]) -> None:
    assert snap_compare(FrozenApp(session), terminal_size=size, press=["question_mark"])
