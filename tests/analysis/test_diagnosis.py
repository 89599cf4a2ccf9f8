"""What held a run up, as a whole."""

from __future__ import annotations

import pytest

from seeknal_tui.analysis.diagnosis import diagnose
from seeknal_tui.pipeline.model import Task
from seeknal_tui.reports.diagnosis import LINKS_SHOWN, diagnosis_lines, diagnosis_object
from tests.analysis.findings.made_up import Ran, case_of, command, pipeline

MADE = pipeline(
    Task(name="a", action=command("a")),
    Task(name="b", action=command("b")),
    Task(name="c", action=command("c"), depends_on=("a",)),
    max_parallel=1,
)
RAN = {"a": Ran(0, 2, ready=0), "b": Ran(2, 3, ready=0), "c": Ran(3, 7, ready=2)}


class TestObject:
    def test_it_has_what_scripts_rely_on(self) -> None:
        found = diagnosis_object(diagnose(case_of(MADE, RAN)))
        assert (found["run_id"], found["wall_s"]) == ("now", 7.0)
        assert found["waits"] == {
            "dependency_s": 2.0,
            "slot_s": 3.0,
            "pool_s": 0.0,
            "output_s": 0.0,
            "paused_s": 0.0,
            "retry_s": 0.0,
        }
        assert found["critical_path"][-1]["task"] == "c"
        assert sum(link["share"] for link in found["critical_path"]) == pytest.approx(1.0)
        for finding in found["findings"]:
            assert set(finding) == {"kind", "tasks", "saves_s", "evidence", "advice"}

    def test_findings_come_by_what_they_save(self) -> None:
        saved = [finding["saves_s"] for finding in diagnosis_object(diagnose(case_of(MADE, RAN)))["findings"]]
        assert saved
        assert saved == sorted(saved, reverse=True)


class TestText:
    def test_the_parts_of_the_time_and_the_path_and_what_would_help(self) -> None:
        text = "\n".join(diagnosis_lines(diagnose(case_of(MADE, RAN))))
        assert "Where the time of all tasks went, 12.0s in all:" in text
        assert "    7.0s   58%  running" in text
        assert "    3.0s   25%  waiting for a slot" in text
        assert "The critical path" in text
        assert "→ set max_parallel to 2." in text

    def test_of_a_long_path_the_links_that_count_are_shown(self) -> None:
        names = [f"t{number:02}" for number in range(60)]
        tasks = [Task(name=names[0], action=command("first"))]
        ran, long, now = {}, {7, 30, 31}, 0.0
        for number, name in enumerate(names):
            if number:
                tasks.append(Task(name=name, action=command(name), depends_on=(names[number - 1],)))
            ran[name] = Ran(now, now + (10.0 if number in long else 1.0))
            now = ran[name].end
        made = pipeline(*tasks)
        diagnosis = diagnose(case_of(made, ran))
        lines = diagnosis_lines(diagnosis)
        first = lines.index("The critical path, the chain that the end of the run hung on:") + 1
        path = lines[first : lines.index("", first)]
        assert sum(" t" in line for line in path) == LINKS_SHOWN
        assert all(any(f"11%  t{number:02}" in line for line in path) for number in long)
        assert path[-1].split() == ["28.0s", "32%", "…", "28", "more"]
        assert len(diagnosis_object(diagnosis)["critical_path"]) == len(names)

    def test_where_nothing_was_found_it_says_so(self) -> None:
        made = pipeline(Task(name="a"))
        text = "\n".join(diagnosis_lines(diagnose(case_of(made, {"a": Ran(0, 0)}))))
        assert "No task took any time." in text
        assert "Nothing was found that would make the run shorter" in text

    def test_what_a_file_names_is_no_escape_sequence(self) -> None:
        made = pipeline(Task(name="a", action=command("a")), Task(name="b", action=command("b")))
        bad = "/pipelines/sales/\x1b[31mx.csv"
        ran = {"a": Ran(0, 1, written=(bad,)), "b": Ran(0, 1, read=(bad,))}
        assert not any("\x1b" in line for line in diagnosis_lines(diagnose(case_of(made, ran))))
