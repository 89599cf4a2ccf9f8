"""Changes of a run that a user types."""

from __future__ import annotations

import pytest

from seeknal_tui.analysis.what_if import NoSuchChange
from seeknal_tui.dashboard.bottlenecks.what_if import try_out
from seeknal_tui.pipeline.model import SleepAction, Task
from tests.analysis.findings.made_up import Ran, case_of, pipeline

MADE = pipeline(
    Task(name="load", action=SleepAction(2.0), pools=(("db", 1),)),
    Task(name="other", action=SleepAction(2.0), pools=(("db", 1),)),
    Task(name="last", action=SleepAction(4.0), depends_on=("load",)),
    pools={"db": 1},
)
RUN = case_of(MADE, {"load": Ran(0, 2), "other": Ran(2, 4, ready=0, pool_s=2), "last": Ran(2, 6)}).run


@pytest.mark.parametrize(
    ("typed", "seconds", "words"),
    [
        ("last=2x", 4.0, "with last=2x"),
        ("last-load", 4.0, "with last-load"),
        ("last/2", 4.0, "with last/2"),
        ("pool:db=2", 6.0, "with pool:db=2"),
        ("slots=1", 8.0, "with 1 slot"),
    ],
)
def test_what_can_be_changed(typed: str, seconds: float, words: str) -> None:
    trial = try_out(typed, RUN)
    assert trial.words == words
    assert trial.scenario.makespan_s == pytest.approx(seconds)


@pytest.mark.parametrize("typed", ["", "make it fast", "lst=2x", "slots=0", "pool:x=2"])
def test_what_cannot_be_tried_is_told(typed: str) -> None:
    with pytest.raises(NoSuchChange):
        try_out(typed, RUN)
