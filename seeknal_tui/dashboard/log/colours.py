"""The colours that a task prints: SGR sequences taken out of its text. Pure.

``ESC [ … m`` sets colours and the like (ECMA-48, section 8.3.117; the colours of 256 and of 24 bits as in ISO 8613-6
and as xterm writes them). Every other escape sequence stays in the text, where it is made visible and does nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from seeknal_tui.safe_text import one_line

SGR = re.compile("\x1b\\[([0-9;:]{0,100})m")

Colour = int | tuple[int, int, int] | None
"""One of the 256 colours of the terminal, red, green and blue, or the usual one."""


class Look(NamedTuple):
    """How text is to look."""

    colour: Colour = None
    background: Colour = None
    bold: bool = False
    dim: bool = False
    italic: bool = False
    underline: bool = False
    reverse: bool = False
    strike: bool = False


class Stretch(NamedTuple):
    """The characters from ``begin`` up to before ``end`` that look so."""

    begin: int
    end: int
    look: Look


PLAIN = Look()
_SWITCHES: dict[int, dict[str, bool]] = {
    1: {"bold": True},
    2: {"dim": True},
    3: {"italic": True},
    4: {"underline": True},
    7: {"reverse": True},
    9: {"strike": True},
    21: {"underline": True},
    22: {"bold": False, "dim": False},
    23: {"italic": False},
    24: {"underline": False},
    27: {"reverse": False},
    29: {"strike": False},
}


def shown(text: str) -> tuple[str, tuple[Stretch, ...]]:
    """*text* harmless, on one line and without its SGR sequences, and what they make of it. Ends with the line."""
    if "\x1b[" not in text:
        return one_line(text), ()
    parts: list[str] = []
    stretches: list[Stretch] = []
    length, at, look = 0, 0, PLAIN
    for found in SGR.finditer(text):
        part = one_line(text[at : found.start()])
        if part and look != PLAIN:
            stretches.append(Stretch(length, length + len(part), look))
        parts.append(part)
        length += len(part)
        at = found.end()
        look = after(look, found[1])
    part = one_line(text[at:])
    if part and look != PLAIN:
        stretches.append(Stretch(length, length + len(part), look))
    return "".join((*parts, part)), tuple(stretches)


def plain(text: str) -> str:
    """*text* as it is shown, without a thought of its looks."""
    return one_line(SGR.sub("", text) if "\x1b[" in text else text)


def after(look: Look, parameters: str) -> Look:
    """How text looks after a sequence with those parameters; what is not known changes nothing."""
    fields = iter(parameters.split(";"))
    for field in fields:
        code, *details = (int(number) if number else 0 for number in field.split(":"))
        if code == 0:
            look = PLAIN
        elif code in (38, 48):
            colour = _colour(details, fields)
            if colour is not None:
                look = look._replace(colour=colour) if code == 38 else look._replace(background=colour)
        elif code == 4 and details[:1] == [0]:
            look = look._replace(underline=False)
        elif code in _SWITCHES:
            look = look._replace(**_SWITCHES[code])
        else:
            look = _simple_colour(look, code)
    return look


def _simple_colour(look: Look, code: int) -> Look:
    tens, unit = divmod(code, 10)
    if code in (39, 49):
        return look._replace(colour=None) if code == 39 else look._replace(background=None)
    if unit > 7 or tens not in (3, 4, 9, 10):
        return look
    number = unit + (8 if tens >= 9 else 0)
    return look._replace(colour=number) if tens in (3, 9) else look._replace(background=number)


def _colour(details: list[int], fields: Iterator[str]) -> Colour:
    """The colour that follows 38 or 48: behind colons in the same field, or in the fields behind it."""

    def following(count: int) -> list[int]:
        texts = [next(fields, "") for _ in range(count)]
        return [int(text) if text.isdigit() else 0 for text in texts]

    if details:
        kind, *values = details
        if kind == 2 and len(values) >= 4:
            values = values[1:]  # the number of a colour space comes first
    else:
        (kind,) = following(1)
        values = following({5: 1, 2: 3}.get(kind, 0))
    if any(value > 255 for value in values):
        return None
    if kind == 5 and values:
        return values[0]
    if kind == 2 and len(values) >= 3:
        return values[0], values[1], values[2]
    return None
