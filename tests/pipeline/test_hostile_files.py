"""Files that were made to do harm end in one clear error, in little memory, and are executed in no part."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

LOAD = """
import json, os, resource, sys
from pathlib import Path
from seeknal_tui.pipeline.loading import load
loaded = load(Path(sys.argv[1]))
if os.path.exists("/proc/self/status"):  # getrusage counts what the process was before exec, too
    peak = next(int(line.split()[1]) * 1024 for line in open("/proc/self/status") if line.startswith("VmHWM"))
else:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({"ok": loaded.pipeline is not None, "peak": peak, "problems": [str(one) for one in loaded.problems]}))
"""
LAUGHS = "\n".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12))
MERGES = "\n".join(f"m{n}: &m{n} {{<<: [{', '.join([f'*m{n - 1}'] * 60)}], k{n}: 1}}" for n in range(1, 4_000))

HOSTILE: dict[str, tuple[str | bytes, str]] = {
    "an alias bomb": (f"a0: &a0 [lol]\n{LAUGHS}\n", "aliases repeat"),
    "an alias bomb of merge keys": (f"m0: &m0 {{k: 1}}\n{MERGES}\n", "more than 500,000 values"),
    "an anchor that holds itself": ("tasks: &a [*a]\n", "inside of what it repeats"),
    "an alias without an anchor": ("tasks: *nowhere\n", "no anchor"),
    "100 MB of text": ("#" + "x" * 100_000_000, "the file has 100 MB"),
    "10,000 levels of brackets": ("tasks: " + "[" * 10_000, "nested deeper"),
    "10,000 levels of braces": ("tasks: " + "{a: " * 10_000, "nested deeper"),
    "10,000 levels by indentation": ("\n".join(" " * n + "a:" for n in range(3_500)), "nested deeper"),
    "10,000 levels of lists in a line": ("- " * 10_000, "nested deeper"),
    "binary bytes": (bytes(range(256)) * 100, "not UTF-8"),
    "bytes that are no UTF-8": (b"tasks:\n  - name: \xff\xfe\n", "not UTF-8"),
    "NUL characters": (b"tasks:\n  - name: a\0b\n", "U+0000 is not allowed"),
    "one scalar of 7 MB": ("tasks:\n  - name: " + "x" * 7_000_000, "7,000,000 characters"),
    "one SQL of 7 MB": ("tasks:\n  - name: a\n    sql: select " + "1," * 3_500_000 + "1", "7,000,008 characters"),
    "SQL of 60,000 brackets": ("tasks:\n  - name: a\n    sql: select " + "(" * 60_000, "brackets"),
    "a million keys of the same name": ("a: 1\n" * 1_000_000, "repeats more than 100 keys"),
    "200,000 different keys": ("".join(f"k{n}: 1\n" for n in range(200_000)), "more than 10,000 keys"),
    "8 MB of short entries": ("tasks:\n" + f"- [{'1,' * 90_000}]\n" * 40, "more than 500,000 values"),
    "5 MB of empty entries": ("tasks:\n" + "- \n" * 1_700_000, "more than 100,000 entries"),
    "a list at the top, 5 MB long": ("- \n" * 1_700_000, "more than 100,000 entries"),
    "a number of a million digits": ("execution: {max_parallel: " + "9" * 1_000_000 + "}", "max_parallel must be"),
    "a huge float": ("tasks: [{name: a, sleep: 1e999999}]", "sleep must be a duration"),
    "an infinite float": ("tasks: [{name: a, sleep: .inf}]", "sleep must be a duration"),
    "a long sexagesimal number": ("tasks: [{name: a, retries: 1" + ":1" * 1_000_000 + "}]", "retries must be"),
    "a tag with a number of a million digits": (
        "tasks: [{name: a, retries: !!int " + "9" * 1_000_000 + "}]",
        "is no int",
    ),
    "10,000 misspelt names": (
        "tasks:\n" + "".join(f"  - {{name: task_{n}, depends_on: [tusk_{n}]}}\n" for n in range(10_000)),
        "there is no task",
    ),
    "a cycle of 50,000 tasks": (
        "tasks:\n" + "".join(f"  - {{name: t{n}, depends_on: [t{(n + 1) % 50_000}]}}\n" for n in range(50_000)),
        "wait for each other",
    ),
}


def load_apart(file: Path) -> dict[str, object]:
    done = subprocess.run(
        [sys.executable, "-c", LOAD, str(file)], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    answer: dict[str, object] = json.loads(done.stdout)
    return answer


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_in_little_memory(name: str, tmp_path: Path) -> None:
    content, expected = HOSTILE[name]
    file = tmp_path / "hostile.yml"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    answer = load_apart(file)
    problems = answer["problems"]
    assert not answer["ok"]
    assert isinstance(problems, list)
    assert any(expected in problem for problem in problems), problems[:5]
    assert len(problems) <= 201
    assert all(problem.isprintable() and len(problem) < 1_000 for problem in problems)
    assert isinstance(answer["peak"], int)
    assert answer["peak"] < 200e6


@pytest.mark.parametrize("tag", ["!!python/object/apply:os.system", "!!python/name:os.system", "!run", "!!set"])
def test_a_tag_never_builds_anything(tag: str, tmp_path: Path) -> None:
    mark = tmp_path / "executed"
    file = tmp_path / "tag.yml"
    file.write_text(f"tasks:\n  - name: a\n    command: {tag} [touch {mark}]\n")
    answer = load_apart(file)
    assert not answer["ok"]
    assert f'3:14: error: the tag "{tag}" is refused' in str(answer["problems"])
    assert not mark.exists()


def test_a_tag_in_the_place_of_a_task_is_told_once(tmp_path: Path) -> None:
    file = tmp_path / "tag.yml"
    file.write_text("tasks:\n  - !!python/object/apply:os.system [echo hi]\n")
    problems = load_apart(file)["problems"]
    assert isinstance(problems, list)
    assert len(problems) == 1


def test_a_name_with_an_escape_sequence_is_told_harmlessly(tmp_path: Path) -> None:
    file = tmp_path / "escape.yml"
    file.write_text('tasks:\n  - name: "\\e]0;owned\\a\\u202Ename"\n    "\\e[2J": 1\n')
    problems = load_apart(file)["problems"]
    assert isinstance(problems, list)
    assert len(problems) == 2
    assert all(problem.isprintable() for problem in problems)
    assert "␛]0;owned␇" in problems[0]


@pytest.mark.parametrize("kind", ["pipe", "folder", "device", "missing"])
def test_what_is_no_regular_file_is_refused_without_reading_it(kind: str, tmp_path: Path) -> None:
    file = tmp_path / "it.yml"
    if kind == "pipe":
        os.mkfifo(file)
    elif kind == "folder":
        file.mkdir()
    elif kind == "device":
        file = Path("/dev/zero")
    answer = load_apart(file)
    assert not answer["ok"]
    assert len(list(answer["problems"])) == 1  # type: ignore[call-overload]
