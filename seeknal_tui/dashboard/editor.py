"""The user's own editor: how it is opened at a line."""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Callable, Mapping

FALLBACK = "vi"
GOTO = frozenset({"code", "code-insiders", "codium", "cursor", "windsurf"})
"""Editors that take ``-g FILE:LINE`` (after ``-w``, so that they are waited for)."""
COLON = frozenset({"subl", "zed", "hx", "helix", "micro"})
"""Editors that take ``FILE:LINE``."""


class NoEditor(Exception):  # noqa: N818 - named as the user reads it
    """There is no editor to be opened; the message says what to set."""


def editor_command(
    file: str,
    line: int,
    environment: Mapping[str, str] = os.environ,
    which: Callable[[str], str | None] = shutil.which,
) -> list[str]:
    """The command line that opens the user's editor on that line. Raises NoEditor."""
    wanted = environment.get("VISUAL") or environment.get("EDITOR") or FALLBACK
    try:
        words = shlex.split(wanted)
    except ValueError:
        words = []
    if not words or which(words[0]) is None:
        found = f"{wanted} was not found" if words else f"{wanted} is no command"
        raise NoEditor(f"{found}: set VISUAL or EDITOR to your editor, as in export EDITOR=nano")
    name = os.path.basename(words[0])
    if name in GOTO:
        return [*words, *([] if {"-w", "--wait"} & set(words) else ["-w"]), "-g", f"{file}:{line}"]
    return [*words, f"{file}:{line}"] if name in COLON else [*words, f"+{line}", file]
