"""Reads a drawn graph back from its characters, as an eye does: nothing else is known but the names of the tasks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from unicodedata import name as name_of

LEFT, RIGHT, UP, DOWN = (-1, 0), (1, 0), (0, -1), (0, 1)
ARROW, ARROW_DOWN = "▶", "▼"
STATUSES = "○◌◐●✗⊘◆■"
SIDES = "│┃║╭┏"
CORNERS = "╭┏╔"
ENDS = "╰┗╚"
PORTS = "├┣┠╟╶╺"
PORTS_DOWN = "┬┯┳╤╷╻"

Direction = tuple[int, int]
Cell = tuple[int, int]


class Misdrawn(AssertionError):  # noqa: N818
    """A line that does not lead from a task to a task."""


def arms_of(glyph: str) -> set[Direction]:
    """The directions in which a line goes on from a cell, by the glyph's name in Unicode."""
    if not "─" <= glyph <= "╿":
        return set()
    words = name_of(glyph).replace("BOX DRAWINGS", "").replace("ARC", "").split()
    found: set[Direction] = set()
    for word in words:
        found |= {
            "HORIZONTAL": {LEFT, RIGHT},
            "VERTICAL": {UP, DOWN},
            "LEFT": {LEFT},
            "RIGHT": {RIGHT},
            "UP": {UP},
            "DOWN": {DOWN},
        }.get(word, set())
    return found


class Picture:
    """Rows of characters, all of one cell."""

    def __init__(self, rows: Sequence[str], names: Sequence[str], *, is_down: bool = False) -> None:
        self.rows = rows
        self.way = DOWN if is_down else RIGHT
        self.arrow = ARROW_DOWN if is_down else ARROW
        self.names = names
        self.entries: dict[Cell, str] = {}
        """For each cell of an arrow head the task it points at."""
        self.exits: dict[str, Cell] = {}
        """For each task the first cell of its lines."""
        self.read: set[Cell] = set()
        """The cells of lines that have been followed."""
        for name in names:
            self._find(name)

    def at(self, cell: Cell) -> str:
        """The character of a cell."""
        x, y = cell
        return self.rows[y][x] if 0 <= y < len(self.rows) and 0 <= x < len(self.rows[y]) else " "

    def _find(self, name: str) -> None:
        """Where the task of that name is entered and left."""
        y, start = next(
            (y, place)
            for y, row in enumerate(self.rows)
            for place in _places(row, name)
            if place >= 4 and row[place - 2] in STATUSES and row[place - 4] in SIDES
        )
        side = start - 4
        boxed = self.at((side, y - 1)) in CORNERS
        if self.way == DOWN:
            self._find_below(name, (side, y), boxed=boxed)
            return
        row = y
        while self.at((side, row)) not in ENDS:
            if self.at((side - 1, row)) == ARROW:
                self.entries[side - 1, row] = name
            if not boxed and self.at((side, y)) not in CORNERS:
                break  # a chip of one row
            row += 1
        if not boxed and self.at((side - 1, row)) == ARROW:
            self.entries[side - 1, row] = name
        end = start + len(name)
        while boxed and self.at((end, y)) == " ":
            end += 1
        if self.at((end, y)) in PORTS:
            self.exits[name] = (end, y)

    def _find_below(self, name: str, cell: Cell, *, boxed: bool) -> None:
        """The same in a picture from the top down: entries side by side above, the exit below the first cell or two."""
        side, y = cell
        above, x = y - 2 if boxed else y - 1, side
        while self.at((x, above)) == ARROW_DOWN or (boxed and self.at((x, y - 1)) not in "╮┓╗"):
            if self.at((x, above)) == ARROW_DOWN:
                self.entries[x, above] = name
            x += 1
        if boxed:
            while self.at((side, y)) not in ENDS:
                y += 1
        exit_cell = (side + 1, y) if boxed else (side, y + 1)
        if self.at(exit_cell) in PORTS_DOWN:
            self.exits[name] = exit_cell

    def edges(self) -> set[tuple[str, str]]:
        """Every edge that the lines draw. Raises Misdrawn when a line leads nowhere, or cells belong to no line."""
        found = set()
        owner: dict[Cell, str] = {}
        for name, cell in self.exits.items():
            for target, cells in self._follow(cell):
                found.add((name, target))
                for passed in cells:
                    if owner.setdefault(passed, name) != name:
                        raise Misdrawn(f"{name} and {owner[passed]} share cell {passed}")
        self.read = set(owner)
        return found

    def _follow(self, start: Cell) -> Iterator[tuple[str, list[Cell]]]:
        """The tasks that the lines from *start* lead to, each with the cells on the way."""
        ways: list[tuple[Cell, Direction, list[Cell]]] = [(start, self.way, [])]
        seen: set[tuple[Cell, Direction]] = set()
        while ways:
            (x, y), (dx, dy), passed = ways.pop()
            if ((x, y), (dx, dy)) in seen:
                raise Misdrawn(f"a line goes in a circle at {x, y}")
            seen.add(((x, y), (dx, dy)))
            cell = (x + dx, y + dy)
            if self.at(cell) == self.arrow and (dx, dy) == self.way:
                if cell not in self.entries:
                    raise Misdrawn(f"the arrow head at {cell} points at nothing")
                yield self.entries[cell], [*passed, cell]
                continue
            arms = arms_of(self.at(cell))
            if (-dx, -dy) in arms:
                ways += [(cell, arm, [*passed, cell]) for arm in arms - {(-dx, -dy)}]
                if arms == {(-dx, -dy)}:
                    raise Misdrawn(f"a line ends at {cell}")
            elif dy == 0 and arms == {UP, DOWN}:
                ways.append((cell, (dx, dy), passed))  # another line passes: straight on behind it
            else:
                raise Misdrawn(f"a line breaks off at {cell}: {self.at(cell)!r}")


def _places(row: str, name: str) -> Iterator[int]:
    place = row.find(name)
    while place >= 0:
        if row[place + len(name) : place + len(name) + 1] in ("", " ", *PORTS, *SIDES):
            yield place
        place = row.find(name, place + 1)
