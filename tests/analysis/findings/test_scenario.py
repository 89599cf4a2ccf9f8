"""A run as it might have been."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from seeknal_tui.analysis.findings.case import Case
from seeknal_tui.analysis.simulation import Simulation
from seeknal_tui.pipeline.model import SleepAction, Task
from tests.analysis.findings.made_up import Ran, case_of, pipeline


@pytest.fixture
def case() -> Case:
    tasks = [Task(name=name, action=SleepAction(1.0)) for name in "abcd"]
    return case_of(pipeline(*tasks, max_parallel=1), {name: Ran(n, n + 1, ready=0) for n, name in enumerate("abcd")})


def test_other_slots_are_simulated_once_however_often_they_are_asked_for(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    simulated: list[int] = []
    steps = Simulation.steps

    def counted(run: Simulation) -> Iterator[None]:
        simulated.append(run.max_parallel)
        return steps(run)

    monkeypatch.setattr(Simulation, "steps", counted)
    asked = (2, 4, 2, 1, 4, 1)
    assert [case.run.with_slots(slots).makespan_s for slots in asked] == pytest.approx([2, 1, 2, 4, 1, 4])
    assert sorted(simulated) == [1, 2, 4]


def test_another_run_is_another_with_the_same_slots(case: Case) -> None:
    assert case.run.with_slots(2).makespan_s == pytest.approx(2.0)
    assert case.run.with_duration(0, 3.0).with_slots(2).makespan_s == pytest.approx(3.0)
