"""Who may know whom, and what a command does not import."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "seeknal_tui"
KNOWS = {
    "pipeline": set(),
    "run": {"pipeline"},
    "history": {"run", "pipeline"},
    "environments": {"history", "run", "pipeline"},
    "control": {"run", "pipeline"},
    "analysis": {"run", "pipeline"},
    "reports": {"analysis", "history", "run", "pipeline"},
    "dashboard": {"reports", "analysis", "history", "control", "run", "pipeline"},
}


def imported_by(statement: str) -> set[str]:
    """The names of all modules that a fresh interpreter has imported after the statement."""
    code = f"{statement}\nimport sys\nprint('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize(
    "room", ["pipeline.loading", "run.runner", "history.past_runs", "analysis.summary", "reports.plain", "headless"]
)
def test_only_the_dashboard_imports_textual_and_rich(room: str) -> None:
    modules = imported_by(f"import seeknal_tui.{room}")
    assert not {"textual", "rich"} & modules


@pytest.mark.parametrize("module", ["duckdb", "networkx", "sqlglot", "psutil", "sqlite3", "textual", "rich"])
def test_the_command_line_imports_nothing_slow_before_it_is_needed(module: str) -> None:
    assert module not in imported_by("import seeknal_tui.cli, seeknal_tui.headless")


@pytest.mark.parametrize("module", ["duckdb", "networkx", "sqlglot", "psutil", "textual", "rich"])
def test_a_short_run_imports_nothing_that_its_tasks_do_not_need(module: str, tmp_path: Path) -> None:
    file = tmp_path / "pipeline.yml"
    file.write_text("tasks: [{name: a, sleep: 1ms}, {name: b, depends_on: [a]}]")
    run = f"import seeknal_tui.cli\nseeknal_tui.cli.cli(['run', {str(file)!r}, '--no-ui'], standalone_mode=False)"
    modules = imported_by(f"try:\n    {run.replace(chr(10), chr(10) + '    ')}\nexcept SystemExit:\n    pass")
    assert "seeknal_tui.run.runner" in modules
    assert module not in modules


@pytest.mark.parametrize("module", ["yaml", "duckdb", "networkx", "sqlglot", "psutil", "sqlite3"])
def test_the_first_paint_waits_for_nothing_that_it_does_not_show(module: str) -> None:
    assert module not in imported_by("import seeknal_tui.cli, seeknal_tui.commands.open, seeknal_tui.dashboard.program")


def modules_of(room: str) -> list[Path]:
    return sorted((PACKAGE / room).rglob("*.py"))


def imports_of(module: Path) -> list[tuple[str, list[str]]]:
    found = []
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("seeknal_tui"):
            found.append((node.module or "", [alias.name for alias in node.names]))
        elif isinstance(node, ast.Import):
            found += [(alias.name, []) for alias in node.names if alias.name.startswith("seeknal_tui")]
    return found


@pytest.mark.parametrize("room", sorted(KNOWS))
def test_arrows_between_rooms_run_downwards_only(room: str) -> None:
    for module in modules_of(room):
        for name, names in imports_of(module):
            parts = name.split(".")[1:] or names
            if parts and parts[0] in KNOWS:
                assert parts[0] == room or parts[0] in KNOWS[room], f"{module} imports {name}"


def test_no_module_imports_an_underscored_name_of_another() -> None:
    for module in PACKAGE.rglob("*.py"):
        for name, names in imports_of(module):
            assert not [n for n in names if n.startswith("_") and not n.startswith("__")], f"{module} from {name}"
