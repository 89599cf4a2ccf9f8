"""Events and summaries as JSON, as users' scripts read them."""

from __future__ import annotations

import json
from typing import Any

from seeknal_tui.analysis.summary import RunSummary, TaskSummary
from seeknal_tui.analysis.waits import Waiting
from seeknal_tui.run.events import EVENT_NAMES, Event, RunFinished, TaskOutput

_encode = json.JSONEncoder(ensure_ascii=True, separators=(", ", ": ")).encode
"""ASCII only: no control or bidi character of a task reaches a terminal through it."""


def event_lines(event: Event, summary: RunSummary | None = None) -> list[str]:
    """One JSON object a line for an event; output gives one for each line that was printed.

    *summary* belongs to :class:`RunFinished` only.
    """
    name = EVENT_NAMES[type(event)]
    if type(event) is TaskOutput:
        head = {"at": round(event.at, 6), "event": name, "task": event.task, "stream": event.stream}
        return [_encode({**head, "text": line}) for line in event.text.split("\n")]
    fields: dict[str, Any] = {"at": round(event.at, 6), "event": name}
    values = event._asdict()
    values.pop("at")
    fields.update(values)
    if type(event) is RunFinished and summary is not None:
        fields["summary"] = summary_object(summary)
    return [_encode(fields)]


def summary_object(summary: RunSummary) -> dict[str, Any]:
    """The summary as scripts read it: plain values, seconds rounded to a microsecond."""
    return {
        "run_id": summary.run_id,
        "pipeline": summary.pipeline,
        "environment": summary.environment,
        "status": summary.status,
        "max_parallel": summary.max_parallel,
        "wall_s": _seconds(summary.wall_s),
        "task_s": _seconds(summary.task_s),
        "speedup": round(summary.speedup, 4),
        "floor_s": _seconds(summary.floor_s),
        "efficiency": round(summary.efficiency, 4),
        "counts": dict(summary.counts),
        "tasks": [_task_object(task) for task in summary.tasks],
    }


def _task_object(task: TaskSummary) -> dict[str, Any]:
    return {
        "name": task.task.name,
        "kind": task.task.kind,
        "status": task.status,
        "attempts": task.attempts,
        "ready_at": _seconds(task.ready_at),
        "started_at": _seconds(task.started_at),
        "finished_at": _seconds(task.finished_at),
        "running_s": _seconds(task.running_s),
        "wait": waiting_object(task.wait),
        "wait_later": waiting_object(task.wait_later),
        "rows": task.rows,
        "bytes": task.bytes,
        "error": task.error or None,
    }


def waiting_object(waiting: Waiting) -> dict[str, float]:
    """Seconds waited, by reason."""
    return {f"{reason}_s": seconds for reason, seconds in waiting.seconds().items()}


def _seconds(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 6)
