"""The user's config file: keys, theme, mouse and notices. Never fatal."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from seeknal_tui.config_path import VARIABLE, config_path

if TYPE_CHECKING:
    from seeknal_tui.history.limits import Limits
    from seeknal_tui.pipeline.problems import Problem

LONG_RUN_S = 30.0


class Notice(StrEnum):
    """How the end of a long run is told."""

    BELL = "bell"
    DESKTOP = "desktop"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Config:
    """What the user prefers."""

    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Keys, as the user writes them, by the name of an action."""
    theme: str | None = None
    notify: Notice = Notice.OFF
    after: float = LONG_RUN_S
    """Seconds from which on a run is so long that its end is told."""
    mouse: bool = True
    history: Limits | None = None
    """How many runs are kept, for the journal, which reads it itself."""


def load_config(path: Path | None = None) -> tuple[Config, tuple[Problem, ...]]:
    """What the user's config file says as far as it can be read, and all that is wrong with it."""
    path = path or config_path()
    if not os.path.lexists(path) and not os.environ.get(VARIABLE):
        return Config(), ()
    # Reading takes 20 ms of imports, for which the first paint need not wait where there is no such file.
    from seeknal_tui.dashboard.config_file import read_config  # noqa: PLC0415

    return read_config(path)
