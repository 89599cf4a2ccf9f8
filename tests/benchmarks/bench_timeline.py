"""What the timeline costs with many tasks. Run by hand: python tests/benchmarks/bench_timeline.py [tasks]."""

from __future__ import annotations

import asyncio
import gc
import sys
import time
from collections.abc import Callable
from functools import partial
from itertools import product
from statistics import median

from textual.app import App, ComposeResult

from seeknal_tui.dashboard.look import DARK
from seeknal_tui.dashboard.row_label import RowLook
from seeknal_tui.dashboard.row_order import RowOrder, Sort
from seeknal_tui.dashboard.timeline import TimelineView
from seeknal_tui.dashboard.timeline.axis import Scale
from seeknal_tui.dashboard.timeline.lane_rows import LaneLook, LanePainter
from seeknal_tui.dashboard.timeline.lanes import Lanes
from seeknal_tui.dashboard.timeline.rows import time_segments
from seeknal_tui.pipeline.model import Pipeline, Task
from seeknal_tui.run.events import Event, RunStarted, Status, TaskFinished, TaskReady, TaskStarted
from seeknal_tui.run.state import RunState

SLOTS = 48
FRAME = 1 / 30


def layered(size: int) -> Pipeline:
    """Tasks in layers of a hundred, each waiting for three of the layer before."""
    tasks = [
        Task(
            name=f"task_{number:05d}",
            depends_on=tuple(f"task_{(number // 100 - 1) * 100 + (number * 7 + k) % 100:05d}" for k in range(3))
            if number >= 100
            else (),
        )
        for number in range(size)
    ]
    return Pipeline("layered", tuple(tasks))


def events_of(pipeline: Pipeline, seconds: float) -> list[Event]:
    """Each of the slots runs one task after the other, each of *seconds*."""
    names = tuple(task.name for task in pipeline.tasks)
    events: list[Event] = [RunStarted(0.0, "bench", pipeline.name, "", SLOTS, names, 0.0)]
    for number, name in enumerate(names):
        begin = (number + number % SLOTS / SLOTS) * seconds / SLOTS
        events.append(TaskReady(begin, name))
        events.append(TaskStarted(begin, name, 1, number % SLOTS))
        events.append(TaskFinished(begin + seconds, name, Status.SUCCEEDED))
    return sorted(events, key=lambda event: event.at)


class BenchApp(App[None]):
    """The timeline alone."""

    def __init__(self, pipeline: Pipeline) -> None:
        super().__init__()
        self.state = RunState(pipeline)
        self.view = TimelineView(pipeline, self.state)

    def compose(self) -> ComposeResult:
        """The timeline alone."""
        yield self.view


def milliseconds(work: Callable[[], object], times: int = 20) -> float:
    """Median time of *work*."""
    took = []
    for _ in range(times):
        begin = time.perf_counter()
        work()
        took.append(time.perf_counter() - begin)
    return median(took) * 1000


async def frames(size: int, seconds: float, *, lanes: bool = False) -> tuple[float, float, float]:
    """Median and worst milliseconds of a frame (fold aside), and CPU share at 30 frames a second."""
    pipeline = layered(size)
    app = BenchApp(pipeline)
    events = events_of(pipeline, seconds)
    took: list[float] = []
    async with app.run_test(size=(200, 50)) as pilot:
        await pilot.pause()
        if lanes:
            app.view.toggle_lanes()
        gc.freeze()
        place, frame, painted = 0, 0, 0.0
        while place < len(events) and frame < 300:
            frame += 1
            now = frame * FRAME
            while place < len(events) and events[place].at <= now:
                app.state.apply(events[place])
                place += 1
            touched, app.state.touched = app.state.touched, set()
            begin = time.process_time()
            app.view.state_changed(touched, now)
            took.append((time.process_time() - begin) * 1000)
            begin = time.process_time()
            await asyncio.sleep(0)
            await pilot.pause()
            painted += time.process_time() - begin
        gc.unfreeze()
    return median(took), max(took), (sum(took) / 1000 + painted) / (frame * FRAME)


def main() -> None:
    """Print a table."""
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    pipeline = layered(size)
    state = RunState(pipeline)
    for event in events_of(pipeline, 1.0)[: size * 2]:
        state.apply(event)
    print(f"{size:,} tasks")
    print(f"  keep up with all tasks touched    {milliseconds(lambda: RowOrder(pipeline, state)):8.2f} ms")
    order = RowOrder(pipeline, state)
    for sort in Sort:
        print(f"  order by {sort.value:<24} {milliseconds(partial(order.ordered, sort, state.now)):8.2f} ms")
    scale, look = Scale(0.0, state.now * 1.1, 172), RowLook(DARK)
    row = milliseconds(
        lambda: [time_segments(state, number, now=state.now, scale=scale, look=look) for number in range(100)]
    )
    print(f"  bars of one row, 172 cells        {row / 100:8.3f} ms")
    lanes = Lanes(state)
    print(f"  all lanes                         {milliseconds(lambda: Lanes(state)):8.2f} ms")
    look_of_lane = LaneLook(DARK)
    row = milliseconds(
        lambda: [LanePainter(state, lane).segments(state.now, scale, look_of_lane) for lane in lanes.lanes]
    )
    print(f"  bars of one lane, 172 cells       {row / SLOTS:8.3f} ms")
    painters = [LanePainter(state, lane) for lane in lanes.lanes]
    row = milliseconds(lambda: [painter.segments(state.now, scale, look_of_lane) for painter in painters])
    print(f"  the same when only its end is new {row / SLOTS:8.3f} ms")
    for seconds, shows_lanes in product((4.0, 0.5, 0.1), (False, True)):
        middle, worst, share = asyncio.run(frames(size, seconds, lanes=shows_lanes))
        print(
            f"  {'lanes' if shows_lanes else 'rows '}: frames, {SLOTS} tasks of {seconds} s at once:"
            f"  median {middle:.2f} ms, worst {worst:.2f} ms, with painting {share:.0%} of a core"
        )


if __name__ == "__main__":
    main()
