"""Two tasks that write the same path."""

from __future__ import annotations

import pytest

from seeknal_tui.analysis.findings.finding import FindingKind
from seeknal_tui.pipeline.model import Task
from tests.analysis.findings.made_up import Ran, at, case_of, command, kinds, only, pipeline, sql

SHARED = FindingKind.SHARED_OUTPUT
OUT = at("out.csv")


class TestDeclared:
    def test_they_ran_one_after_the_other_and_need_not(self) -> None:
        made = pipeline(*(Task(name=name, action=command(name), outputs=(OUT,)) for name in "ab"))
        finding = only(case_of(made, {"a": Ran(0, 2), "b": Ran(2, 4, ready=0, output_s=2.0)}), SHARED)
        assert finding.tasks == (0, 1)
        assert finding.saves_s == pytest.approx(2.0)
        assert "declare the same output, out.csv, so they ran one after the other and waited 2.0s" in finding.evidence

    def test_not_with_a_path_for_each(self) -> None:
        made = pipeline(*(Task(name=name, action=command(name), outputs=(at(name),)) for name in "ab"))
        assert SHARED not in kinds(case_of(made, {"a": Ran(0, 2), "b": Ran(0, 2)}))

    def test_not_where_one_waits_for_the_other_anyway(self) -> None:
        made = pipeline(
            Task(name="a", action=command("a"), outputs=(OUT,)),
            Task(name="b", action=command("b"), outputs=(OUT,), depends_on=("a",)),
        )
        assert SHARED not in kinds(case_of(made, {"a": Ran(0, 2), "b": Ran(2, 4)}))


class TestSeen:
    MADE = pipeline(*(Task(name=name, action=command(name)) for name in "ab"))

    def test_they_wrote_it_at_the_same_time(self) -> None:
        finding = only(case_of(self.MADE, {"a": Ran(0, 2, written=(OUT,)), "b": Ran(1, 3, written=(OUT,))}), SHARED)
        assert "a and b write the same file, out.csv, and nothing orders them" in finding.evidence
        assert "at the same time" in finding.evidence
        assert finding.is_risk

    def test_they_happened_to_write_it_one_after_the_other(self) -> None:
        finding = only(case_of(self.MADE, {"a": Ran(0, 1, written=(OUT,)), "b": Ran(2, 3, written=(OUT,))}), SHARED)
        assert "happened to run one after the other" in finding.evidence

    def test_not_where_each_wrote_its_own(self) -> None:
        ran = {"a": Ran(0, 2, written=(at("a.csv"),)), "b": Ran(1, 3, written=(at("b.csv"),))}
        assert SHARED not in kinds(case_of(self.MADE, ran))

    @pytest.mark.parametrize("name", ["warehouse.duckdb", "run.log"])
    def test_not_for_files_that_many_may_write_at_once(self, name: str) -> None:
        ran = {"a": Ran(0, 2, written=(at(name),)), "b": Ran(1, 3, written=(at(name),))}
        assert SHARED not in kinds(case_of(self.MADE, ran))

    def test_a_file_that_sql_copies_to(self) -> None:
        made = pipeline(
            Task(name="a", action=sql("copy (select 1) to 'out.csv'; select 1"), sql_read=True),
            Task(name="b", action=command("b")),
        )
        assert SHARED in kinds(case_of(made, {"a": Ran(0, 2), "b": Ran(0, 3, written=(OUT,))}))
