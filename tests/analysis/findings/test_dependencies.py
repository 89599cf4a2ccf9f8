"""Dependencies that are missing, and those that are too many."""

from __future__ import annotations

from typing import ClassVar

import pytest

from seeknal_tui.analysis.findings.finding import FindingKind
from seeknal_tui.pipeline.model import Action, Pipeline, SleepAction, Task
from seeknal_tui.run.events import Status
from tests.analysis.findings.made_up import Ran, at, case_of, command, kinds, only, pipeline, sql

HIDDEN, NEEDLESS = FindingKind.HIDDEN_DEPENDENCY, FindingKind.NEEDLESS_DEPENDENCY


class TestHidden:
    WRITER = Task(name="export", action=command("export"), outputs=(at("out/sales.csv"),))

    def two(self, reader: Task) -> Pipeline:
        return pipeline(self.WRITER, reader)

    def test_a_file_seen_open_that_another_task_writes(self) -> None:
        made = self.two(Task(name="report", action=command("report")))
        ran = {"export": Ran(0, 1), "report": Ran(0, 3, read=(at("out/sales.csv"),))}
        finding = only(case_of(made, ran), HIDDEN)
        assert finding.tasks == (1, 0)
        assert "report was seen to read out/sales.csv, which export writes" in finding.evidence
        assert finding.advice == "add export to the depends_on of report"

    def test_not_where_the_reader_waits_for_the_writer(self) -> None:
        made = self.two(Task(name="report", action=command("report"), depends_on=("export",)))
        ran = {"export": Ran(0, 1), "report": Ran(1, 3, read=(at("out/sales.csv"),))}
        assert HIDDEN not in kinds(case_of(made, ran))

    def test_not_where_it_waits_through_another_task(self) -> None:
        made = pipeline(
            self.WRITER,
            Task(name="check", action=command("check"), depends_on=("export",)),
            Task(name="report", action=command("report"), depends_on=("check",)),
        )
        ran = {"export": Ran(0, 1), "check": Ran(1, 2), "report": Ran(2, 3, read=(at("out/sales.csv"),))}
        assert HIDDEN not in kinds(case_of(made, ran))

    def test_not_for_a_file_that_nobody_writes(self) -> None:
        made = self.two(Task(name="report", action=command("report")))
        assert HIDDEN not in kinds(case_of(made, {"export": Ran(0, 1), "report": Ran(0, 3, read=(at("in.csv"),))}))

    def test_not_for_a_file_that_only_perhaps_it_has_opened(self) -> None:
        made = self.two(Task(name="report", action=command("report")))
        ran = {"export": Ran(0, 1), "report": Ran(0, 3, perhaps=(at("out/sales.csv"),))}
        assert HIDDEN not in kinds(case_of(made, ran))

    @pytest.mark.parametrize(
        ("writer", "reader", "words"),
        [
            (Ran(0, 1), Ran(1.5, 3), "ran right only by luck of timing: export happened to end 0.5s before"),
            (Ran(0, 2), Ran(1, 3), "at the same time, so report may have read the old file, or half of the new one"),
            (Ran(2, 3), Ran(0, 1), "report ran before export, so it read what an earlier run had left"),
        ],
    )
    def test_it_tells_what_the_timing_was(self, writer: Ran, reader: Ran, words: str) -> None:
        made = self.two(Task(name="report", action=command("report")))
        ran = {"export": writer, "report": reader._replace(read=(at("out/sales.csv"),))}
        assert words in only(case_of(made, ran), HIDDEN).evidence

    @pytest.mark.parametrize(("status", "found"), [(Status.FAILED, True), (Status.SUCCEEDED, False)])
    def test_a_file_that_a_failed_command_names_may_have_come_too_late(self, status: Status, *, found: bool) -> None:
        made = self.two(Task(name="report", action=command("wc -l out/sales.csv")))
        case = case_of(made, {"export": Ran(0, 1), "report": Ran(0, 0.5, status=status)})
        assert (HIDDEN in kinds(case)) is found
        if found:
            evidence = only(case, HIDDEN).evidence
            assert "report names out/sales.csv, which export writes" in evidence
            assert "report failed, and started before export had ended" in evidence

    def test_it_costs_what_making_the_result_again_takes(self) -> None:
        made = pipeline(
            self.WRITER,
            Task(name="report", action=command("report")),
            Task(name="mail", action=command("mail"), depends_on=("report",)),
        )
        ran = {"export": Ran(0, 1), "report": Ran(0, 3, read=(at("out/sales.csv"),)), "mail": Ran(3, 5)}
        assert only(case_of(made, ran), HIDDEN).saves_s == pytest.approx(5.0)

    def test_a_path_in_sql_that_another_task_writes(self) -> None:
        made = self.two(Task(name="load", action=sql("select * from read_csv('out/*.csv')"), sql_read=True))
        assert only(case_of(made, {"export": Ran(0, 1), "load": Ran(0, 1)}), HIDDEN).tasks == (1, 0)

    @pytest.mark.parametrize(("path", "found"), [("out/*/x.csv", True), ("else/*/x.csv", False), ("out/x.csv", False)])
    def test_a_pattern_that_leads_into_a_folder_that_another_declares(self, path: str, *, found: bool) -> None:
        made = pipeline(
            Task(name="a", action=command("a"), outputs=(at("out/eu"),)),
            Task(name="b", action=sql(f"select * from '{path}'"), sql_read=True),
        )
        assert (HIDDEN in kinds(case_of(made, {"a": Ran(0, 1), "b": Ran(0, 1)}))) is found

    def test_a_result_read_by_its_path(self) -> None:
        made = pipeline(
            Task(name="a", action=sql("select 1")),
            Task(name="b", action=sql("select * from 'target/a.parquet'"), sql_read=True),
        )
        assert only(case_of(made, {"a": Ran(0, 1), "b": Ran(0, 1)}), HIDDEN).tasks == (1, 0)

    def test_not_for_a_path_that_the_sql_itself_writes(self) -> None:
        made = pipeline(
            Task(name="a", action=sql("select 1")),
            Task(name="b", action=sql("copy (select 1) to 'b.csv'; select * from 'b.csv'"), sql_read=True),
        )
        assert HIDDEN not in kinds(case_of(made, {"a": Ran(0, 1), "b": Ran(0, 1)}))

    def test_a_file_in_a_folder_that_another_declares(self) -> None:
        made = pipeline(Task(name="a", action=command("a"), outputs=(at("out"),)), Task(name="b", action=command("b")))
        ran = {"a": Ran(0, 1), "b": Ran(0, 1, read=(at("out/deep/x.csv"),))}
        assert only(case_of(made, ran), HIDDEN).tasks == (1, 0)


class TestNeedless:
    RAN: ClassVar = {"slow": Ran(0, 3), "quick": Ran(0, 1), "last": Ran(3, 5)}

    def of_sql(self, text: str, found: tuple[str, ...], *, sql_read: bool = True) -> Pipeline:
        return pipeline(
            Task(name="slow", action=sql("select 1")),
            Task(name="quick", action=sql("select 1")),
            Task(
                name="last",
                action=sql(text),
                depends_on=("slow", "quick"),
                found_dependencies=found,
                sql_read=sql_read,
            ),
        )

    def test_a_table_that_the_sql_never_reads(self) -> None:
        made = self.of_sql("select * from quick", ("quick",))
        finding = only(case_of(made, self.RAN), NEEDLESS)
        assert finding.tasks == (2, 0)
        assert finding.saves_s == pytest.approx(2.0, abs=0.3)
        assert "last waits for slow, whose table its SQL never reads" in finding.evidence
        assert f"shorter by {finding.saves_s:.1f}s" in finding.evidence

    @pytest.mark.parametrize("action", [command("sleep 3"), SleepAction(3.0)])
    def test_a_task_without_rows_that_the_sql_cannot_have_read(self, action: Action) -> None:
        made = pipeline(
            Task(name="slow", action=action),
            Task(name="quick", action=sql("select 1")),
            Task(
                name="last",
                action=sql("select * from quick"),
                depends_on=("slow", "quick"),
                found_dependencies=("quick",),
                sql_read=True,
            ),
        )
        assert only(case_of(made, self.RAN), NEEDLESS).tasks == (2, 0)

    def test_not_where_the_sql_reads_files_that_a_task_without_rows_may_have_made(self) -> None:
        made = pipeline(
            Task(name="slow", action=command("make data.csv")),
            Task(name="quick", action=sql("select 1")),
            Task(
                name="last",
                action=sql("select * from quick, 'data.csv'"),
                depends_on=("slow", "quick"),
                found_dependencies=("quick",),
                sql_read=True,
            ),
        )
        assert NEEDLESS not in kinds(case_of(made, self.RAN))

    def test_not_where_the_sql_reads_it(self) -> None:
        made = self.of_sql("select * from quick, slow", ("quick", "slow"))
        assert NEEDLESS not in kinds(case_of(made, self.RAN))

    def test_not_where_the_sql_could_not_be_read_whole(self) -> None:
        made = self.of_sql("select * from quick", ("quick",), sql_read=False)
        assert NEEDLESS not in kinds(case_of(made, self.RAN))

    def test_not_where_the_sql_reads_its_file_by_the_path(self) -> None:
        made = self.of_sql("select * from quick, 'target/slow.parquet'", ("quick",))
        assert NEEDLESS not in kinds(case_of(made, self.RAN))

    def test_not_where_the_run_would_be_no_shorter(self) -> None:
        made = self.of_sql("select * from slow", ("slow",))
        assert NEEDLESS not in kinds(case_of(made, self.RAN))

    def of_commands(self, text: str = "python last.py") -> Pipeline:
        return pipeline(
            Task(name="slow", action=command("slow"), outputs=(at("slow.csv"),)),
            Task(name="quick", action=command("quick"), outputs=(at("quick.csv"),)),
            Task(name="last", action=command(text), depends_on=("slow", "quick")),
        )

    def test_a_command_that_opened_no_file_of_it(self) -> None:
        ran = {**self.RAN, "last": Ran(3, 5, read=(at("quick.csv"),), files_known=True)}
        finding = only(case_of(self.of_commands(), ran), NEEDLESS)
        assert finding.tasks == (2, 0)
        assert "of which it opened no file" in finding.evidence

    @pytest.mark.parametrize("how", ["read", "written", "perhaps"])
    def test_not_where_it_may_have_opened_one(self, how: str) -> None:
        seen: dict[str, tuple[str, ...]] = {how: (at("slow.csv"),)}
        ran = {**self.RAN, "last": Ran(3, 5, files_known=True)._replace(**seen)}  # type: ignore[arg-type]
        assert NEEDLESS not in kinds(case_of(self.of_commands(), ran))

    def test_not_where_files_may_have_been_missed(self) -> None:
        ran = {**self.RAN, "last": Ran(3, 5, read=(at("quick.csv"),), files_known=False)}
        assert NEEDLESS not in kinds(case_of(self.of_commands(), ran))

    def test_not_where_the_command_speaks_of_it(self) -> None:
        ran = {**self.RAN, "last": Ran(3, 5, files_known=True)}
        made = self.of_commands("stat $SEEKNAL_TUI_INPUT_SLOW")
        assert NEEDLESS not in kinds(case_of(made, ran))

    def test_not_where_nothing_is_known_of_what_it_leaves_behind(self) -> None:
        made = pipeline(
            Task(name="slow", action=command("psql -f load.sql")),
            Task(name="last", action=command("python last.py"), depends_on=("slow",)),
        )
        ran = {"slow": Ran(0, 3), "last": Ran(3, 5, files_known=True)}
        assert NEEDLESS not in kinds(case_of(made, ran))

    @pytest.mark.parametrize(("read", "found"), [((at("else.csv"),), True), ((), False), ((at("mail.sql"),), False)])
    def test_who_reads_no_data_from_files_waits_for_something_else(self, read: tuple[str, ...], *, found: bool) -> None:
        made = pipeline(
            Task(name="slow", action=sql("select 1")),
            Task(name="mail", action=command("curl -X POST https://example.org"), depends_on=("slow",)),
        )
        ran = {"slow": Ran(0, 3), "mail": Ran(3, 5, read=read, files_known=True)}
        assert (NEEDLESS in kinds(case_of(made, ran))) is found

    def test_not_for_a_join_point_or_a_stand_in(self) -> None:
        made = pipeline(Task(name="slow", action=sql("select 1")), Task(name="all", depends_on=("slow",)))
        assert NEEDLESS not in kinds(case_of(made, {"slow": Ran(0, 3), "all": Ran(3, 3)}))
