"""What is wrong with a pipeline file, told all at once, each with its place and what to do about it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Literal, Protocol

from seeknal_tui.pipeline.model import Place
from seeknal_tui.safe_text import one_line

Severity = Literal["error", "warning"]

SHOWN = 200
"""How many problems are told; a last one says how many more there are."""
KEPT = 5_000
"""How many are kept to be sorted by place; of a file with more, the rest is only counted."""
COMPARED = 60_000
"""How many names are compared for all the "did you mean" of one file: many misspelt names must not make it slow."""
QUOTED = 60


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong (an error, and the pipeline cannot be run) or doubtful (a warning)."""

    place: Place
    severity: Severity
    message: str

    def __str__(self) -> str:
        return f"{one_line(str(self.place))}: {self.severity}: {self.message}"


class Located(Protocol):
    """Whatever stands at a line and a column, both counted from 1."""

    @property
    def line(self) -> int: ...  # noqa: D102

    @property
    def column(self) -> int: ...  # noqa: D102


class UnreadableError(Exception):
    """The file cannot be read on; what was wrong, and where."""

    def __init__(self, message: str, line: int = 1, column: int = 1) -> None:
        super().__init__(message)
        self.message, self.line, self.column = message, line, column


def quote(text: str) -> str:
    """Text of the file as a message may show it: short, on one line, harmless, in quotes."""
    return f'"{unquoted(text)}"'


def unquoted(text: str) -> str:
    """The same without quotes."""
    return one_line(text if len(text) <= QUOTED else text[: QUOTED - 1] + "…")


def listed(names: Iterable[str], limit: int = 12) -> str:
    """Names one after the other, the end left out where there are many."""
    names = list(names)
    shown = ", ".join(one_line(name) for name in names[:limit])
    return f"{shown}, and {len(names) - limit:,} more" if len(names) > limit else shown


def counted(number: int, noun: str) -> str:
    """``1 slot``, ``3 slots``, ``2 dependencies``."""
    several = f"{noun.removesuffix('y')}ies" if noun.endswith("cy") else f"{noun}s"
    return f"{number:,} {noun if number == 1 else several}"


def nearest_name(wrong: str, names: Collection[str], threshold: float = 0.6) -> str | None:
    """The name that *wrong* was probably meant to be, or None if none is at least so similar (1.0 is equal)."""
    from difflib import SequenceMatcher  # slow to import, and needed only where something is misspelt # noqa: PLC0415
    from heapq import nlargest  # noqa: PLC0415

    wrong = wrong[:200].lower()
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(wrong)

    def at_best(name: str) -> float:
        matcher.set_seq1(name.lower())
        return matcher.quick_ratio() if matcher.real_quick_ratio() >= threshold else 0.0

    def similarity(name: str) -> float:
        matcher.set_seq1(name.lower())
        return matcher.ratio()

    best = max(nlargest(20, names, key=at_best), key=similarity, default=None)
    return best if best is not None and similarity(best) >= threshold else None


@dataclass(frozen=True, slots=True)
class _Found:
    line: int
    column: int
    severity: Severity
    message: str
    misspelt: tuple[str, Collection[str]] | None
    otherwise: str


class Problems:
    """The problems of one file while it is being checked."""

    def __init__(self, file: str) -> None:
        self.file = file
        self._found: dict[_Key, _Found] = {}
        self._final: set[tuple[int, int]] = set()
        self._more = 0
        self.has_errors = False

    def error(
        self,
        at: Located,
        message: str,
        *,
        misspelt: tuple[str, Collection[str]] | None = None,
        otherwise: str = "",
        final: bool = False,
    ) -> None:
        """Add an error; *misspelt* is a name and those it could have been, *otherwise* the end if none is near.

        After a *final* one nothing more is told of the same spot: it would only follow from it.
        """
        self.has_errors = True
        spot = (at.line, at.column)
        if spot in self._final:
            return
        if final:
            self._final.add(spot)
        self._add(_Found(at.line, at.column, "error", message, misspelt, otherwise))

    def warning(self, at: Located, message: str) -> None:
        """Add something that is doubtful but can be run."""
        self._add(_Found(at.line, at.column, "warning", message, None, ""))

    def _add(self, found: _Found) -> None:
        if len(self._found) >= KEPT:
            self._more += 1
            return
        # What an alias repeats is one problem, told once.
        self._found.setdefault((found.line, found.column, found.message), found)

    def place(self, at: Located) -> Place:
        """That place in this file."""
        return Place(self.file, at.line, at.column)

    def sorted(self) -> tuple[Problem, ...]:
        """All of them by place, with the nearest names filled in; at most `SHOWN` and one that counts the rest."""
        found = sorted(self._found.values(), key=lambda one: (one.line, one.column))
        more = self._more + max(0, len(found) - SHOWN)
        if more and self.has_errors and all(one.severity == "warning" for one in found[:SHOWN]):
            found.sort(key=lambda one: one.severity)  # an error must be among those shown
        shown = found[:SHOWN]
        told = [Problem(self.place(one), one.severity, text) for one, text in zip(shown, _texts(shown), strict=True)]
        if more:
            severity: Severity = "error" if self.has_errors else "warning"
            told.append(Problem(told[-1].place, severity, f"and {more:,} more problems: repair these first"))
        return tuple(told)


_Key = tuple[int, int, str]


def _texts(found: Iterable[_Found]) -> Iterable[str]:
    left = COMPARED
    for one in found:
        near = None
        if one.misspelt and len(one.misspelt[1]) <= left:
            left -= len(one.misspelt[1])
            near = nearest_name(*one.misspelt)
        yield f"{one.message}: did you mean {one_line(near)}?" if near else one.message + one.otherwise
