"""One moment of a run that does not pass: the same cells each time it is painted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from textual.app import App

from seeknal_tui.dashboard.app import DashboardApp
from seeknal_tui.dashboard.foresight import Foresight
from seeknal_tui.dashboard.main_screen import MainScreen
from seeknal_tui.dashboard.session import Session
from seeknal_tui.dashboard.themes import textual_theme
from seeknal_tui.pipeline.model import Execution, Kind, Pipeline, Place, SleepAction, Task
from seeknal_tui.run.events import Event, MaxParallelChanged, Status, TaskFinished, TaskProgress
from tests.dashboard.runs import begun, started

NOW = 8.3
SIZES = [(200, 50), (80, 24), (40, 10)]


def task(name: str, kind: Kind, *upstream: str, seconds: float = 2.0) -> Task:
    return Task(name=name, kind=kind, action=SleepAction(seconds), depends_on=upstream)


FLIGHTS = Pipeline(
    "flights",
    (
        task("flights", Kind.SOURCE, seconds=0.9),
        task("weather", Kind.SOURCE),
        task("planes", Kind.SOURCE),
        task("clean_flights", Kind.TRANSFORM, "flights"),
        task("clean_weather", Kind.TRANSFORM, "weather"),
        task("enriched", Kind.TRANSFORM, "clean_flights", "clean_weather", seconds=4.0),
        task("delays_by_weather", Kind.AGGREGATION, "clean_weather", "clean_flights"),
        task("planes_age", Kind.AGGREGATION, "planes"),
        task("rolling_daily", Kind.AGGREGATION, "enriched"),
    ),
    Execution(max_parallel=2),
    file=Path("/shop/flights.yml"),
)


def done(at: float, name: str, status: Status = Status.SUCCEEDED, error: str = "") -> TaskFinished:
    return TaskFinished(at, name, status, error)


EVENTS: list[Event] = [
    begun(FLIGHTS, max_parallel=2),
    *started(0.0, "flights"),
    *started(0.0, "weather", lane=1),
    done(0.9, "flights"),
    *started(0.9, "clean_flights"),
    done(2.0, "weather"),
    *started(2.0, "planes", ready_at=0.0, lane=1),
    done(3.0, "clean_flights"),
    *started(3.0, "clean_weather", ready_at=2.0),
    MaxParallelChanged(3.5, 3),
    done(4.0, "planes"),
    done(5.0, "clean_weather"),
    *started(5.0, "enriched"),
    *started(5.0, "planes_age", ready_at=4.0, lane=1),
    done(6.0, "planes_age", Status.FAILED, "Conversion Error: Could not convert string 'NA' to INT64"),
    *started(6.5, "delays_by_weather", ready_at=5.0, lane=1),
    TaskProgress(8.0, "enriched", 0.71),
]


def in_folder(folder: Path) -> Pipeline:
    """The same pipeline with its file, and so its results and logs, in that folder."""
    file = folder / "flights.yml"
    tasks = tuple(replace(task, place=Place(str(file), number, 5)) for number, task in enumerate(FLIGHTS.tasks, 10))
    return replace(FLIGHTS, tasks=tasks, file=file)


def session_at(pipeline: Pipeline = FLIGHTS, events: Sequence[Event] = EVENTS, now: float = NOW) -> Session:
    """A session after those events, whose clock stands still."""
    made = Session(pipeline, clock=lambda: now, wall_clock=lambda: now)
    for event in events:
        made.take(event)
    look_ahead_to_the_end(made)
    return made


def look_ahead_to_the_end(session: Session) -> None:
    """Work out all that can be known of the time to come, as for a machine of two cores.

    On a clock that stands still there is one go of a few milliseconds at it, and how far that comes depends on what
    else the machine does.
    """
    foresight = session.foresight = Foresight(session.state)
    foresight.cores = 2
    clock = session.now
    while foresight.best is None:
        clock += 1.0
        foresight.look_ahead(session.now, session.engine.max_parallel, clock)


class FrozenApp(App[None]):
    """The main screen of the dashboard at one moment that does not pass."""

    HORIZONTAL_BREAKPOINTS = DashboardApp.HORIZONTAL_BREAKPOINTS
    VERTICAL_BREAKPOINTS = DashboardApp.VERTICAL_BREAKPOINTS
    COMMANDS = DashboardApp.COMMANDS

    def __init__(self, session: Session) -> None:
        super().__init__(ansi_color=True)
        self.register_theme(textual_theme("dark"))
        self.theme = "dark"
        self.session = session

    def on_mount(self) -> None:
        self.push_screen(MainScreen(self.session))
