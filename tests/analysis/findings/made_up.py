"""Runs that never happened, as lists of events: what finders are tried on."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from seeknal_tui.analysis.findings import find
from seeknal_tui.analysis.findings.case import Case
from seeknal_tui.analysis.findings.finding import Finding, FindingKind
from seeknal_tui.pipeline.model import CommandAction, Execution, Pipeline, Place, SqlAction, Task
from seeknal_tui.run.actions.query_profile import QueryProfile
from seeknal_tui.run.events import (
    Event,
    HostSampled,
    RunFinished,
    RunStarted,
    RunStatus,
    Status,
    TaskFiles,
    TaskFinished,
    TaskReady,
    TaskSampled,
    TaskStarted,
)
from seeknal_tui.run.measured import NO_MEASUREMENTS, Measurements
from seeknal_tui.run.state import RunState

FOLDER = Path("/pipelines/sales")
GIGABYTE = 1 << 30


def sql(text: str) -> SqlAction:
    return SqlAction(text, Place("pipeline.yml", 1, 1))


def command(text: str) -> CommandAction:
    return CommandAction(text)


def pipeline(
    *tasks: Task, max_parallel: int = 4, pools: Mapping[str, int] | None = None, folder: Path = FOLDER
) -> Pipeline:
    execution = Execution(max_parallel=max_parallel, pools=pools or {})
    return Pipeline("sales", tasks, execution, file=folder / "pipeline.yml")


class Ran(NamedTuple):
    """How a task ran; seconds since the run began."""

    start: float
    end: float
    ready: float | None = None
    """None: it started at once."""
    pool_s: float = 0.0
    output_s: float = 0.0
    cpu_s: float | None = None
    rss_bytes: int = 0
    read_bytes: int = 0
    written_bytes: int = 0
    read: tuple[str, ...] = ()
    written: tuple[str, ...] = ()
    perhaps: tuple[str, ...] = ()
    files_known: bool = False
    """Whether its files were looked at, and none was missed."""
    status: Status = Status.SUCCEEDED


def at(path: str) -> str:
    return f"{FOLDER}/{path}"


def run_of(made: Pipeline, ran: Mapping[str, Ran], host: tuple[HostSampled, ...] = ()) -> RunState:
    """The state after a run in which tasks ran as told."""
    timed: list[tuple[float, int, Event]] = [(sample.at, 2, sample) for sample in host]
    for name, how in ran.items():
        ready = how.start if how.ready is None else how.ready
        timed.append((ready, 3, TaskReady(ready, name)))
        timed.append((how.start, 4, TaskStarted(how.start, name, 1, 0, how.pool_s, how.output_s)))
        if how.cpu_s is not None:
            use = (how.cpu_s, how.rss_bytes, how.read_bytes, how.written_bytes)
            timed.append((how.end, 0, TaskSampled(how.end, name, *use)))
        if how.files_known or how.read or how.written or how.perhaps:
            files = (how.read, how.written, how.perhaps)
            timed.append((how.end, 0, TaskFiles(how.end, name, *files, how.files_known)))
        timed.append((how.end, 1, TaskFinished(how.end, name, how.status)))
    events = [event for _, _, event in sorted(timed, key=lambda each: each[:2])]
    end = max((how.end for how in ran.values()), default=0.0)
    state = RunState(made)
    state.apply(RunStarted(0.0, "now", made.name, "", made.execution.max_parallel, tuple(ran), 1_000_000.0))
    state.apply_all(events)
    state.apply(RunFinished(end, RunStatus.SUCCEEDED))
    return state


def case_of(
    made: Pipeline,
    ran: Mapping[str, Ran],
    *,
    cores: int = 4,
    host: tuple[HostSampled, ...] = (),
    measurements: Measurements = NO_MEASUREMENTS,
    profiles: Mapping[str, QueryProfile] | None = None,
) -> Case:
    state = run_of(made, ran, host)
    numbered = {made.numbers[name]: profile for name, profile in (profiles or {}).items()}
    return Case(state, state.now, cores, measurements, numbered)


def kinds(case: Case) -> list[FindingKind]:
    return [finding.kind for finding in find(case)]


def only(case: Case, kind: FindingKind) -> Finding:
    """The one finding of that kind."""
    (finding,) = [finding for finding in find(case) if finding.kind is kind]
    return finding


def sample(second: float, *, cores: float = 1.0, queue: int = 1, free: float = 0.8, swapped: int = 0) -> HostSampled:
    return HostSampled(second, cores, queue, int(free * 8 * GIGABYTE), 8 * GIGABYTE, swapped, 0, cores)
