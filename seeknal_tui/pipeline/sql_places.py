"""Where a place in a task's SQL stands in the pipeline file, and where DuckDB's messages say that an error is."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from seeknal_tui.pipeline.model import Place, SqlAction

if TYPE_CHECKING:
    from seeknal_tui.pipeline.reading import Scalar

LINE_BREAK = re.compile("\r\n|[\r\n\x85\u2028\u2029]")
"""What YAML counts as the end of a line."""


def split_lines(text: str) -> list[str]:
    """The lines of a YAML file, as its places count them."""
    return LINE_BREAK.split(text)


def place_of_sql(node: Scalar, lines: list[str]) -> tuple[int, int, bool]:
    """Line and column where the SQL of a scalar begins in the file, and whether its lines are lines of the file."""
    if node.style == "|":
        return *_start_of_block(node, lines), True
    quoted = 1 if node.style in ("'", '"') else 0
    one_to_one = node.line == node.end_line and "\n" not in node.text
    return node.line, node.column + quoted, one_to_one


def _start_of_block(node: Scalar, lines: list[str]) -> tuple[int, int]:
    header = node.line - 1
    # An anchor or a tag may stand on lines of its own above the line that ends in "|".
    while "|" not in lines[header].partition(" #")[0]:
        header += 1
    for below, content in enumerate(node.text.split("\n")):
        if content.strip():
            return header + 2, len(lines[header + 1 + below]) - len(content) + 1
    return header + 2, 1


def place_in_sql(action: SqlAction, line: int, column: int) -> Place:
    """The place in the file of a line and column of the SQL, both from 1.

    Where YAML folds the lines of the SQL, it is the place where the SQL begins.
    """
    start = action.place
    if not action.line_by_line:
        return start
    return Place(start.file, start.line + line - 1, start.column + column - 1)


def locate_error(message: str, sql: str = "") -> tuple[int, int] | None:
    """Line and column, both from 1, that a message of DuckDB points at by ``LINE n:`` and a caret; None if it does not.

    DuckDB shows only part of a long line; with the *sql* at hand the column is right there too.
    """
    lines = message.split("\n")
    for above, caret_line in zip(lines[-2::-1], lines[:0:-1], strict=False):
        if above.startswith("LINE ") and caret_line.lstrip(" ").startswith("^"):
            number, _, excerpt = above.removeprefix("LINE ").partition(": ")
            if not number.isdigit():
                return None
            prefix = len(above) - len(excerpt)
            index = _index_at(excerpt, len(caret_line) - len(caret_line.lstrip(" ")) - prefix)
            return int(number), index + 1 + _cut_off(excerpt, int(number), sql)
    return None


def _index_at(excerpt: str, cell: int) -> int:
    """The character at a cell: DuckDB counts two for a wide character and none for a tab or a mark."""
    index = cells = 0
    for index, character in enumerate(excerpt):
        width = 2 if unicodedata.east_asian_width(character) in "WF" else 1
        if unicodedata.category(character) in ("Cc", "Mn", "Me", "Cf"):
            width = 0
        if cells >= cell and width:
            return index
        cells += width
    return index + 1 if excerpt else 0


def _cut_off(excerpt: str, number: int, sql: str) -> int:
    """How many more characters the line has before those that the excerpt shows."""
    if not excerpt.startswith("..."):
        return 0
    lines = sql.split("\n")
    shown = excerpt[3:].removesuffix("...")
    start = lines[number - 1].find(shown) if number <= len(lines) else -1
    return start - 3 if start >= 0 else 0
