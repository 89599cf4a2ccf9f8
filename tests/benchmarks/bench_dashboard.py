"""What the dashboard does in a real terminal: under load, when it opens, and to the run that it shows.

Run it by hand: python -m tests.benchmarks.bench_dashboard [load] [paint] [run]. Beside each figure stands our mark.
"""

from __future__ import annotations

import json
import random
import re
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from seeknal_tui.run.results import Results
from seeknal_tui.run.task_log import TaskLog
from tests.benchmarks.dashboard_programs import BATCH_S, RUN_ID, TALKER
from tests.benchmarks.pseudo_terminal import FRAME_BEGIN, PATIENCE_S, PseudoTerminal, delays

ROUNDS = 7
LINES_A_SECOND = 10_000
WIDTH_OF_LAYERS = 100
EMPTY_APP = """
from textual.app import App, ComposeResult
from textual.widgets import Static

class Empty(App):
    def compose(self) -> ComposeResult:
        yield Static("an empty app")

Empty().run()
"""
FRONTS = {"graph": "jk", "timeline": "jk", "log": "kF"}
"""The pane in front, and two keys that undo one another there."""


def pipeline_file(folder: Path, count: int, *, action: str = "", max_parallel: int = 4) -> Path:
    """A file of so many tasks, in layers; each but the first of all waits for three of the layer before."""
    draw, lines = random.Random(1), [f"name: bench_{count}", f"execution: {{max_parallel: {max_parallel}}}", "tasks:"]
    for number in range(count):
        layer = number // WIDTH_OF_LAYERS - 1
        upstream = [layer * WIDTH_OF_LAYERS + place for place in draw.sample(range(1, WIDTH_OF_LAYERS), 3)]
        needs = f", depends_on: [{', '.join(f'task_{other:05}' for other in upstream)}]" if layer >= 0 else ""
        lines.append(f"  - {{name: task_{number:05}{needs}{action}}}")
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"bench_{count}.yml"
    file.write_text("\n".join([*lines, ""]))
    return file


def program(name: str, file: Path, report: Path, *more: str) -> tuple[str, ...]:
    """The arguments that run one of the programs."""
    return "-m", "tests.benchmarks.dashboard_programs", name, str(file), str(report), *more


def measured(name: str, file: Path) -> dict[str, float]:
    """What a program that ends by itself measured."""
    report = file.with_suffix(".json")
    report.unlink(missing_ok=True)
    with PseudoTerminal(*program(name, file, report)) as terminal:
        return reported(terminal, report)


def reported(terminal: PseudoTerminal, report: Path) -> dict[str, float]:
    """What the program measured, once it has ended."""
    terminal.wait()
    if not report.exists():
        raise RuntimeError(b"".join(data for _, data in terminal.chunks[-20:]).decode("utf-8", "replace"))
    return dict(json.loads(report.read_text()))


def print_log(path: Path, ended: threading.Event) -> None:
    """Let a task's log grow."""
    log, began, written = TaskLog(path), time.monotonic(), 0
    while not ended.wait(BATCH_S):
        due = int((time.monotonic() - began) * LINES_A_SECOND)
        lines = [f"line {number:9,} of a task that prints a great deal of text\n" for number in range(written, due)]
        log.write("stdout", "".join(lines).encode())
        written = due
    log.close()


def told_by(front: str) -> Callable[[str], object]:
    """What on the screen tells that a key was taken: the task under the cursor, or whether the log is followed."""
    if front == "log":
        return lambda text: "F follows" in text
    title = re.compile(r"3 (task_\d+) ──")
    return lambda text: found.group(1) if (found := title.search(text)) else None


def under_load(front: str) -> list[str]:
    """A row of figures."""
    with tempfile.TemporaryDirectory() as name:
        file = pipeline_file(Path(name), 10_000)
        report, ready = file.with_suffix(".json"), file.with_suffix(".ready")
        ended = threading.Event()
        log = Results(file.parent / "target", RUN_ID).log_path(f"task_{TALKER:05}")
        printing = threading.Thread(target=print_log, args=(log, ended))
        printing.start()
        keys: list[float] = []
        draw, deadline = random.Random(1), time.monotonic() + PATIENCE_S
        with PseudoTerminal(*program("load", file, report, front)) as terminal:
            while not ready.exists() and not terminal.has_ended and time.monotonic() < deadline:
                time.sleep(0.01)
            while not report.exists() and not terminal.has_ended:
                keys.append(terminal.press(FRONTS[front][len(keys) % 2]))
                time.sleep(draw.uniform(0.08, 0.16))  # not in step with the frames
            ended.set()
            printing.join()
            figures = reported(terminal, report)
        begin, end = figures["begin"], figures["end"]
        painted = [at for at, frame in terminal.frames() if FRAME_BEGIN in frame and begin <= at <= end]
        took, lost = delays(terminal, [key for key in keys if key < end - 1], told_by(front))
        took.sort()
        return [
            front,
            f"{len(painted) / (end - begin):.1f}",
            *(f"{took[min(len(took) - 1, int(len(took) * share))] * 1000:.0f}" for share in (0.5, 0.99, 1)),
            f"{lost}/{len(took) + lost}",
            f"{figures['stall'] * 1000:.0f} ({figures['stalls']:.0f})",
            f"{figures['own_stall'] * 1000:.0f}",
            f"{figures['share']:.0%}",
            f"{figures['rss_mb']:.0f}",
            f"{figures['changes']:.0f}",
        ]


def show(title: str, head: list[str], rows: list[list[str]]) -> None:
    """Print a table."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    print(f"\n{title}")
    for row in (head, *rows):
        print("  " + "  ".join(f"{cell:>{width}}" for cell, width in zip(row, widths, strict=True)))


def load_table() -> None:
    show(
        "10,000 tasks, 1,000 state changes and 10,000 log lines a second, 200×50",
        [
            "in front",
            "frames/s",
            "key p50 ms",
            "p99",
            "worst",
            "lost",
            "stall (> 60 ms)",
            "own",
            "core",
            "MB",
            "events/s",
        ],
        [["mark", "≥ 30", "", "< 60", "", "0", "≤ 60 (0)", "", "< 50%", "< 200", "1000"], *map(under_load, FRONTS)],
    )


def paint_table() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = {count: pipeline_file(folder / str(count), count) for count in (15, 1000, 10_000)}
        empty: list[float] = []
        reading: list[float] = []
        first, named, shown = (dict[int, list[float]]((count, []) for count in files) for _ in range(3))
        for _ in range(ROUNDS):
            with PseudoTerminal("-c", EMPTY_APP) as terminal:
                empty += terminal.seconds_until("an empty app")
            for count, file in files.items():
                with PseudoTerminal("-m", "seeknal_tui", str(file)) as terminal:
                    seconds = terminal.seconds_until(file.stem, f"{count} tasks", "2 Timeline")
                first[count].append(seconds[0])
                named[count].append(seconds[1])
                shown[count].append(seconds[2])
            reading.append(measured("read", files[10_000])["seconds"])
        base = median(empty)
        rows = [
            [
                f"{count:,} tasks",
                f"{median(first[count]):.2f}",
                f"{median(first[count]) / base:.2f}",
                "≤ 1.3" if count < 10_000 else "",
                f"{max(median(named[count]), median(shown[count])):.2f}",
                "≤ 2" if count == 10_000 else "",
            ]
            for count in files
        ]
        rows.insert(0, ["empty Textual app", f"{base:.2f}", "1.00", "", "", ""])
        show(
            f"from the start of the process, seconds, medians of {ROUNDS}, interleaved",
            ["", "name painted", "× empty", "mark", "timeline painted", "mark"],
            rows,
        )
        print(f"  10,000 tasks loaded and checked: {median(reading):.2f} s (mark 0.6)")


def run_table() -> None:
    rows = []
    with tempfile.TemporaryDirectory() as name:
        for count, action, mark in ((10_000, "", 2.5), (4000, ", sleep: 1ms", 1.15)):
            file = pipeline_file(Path(name, str(count)), count, action=action)
            bare, seen, stall = [], [], 0.0
            for _ in range(ROUNDS):
                bare.append(measured("bare", file)["seconds"])
                figures = measured("run", file)
                seen.append(figures["seconds"])
                stall = max(stall, figures["stall"])
            factor = median(seen) / median(bare)
            rows.append(
                [
                    f"{count:,} tasks{action.replace(', ', ' of ')}",
                    f"{median(bare):.3f}",
                    f"{median(seen):.3f}",
                    f"{factor:.2f}",
                    f"< {mark}",
                    f"{stall * 1000:.0f}",
                ]
            )
    show(
        f"whole runs, 4 slots, seconds, medians of {ROUNDS}, interleaved",
        ["", "without", "with the dashboard", "factor", "mark", "stall ms"],
        rows,
    )


def main() -> None:
    tables = {"load": load_table, "paint": paint_table, "run": run_table}
    for name in sys.argv[1:] or tables:
        tables[name]()


if __name__ == "__main__":
    main()
