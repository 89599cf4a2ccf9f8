"""A path stands for the file that it leads to: through a symbolic link, too."""

from __future__ import annotations

from pathlib import Path

import pytest

from seeknal_tui.analysis.findings.finding import FindingKind
from seeknal_tui.pipeline.model import Action, PathAction, Pipeline, Task
from tests.analysis.findings.made_up import Ran, case_of, command, kinds, only, pipeline, sql

HIDDEN, NEEDLESS, SHARED = (
    FindingKind.HIDDEN_DEPENDENCY,
    FindingKind.NEEDLESS_DEPENDENCY,
    FindingKind.SHARED_OUTPUT,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder in which ``link.csv`` leads to ``made.csv``, and ``linked/`` to ``made/``."""
    (tmp_path / "made").mkdir()
    (tmp_path / "linked").symlink_to("made")
    (tmp_path / "link.csv").symlink_to("made.csv")
    (tmp_path / "other.csv").touch()
    return tmp_path


class TestHidden:
    def two(self, folder: Path, reader: Action, output: str = "made.csv") -> Pipeline:
        writer = Task(name="export", action=command("export"), outputs=(f"{folder}/{output}",))
        return pipeline(writer, Task(name="load", action=reader), folder=folder)

    RAN = {"export": Ran(0, 1), "load": Ran(0, 1)}  # noqa: RUF012

    @pytest.mark.parametrize(("name", "found"), [("link.csv", True), ("other.csv", False)])
    def test_sql_that_reads_through_a_link(self, folder: Path, name: str, *, found: bool) -> None:
        made = self.two(folder, sql(f"select * from read_csv('{name}')"))
        case = case_of(made, self.RAN)
        assert (HIDDEN in kinds(case)) is found
        if found:
            assert "load reads made.csv, which export writes" in only(case, HIDDEN).evidence

    def test_a_source_whose_data_are_a_link(self, folder: Path) -> None:
        made = self.two(folder, PathAction(f"{folder}/link.csv", "csv"))
        assert HIDDEN in kinds(case_of(made, self.RAN))

    def test_an_output_that_is_declared_through_a_link(self, folder: Path) -> None:
        made = self.two(folder, sql("select * from read_csv('made.csv')"), "link.csv")
        assert HIDDEN in kinds(case_of(made, self.RAN))

    @pytest.mark.parametrize("pattern", ["linked/*.csv", "*.csv", "**/*.csv"])
    def test_a_pattern_that_leads_through_a_link(self, folder: Path, pattern: str) -> None:
        made = self.two(folder, sql(f"select * from read_csv('{pattern}')"), "made/eu.csv")
        (folder / "made" / "eu.csv").touch()
        (folder / "eu.csv").symlink_to("made/eu.csv")
        assert HIDDEN in kinds(case_of(made, self.RAN))

    @pytest.mark.parametrize(("pattern", "found"), [("*.csv", False), ("**/*.csv", True), ("*/*.csv", True)])
    def test_a_star_in_a_pattern_stands_for_no_folder(self, folder: Path, pattern: str, *, found: bool) -> None:
        made = self.two(folder, sql(f"select * from read_csv('{pattern}')"), "archive/eu.csv")
        assert (HIDDEN in kinds(case_of(made, self.RAN))) is found

    def test_a_folder_of_the_pipeline_that_is_reached_through_a_link(self, tmp_path: Path) -> None:
        (tmp_path / "real").mkdir()
        (tmp_path / "here").symlink_to("real")
        made = self.two(tmp_path / "here", sql("select * from read_csv('made.csv')"))
        assert "load reads made.csv, which export" in only(case_of(made, self.RAN), HIDDEN).evidence


class TestNeedless:
    @pytest.mark.parametrize(
        ("name", "found"), [("link.parquet", False), ("target/s*.parquet", False), ("other.csv", True)]
    )
    def test_sql_that_reads_a_result_through_a_link(self, folder: Path, name: str, *, found: bool) -> None:
        (folder / "link.parquet").symlink_to("target/slow.parquet")
        last = Task(
            name="last",
            action=sql(f"select * from quick, '{name}'"),
            depends_on=("slow", "quick"),
            found_dependencies=("quick",),
            sql_read=True,
        )
        one = sql("select 1")
        made = pipeline(Task(name="slow", action=one), Task(name="quick", action=one), last, folder=folder)
        case = case_of(made, {"slow": Ran(0, 3), "quick": Ran(0, 1), "last": Ran(3, 5)})
        assert (NEEDLESS in kinds(case)) is found


class TestShared:
    @pytest.mark.parametrize(("output", "found"), [("link.csv", True), ("other.csv", False)])
    def test_two_outputs_that_are_one_file(self, folder: Path, output: str, *, found: bool) -> None:
        tasks = [
            Task(name="a", action=command("a"), outputs=(f"{folder}/made.csv",)),
            Task(name="b", action=command("b"), outputs=(f"{folder}/{output}",)),
        ]
        case = case_of(pipeline(*tasks, folder=folder), {"a": Ran(0, 1), "b": Ran(0, 1)})
        assert (SHARED in kinds(case)) is found
        if found:
            assert "a and b write the same file, made.csv" in only(case, SHARED).evidence

    def test_sql_that_writes_through_a_link(self, folder: Path) -> None:
        tasks = [Task(name=name, action=sql(f"copy (select 1) to '{name}.csv'; select 1")) for name in ("made", "link")]
        case = case_of(pipeline(*tasks, folder=folder), {"made": Ran(0, 1), "link": Ran(0, 1)})
        assert SHARED in kinds(case)
