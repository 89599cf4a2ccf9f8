"""Events as bytes, and back: JSON, compressed, many events at a time.

An event is a list: the number of its kind in the *vocabulary*, then its fields. The vocabulary says for each kind its
name and the names of its fields. It is kept beside the events, so that they can be read when the kinds of events, or
their fields, are no longer the same: a field that is not there takes its default, and one that is no longer known is
left out, as is a kind.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import StrEnum
from typing import Any, get_type_hints

from seeknal_tui.run.events import EVENT_NAMES, Event

AT_ONCE = 1000
"""Events in a piece: about 2 ms of work that holds up the other threads."""
FASTEST = 1
"""Of zlib's levels: twice as fast as the default, for a sixth more bytes."""

_encode = json.JSONEncoder(separators=(",", ":")).encode
_NUMBERS = {kind: number for number, kind in enumerate(EVENT_NAMES)}
_KINDS = {name: kind for kind, name in EVENT_NAMES.items()}

VOCABULARY = _encode([[name, *getattr(kind, "_fields")] for kind, name in EVENT_NAMES.items()])  # noqa: B009
"""The vocabulary of this version, as text."""


def pack(value: Any) -> bytes:
    """A value of plain types as compressed JSON."""
    return zlib.compress(_encode(value).encode(), FASTEST)


def unpack(data: bytes) -> Any:
    """The value. Raises ValueError for what is no compressed JSON."""
    try:
        return json.loads(zlib.decompress(data))
    except zlib.error as error:
        raise ValueError(str(error)) from error


def pack_events(events: Sequence[Event]) -> Iterator[bytes]:
    """Events in the vocabulary of this version, in pieces."""
    numbers = _NUMBERS
    for begin in range(0, len(events), AT_ONCE):
        yield pack([(numbers[type(event)], *event) for event in events[begin : begin + AT_ONCE]])


class EventReader:
    """Reads events that were written in some vocabulary. Raises ValueError where the bytes are none of ours."""

    def __init__(self, vocabulary: str) -> None:
        self._readers = [_reader(name, fields) for name, *fields in json.loads(vocabulary)]

    def read(self, pieces: Iterable[bytes]) -> Iterator[Event]:
        """The events of the pieces, in their order."""
        readers = self._readers
        for piece in pieces:
            for number, *values in unpack(piece):
                reader = readers[number]
                if reader is not None:
                    yield reader(values)


def _reader(name: str, fields: Sequence[str]) -> Callable[[list[Any]], Event] | None:
    """What makes an event of the values of its fields; None for a kind that this version does not know."""
    kind: Any = _KINDS.get(name)
    if kind is None:
        return None
    convert = [(fields.index(field), conversion) for field, conversion in _conversions(kind) if field in fields]
    known = [(position, field) for position, field in enumerate(fields) if field in kind._fields]
    as_it_is = tuple(fields) == kind._fields

    def read(values: list[Any]) -> Event:
        for position, conversion in convert:
            values[position] = conversion(values[position])
        event: Event = kind(*values) if as_it_is else kind(**{field: values[position] for position, field in known})
        return event

    return read


def _conversions(kind: type) -> Iterator[tuple[str, Callable[[Any], Any]]]:
    """The fields of an event that JSON does not give back as they were."""
    for field, hint in get_type_hints(kind).items():
        if isinstance(hint, type) and issubclass(hint, StrEnum):
            yield field, hint
        elif getattr(hint, "__origin__", None) is tuple:
            yield field, tuples


def tuples(value: Any) -> Any:
    """The value with a tuple for each list in it."""
    return tuple(tuples(item) for item in value) if isinstance(value, list) else value
