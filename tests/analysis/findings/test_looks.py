"""A task may look at a result and open nothing of it: its code tells that, and no dependency on it is needless then."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from seeknal_tui.analysis.findings.finding import FindingKind
from seeknal_tui.pipeline.model import Action, PythonAction, Task
from tests.analysis.findings.made_up import Ran, case_of, command, kinds, pipeline, sql

NEEDLESS = FindingKind.NEEDLESS_DEPENDENCY
PYTHON = PythonAction("jobs", "last")


def is_needless(folder: Path, action: Action, files: dict[str, str]) -> bool:
    """Whether the last of three tasks is told to need the slow one not, of which it opened no file."""
    for name, text in files.items():
        (folder / name).write_text(text)
    slow = Task(name="slow_one", action=command("slow"), outputs=(f"{folder}/numbers.csv",))
    made = pipeline(
        slow,
        Task(name="quick", action=sql("select 1")),
        Task(name="last", action=action, depends_on=("slow_one", "quick")),
        folder=folder,
    )
    read = (f"{folder}/target/quick.parquet",)
    ran = {"slow_one": Ran(0, 3), "quick": Ran(0, 1), "last": Ran(3, 5, read=read, files_known=True)}
    return NEEDLESS in kinds(case_of(made, ran))


READS_QUICK = "def last(context):\n    open(context.inputs['quick']).read()\n"


@pytest.mark.parametrize(
    ("line", "needless"),
    [
        ("", True),
        ("open('made.txt', 'w').write('done')", True),
        ("os.makedirs('out', exist_ok=True)", True),
        ("if os.path.exists('made.txt'): os.remove('made.txt')", True),
        ("if not Path('out').exists(): Path('out').mkdir()", True),
        ("assert context.inputs['slow_one'].stat().st_size", False),
        ("assert os.environ['SEEKNAL_TUI_INPUT_SLOW_ONE']", False),
        ("print(os.environ['SEEKNAL_TUI_INPUTS'])", False),
        ("assert Path('numbers.csv').exists()", False),
        ("assert all(os.path.getsize(path) for path in context.inputs.values())", False),
        ("assert Path(name).exists()", False),
        ("print(list(context.target.iterdir()))", False),
    ],
)
def test_a_python_task_that_opens_nothing_of_another(tmp_path: Path, line: str, *, needless: bool) -> None:
    assert is_needless(tmp_path, PYTHON, {"jobs.py": f"{READS_QUICK}    {line}\n"}) is needless


def test_a_module_that_the_function_s_imports(tmp_path: Path) -> None:
    code = f"import looking\n{READS_QUICK}    looking.look()\n"
    assert not is_needless(tmp_path, PYTHON, {"jobs.py": code, "looking.py": "def look(): open('numbers.csv')"})


@pytest.mark.parametrize(
    ("beside", "needless"),
    [
        ("def other(context):\n    assert context.inputs['slow_one'].exists()\n", True),
        ("NAMES = ['slow_one']\nimport looking\n", True),
        ("def tools(path):\n    assert os.path.getsize(path)\n", False),
        ("tools = lambda name: open('numbers.csv')\n", False),
        ("from looking import tools\n", False),
        ("class tools:\n    def __init__(self, path): path.stat()\n", False),
        ("def tools(path): deeper()\ndef deeper(): return SLOW\nSLOW = 'slow_one'\n", False),
        ("globals()['tools'] = print\nprint(open('slow_one'))\n", False),
        ("this is no Python\nslow_one", False),
    ],
)
def test_of_a_module_only_what_the_function_uses(tmp_path: Path, beside: str, *, needless: bool) -> None:
    code = f"{READS_QUICK}    tools('made.txt')\n\n{beside}"
    looking = "def tools(path): return path.stat()"
    assert is_needless(tmp_path, PYTHON, {"jobs.py": code, "looking.py": looking}) is needless


@pytest.mark.parametrize(
    ("text", "needless"),
    [
        (f"{sys.executable} job.py", True),
        ("sh job.sh", True),
        (f"{sys.executable} looks.py", False),
        ("test -f numbers.csv && cat target/quick.parquet", False),
        ("ls -l $FOLDER; cat target/quick.parquet", False),
        ("[ -s $FILE ] && cat target/quick.parquet", False),
        ("make report", False),
        ("cat target/quick.parquet | grep total > latest.txt", True),
    ],
)
def test_a_command_that_opens_nothing_of_another(tmp_path: Path, text: str, *, needless: bool) -> None:
    files = {
        "job.py": "open('target/quick.parquet').read()",
        "job.sh": "cat target/quick.parquet",
        "looks.py": "import os, sys\nos.stat(sys.argv[-1])",
    }
    assert is_needless(tmp_path, command(text), files) is needless


def test_a_script_that_speaks_of_another_in_capitals(tmp_path: Path) -> None:
    (tmp_path / "tool.sh").write_text("wc -c $RESULT_OF_SLOW_ONE\n")
    assert not is_needless(tmp_path, command(f"sh {tmp_path}/tool.sh"), {})


def test_a_script_that_speaks_of_no_other(tmp_path: Path) -> None:
    (tmp_path / "tool.sh").write_text("wc -c $RESULT_OF_ANOTHER\n")
    assert is_needless(tmp_path, command(f"sh {tmp_path}/tool.sh"), {})
