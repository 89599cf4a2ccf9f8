"""Findings that need real evidence, on runs that really ran: with processes, files and DuckDB."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from seeknal_tui.analysis.findings import find
from seeknal_tui.analysis.findings.case import Case
from seeknal_tui.analysis.findings.finding import FindingKind
from seeknal_tui.pipeline.loading import load
from seeknal_tui.run.feed import Feed
from seeknal_tui.run.file_use import EVERY_S
from seeknal_tui.run.profiles import profiles_of
from seeknal_tui.run.runner import Runner
from seeknal_tui.run.state import RunState

linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells what is opened")
HELD_S = 1.5 * EVERY_S
"""Longer than two looks at who has a file open are apart, also where the machine does other things."""
SAMPLES = Path(__file__).parents[3] / "sample_pipelines"
WRONG = {FindingKind.HIDDEN_DEPENDENCY, FindingKind.NEEDLESS_DEPENDENCY, FindingKind.SHARED_OUTPUT}
"""What does not depend on how busy the machine is that runs the tests."""


def case_of_file(file: Path) -> Case:
    pipeline = load(file).pipeline
    assert pipeline is not None
    runner, feed, state = Runner(pipeline, max_parallel=4), Feed(), RunState(pipeline)
    runner.subscribe(feed)
    runner.request(range(len(pipeline.tasks)))
    try:
        assert runner.wait_until_idle(120)
    finally:
        runner.close(kill=True)
    state.apply_all(feed.drain())
    return Case(state, state.now, 2, profiles=profiles_of(state))


def told(folder: Path, text: str) -> set[tuple[FindingKind, tuple[str, ...]]]:
    """The kinds of what was found, with the tasks."""
    (folder / "pipeline.yml").write_text(dedent(text))
    case = case_of_file(folder / "pipeline.yml")
    return {(finding.kind, tuple(map(case.name, finding.tasks))) for finding in find(case)}


def program(folder: Path, name: str, text: str) -> str:
    (folder / name).write_text(text)
    return f"{sys.executable} {name}"


@linux
class TestFilesSeen:
    @pytest.mark.parametrize(("waits", "found"), [("", True), (", depends_on: [export]", False)])
    def test_a_program_that_reads_what_another_writes(self, tmp_path: Path, waits: str, *, found: bool) -> None:
        reads = program(tmp_path, "report.py", f"f = open('out.csv'); f.read(); import time; time.sleep({HELD_S})")
        text = f"""
            tasks:
              - {{name: export, command: seq 9 > out.csv}}
              - {{name: report, command: "sleep 0.5; {reads}"{waits}}}
            """
        assert ((FindingKind.HIDDEN_DEPENDENCY, ("report", "export")) in told(tmp_path, text)) is found

    @pytest.mark.parametrize(("files", "found"), [("quick", True), ("quick slow", False)])
    def test_a_program_that_waits_for_what_it_does_not_read(self, tmp_path: Path, files: str, *, found: bool) -> None:
        reads = program(tmp_path, "last.py", "import sys\nfor name in sys.argv[1:]: open(name[:5] + '.csv').read()")
        text = f"""
            tasks:
              - {{name: slow_one, command: "sleep 0.6; echo 1 > slow.csv", outputs: [slow.csv]}}
              - {{name: fast, command: "echo 1 > quick.csv", outputs: [quick.csv]}}
              - {{name: last, command: "{reads} {files}; sleep 0.6", depends_on: [slow_one, fast]}}
            """
        assert ((FindingKind.NEEDLESS_DEPENDENCY, ("last", "slow_one")) in told(tmp_path, text)) is found

    @pytest.mark.parametrize(("own", "found"), [("'all.csv'", True), ("sys.argv[1]", False)])
    def test_two_programs_that_write_one_file(self, tmp_path: Path, own: str, *, found: bool) -> None:
        writes = program(
            tmp_path, "w.py", f"import sys, time; f = open({own}, 'w'); time.sleep({HELD_S}); f.write('1')"
        )
        text = f"""
            tasks:
              - {{name: a, command: {writes} a.csv}}
              - {{name: b, command: {writes} b.csv}}
            """
        assert ((FindingKind.SHARED_OUTPUT, ("a", "b")) in told(tmp_path, text)) is found


class TestQueries:
    def test_what_does_not_fit_into_memory(self, tmp_path: Path) -> None:
        text = """
            tasks:
              - name: sorted
                sql: |
                  SET memory_limit = '{limit}'; SET threads = 1;
                  SELECT i, hash(i) AS h, i::VARCHAR || 'abcdefghijkl' AS s FROM range(1500000) t(i) ORDER BY h, s
            """
        (tmp_path / "pipeline.yml").write_text(dedent(text).replace("{limit}", "60MB"))
        spilled = case_of_file(tmp_path / "pipeline.yml").profiles[0]
        assert spilled.spilled_bytes > 0
        assert spilled.spill_s > 0
        (tmp_path / "pipeline.yml").write_text(dedent(text).replace("{limit}", "4GB"))
        assert case_of_file(tmp_path / "pipeline.yml").profiles[0].spilled_bytes == 0

    @pytest.mark.parametrize(("condition", "found"), [("a.v < b.v AND a.k <> b.k", True), ("a.i = b.i", False)])
    def test_a_join_that_is_no_equality(self, tmp_path: Path, condition: str, *, found: bool) -> None:
        text = f"""
            tasks:
              - {{name: points, sql: "SELECT i, i % 100 AS k, hash(i) % 100000 AS v FROM range(20000) t(i)"}}
              - {{name: pairs, sql: "SELECT count(*) AS n FROM points a JOIN points b ON {condition}"}}
            """
        assert ((FindingKind.SLOW_OPERATOR, ("pairs",)) in told(tmp_path, text)) is found


def test_the_flights_have_no_dependency_or_output_that_is_wrong(tmp_path: Path) -> None:
    shutil.copytree(SAMPLES / "flights", tmp_path / "flights", ignore=shutil.ignore_patterns("target", "reports"))
    case = case_of_file(tmp_path / "flights" / "flights.yml")
    assert [finding.evidence for finding in find(case) if finding.kind in WRONG] == []
