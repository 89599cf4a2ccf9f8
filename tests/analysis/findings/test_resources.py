"""Too little of something: slots, a pool, processors, memory."""

from __future__ import annotations

import pytest

from seeknal_tui.analysis.findings import find
from seeknal_tui.analysis.findings.case import Case
from seeknal_tui.analysis.findings.finding import Finding, FindingKind
from seeknal_tui.pipeline.model import SleepAction, Task
from seeknal_tui.run.actions.query_profile import OperatorNode, QueryProfile
from seeknal_tui.run.measured import Measured
from tests.analysis.findings.made_up import GIGABYTE, Ran, case_of, command, pipeline, sample, sql

LIMIT = FindingKind.RESOURCE_LIMIT


def limits(case: Case) -> list[Finding]:
    return [finding for finding in find(case) if finding.kind is LIMIT]


def four(max_parallel: int, *, pooled: bool = False) -> Case:
    """Four tasks of a second each, of which only so many ran at once."""
    pool = (("db", 1),) if pooled else ()
    tasks = [Task(name=name, action=SleepAction(1.0), pools=pool) for name in "abcd"]
    made = pipeline(*tasks, max_parallel=4 if pooled else max_parallel, pools={"db": max_parallel} if pooled else {})
    ran = {}
    for number, name in enumerate("abcd"):
        start = float(number // max_parallel)
        ran[name] = Ran(start, start + 1.0, ready=0.0, pool_s=start if pooled else 0.0)
    return case_of(made, ran)


class TestSlots:
    def test_tasks_were_ready_and_found_no_slot(self) -> None:
        (finding,) = limits(four(2))
        assert finding.saves_s == pytest.approx(1.0)
        assert "The 2 slots were the limit since 0ms: until 1.0s, 2 tasks" in finding.evidence
        assert finding.advice == "set max_parallel to 4"

    def test_not_with_a_slot_for_each(self) -> None:
        assert limits(four(4)) == []

    @pytest.mark.parametrize(("held", "slots"), [(0.1, 6), (2.0, 3), (3.0, None)])
    def test_no_more_than_there_is_memory_for(self, held: float, slots: int | None) -> None:
        made = pipeline(*(Task(name=name, action=command(name)) for name in "abcdef"), max_parallel=2)
        ran = {
            name: Ran(start, start + 1.0, ready=0.0, cpu_s=0.1, rss_bytes=int(held * GIGABYTE))
            for name, start in zip("abcdef", (0.0, 0.0, 1.0, 1.0, 2.0, 2.0), strict=True)
        }
        free = 0.98 - 2 * held / 8
        host = tuple(sample(0.25 * number, free=free) for number in range(1, 12))
        advice = [finding.advice for finding in find(case_of(made, ran, host=host))]
        assert {line for line in advice if "max_parallel" in line} == (
            {f"set max_parallel to {slots}"} if slots else set()
        )

    @pytest.mark.parametrize(("queue", "found"), [(4, False), (3, False), (1, True)])
    def test_not_where_other_programs_computed_too(self, queue: int, *, found: bool) -> None:
        made = pipeline(*(Task(name=name, action=command(name)) for name in "abcd"), max_parallel=2)
        starts = zip("abcd", (0.0, 0.0, 2.0, 2.0), strict=True)
        ran = {name: Ran(start, start + 2.0, ready=0.0, cpu_s=1.1) for name, start in starts}
        host = tuple(sample(0.5 * number, cores=2.0, queue=queue) for number in range(1, 8))
        advice = [finding.advice for finding in find(case_of(made, ran, cores=2, host=host))]
        assert any(line.startswith("set max_parallel") for line in advice) is found


class TestPools:
    def test_tasks_waited_for_a_pool(self) -> None:
        (finding,) = limits(four(1, pooled=True))
        assert finding.saves_s == pytest.approx(3.0)
        assert "The pool db with its 1 slot was the limit since 0ms: 3 tasks waited" in finding.evidence
        assert "4 slots" in finding.advice

    @pytest.mark.parametrize(("megabytes", "found"), [(5, True), (500, False)])
    def test_not_where_all_that_waited_would_only_share_the_disk(self, megabytes: int, *, found: bool) -> None:
        tasks = [Task(name=name, action=command(name), pools=(("disk", 1),)) for name in "abcd"]
        made = pipeline(*tasks, pools={"disk": 1})
        ran = {
            name: Ran(number, number + 1, ready=0, pool_s=number, cpu_s=0.1, written_bytes=megabytes * 1_000_000)
            for number, name in enumerate("abcd")
        }
        assert bool(limits(case_of(made, ran))) is found

    def test_not_with_a_pool_that_is_large_enough(self) -> None:
        assert limits(four(4, pooled=True)) == []


class TestProcessors:
    MADE = pipeline(*(Task(name=name, action=command(name)) for name in "abcd"))

    def case(self, cpu_s: float, queue: int, busy: float) -> Case:
        ran = {name: Ran(0, 8, cpu_s=cpu_s) for name in "abcd"}
        host = tuple(sample(float(second), cores=busy, queue=queue) for second in range(1, 8))
        return case_of(self.MADE, ran, cores=2, host=host)

    def test_more_threads_wanted_to_compute_than_there_are_cores(self) -> None:
        (finding,) = limits(self.case(cpu_s=4.0, queue=4, busy=2.0))
        assert "The processor was the limit since 0ms: until 7.0s, 4 threads" in finding.evidence
        assert "2 cores" in finding.evidence
        assert finding.saves_s == pytest.approx(4.0)

    def test_not_where_they_waited_for_something_else(self) -> None:
        assert limits(self.case(cpu_s=0.1, queue=1, busy=0.1)) == []

    def test_not_where_each_had_its_core(self) -> None:
        assert limits(self.case(cpu_s=4.0, queue=2, busy=2.0)) == []


class TestMemory:
    MADE = pipeline(Task(name="a", action=command("a")))

    def case(self, *held: float, free: float = 0.05) -> Case:
        """Tasks that ran at once and held so many gigabytes of eight."""
        names = "abcd"[: len(held)]
        made = pipeline(*(Task(name=name, action=command(name)) for name in names))
        ran = {
            name: Ran(0, 4, cpu_s=1.0, rss_bytes=int(each * GIGABYTE)) for name, each in zip(names, held, strict=True)
        }
        return case_of(made, ran, host=tuple(sample(float(second), free=free) for second in range(1, 4)))

    def test_little_was_left(self) -> None:
        (finding,) = limits(self.case(6.5))
        assert "Memory was the limit since 1.0s" in finding.evidence
        assert "a (7.0 GB)" in finding.evidence

    @pytest.mark.parametrize(
        ("held", "advice"),
        [
            ((3.0, 2.0, 1.0), "run fewer of them at once, for instance with max_parallel 2 or a pool"),
            ((4.0, 3.5), "run fewer of them at once, for instance with max_parallel 1 or a pool"),
            ((6.8, 0.1), "let a hold less at once, or give it more memory"),
            ((6.5,), "let a hold less at once, or give it more memory"),
        ],
    )
    def test_it_tells_how_many_would_have_had_room(self, held: tuple[float, ...], advice: str) -> None:
        (finding,) = limits(self.case(*held))
        assert finding.advice == advice

    def test_not_where_the_tasks_hold_little_of_what_is_taken(self) -> None:
        assert limits(self.case(0.1, 0.2)) == []

    def test_much_was_put_into_the_swap(self) -> None:
        host = (sample(1.0), sample(2.0, swapped=500 << 20))
        (finding,) = limits(case_of(self.MADE, {"a": Ran(0, 4)}, host=host))
        assert "524 MB were put into the swap" in finding.evidence
        assert "Most of it was held by other programs" in finding.evidence

    def test_not_where_there_was_enough(self) -> None:
        assert limits(self.case(2.0, free=0.5)) == []
        host = tuple(sample(float(second), swapped=500 << 20) for second in range(1, 4))
        assert limits(case_of(self.MADE, {"a": Ran(0, 4)}, host=host)) == []


class TestSpilling:
    MADE = pipeline(Task(name="a", action=sql("select 1")))

    def case(self, spilled: int, *before: float) -> Case:
        root = OperatorNode("ORDER_BY", 1.0, 10, 10, (), ())
        profile = QueryProfile(root, 4.0, 4.0, 0, 0, 60_000_000, spilled, 2.0 if spilled else 0.0)
        earlier = {"a": [Measured(f"run{i}", 1000.0 + i, wall_s, 1.0) for i, wall_s in enumerate(before)]}
        return case_of(self.MADE, {"a": Ran(0, 4, cpu_s=4.0)}, profiles={"a": profile}, measurements=earlier)

    def test_duckdb_put_rows_on_disk(self) -> None:
        (finding,) = limits(self.case(400_000_000))
        assert "DuckDB put 400 MB on disk" in finding.evidence
        assert "took it at least 2.0s" in finding.evidence
        assert finding.saves_s == pytest.approx(2.0)

    def test_earlier_runs_tell_better_what_it_takes_without(self) -> None:
        (finding,) = limits(self.case(400_000_000, 1.0, 1.1, 0.9))
        assert "usually it takes 1.0s" in finding.evidence
        assert finding.saves_s == pytest.approx(3.0)

    def test_earlier_runs_that_spilled_as_much_tell_nothing(self) -> None:
        (finding,) = limits(self.case(400_000_000, 4.0, 4.1, 3.9))
        assert finding.saves_s == pytest.approx(2.0)

    def test_not_where_all_fitted(self) -> None:
        assert limits(self.case(0)) == []
