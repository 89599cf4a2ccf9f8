"""The files that the SQL of a task names, as far as its text tells."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from seeknal_tui.pipeline.tasks import absolute

LITERAL = re.compile(r"(\bTO\s*)?'((?:[^']|'')+)'", re.IGNORECASE)
"""A text in SQL, and whether ``COPY … TO`` stands before it."""


class Named(NamedTuple):
    """A path that a task's SQL names."""

    path: str
    is_written: bool


@cache
def named_in(sql: str, folder: str) -> tuple[Named, ...]:
    """The paths that texts in the SQL may be, from the pipeline's folder on."""
    found = [(bool(to), text.replace("''", "'")) for to, text in LITERAL.findall(sql)]
    return tuple(Named(absolute(text, folder), to) for to, text in found if "." in text or "/" in text)
