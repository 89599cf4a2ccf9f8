"""The environment that a task's process gets."""

from __future__ import annotations

import json
import os

from seeknal_tui.run import strays
from seeknal_tui.run.actions.attempt import AttemptContext


def environment_of(context: AttemptContext) -> dict[str, str]:
    """Our own environment, the task's ``env``, and what the process may want to know of its attempt.

    ``SEEKNAL_TUI_INPUTS`` is a JSON object from the names of the upstream tasks to their results; for shell scripts
    there is ``SEEKNAL_TUI_INPUT_CLEAN_SALES`` for ``clean_sales`` besides. A Python process does not buffer its lines.
    """
    inputs = {name: str(path) for name, path in context.inputs.items()}
    return {
        **os.environ,
        "PYTHONUNBUFFERED": os.environ.get("PYTHONUNBUFFERED", "1"),
        **dict(context.task.env),
        **{f"SEEKNAL_TUI_INPUT_{_variable(name)}": path for name, path in inputs.items()},
        "SEEKNAL_TUI_INPUTS": json.dumps(inputs),
        "SEEKNAL_TUI_RUN": context.run_id,
        "SEEKNAL_TUI_ATTEMPT": str(context.number),
        "SEEKNAL_TUI_ENVIRONMENT": context.environment,
        "SEEKNAL_TUI_PIPELINE": context.pipeline_name,
        "SEEKNAL_TUI_TARGET": str(context.target),
        "SEEKNAL_TUI_RESULT": str(context.result_path),
        strays.TASK: context.task.name,
        strays.COOKIE: strays.cookie_value(context.cookie),
    }


def _variable(name: str) -> str:
    return "".join(character if character.isascii() and character.isalnum() else "_" for character in name).upper()
