"""Too few tasks at once."""

from __future__ import annotations

import pytest

from seeknal_tui.analysis.findings.finding import FindingKind
from seeknal_tui.pipeline.model import SleepAction, Task
from tests.analysis.findings.made_up import Ran, case_of, kinds, only, pipeline

LITTLE = FindingKind.TOO_LITTLE_PARALLEL


def sleeping(name: str, *depends_on: str) -> Task:
    return Task(name=name, action=SleepAction(1.0), depends_on=depends_on)


class TestShortOfSlots:
    def test_tasks_were_ready_and_the_max_parallel_that_would_have_been_faster(self) -> None:
        made = pipeline(*map(sleeping, "abcd"), max_parallel=1)
        ran = {name: Ran(number, number + 1, ready=0) for number, name in enumerate("abcd")}
        finding = only(case_of(made, ran), LITTLE)
        assert finding.saves_s == pytest.approx(3.0)
        assert "Up to 3 tasks (at 0ms) could have run and found no slot, with max_parallel 1" in finding.evidence
        assert "With 4 the run would have taken 1.0s instead of 4.0s" in finding.evidence

    def test_not_where_more_slots_would_not_help(self) -> None:
        made = pipeline(sleeping("a"), sleeping("b"), Task(name="long", action=SleepAction(3.0)), max_parallel=2)
        ran = {"long": Ran(0, 3), "a": Ran(0, 1), "b": Ran(1, 2, ready=0)}
        assert LITTLE not in kinds(case_of(made, ran))


class TestOneChain:
    def test_a_chain_kept_all_other_slots_idle(self) -> None:
        made = pipeline(sleeping("a"), sleeping("b", "a"), sleeping("c", "b"), sleeping("beside"))
        ran = {"a": Ran(0, 1), "b": Ran(1, 5), "c": Ran(5, 6), "beside": Ran(0, 1)}
        finding = only(case_of(made, ran), LITTLE)
        assert finding.tasks == (1, 2)
        assert "For 5.0s of 6.0s only one of the 4 slots had anything to do" in finding.evidence
        assert "To blame is b → c" in finding.evidence
        assert finding.saves_s == pytest.approx(2.0)

    def test_not_where_others_ran_beside_it(self) -> None:
        made = pipeline(sleeping("a"), sleeping("b", "a"), sleeping("c", "b"), sleeping("beside"))
        ran = {"a": Ran(0, 1), "b": Ran(1, 5), "c": Ran(5, 6), "beside": Ran(0, 5)}
        assert LITTLE not in kinds(case_of(made, ran))

    def test_not_with_one_slot(self) -> None:
        made = pipeline(sleeping("a"), sleeping("b", "a"), max_parallel=1)
        assert LITTLE not in kinds(case_of(made, {"a": Ran(0, 1), "b": Ran(1, 2)}))
