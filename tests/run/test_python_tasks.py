"""What a ``python`` task does: the call of its function, its context, its errors."""

from __future__ import annotations

import os
import sys
import textwrap
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seeknal_tui.pipeline.model import PythonAction
from seeknal_tui.run.actions.attempt import ActionFailed, Stopped
from seeknal_tui.run.actions.python import Messages
from tests.run.attempts import Attempt, command


def python(folder: Path, source: str, target: str = "work:main", **others: object) -> Attempt:
    """A task that calls *target*, where *source* is the file ``work.py``."""
    module, _, function = target.partition(":")
    (folder / "work.py").write_text(textwrap.dedent(source))
    return Attempt(folder, PythonAction(module, function), **others)  # type: ignore[arg-type]


def failure(attempt: Attempt) -> str:
    with pytest.raises(ActionFailed) as failed:
        attempt.run()
    return str(failed.value)


class TestTheCall:
    def test_a_function_without_parameter_is_called_without_argument(self, tmp_path: Path) -> None:
        attempt = python(tmp_path, "def main(): print('called')")
        attempt.run()
        assert attempt.lines() == ["called"]

    def test_a_function_with_a_parameter_gets_the_context_of_its_task(self, tmp_path: Path) -> None:
        source = """
            from seeknal_tui.task_context import TaskContext

            def main(context: TaskContext, limit: int = 3) -> None:
                print(context.name, context.run_id, context.attempt, context.environment, limit)
                print(context.inputs["raw"].read_text(), context.result_path, context.target)
        """
        (tmp_path / "raw.parquet").write_text("rows")
        attempt = python(tmp_path, source, inputs={"raw": tmp_path / "raw.parquet"})
        attempt.run()
        assert attempt.lines() == [
            "clean-sales run7 2 staging 3",
            f"rows {tmp_path}/target/clean-sales.parquet.part {tmp_path}/target",
        ]

    def test_a_function_of_a_module_in_a_package_is_found(self, tmp_path: Path) -> None:
        (tmp_path / "jobs").mkdir()
        (tmp_path / "jobs" / "daily.py").write_text("import work\ndef main(): work.main()")
        attempt = python(tmp_path, "def main(): print('called')", "jobs.daily:main")
        attempt.run()
        assert attempt.lines() == ["called"]

    def test_modules_are_found_in_the_folder_of_the_task_too(self, tmp_path: Path) -> None:
        there = tmp_path / "there"
        there.mkdir()
        (there / "helper.py").write_text("NAME = 'helper'")
        attempt = python(tmp_path, "import helper\ndef main(): print(helper.NAME)", cwd=str(there))
        attempt.run()
        assert attempt.lines() == ["helper"]

    def test_a_coroutine_is_awaited(self, tmp_path: Path) -> None:
        attempt = python(tmp_path, "async def main(): print('awaited')")
        attempt.run()
        assert attempt.lines() == ["awaited"]

    def test_a_function_written_in_c_is_called(self, tmp_path: Path) -> None:
        python(tmp_path, "", "os:getpid").run()

    def test_a_file_named_as_a_module_of_the_library_does_not_disturb_the_start(self, tmp_path: Path) -> None:
        for name in ("importlib", "inspect", "os", "types"):
            (tmp_path / f"{name}.py").write_text("")
        attempt = python(tmp_path, "def main(): print('called')")
        attempt.run()
        assert attempt.lines() == ["called"]

    def test_its_module_is_not_imported_by_us(self, tmp_path: Path) -> None:
        python(tmp_path, "def main(): pass").run()
        assert "work" not in sys.modules

    def test_processes_that_it_starts_work(self, tmp_path: Path) -> None:
        source = """
            import multiprocessing

            def double(number):
                return 2 * number

            def main():
                with multiprocessing.get_context("spawn").Pool(2) as pool:
                    print(pool.map(double, [1, 2, 3]))
        """
        attempt = python(tmp_path, source)
        attempt.run()
        assert attempt.lines() == ["[2, 4, 6]"]
        assert attempt.lines("runner") == []

    def test_it_can_be_stopped(self, tmp_path: Path) -> None:
        attempt = python(tmp_path, "import time\ndef main():\n  print('on')\n  time.sleep(60)")
        with attempt.stopped_once_it_prints(), pytest.raises(Stopped):
            attempt.run()
        assert attempt.survivors() == []

    def test_its_pipe_to_us_is_closed_whatever_happens(self, tmp_path: Path) -> None:
        before = len(os.listdir("/dev/fd"))
        python(tmp_path, "def main(): pass").run()
        failure(python(tmp_path, "", cwd=str(tmp_path / "gone")))
        stopped = python(tmp_path, "")
        stopped.context.stop.request()
        with pytest.raises(Stopped):
            stopped.run()
        assert len(os.listdir("/dev/fd")) == before


class TestItsProgress:
    def test_progress_comes_while_it_runs(self, tmp_path: Path) -> None:
        source = """
            import os, time

            def main(context):
                for step in (1, 2):
                    context.progress(step / 2)
                    while not os.path.exists(f"seen{step}"):
                        time.sleep(0.01)
        """
        attempt = python(tmp_path, source)

        def see(fraction: float) -> None:
            attempt.fractions.append(fraction)
            (tmp_path / f"seen{round(fraction * 2)}").touch()

        attempt.context.emit_progress = see
        attempt.run()
        assert attempt.fractions == [0.5, 1.0]

    def test_progress_is_between_0_and_1_and_a_number(self, tmp_path: Path) -> None:
        attempt = python(tmp_path, "def main(context): [context.progress(x) for x in (7, 0.25, float('nan'))]")
        attempt.run()
        assert attempt.fractions[-1:] == [0.25]
        assert all(0 <= fraction <= 1 for fraction in attempt.fractions)

    def test_of_many_fractions_the_last_is_told(self, tmp_path: Path) -> None:
        attempt = python(tmp_path, "def main(context): [context.progress(n / 99999) for n in range(100000)]")
        attempt.run()
        assert attempt.fractions[-1] == 1.0
        assert attempt.fractions == sorted(attempt.fractions)

    @given(st.lists(st.binary(max_size=30) | st.sampled_from([b"progress 2\n", b"progress nan\n", b"error \\x\n"])))
    def test_whatever_comes_over_the_pipe_does_no_harm(self, reads: list[bytes]) -> None:
        attempt = command(Path(), "true")
        messages = Messages(attempt.context)
        for data in reads:
            messages.receive(data)
        assert all(0 <= fraction <= 1 for fraction in attempt.fractions)


class TestItsErrors:
    def test_an_exception_is_told_with_its_place(self, tmp_path: Path) -> None:
        attempt = python(tmp_path, "def main():\n    check()\ndef check():\n    raise ValueError('bad value')")
        assert failure(attempt) == "ValueError: bad value (work.py:4)"

    def test_the_place_is_in_the_users_code_even_when_a_library_raises(self, tmp_path: Path) -> None:
        attempt = python(tmp_path, "import json\ndef main():\n    json.loads('{')")
        assert failure(attempt).endswith("(work.py:3)")

    def test_the_traceback_is_that_of_the_users_code_alone(self, tmp_path: Path) -> None:
        attempt = python(tmp_path, "def main():\n    raise ValueError('bad value')")
        failure(attempt)
        assert attempt.lines("stderr") == [
            "Traceback (most recent call last):",
            f'  File "{tmp_path}/work.py", line 2, in main',
            "    raise ValueError('bad value')",
            "ValueError: bad value",
        ]

    def test_an_exception_at_import_is_told_with_its_place(self, tmp_path: Path) -> None:
        attempt = python(tmp_path, "import no_such_library")
        assert failure(attempt) == "ModuleNotFoundError: No module named 'no_such_library' (work.py:1)"
        assert "importlib" not in "\n".join(attempt.lines("stderr"))

    def test_a_syntax_error_is_told_with_its_place(self, tmp_path: Path) -> None:
        assert failure(python(tmp_path, "x = 1\ndef main(:")) == "SyntaxError: invalid syntax (work.py:2)"

    def test_an_error_of_many_lines_and_letters_comes_whole(self, tmp_path: Path) -> None:
        attempt = python(tmp_path, "def main(): raise ValueError('für\\nalle \\\\n 🐟')")
        assert failure(attempt) == "ValueError: für\nalle \\n 🐟 (work.py:1)"

    def test_a_huge_error_is_cut(self, tmp_path: Path) -> None:
        assert len(failure(python(tmp_path, "def main(): raise ValueError('x' * 5_000_000)"))) < 3000

    def test_a_missing_module_is_named_with_the_file_to_write(self, tmp_path: Path) -> None:
        attempt = python(tmp_path, "", "jobs.daily:main")
        message = f"there is no module `jobs.daily`; write {tmp_path}/jobs/daily.py, or correct `python`"
        assert failure(attempt) == message
        assert attempt.lines("stderr") == [message]

    def test_a_misspelt_function_is_told_with_the_nearest_name(self, tmp_path: Path) -> None:
        attempt = python(tmp_path, "def clean_sales(): pass", "work:clean_sale")
        assert failure(attempt) == "work.py has no function `clean_sale`; did you mean `clean_sales`?"

    def test_a_missing_function_is_told(self, tmp_path: Path) -> None:
        assert failure(python(tmp_path, "")) == "work.py has no function `main`; write it there"

    def test_what_is_no_function_is_told(self, tmp_path: Path) -> None:
        assert failure(python(tmp_path, "main = 3")).startswith("`main` in work.py is no function; ")

    @pytest.mark.parametrize("parameters", ["context, limit", "context, *, limit"])
    def test_a_function_that_needs_more_than_the_context_is_told(self, tmp_path: Path, parameters: str) -> None:
        message = failure(python(tmp_path, f"def main({parameters}): pass"))
        assert message == "the function gets the task's context only, but needs `limit` besides; correct it"

    def test_an_exit_code_is_honoured(self, tmp_path: Path) -> None:
        assert failure(python(tmp_path, "import sys\ndef main(): sys.exit(3)")) == "exited with 3"

    def test_an_exit_without_code_is_a_success(self, tmp_path: Path) -> None:
        python(tmp_path, "import sys\ndef main(): sys.exit()").run()

    def test_a_crash_is_told(self, tmp_path: Path) -> None:
        assert failure(python(tmp_path, "import os\ndef main(): os.abort()")) == "killed by SIGABRT"
