"""The events of a run: the one language that the rooms speak with each other.

The runner writes events; everything else reads them. An event is a small immutable record. ``at`` is seconds since its
run began, on a clock that never goes back. In the order in which the runner wrote them the events of a run start with
:class:`RunStarted` and end with :class:`RunFinished`; ``at`` never decreases.

Events are named tuples because making one takes a third of a microsecond, which at three events a task is felt.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Status(StrEnum):
    """The state of a task."""

    PENDING = "pending"
    """Waits for what it depends on, or was not asked for."""
    READY = "ready"
    """All it depends on has succeeded; waits for a slot, a pool, an output, or the delay before a retry."""
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    SKIPPED = "skipped"
    """Something it depends on did not succeed."""
    REUSED = "reused"
    """Its result stands from before; it was not run."""


ENDED = frozenset({Status.SUCCEEDED, Status.FAILED, Status.CANCELLED, Status.SKIPPED, Status.REUSED})
"""The statuses in which a task stays unless it is asked for again."""


class RunStatus(StrEnum):
    """The state of a run as a whole."""

    IDLE = "idle"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"
    """Its process was killed: what it left behind ends before it did. Only a past run is ever in this state."""


class RunStarted(NamedTuple):
    """A run begins; every task of ``tasks`` is now pending."""

    at: float
    run_id: str
    pipeline: str
    environment: str
    max_parallel: int
    tasks: tuple[str, ...]
    """The tasks to be run, in the order of the file. Those reused follow as events of their own."""
    started_at: float
    """Seconds since 1970 at which ``at`` is zero."""
    selected: str = ""
    """What was asked for, as ``--select`` would say it; empty for everything."""


class TaskQueued(NamedTuple):
    """A task was asked for while the run goes on: it is pending, perhaps once more."""

    at: float
    task: str


class TaskReady(NamedTuple):
    """All that the task depends on has succeeded."""

    at: float
    task: str


class TaskStarted(NamedTuple):
    """An attempt begins."""

    at: float
    task: str
    attempt: int
    """Counts from 1 in a run; a task asked for again goes on counting."""
    lane: int
    """The slot in which it runs, from 0."""
    pool_s: float = 0.0
    """Of the seconds since the task was ready, those in which a pool was what it waited for."""
    output_s: float = 0.0
    """The same for an output path, or for a reader of its former result."""
    slot_after_s: float = 0.0
    """Those in which it waited for a slot after a pool or an output was in its way, and not before."""


class TaskOutput(NamedTuple):
    """One or more whole lines that a task printed."""

    at: float
    task: str
    stream: str
    """``stdout``, ``stderr``, or ``runner`` for what the runner has to say of the task."""
    text: str
    """Without the last newline."""


class TaskProgress(NamedTuple):
    """How far a running task is."""

    at: float
    task: str
    fraction: float
    """From 0 to 1."""


class TaskSampled(NamedTuple):
    """What the attempt has used up to now; the last one of an attempt is its whole use."""

    at: float
    task: str
    cpu_s: float
    rss_bytes: int
    read_bytes: int
    written_bytes: int


class TaskFiles(NamedTuple):
    """The files of the pipeline that an attempt, which is over, was seen to use; absolute paths."""

    at: float
    task: str
    read: tuple[str, ...]
    written: tuple[str, ...]
    perhaps: tuple[str, ...]
    """Opened while it ran, by it or by another task."""
    complete: bool
    """Whether it opened no other file in the folder of the pipeline."""


class HostSampled(NamedTuple):
    """How busy the machine is, whoever uses it."""

    at: float
    cores: float
    """How many cores were busy since the sample before, or since the run began."""
    queue: int
    """How many threads run, or would if there were more cores."""
    memory_bytes: int
    """Memory that could still be taken without swapping."""
    memory_limit_bytes: int
    """All the memory there is for us."""
    swapped_bytes: int
    """Memory that lies in the swap."""
    spilled_bytes: int
    """What DuckDB has put on disk because it does not fit into memory."""
    run_cores: float
    """How many cores the run itself kept busy."""


class TaskRetrying(NamedTuple):
    """An attempt failed; the next one may start after the delay."""

    at: float
    task: str
    attempt: int
    """The attempt that failed."""
    error: str
    delay_s: float


class TaskFinished(NamedTuple):
    """A task reached its end, for this time."""

    at: float
    task: str
    status: Status
    error: str = ""
    rows: int | None = None
    bytes: int | None = None
    """Size of the result's file."""


class MaxParallelChanged(NamedTuple):
    """The number of slots is another from now on."""

    at: float
    max_parallel: int


class Paused(NamedTuple):
    """Nothing new starts from now on."""

    at: float


class Resumed(NamedTuple):
    """Tasks start again."""

    at: float


class RunFinished(NamedTuple):
    """All tasks of the run have ended."""

    at: float
    status: RunStatus


Event = (
    RunStarted
    | TaskQueued
    | TaskReady
    | TaskStarted
    | TaskOutput
    | TaskProgress
    | TaskSampled
    | TaskFiles
    | HostSampled
    | TaskRetrying
    | TaskFinished
    | MaxParallelChanged
    | Paused
    | Resumed
    | RunFinished
)

EVENT_NAMES: dict[type, str] = {
    RunStarted: "run_started",
    TaskQueued: "task_queued",
    TaskReady: "task_ready",
    TaskStarted: "task_started",
    TaskOutput: "task_output",
    TaskProgress: "task_progress",
    TaskSampled: "task_sampled",
    TaskFiles: "task_files",
    HostSampled: "host_sampled",
    TaskRetrying: "task_retrying",
    TaskFinished: "task_finished",
    MaxParallelChanged: "max_parallel_changed",
    Paused: "paused",
    Resumed: "resumed",
    RunFinished: "run_finished",
}
"""The name of each event in JSON and in the journal."""
