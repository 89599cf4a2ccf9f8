"""What the shell completes, asked as bash asks."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PIPELINE = """
sources: [{name: sales}]
transforms:
  - {name: clean_sales, depends_on: [sales]}
  - {name: clean_stock}
"""


def completions(words: str, folder: Path) -> list[str]:
    environment = os.environ | {
        "_SEEKNAL_TUI_COMPLETE": "bash_complete",
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split(" ")) - 1),
    }
    code = "from seeknal_tui.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=environment,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.stderr == ""
    return done.stdout.split()


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("seeknal-tui ch", ["plain,check"]),
        ("seeknal-tui pi", ["file,pi"]),
        ("seeknal-tui e", ["plain,env", "plain,empty.txt", "plain,examples/"]),
        ("seeknal-tui run pi", ["file,pi"]),
        ("seeknal-tui run --select cl", ["plain,clean_sales", "plain,clean_stock"]),
        ("seeknal-tui run pipeline.yml --select sa", ["plain,sales"]),
        ("seeknal-tui run --exclude sales,2+clean_sa", ["plain,sales,2+clean_sales"]),
        ("seeknal-tui run no_such.yml --select sa", []),
        ("seeknal-tui run empty.txt --select sa", []),
        ("seeknal-tui run --theme li", ["plain,light"]),
    ],
)
def test_it_is_completed(words: str, found: list[str], tmp_path: Path) -> None:
    (tmp_path / "pipeline.yml").write_text(PIPELINE)
    (tmp_path / "empty.txt").write_text("")
    (tmp_path / "examples").mkdir()
    assert completions(words, tmp_path) == found


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")
def test_bash_itself_offers_commands_and_files(tmp_path: Path) -> None:
    (tmp_path / "chosen.yml").write_text(PIPELINE)
    program = tmp_path / "seeknal-tui"
    program.write_text(f"#!{sys.executable}\nfrom seeknal_tui.cli import main\nmain()\n")
    program.chmod(0o755)
    script = """
        eval "$(_SEEKNAL_TUI_COMPLETE=bash_source ./seeknal-tui)"
        COMP_WORDS=(seeknal-tui ch) COMP_CWORD=1
        _seeknal_tui_completion ./seeknal-tui
        printf '%s\\n' "${COMPREPLY[@]}"
    """
    done = subprocess.run(["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)
    assert done.stdout.split() == ["check", "chosen.yml"]
