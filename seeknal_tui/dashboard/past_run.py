"""A run of the past on the main screen: to be looked at from its beginning to its end, and not to be changed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from seeknal_tui.dashboard.engine import NotPossible
from seeknal_tui.dashboard.session import Session
from seeknal_tui.run.events import RunStatus
from seeknal_tui.run.measured import NO_MEASUREMENTS, Measurements

if TYPE_CHECKING:
    from seeknal_tui.dashboard.preferences import PreferencesApp
    from seeknal_tui.history.past_runs import PastRun
    from seeknal_tui.run.events import Event
    from seeknal_tui.run.sampler import RunUse


class PastEngine:
    """Nobody executes the run any more."""

    is_own = is_running = False
    problem = ""
    use: RunUse | None = None
    crash: BaseException | None = None

    def __init__(self, run_id: str, max_parallel: int) -> None:
        self.label = f"PAST RUN {run_id}"
        self.refusal = "this is a run of the past: esc or q leaves it; what runs now is the pipeline as it is now"
        self.max_parallel = max_parallel
        """The number of slots that it had, at its end."""

    def drain(self) -> list[Event]:
        """Nothing happens any more."""
        return []

    def request(self, numbers: Iterable[int], reuse: Iterable[int], selected: str) -> None:
        """Raises NotPossible, as everything does that would change the run."""
        raise NotPossible(self.refusal)

    def set_max_parallel(self, value: int) -> None:
        """Raises NotPossible."""
        raise NotPossible(self.refusal)

    def pause(self) -> None:
        """Raises NotPossible."""
        raise NotPossible(self.refusal)

    def resume(self) -> None:
        """Raises NotPossible."""
        raise NotPossible(self.refusal)

    def stop(self, number: int, *, kill: bool) -> None:
        """Raises NotPossible."""
        raise NotPossible(self.refusal)

    def stop_all(self, *, kill: bool) -> None:
        """Raises NotPossible."""
        raise NotPossible(self.refusal)

    def close(self, *, kill: bool) -> None:
        """Nothing is held."""


def past_session(run: PastRun, measurements: Measurements = NO_MEASUREMENTS) -> Session:
    """A session on a run that has ended, at its end; the *measurements* say what its tasks usually take."""
    engine = PastEngine(run.record.run_id, run.record.max_parallel)
    session = Session(run.pipeline, measurements, engine=engine)
    session.load(run.events)
    engine.max_parallel = session.state.max_parallel  # those that it began with may have become more or fewer
    return session


async def open_past_run(app: PreferencesApp, run: PastRun, measurements: Measurements = NO_MEASUREMENTS) -> None:
    """Show a run on a screen of its own, above the one that is shown; ``esc`` comes back.

    One that goes on in this or another process is followed.
    """
    from seeknal_tui.dashboard.main_screen import MainScreen  # noqa: PLC0415 - it imports what opens past runs
    from seeknal_tui.dashboard.watched_run import watching_session  # noqa: PLC0415

    is_past = run.record.status is not RunStatus.RUNNING
    session = past_session(run, measurements) if is_past else watching_session(run)
    await app.push_screen(MainScreen(session, None, app.actions))
