"""Where the user's config file is: the dashboard reads all of it, the journal what is said of the history."""

from __future__ import annotations

import os
from pathlib import Path

VARIABLE = "SEEKNAL_TUI_CONFIG"
"""The environment variable that names another config file."""


def config_path() -> Path:
    """Where the user's config file is, if there is one."""
    named = os.environ.get(VARIABLE)
    if named:
        return Path(named)
    import platformdirs  # noqa: PLC0415 - not everyone who asks for the variable needs it

    return platformdirs.user_config_path("seeknal-tui") / "config.yml"
