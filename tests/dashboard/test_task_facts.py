"""How a task is defined, what it made and what it used, as text."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.text import Text

from seeknal_tui.dashboard.definition import definition_lines
from seeknal_tui.dashboard.look import DARK
from seeknal_tui.dashboard.task_facts import attempt_lines, operator_lines, use_lines, usual_lines
from seeknal_tui.pipeline.model import CommandAction, Kind, Pipeline, Place, SqlAction, Task
from seeknal_tui.run.actions.query_profile import OperatorNode, QueryProfile
from seeknal_tui.run.events import Status, TaskFinished, TaskSampled
from tests.dashboard.runs import begun, folded, pipeline_of, started


def text_of(lines: list[Text]) -> str:
    return "\n".join(line.plain for line in lines)


def defined(task: Task) -> str:
    return text_of(definition_lines(Pipeline("shop", (task,), file=Path("/shop/shop.yml")), task, DARK))


class TestDefinition:
    def test_sql_is_shown_with_its_place_and_what_was_found_in_it(self) -> None:
        task = Task(
            name="clean",
            kind=Kind.TRANSFORM,
            action=SqlAction("SELECT *\nFROM sales", Place("/shop/shop.yml", 7, 5)),
            depends_on=("stock",),
            found_dependencies=("sales", "stock"),
            place=Place("/shop/shop.yml", 5, 3),
        )
        text = defined(task)
        assert "kind          transform" in text
        assert "file          shop.yml:5:3" in text
        assert "depends on    stock" in text
        assert "found in SQL  sales\n" in text
        assert text.endswith("SQL   shop.yml:7:5\n7  SELECT *\n8  FROM sales")

    def test_lines_that_yaml_folds_have_no_numbers(self) -> None:
        action = SqlAction("SELECT *\nFROM sales", Place("/shop/shop.yml", 9, 5), line_by_line=False)
        assert defined(Task(name="a", action=action)).endswith("SQL   shop.yml:9:5\nSELECT *\nFROM sales")

    def test_a_shell_command_is_shown_with_its_place(self) -> None:
        action = CommandAction("echo a\necho b", Place("/shop/shop.yml", 9, 5), line_by_line=True)
        text = defined(Task(name="a", action=action))
        assert text.endswith("shell command   shop.yml:9:5\n 9  echo a\n10  echo b")

    def test_what_is_not_given_is_left_out(self) -> None:
        assert "timeout" not in defined(Task(name="a"))

    def test_escape_sequences_of_the_file_are_made_visible(self) -> None:
        text = defined(
            Task(name="a", description="x\x1b[31m", action=CommandAction("echo '\x1b[2J'"), env=(("A", "\x07"),))
        )
        assert "\x1b" not in text
        assert "\x07" not in text

    def test_the_description_comes_first_all_lines_of_it(self) -> None:
        text = defined(Task(name="a", description="Orders that have a price,\nand a customer\n"))
        assert text.splitlines()[:3] == [
            "description  Orders that have a price,",
            "             and a customer",
            "kind         task",
        ]

    def test_very_long_sql_is_shown_too(self) -> None:
        sql = "SELECT 1\n" * 20_000
        assert defined(Task(name="a", action=SqlAction(sql, Place("", 0, 0)))).count("SELECT 1") == 20_000


class TestAttempts:
    def test_each_has_start_end_duration_and_error_the_latest_first(self, tmp_path: Path) -> None:
        pipeline = pipeline_of("a")
        state = folded(
            pipeline,
            begun(pipeline),
            *started(1.0, "a"),
            TaskFinished(3.5, "a", Status.FAILED, "no luck"),
            *started(4.0, "a", attempt=2),
        )
        lines = text_of(attempt_lines(state, 0, 5.0, None, DARK)).splitlines()
        assert lines[1].split() == ["◐", "1", "2", "00:04.0", "1.0s", "4.0s", "running"]
        assert lines[2].split() == ["✗", "1", "1", "00:01.0", "00:03.5", "2.5s", "1.0s", "failed"]
        assert lines[3].strip() == "no luck"

    def test_a_task_that_never_ran_has_none(self) -> None:
        assert text_of(attempt_lines(folded(pipeline_of("a")), 0, 0.0, None, DARK)) == "No attempt yet."


class TestUse:
    def test_processor_time_is_set_against_wall_time(self) -> None:
        pipeline = pipeline_of("a")
        state = folded(
            pipeline,
            begun(pipeline),
            *started(0.0, "a"),
            TaskSampled(2.0, "a", 3.0, 5_000_000, 1_500, 0),
            TaskFinished(2.0, "a", Status.SUCCEEDED, "", 1234, 999),
        )
        text = text_of(use_lines(state, 0, 2.0, DARK))
        assert "CPU time     3.0s" in text
        assert "1.5 cores busy: it computes, on several cores at once" in text
        assert "peak memory  5.0 MB" in text
        assert "rows         1,234" in text
        assert "written" not in text

    @pytest.mark.parametrize(
        ("cpu_s", "words"), [(2.0, "nearly all the time"), (1.0, "part of the time"), (0.1, "mostly waits")]
    )
    def test_whether_it_computed_or_waited_is_told_in_words(self, cpu_s: float, words: str) -> None:
        pipeline = pipeline_of("a")
        state = folded(pipeline, begun(pipeline), *started(0.0, "a"), TaskSampled(2.0, "a", cpu_s, 0, 0, 0))
        assert words in text_of(use_lines(state, 0, 2.0, DARK))

    def test_the_operators_stand_below_each_other_with_their_share(self) -> None:
        scan = OperatorNode("READ_CSV", 0.25, 1000, 10, (("File", "a.csv"),), ())
        profile = QueryProfile(OperatorNode("FILTER", 0.75, 10, None, (), (scan,)), 1.0, 1.0, 0, 0, 0)
        lines = text_of(operator_lines(profile, DARK)).splitlines()
        assert lines[3].split() == ["0.8s", "75%", "███████▌", "FILTER", "10"]
        assert lines[4].split()[:6] == ["0.2s", "25%", "██▌", "READ_CSV", "1,000", "10"]
        assert lines[4].endswith("100× the rows expected  a.csv")


class TestUsual:
    def test_tells_the_median_and_a_bar_for_each_run(self) -> None:
        assert text_of(usual_lines([1.0, 1.0, 1.2, 1.0, 5.0], DARK)) == "Usually takes 1.0s (median of 5 runs) ▂▂▃▂█"

    def test_tells_whether_that_has_changed(self) -> None:
        assert text_of(usual_lines([1.0] * 4 + [2.0] * 3, DARK)).splitlines()[1] == (
            "Lately it takes longer: 2.0s, before 1.0s"
        )
        assert "Lately it takes less" in text_of(usual_lines([2.0] * 4 + [1.0] * 3, DARK))

    def test_of_one_run_or_none_says_nothing(self) -> None:
        assert usual_lines([1.4], DARK) == usual_lines([], DARK) == []
