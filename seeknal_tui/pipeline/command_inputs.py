"""What a command names: files and variables. It is read, as far as that goes, and never run."""

from __future__ import annotations

import glob
import os
import re
import shlex
from collections.abc import Iterator, Sequence

from seeknal_tui.pipeline.python_code import files_behind, files_of_module

VARIABLE = re.compile(r"\$(?:\{[#!]?)?([A-Za-z_][A-Za-z0-9_]*)")
SET_BY_SHELL = frozenset(
    {
        "HOME",
        "IFS",
        "LINENO",
        "OLDPWD",
        "OPTARG",
        "OPTIND",
        "PATH",
        "PPID",
        "PWD",
        "RANDOM",
        "SECONDS",
        "SHLVL",
        "TMPDIR",
        "UID",
        "USER",
        "_",
    }
)
"""Variables that the shell sets itself, or that say where one is and not what is to be made."""
OURS = "SEEKNAL_TUI_"
SEPARATORS = re.compile(r"[=:,]")
REDIRECTION = re.compile(r"[0-9&]*>[>&|]?")
PYTHON = re.compile(r"(?:.*/)?python[0-9.]*")


def variables_of(command: str | Sequence[str]) -> list[str]:
    """The variables that a shell command refers to, without those that only the shell knows of; sorted."""
    if not isinstance(command, str):
        return []
    return sorted(set(VARIABLE.findall(command)) - SET_BY_SHELL)


def files_of(command: str | Sequence[str], folder: str, project: str) -> list[str]:
    """The files that the words of a command name, as seen from *folder*; sorted. *project* is the pipeline's folder.

    Of Python code also the modules of the project that it imports. A file that the command line itself writes (``>``)
    is none of them, nor is a program that lies outside of the project.
    """
    words = list(_words(command) if isinstance(command, str) else command)
    found: set[str] = set()
    for position, word in enumerate(words):
        before = words[position - 1] if position else ""
        if REDIRECTION.fullmatch(before):
            continue
        if before == "-m" and position > 1 and PYTHON.fullmatch(words[position - 2]):
            for module in (word, f"{word}.__main__"):
                found.update(files_of_module(module, [folder, project]))
        found.update(file for file in _named(word, folder) if _is_inside(file, project) or not os.access(file, os.X_OK))
    scripts = [file for file in found if file.endswith(".py")]
    for script in scripts:
        found.update(files_behind([script], [os.path.dirname(script), folder, project]))
    return sorted(found)


def _words(command: str) -> Iterator[str]:
    """The words of a shell command; an odd quotation mark ends their being read as the shell would."""
    lexer = shlex.shlex(command, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    try:
        yield from lexer
    except ValueError:
        yield from re.split(r"[\s'\"();|&<>]+", command)


def _named(word: str, folder: str) -> Iterator[str]:
    """The files that a word may mean: whole, behind ``--option=``, or as a pattern; words in a quoted word too."""
    parts = {word, *SEPARATORS.split(word), *re.split(r"[\s'\"();|&<>=]+", word)}
    for part in parts:
        if not part or "\0" in part:
            continue
        path = os.path.normpath(os.path.join(folder, os.path.expanduser(part)))
        if os.path.isfile(path):
            yield path
        elif glob.has_magic(part) and part.strip("*?[]"):
            yield from filter(os.path.isfile, map(os.path.normpath, glob.iglob(path, recursive=True)))


def _is_inside(file: str, project: str) -> bool:
    return file.startswith(project + os.sep)
