"""Text of others made harmless: what tasks print, names, errors, data.

Every character that a terminal may act on, that has no width, or that turns the direction of writing is replaced by
one visible character of one cell. What is left can neither move the cursor, colour, link, copy, nor paint outside the
cells that it is given.
"""

from __future__ import annotations

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def _table() -> dict[int, str]:
    table = {code: chr(0x2400 + code) for code in range(0x20)}  # ␛ for escape, ␇ for bell, …
    table[0x7F] = "\N{SYMBOL FOR DELETE}"
    hidden = [
        *range(0x80, 0xA0),  # C1: 0x9b alone begins a control sequence
        0xAD,
        0x034F,
        0x061C,
        *range(0x115F, 0x1161),  # fillers of Hangul
        *range(0x17B4, 0x17B6),
        *range(0x180B, 0x1810),
        *range(0x200B, 0x2010),  # zero width, and marks of direction
        *range(0x2028, 0x202F),  # line and paragraph separators, bidi embeddings and overrides
        *range(0x2060, 0x2070),  # word joiner, bidi isolates
        0x3164,
        *range(0xD800, 0xE000),  # surrogates, which cannot be written as UTF-8
        0xFEFF,
        *range(0xFFF9, 0xFFFC),
        0xFFA0,
        *range(0xFE00, 0xFE10),  # variation selectors change the width of what is before them
        *range(0x1BCA0, 0x1BCA4),
        *range(0x1D173, 0x1D17B),
        *range(0x1F3FB, 0x1F400),  # colours of skin: one cell or two or none, by the terminal
        *range(0xE0000, 0xE1000),
    ]
    table.update(dict.fromkeys(hidden, REPLACEMENT))
    return table


_ONE_LINE = _table()
_LINES = {code: text for code, text in _ONE_LINE.items() if code != 0x0A}
TAB = "    "


def one_line(text: str) -> str:
    """*text* on one line, every control and invisible character visible; a tab is four spaces."""
    if text.isascii() and text.isprintable():
        return text
    return text.replace("\t", TAB).translate(_ONE_LINE)


def lines(text: str) -> str:
    """The same, but newlines are kept."""
    return text.replace("\r\n", "\n").replace("\t", TAB).translate(_LINES)
