"""What loading imports: nothing slow that the file at hand does not need."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SLOW = ("duckdb", "sqlglot", "networkx", "difflib", "textual", "rich", "pydantic")
LOADED = """
import sys
from pathlib import Path
from seeknal_tui.pipeline.loading import load
load(Path(sys.argv[1]))
print(*[name for name in sys.argv[2:] if name in sys.modules])
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tasks: [{name: a, sleep: 1}, {name: b, depends_on: [a]}]", ""),
        ("tasks: [{name: a, sql: SELECT 1}]", "duckdb"),
        ("tasks: [{name: a, sql: SELECT 1; FROM x}]", "duckdb"),
        ("tasks: [{name: a, sql: CREATE TABLE x AS SELECT 1; FROM x}]", "duckdb sqlglot"),
        ("tasks: [{name: a, slep: 1}]", "difflib"),
    ],
)
def test_only_what_is_needed_is_imported(text: str, expected: str, tmp_path: Path) -> None:
    file = tmp_path / "pipeline.yml"
    file.write_text(text)
    command = [sys.executable, "-c", LOADED, str(file), *SLOW]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    imported = done.stdout.split()
    assert [name for name in imported if name != "difflib" or name in expected] == expected.split()
