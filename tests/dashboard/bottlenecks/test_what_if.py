"""Changes of a run that a user types."""

from __future__ import annotations

import pytest

from seeknal_tui.dashboard.bottlenecks.what_if import NotUnderstood, try_out
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
        ("last 2x", 4.0, "with last 2 times as fast"),
        ("last 4 times as fast", 4.0, "with last 4 times as fast"),
        ("last twice as fast", 4.0, "with last 2 times as fast"),
        ("last without load", 4.0, "without waiting in last for load"),
        ("last in 2", 4.0, "with last split in 2"),
        ("pool db 2", 6.0, "with 2 slots in db"),
        ("1 slot", 8.0, "with 1 slot"),
    ],
)
def test_what_can_be_changed(typed: str, seconds: float, words: str) -> None:
    trial = try_out(typed, RUN)
    assert trial.words == words
    assert trial.scenario.makespan_s == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("", "that is none of these"),
        ("make it fast", "that is none of these"),
        ("lst 2x", "there is no task lst; did you mean last?"),
        ("last without other", "last does not wait for other"),
        ("pool x 2", "there is no pool x; there are db"),
        ("pool db 0", "write a whole number from 1 to 256 instead of 0"),
        ("last in many", "write a whole number from 1 to 64 instead of many"),
        ("last 0x", "write a number above 0"),
    ],
)
def test_what_cannot_be_tried_is_told(typed: str, problem: str) -> None:
    with pytest.raises(NotUnderstood, match=problem.replace("?", r"\?")):
        try_out(typed, RUN)
