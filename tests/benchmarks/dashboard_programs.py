"""The programs that ``bench_dashboard`` runs in a terminal: ``python -m`` this module NAME FILE REPORT [FRONT].

``load``: the dashboard under synthetic events. ``run``: a whole run with the dashboard; ``bare``: one without.
``read``: loads and checks the file. Each writes what it measured of itself to REPORT, as JSON.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from seeknal_tui.analysis.holdup import hold_up
from seeknal_tui.dashboard.app import DashboardApp
from seeknal_tui.dashboard.details import Tab
from seeknal_tui.dashboard.engine import LocalEngine
from seeknal_tui.dashboard.main_screen import MainScreen
from seeknal_tui.dashboard.session import Session
from seeknal_tui.history.journal import Journal
from seeknal_tui.history.result_witness import ResultWitness
from seeknal_tui.pipeline.loading import load
from seeknal_tui.pipeline.model import Pipeline
from seeknal_tui.run.events import Event, RunFinished, RunStarted, Status, TaskFinished, TaskReady, TaskStarted
from seeknal_tui.run.feed import Feed
from seeknal_tui.run.runner import Runner

RUN_ID = "load"
TALKER = 0
"""The number of the task that prints."""
SLOTS = 48
CHANGES_A_SECOND = 1000
BATCH_S = 0.01
SETTLE_S, MEASURED_S = 2.0, 15.0
HEARTBEAT_S = 0.005


def write_report(path: Path, **figures: Any) -> None:
    """Write it so that it is there whole or not at all."""
    figures["rss_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    unfinished = path.with_suffix(".unfinished")
    unfinished.write_text(json.dumps(figures))
    unfinished.rename(path)


def changes(pipeline: Pipeline, began: float) -> Iterator[Event]:
    """A run in which the talker never ends, and each of the other slots does one task after the other."""
    names = [task.name for task in pipeline.tasks]
    waits_for = [len(upstream) for upstream in pipeline.upstream]

    def now() -> float:
        return time.monotonic() - began

    ready = deque(number for number, count in enumerate(waits_for) if not count and number != TALKER)
    running: deque[int] = deque()
    yield TaskStarted(now(), names[TALKER], 1, 0)
    for number in ready:
        yield TaskReady(now(), names[number])
    while ready or running:
        if ready and len(running) < SLOTS - 1:
            running.append(ready.popleft())
            yield TaskStarted(now(), names[running[-1]], 1, 1 + running[-1] % (SLOTS - 1))
            continue
        ended = running.popleft()
        yield TaskFinished(now(), names[ended], Status.SUCCEEDED)
        for number in pipeline.downstream[ended]:
            waits_for[number] -= 1
            if not waits_for[number]:
                ready.append(number)
                yield TaskReady(now(), names[number])


class Load(threading.Thread):
    """Puts the events into the feed of a session, at their rate, and tells what that cost."""

    def __init__(self, session: Session) -> None:
        super().__init__(daemon=True)
        self.pipeline = session.pipeline
        assert isinstance(session.engine, LocalEngine)
        self.put = session.engine.feed.put
        self.count = 0
        self.cpu_s = 0.0

    def run(self) -> None:
        names = tuple(task.name for task in self.pipeline.tasks)
        began = time.monotonic()
        self.put(RunStarted(0.0, RUN_ID, self.pipeline.name, "", SLOTS, names, time.time()))
        for event in changes(self.pipeline, began):
            self.put(event)
            self.count += 1
            ahead = self.count / CHANGES_A_SECOND - (time.monotonic() - began)
            if ahead > BATCH_S:
                self.cpu_s = time.thread_time()
                time.sleep(ahead)


class LoadedApp(DashboardApp):
    """The dashboard, which measures itself while it is under load, and then ends."""

    def __init__(self, file: Path, report: Path, front: str) -> None:
        super().__init__(file)
        self.report, self.front = report, front

    def on_mount(self) -> None:
        self.run_worker(self.measure())

    async def measure(self) -> None:
        while not isinstance(self.screen, MainScreen):
            await asyncio.sleep(0.01)
        session = self.screen.session
        changing = Load(session)
        changing.start()
        while not session.state.runs:
            await asyncio.sleep(0.01)
        self.screen.select_task(TALKER)
        self.screen.details.open_tab(Tab.LOG)
        self.screen.show_pane("details" if self.front == "log" else self.front)
        await asyncio.sleep(SETTLE_S)
        begin, cpu, load_cpu, count = time.monotonic(), time.process_time(), changing.cpu_s, changing.count
        self.report.with_suffix(".ready").touch()
        late, own = await heartbeat(begin + MEASURED_S)
        end = time.monotonic()
        write_report(
            self.report,
            begin=begin,
            end=end,
            stall=max(late),
            stalls=sum(delay > 0.06 for delay in late),
            own_stall=max(own),
            share=(time.process_time() - cpu - changing.cpu_s + load_cpu) / (end - begin),
            changes=(changing.count - count) / (end - begin),
        )
        self.exit()


class RunningApp(DashboardApp):
    """The dashboard, which ends with its run."""

    def __init__(self, file: Path, report: Path) -> None:
        super().__init__(file, start=True)
        self.report = report

    def on_mount(self) -> None:
        self.run_worker(self.measure())

    async def measure(self) -> None:
        late = 0.0
        while self.session is None or not self.session.state.runs or self.session.state.is_running:
            asked = time.monotonic()
            await asyncio.sleep(HEARTBEAT_S)
            if self.session is not None and self.session.state.runs:
                late = max(late, time.monotonic() - asked - HEARTBEAT_S)
        write_report(self.report, seconds=self.session.state.wall_s, stall=late)
        self.exit()


async def heartbeat(until: float) -> tuple[list[float], list[float]]:
    """How much later than asked for the event loop came back each time, and how long it computed meanwhile.

    The first has in it what other programs and threads took away; the second is the dashboard's own doing.
    """
    late, own = [], []
    while (asked := time.monotonic()) < until:
        cpu = time.thread_time()
        await asyncio.sleep(HEARTBEAT_S)
        late.append(time.monotonic() - asked - HEARTBEAT_S)
        own.append(time.thread_time() - cpu)
    return late, own


def bare_run(file: Path, report: Path) -> None:
    """The same run without a dashboard, recorded just so, read by nobody until it has ended."""
    pipeline = load(file).pipeline
    assert pipeline is not None
    runner, feed = Runner(pipeline, witness=ResultWitness(pipeline)), Feed(output=False)
    runner.subscribe(feed)
    journal = Journal(pipeline, hold_up=hold_up)
    journal.attach(runner)
    runner.request(range(len(pipeline.tasks)))
    runner.wait_until_idle()
    last = feed.drain()[-1]
    assert type(last) is RunFinished
    runner.close()
    journal.close()
    write_report(report, seconds=last.at)


def read(file: Path, report: Path) -> None:
    """Load and check the file."""
    began = time.perf_counter()
    loaded = load(file)
    took = time.perf_counter() - began
    assert loaded.pipeline is not None
    write_report(report, seconds=took)


def main(program: str, file: Path, report: Path, front: str = "") -> None:
    match program:
        case "load":
            LoadedApp(file, report, front).run()
        case "run":
            RunningApp(file, report).run()
        case "bare":
            bare_run(file, report)
        case "read":
            read(file, report)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), *sys.argv[4:])
