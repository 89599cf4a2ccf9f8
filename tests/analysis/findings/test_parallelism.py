"""Too few tasks at once."""

from __future__ import annotations

import pytest

from seeknal_tui.analysis.findings.case import Case
from seeknal_tui.analysis.findings.finding import FindingKind
from seeknal_tui.pipeline.model import SleepAction, Task
from tests.analysis.findings.made_up import Ran, case_of, command, kinds, only, pipeline, sample

LITTLE = FindingKind.TOO_LITTLE_PARALLEL
MUCH = FindingKind.TOO_MUCH_PARALLEL


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


class TestTooMuch:
    """A chain of four and seven tasks beside it, each of which computes for a second; two cores."""

    CHAIN = ("c1", "c2", "c3", "c4")
    BESIDE = tuple(f"b{number}" for number in range(7))

    def case(self, *, queue: int, busy: float) -> Case:
        chain = [
            Task(name=name, action=command(name), depends_on=self.CHAIN[place - 1 : place])
            for place, name in enumerate(self.CHAIN)
        ]
        made = pipeline(*chain, *(Task(name=name, action=command(name)) for name in self.BESIDE), max_parallel=8)
        ran = {name: Ran(0, 4, cpu_s=1.0) for name in ("c1", *self.BESIDE)}
        ran |= {name: Ran(3 + place, 4 + place, cpu_s=1.0) for place, name in enumerate(self.CHAIN) if place}
        host = [sample(half / 2, cores=busy, queue=queue if half <= 8 else 1) for half in range(1, 14)]
        return case_of(made, ran, cores=2, host=tuple(host))

    def test_fewer_at_once_would_have_been_faster(self) -> None:
        finding = only(self.case(queue=8, busy=2.0), MUCH)
        assert "8 tasks at once are too many for 2 cores" in finding.evidence
        assert "took 4.0s, and would have taken about 1.0s alone" in finding.evidence
        assert finding.advice == "set max_parallel to 3"
        assert 1.0 < finding.saves_s < 2.0

    def test_not_where_they_slept(self) -> None:
        assert MUCH not in kinds(self.case(queue=1, busy=0.1))

    def test_not_where_there_was_a_core_for_each(self) -> None:
        assert MUCH not in kinds(self.case(queue=2, busy=2.0))
