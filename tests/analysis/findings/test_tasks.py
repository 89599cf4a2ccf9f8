"""Findings about one task: what it is bound by, whether it is slow, where its query spends the time."""

from __future__ import annotations

import pytest

from seeknal_tui.analysis.findings import find
from seeknal_tui.analysis.findings.case import Case
from seeknal_tui.analysis.findings.finding import FindingKind
from seeknal_tui.pipeline.model import Task
from seeknal_tui.run.actions.query_profile import OperatorNode, QueryProfile
from seeknal_tui.run.measured import Measured
from tests.analysis.findings.made_up import Ran, case_of, command, kinds, only, pipeline, sql

CPU, IO = FindingKind.CPU_BOUND, FindingKind.IO_BOUND
STRAGGLER, SLOWER = FindingKind.STRAGGLER, FindingKind.SLOWER_THAN_USUAL
OPERATOR = FindingKind.SLOW_OPERATOR
MEGABYTE = 1_000_000


class TestBound:
    def case(self, ran: Ran, *, is_query: bool = False) -> Case:
        task = Task(name="a", action=sql("select 1") if is_query else command("a"))
        return case_of(pipeline(task), {"a": ran}, cores=4)

    def test_a_process_that_only_computes(self) -> None:
        finding = only(self.case(Ran(0, 4, cpu_s=3.9)), CPU)
        assert finding.saves_s == pytest.approx(2.0)
        assert "3.9s of processor time in 4.0s, which is 1.0 of the 4 cores" in finding.evidence
        assert "split a in parts" in finding.advice

    def test_a_query_that_keeps_all_cores_busy(self) -> None:
        assert CPU in kinds(self.case(Ran(0, 4, cpu_s=15.5), is_query=True))

    def test_not_a_query_that_uses_one_core_of_four(self) -> None:
        assert CPU not in kinds(self.case(Ran(0, 4, cpu_s=3.9), is_query=True))

    def test_a_task_that_waits_for_the_disk(self) -> None:
        finding = only(self.case(Ran(0, 4, cpu_s=0.5, read_bytes=800 * MEGABYTE, written_bytes=MEGABYTE)), IO)
        assert "it read 800 MB and wrote 1 MB in 4.0s, 200 MB a second, and computed for 0.5s only" in finding.evidence

    def test_not_a_task_that_waits_without_reading_anything(self) -> None:
        assert kinds(self.case(Ran(0, 4, cpu_s=0.1, read_bytes=MEGABYTE))) == []

    def test_not_a_task_that_does_both(self) -> None:
        found = kinds(self.case(Ran(0, 4, cpu_s=2.8, read_bytes=800 * MEGABYTE)))
        assert CPU not in found
        assert IO not in found

    def test_not_a_task_that_is_no_large_part_of_the_run(self) -> None:
        made = pipeline(Task(name="a", action=command("a")), Task(name="b", action=command("b"), depends_on=("a",)))
        assert CPU not in kinds(case_of(made, {"a": Ran(0, 1, cpu_s=1.0), "b": Ran(1, 30, cpu_s=0.1)}))


class TestStraggler:
    def case(self, *seconds: float, names: str = "load_{}") -> Case:
        loads = [names.format(number) for number in range(len(seconds))]
        tasks = [Task(name=name, action=command(name)) for name in loads]
        made = pipeline(*tasks, Task(name="all", depends_on=tuple(loads)), max_parallel=16)
        ran = {name: Ran(0, end) for name, end in zip(loads, seconds, strict=True)}
        return case_of(made, {**ran, "all": Ran(max(seconds), max(seconds))})

    def test_one_of_many_alike_holds_up_all(self) -> None:
        finding = only(self.case(1, 1.1, 0.9, 1, 5), STRAGGLER)
        assert finding.tasks == (4,)
        assert "load_4 took 5.0s, where the 4 other tasks like it took 1.0s (median)" in finding.evidence
        assert finding.saves_s == pytest.approx(3.9)

    def test_not_where_all_take_about_as_long(self) -> None:
        assert STRAGGLER not in kinds(self.case(1, 1.1, 0.9, 1, 1.5))

    def test_not_among_tasks_that_do_different_work(self) -> None:
        tasks = [Task(name=name, action=command(name)) for name in ("flights", "weather", "planes", "airports")]
        made = pipeline(*tasks, Task(name="all", depends_on=tuple(task.name for task in tasks)))
        ran = {"flights": Ran(0, 5), "weather": Ran(0, 1), "planes": Ran(0, 1), "airports": Ran(0, 1)}
        assert STRAGGLER not in kinds(case_of(made, {**ran, "all": Ran(5, 5)}))

    def test_not_among_few(self) -> None:
        assert STRAGGLER not in kinds(self.case(1, 1, 5))


class TestSlowerThanUsual:
    def case(self, *before: float, took: float = 4.0, cpu_s: float = 1.0) -> Case:
        measured = [Measured(f"run{i}", 1000.0 + i, wall_s, 1.0, 1, MEGABYTE, 0) for i, wall_s in enumerate(before)]
        ran = Ran(0, took, cpu_s=cpu_s, read_bytes=MEGABYTE)
        return case_of(pipeline(Task(name="a", action=command("a"))), {"a": ran}, measurements={"a": measured})

    def test_far_above_what_it_took_in_earlier_runs(self) -> None:
        finding = only(self.case(1.0, 1.1, 0.9), SLOWER)
        assert "a took 4.0s; usually it takes 1.0s (median of 3 runs)" in finding.evidence
        assert "no more than usual, so it waited" in finding.evidence
        assert finding.saves_s == pytest.approx(3.0)

    def test_it_tells_when_it_computed_more(self) -> None:
        assert "It computed 3.0 times as much" in only(self.case(1.0, 1.1, 0.9, cpu_s=3.0), SLOWER).evidence

    def test_not_where_it_varies_as_much_anyway(self) -> None:
        assert SLOWER not in kinds(self.case(1.0, 4.2, 2.0, 3.0))

    def test_not_where_it_took_as_long_as_ever(self) -> None:
        assert SLOWER not in kinds(self.case(1.0, 1.1, 0.9, took=1.2))

    def test_not_after_too_few_runs(self) -> None:
        assert SLOWER not in kinds(self.case(1.0, 1.0))

    def test_not_where_the_task_did_something_else_then(self) -> None:
        measured = [Measured(f"run{number}", 1000.0 + number, 1.0, edited=True) for number in range(5)]
        made = pipeline(Task(name="a", action=command("a")))
        assert SLOWER not in kinds(case_of(made, {"a": Ran(0, 4)}, measurements={"a": measured}))

    def test_the_run_itself_is_no_earlier_run(self) -> None:
        measured = [Measured("now", 1_000_000.0, 1.0)] * 5
        made = pipeline(Task(name="a", action=command("a")))
        assert SLOWER not in kinds(case_of(made, {"a": Ran(0, 4)}, measurements={"a": measured}))


class TestSlowOperator:
    def case(self, node: OperatorNode, cpu_s: float = 4.0) -> Case:
        root = OperatorNode("BATCH_COPY_TO_FILE", 0.1, 1, None, (), (node,))
        profile = QueryProfile(root, 4.0, cpu_s, 0, 0, 0)
        made = pipeline(Task(name="a", action=sql("select 1")))
        return case_of(made, {"a": Ran(0, 4, cpu_s=cpu_s)}, profiles={"a": profile})

    def node(self, name: str, seconds: float, rows: int, estimated: int, rows_in: int) -> OperatorNode:
        child = OperatorNode("READ_PARQUET", 0.1, rows_in, rows_in, (), ())
        return OperatorNode(name, seconds, rows, estimated, (("Conditions", "a = b"),), (child, child))

    def test_a_join_that_meets_far_more_rows_than_expected(self) -> None:
        finding = only(self.case(self.node("HASH_JOIN", 2.0, 336_776, 1, 300_000)), OPERATOR)
        assert (
            "50% of the time of a (2.0s of all threads) went into the operator HASH_JOIN on a = b" in finding.evidence
        )
        assert "DuckDB expected 1 rows of it and met 336,776" in finding.evidence
        assert finding.saves_s == pytest.approx(1.0)

    def test_a_join_that_makes_many_rows_of_few(self) -> None:
        finding = only(self.case(self.node("NESTED_LOOP_JOIN", 2.0, 5_000_000, 5_000_000, 3_000)), OPERATOR)
        assert "unique" in finding.advice

    def above(self, join: OperatorNode) -> OperatorNode:
        """A grouping of the join's rows, and a window over the few groups."""
        shown = OperatorNode("PROJECTION", 0.5, join.rows, join.rows, (), (join,))
        return OperatorNode("WINDOW", 0.5, 10, 10, (), (OperatorNode("HASH_GROUP_BY", 1.5, 10, 10, (), (shown,)),))

    def test_a_join_whose_many_rows_keep_those_above_it_busy(self) -> None:
        finding = only(self.case(self.above(self.node("HASH_JOIN", 0.5, 5_000_000, 5_000_000, 3_000))), OPERATOR)
        assert "62% of the time of a (2.5s of all threads)" in finding.evidence
        assert "HASH_JOIN on a = b and those that had to go through all its rows" in finding.evidence
        assert finding.saves_s == pytest.approx(1.25)

    def test_not_a_join_of_as_many_rows_as_went_in(self) -> None:
        assert OPERATOR not in kinds(self.case(self.above(self.node("HASH_JOIN", 0.5, 3_000, 3_000, 3_000))))

    def test_an_operator_that_takes_nearly_all_the_time(self) -> None:
        assert OPERATOR in kinds(self.case(self.node("WINDOW", 3.5, 1000, 1000, 1000)))

    def test_not_a_join_that_does_what_was_expected(self) -> None:
        assert OPERATOR not in kinds(self.case(self.node("HASH_JOIN", 2.0, 300_000, 290_000, 300_000)))

    def test_not_reading_or_writing(self) -> None:
        assert OPERATOR not in kinds(self.case(self.node("READ_CSV", 3.9, 1000, 10, 10)))


def test_what_saves_most_comes_first_and_what_saves_nothing_is_not_told() -> None:
    made = pipeline(
        Task(name="a", action=command("a")),
        Task(name="b", action=command("b"), depends_on=("a",)),
        max_parallel=1,
    )
    found = find(case_of(made, {"a": Ran(0, 4, cpu_s=4.0), "b": Ran(4, 10, cpu_s=6.0)}))
    assert [finding.tasks for finding in found] == [(1,), (0,)]
    assert [finding.saves_s for finding in found] == sorted((f.saves_s for f in found), reverse=True)
