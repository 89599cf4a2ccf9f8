"""A run without a dashboard: plain lines or JSON on stdout, signals, the exit code."""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
from collections.abc import Iterable
from queue import SimpleQueue
from types import FrameType
from typing import TYPE_CHECKING, TextIO

from seeknal_tui.analysis.holdup import hold_up
from seeknal_tui.analysis.summary import summarize
from seeknal_tui.history.journal import Journal
from seeknal_tui.pipeline.model import OnFailure, Pipeline
from seeknal_tui.reports.json_lines import event_lines
from seeknal_tui.reports.plain import closing_lines, event_text, resume_line
from seeknal_tui.run.events import Event, RunFinished, RunStatus
from seeknal_tui.run.feed import Feed
from seeknal_tui.run.plan import RerunPlan
from seeknal_tui.run.promotion import settle
from seeknal_tui.run.runner import Runner
from seeknal_tui.run.state import RunState
from seeknal_tui.safe_text import one_line

if TYPE_CHECKING:
    from seeknal_tui.control.server import ControlServer

LOOK_EVERY_S = 0.05
SERVED_AFTER = 5
"""After so many looks other processes may ask things of the run."""
LEAVE_S = 2.0
"""How long the main thread may take to leave after everything was killed."""
SIGNALS = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}
"""Signals that end a run, and the exit code of each."""


class _Signals:
    """Heeds the signals that end a run: the first gracefully, a further one at once.

    A handler only notes the signal; a thread does what follows. So it works while the main thread is stuck in writing
    to a pipe that nobody reads, and no lock is taken in a handler.
    """

    def __init__(self, runner: Runner) -> None:
        self.came: list[int] = []
        self._runner = runner
        self._queue: SimpleQueue[int | None] = SimpleQueue()
        self._left = threading.Event()

    def __enter__(self) -> _Signals:
        ignored = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN  # as nohup does
        heeded = [number for number in SIGNALS if not (ignored and number is signal.SIGHUP)]
        self._before = {number: signal.signal(number, self._note) for number in heeded}
        threading.Thread(target=self._heed, name="signals", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._left.set()
        self._queue.put(None)
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _note(self, number: int, _: FrameType | None) -> None:
        self.came.append(number)
        self._queue.put(number)

    @property
    def exit_code(self) -> int | None:
        """The exit code that the first signal asks for."""
        return SIGNALS[signal.Signals(self.came[0])] if self.came else None

    def _heed(self) -> None:
        asked = 0
        while self._queue.get() is not None:
            asked += 1
            self._runner.stop_all(kill=asked > 1)
            if asked == 1:
                os.write(2, b"stopping; press ctrl+c again to kill what still runs\n")
            else:
                self._runner.wait_until_idle()
                if not self._left.wait(LEAVE_S):  # stuck in a pipe: all that ran has ended, so there is nothing to lose
                    os._exit(self.exit_code or 1)


class _Printer:
    """Writes events to stdout as they come."""

    def __init__(self, state: RunState, out: TextIO, *, as_json: bool) -> None:
        self._state = state
        self._out = out
        self._as_json = as_json

    def show(self, events: list[Event]) -> None:
        """Write events; raises BrokenPipeError when nobody reads any more."""
        for event in events:
            self._state.apply(event)
            if self._as_json:
                summary = summarize(self._state) if type(event) is RunFinished else None
                lines = event_lines(event, summary)
            else:
                lines = event_text(event, self._state)
            if lines:
                self._out.write("\n".join(lines) + "\n")
        if events:
            self._out.flush()


def run_headless(
    pipeline: Pipeline,
    *,
    selected: str | None = None,
    excluded: str | None = None,
    changed: bool = False,
    resume: bool = False,
    max_parallel: int | None = None,
    on_failure: OnFailure | None = None,
    as_json: bool = False,
) -> int:
    """Run the pipeline to its end; returns the exit code.

    With *changed* only what has changed runs, with *resume* only what had not succeeded in the latest run. Raises
    NotRunnable, and BrokenPipeError when nobody reads stdout any more.
    """
    from seeknal_tui.history.asked import plan_asked  # noqa: PLC0415 - only a run needs SQLite
    from seeknal_tui.history.breaking import breaking_lines  # noqa: PLC0415
    from seeknal_tui.history.past_runs import PastRuns  # noqa: PLC0415
    from seeknal_tui.history.result_witness import ResultWitness  # noqa: PLC0415

    settle(pipeline.production_target)
    if changed:
        plan = _changed(pipeline, selected, excluded)
    else:
        plan = plan_asked(pipeline, selected, excluded, resume=resume)
        _tell(breaking_lines(pipeline, plan.run))
    witness = ResultWitness(pipeline) if pipeline.file else None
    runner = Runner(
        pipeline,
        max_parallel=max_parallel,
        on_failure=on_failure,
        measurements=PastRuns(pipeline.folder).measurements(pipeline),
        witness=witness,
    )
    feed = Feed()
    runner.subscribe(feed)
    journal = Journal(pipeline, hold_up=hold_up)
    journal.attach(runner)
    state = RunState(pipeline)
    printer = _Printer(state, sys.stdout, as_json=as_json)
    gc.freeze()  # the modules and the pipeline stay: the collector need not look at them again, not even at the end
    with _Signals(runner) as signals:
        try:
            runner.request(plan.run, plan.reuse, plan.selected)
            _follow(runner, feed, printer)
        except BaseException:
            runner.close(kill=True)
            raise
        finally:
            runner.close()
            journal.close()
    if problem := journal.problem or (witness and witness.problem):
        sys.stderr.write(f"seeknal-tui: the run was not recorded: {problem}\n")
    elif journal.notice:
        sys.stderr.write(f"seeknal-tui: {journal.notice}\n")
    if runner.crash is not None:
        raise runner.crash
    if not as_json:
        lines = closing_lines(summarize(state), runner.log_path, pipeline)
        if not journal.problem:
            lines += resume_line(summarize(state), pipeline)
        sys.stdout.write("\n".join(["", *lines]) + "\n")
        sys.stdout.flush()
    if signals.exit_code is not None:
        return signals.exit_code
    return 0 if state.status is RunStatus.SUCCEEDED else 1


def _changed(pipeline: Pipeline, selected: str | None, excluded: str | None) -> RerunPlan:
    """The plan for what has changed; tells on stderr why each task runs, and what that means for others."""
    from seeknal_tui.history.changed_plan import plan_changed, told_before  # noqa: PLC0415

    found = plan_changed(pipeline, selected, excluded)
    _tell(told_before(pipeline, found))
    return found.plan


def _tell(lines: Iterable[str]) -> None:
    for line in lines:
        sys.stderr.write(f"{one_line(line)}\n")


def _follow(runner: Runner, feed: Feed, printer: _Printer) -> None:
    """Print until the run has ended, and so has what others asked for meanwhile."""
    control: ControlServer | None = None
    looks = 0
    idle = False
    try:
        while not idle:
            idle = runner.wait_until_idle(LOOK_EVERY_S)
            printer.show(feed.drain())
            looks += 1
            if looks == SERVED_AFTER and not idle:  # a run that is over in a moment is not to wait for this
                control = _control_of(runner)
            if idle and control is not None:
                control.close()
                control = None
                idle = runner.wait_until_idle(0)  # it may have been asked for more in its last moment
        printer.show(feed.drain())
    finally:
        if control is not None:
            control.close()


def _control_of(runner: Runner) -> ControlServer:
    from seeknal_tui.control.server import ControlServer  # noqa: PLC0415 - sockets take some milliseconds to import

    control = ControlServer(runner.pipeline.target, lambda: runner)
    control.start()
    return control
