"""What can be asked of a run by another process, and how it is written: one JSON object a line, answered by another.

======================================================  =========================================================
``{"ask": "hello"}``                                    who executes the run, and with how many slots
``{"ask": "pause"}``, ``{"ask": "resume"}``             nothing new starts; go on
``{"ask": "max_parallel", "value": 8}``                 so many slots
``{"ask": "stop", "task": "x", "kill": false}``         end a task
``{"ask": "stop_all", "kill": false}``                  end the run
``{"ask": "run", "tasks": [], "reuse": [],``            run tasks, in the run that goes on or in a new one
``"selected": ""}``
======================================================  =========================================================

The answer is ``{"ok": true}``, with more where something was asked, or ``{"ok": false, "error": "…"}``.
"""

from __future__ import annotations

import json
import os
from typing import Any

from seeknal_tui.run.plan import NotRunnable
from seeknal_tui.run.runner import HIGHEST_MAX_PARALLEL, Runner

MOST_BYTES = 4 << 20
"""As long a line may be: 20,000 names of 128 letters fit."""


class Refused(Exception):  # noqa: N818 - named as the user reads it
    """What was asked for cannot be done; the message says why."""


def answer_to(line: bytes, runner: Runner) -> bytes:
    """Do what a line asks for, and say how that went. Never raises, whatever is in the line."""
    try:
        answer = {"ok": True, **_done(_read(line), runner)}
    except (Refused, NotRunnable) as refusal:
        answer = {"ok": False, "error": str(refusal)}
    return json.dumps(answer).encode() + b"\n"


def _read(line: bytes) -> dict[str, Any]:
    try:
        request = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise Refused("a request is one JSON object a line") from error
    if not isinstance(request, dict):
        raise Refused("a request is a JSON object")
    return request


def _done(request: dict[str, Any], runner: Runner) -> dict[str, Any]:
    match request.get("ask"):
        case "hello":
            return {"pid": os.getpid(), "max_parallel": runner.max_parallel, "running": runner.is_running}
        case "max_parallel":
            highest = max(HIGHEST_MAX_PARALLEL, runner.max_parallel)
            value = request.get("value")
            if type(value) is not int or not 1 <= value <= highest:
                raise Refused(f"max_parallel is a whole number from 1 to {highest}")
            runner.set_max_parallel(value)
        case "run":
            numbers = [_number(name, runner) for name in _names(request, "tasks")]
            reuse = [_number(name, runner) for name in _names(request, "reuse")]
            selected = request.get("selected", "")
            if not isinstance(selected, str):
                raise Refused("selected is a text")
            if numbers:
                runner.request(numbers, reuse, selected)
        case "pause" | "resume" | "stop" | "stop_all" as what:
            if not runner.is_running:
                raise Refused("nothing runs any more")
            _change(what, request, runner)
        case _:
            raise Refused("nothing of that name can be asked for")
    return {}


def _change(what: str, request: dict[str, Any], runner: Runner) -> None:
    kill = request.get("kill", False)
    if type(kill) is not bool:
        raise Refused("kill is true or false")
    match what:
        case "pause":
            runner.pause()
        case "resume":
            runner.resume()
        case "stop":
            runner.stop(_number(request.get("task"), runner), kill=kill)
        case _:
            runner.stop_all(kill=kill)


def _names(request: dict[str, Any], key: str) -> list[Any]:
    names = request.get(key, [])
    if not isinstance(names, list):
        raise Refused(f"{key} is a list of names")
    return names


def _number(name: Any, runner: Runner) -> int:
    number = runner.pipeline.numbers.get(name) if isinstance(name, str) else None
    if number is None:
        raise Refused("the pipeline has no such task")
    return number
