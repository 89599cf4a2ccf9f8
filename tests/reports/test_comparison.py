"""Two runs side by side, in words, and the command that tells them."""

from __future__ import annotations

import json
from pathlib import Path

from seeknal_tui.analysis.comparison import compare_runs
from seeknal_tui.reports.comparison import comparison_lines
from tests.analysis.test_comparison import diamond
from tests.test_command_line import typed


def test_the_lines_tell_the_makespan_and_who_changed_it() -> None:
    lines = comparison_lines(compare_runs(diamond(b=3, c=2), diamond(b=2.5, c=4)))
    assert lines[1].endswith("6.0s  +1.0s")
    assert lines[2:] == [
        "",
        "slower",
        "  c     2.0s → 4.0s        +2.0s  the makespan +4.0s (+80 %)",
        "",
        "faster",
        "  b     3.0s → 2.5s        −0.5s  the makespan −3.0s (−60 %)",
    ]


def test_runs_that_took_the_same_are_told_in_a_line() -> None:
    assert (
        comparison_lines(compare_runs(diamond(3, 2), diamond(3, 2)))[3] == "no task took noticeably longer or shorter"
    )


class TestCommand:
    FILE = "tasks:\n  - {{name: a, sleep: {sleep}}}\n  - {{name: {other}}}\n"

    def run(self, folder: Path, sleep: str, other: str) -> Path:
        file = folder / "shop.yml"
        file.write_text(self.FILE.format(sleep=sleep, other=other))
        assert typed("run", file, "--no-ui").returncode == 0
        return file

    def test_compares_the_latest_two_where_none_is_named(self, tmp_path: Path) -> None:
        self.run(tmp_path, "10ms", "b")
        file = self.run(tmp_path, "300ms", "c")
        told = json.loads(typed("compare", "--path", file, "--json").stdout)
        assert (told["slower"], told["added"], told["gone"], told["changed"]) == (["a"], ["c"], ["b"], ["a"])
        assert told["wall_delta_s"] > 0
        first, second = (run["run_id"] for run in told["runs"])
        assert json.loads(typed("compare", first, second[:6], "--path", file, "--json").stdout) == told
        assert json.loads(typed("compare", first, second[:6], file, "--json").stdout) == told
        assert json.loads(typed("compare", second, first, "--json", cwd=tmp_path).stdout)["faster"] == ["a"]

    def test_says_what_is_missing(self, tmp_path: Path) -> None:
        file = self.run(tmp_path, "10ms", "b")
        done = typed("compare", "--path", file)
        assert (done.returncode, done.stdout) == (2, "")
        assert "there are no two runs to compare yet" in done.stderr
        assert "there is no run zzz" in typed("compare", "zzz", "--path", file).stderr
