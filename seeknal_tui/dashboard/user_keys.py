"""Keys that the user gives to actions: their names, and the table of actions with them. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import replace

from textual.binding import Binding
from textual.keys import KEY_NAME_REPLACEMENTS, Keys

from seeknal_tui.dashboard.actions import UserAction

MODIFIERS = frozenset({"ctrl", "alt", "shift", "super", "hyper", "meta"})
NAMED = frozenset({key.value for key in Keys if not key.value.startswith("<")} | set(KEY_NAME_REPLACEMENTS.values()))
"""What the terminal can send beside characters."""
MISSING = "none"
"""What stands for the keys of an action that has none."""


def key_name(text: str) -> str | None:
    """Textual's name of a key that the user has written (``?``, ``F``, ``ctrl+g``, ``f5``), or None if it is no key."""
    *modifiers, key = text.split("+") if len(text) > 1 else [text]
    if not MODIFIERS.issuperset(modifiers):
        return None
    if len(key) == 1 and key.isprintable():
        name = "comma" if key == "," else Binding(key, "", "").key
        [binding] = Binding.make_bindings([Binding(name, "", "")])
        return "+".join((*modifiers, binding.key))
    if text in NAMED or key in NAMED or _is_character_name(key):
        return text
    return None


def _is_character_name(key: str) -> bool:
    try:
        unicodedata.lookup(key.replace("_", " "))
    except KeyError:
        return False
    return True


def with_keys(actions: Sequence[UserAction], keys: Mapping[str, Sequence[str]]) -> tuple[UserAction, ...]:
    """The table with the user's *keys* (as written, by the name of an action); other actions lose the keys taken."""
    names = {name: tuple(filter(None, map(key_name, written))) for name, written in keys.items()}
    taken = {key for found in names.values() for key in found}
    changed: list[UserAction] = []
    for action in actions:
        if action.name in keys:
            shown = " ".join(keys[action.name])
            changed.append(replace(action, keys=names[action.name], shown=shown, brief_keys=""))
        elif taken.isdisjoint(action.keys):
            changed.append(action)
        else:
            left = tuple(key for key in action.keys if key not in taken)
            changed.append(replace(action, keys=left, shown=" ".join(left) or MISSING, brief_keys=""))
    return tuple(changed)


def keymap(actions: Sequence[UserAction], keys: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """The user's *keys* as Textual wants them, for actions that already have them."""
    return {action.name: ",".join(action.keys) for action in actions if action.name in keys and action.keys}
