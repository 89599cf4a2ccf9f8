"""What the graph costs, and how well it is laid out. Run by hand: python tests/benchmarks/bench_graph.py [tasks …].

Crossings are counted for each pair of edges from different tasks, for both programs in the same two ways. *By order*:
the places of the edges in each rank, joined by straight lines from rank to rank (``dot``'s from where its splines pass
the ranks). *Drawn*: the lines themselves (``dot``'s splines as polygons of their control points). A gap is what is seen
of ours: where the trunk of three edges is crossed there are three crossings and one gap.
"""

from __future__ import annotations

import gc
import shutil
import subprocess
import sys
import time
import tracemalloc
from bisect import bisect_left
from collections.abc import Callable, Iterable
from itertools import groupby, pairwise
from operator import itemgetter
from random import Random
from statistics import median
from typing import NamedTuple

from textual.geometry import Size

from seeknal_tui.dashboard.graph.boxes import BOX, width_of
from seeknal_tui.dashboard.graph.diagram import Diagram
from seeknal_tui.dashboard.graph.heat import HeatMap
from seeknal_tui.dashboard.graph.layers import make_layers
from seeknal_tui.dashboard.graph.layout import Layout, lay_out
from seeknal_tui.dashboard.graph.ordering import order_columns
from seeknal_tui.dashboard.graph.scene import Scene
from seeknal_tui.dashboard.look import DARK
from seeknal_tui.pipeline.model import Pipeline, Task
from seeknal_tui.run.state import RunState

Point = tuple[float, float]
Line = list[Point]


def random_pipeline(size: int, seed: int) -> Pipeline:
    """A pipeline in layers; a fifth of the edges reach over more than one."""
    random = Random(seed)
    layers = max(3, round(size**0.5 * 0.8))
    per_layer = max(2, -(-size // layers))
    tasks = []
    for number in range(size):
        layer, chosen = number // per_layer, set()
        for _ in range(random.randint(1, 3) if layer else 0):
            back = 1 if random.random() < 0.8 else random.randint(1, layer)
            chosen.add(random.randrange((layer - back) * per_layer, (layer - back + 1) * per_layer))
        tasks.append(Task(name=f"t{number:05d}", depends_on=tuple(f"t{other:05d}" for other in sorted(chosen))))
    return Pipeline("random", tuple(tasks))


def widths_of(pipeline: Pipeline) -> list[int]:
    """The cells of each box."""
    return [width_of(task.name, BOX) for task in pipeline.tasks]


def milliseconds(work: Callable[[], object], times: int) -> float:
    """Median time of *work*."""
    took = []
    for _ in range(times):
        begin = time.perf_counter()
        work()
        took.append(time.perf_counter() - begin)
    return median(took) * 1000


def crossings(lines: Iterable[tuple[int, Line]]) -> int:
    """How often lines of different tasks cross, counted for each pair of edges."""
    parts = sorted(
        (min(one[0], other[0]), max(one[0], other[0]), source, one, other)
        for source, line in lines
        for one, other in pairwise(line)
    )
    count = 0
    for place, (_, right, source, a, b) in enumerate(parts):
        for left, _, other_source, c, d in parts[place + 1 :]:
            if left > right:
                break
            if source != other_source:
                count += _side(a, b, c) * _side(a, b, d) < 0 and _side(c, d, a) * _side(c, d, b) < 0
    return count


def _side(a: Point, b: Point, c: Point) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def crossings_by_order(lines: Iterable[tuple[int, Line]]) -> int:
    """The same for lines with a point in each rank: how often two of them change places, from rank to rank."""
    steps: dict[float, dict[int, list[tuple[float, float]]]] = {}
    for source, line in lines:
        for (rank, here), (_, there) in pairwise(line):
            steps.setdefault(rank, {}).setdefault(source, []).append((here, there))
    count = 0
    for by_source in steps.values():
        count += _inversions([step for found in by_source.values() for step in found])
        count -= sum(map(_inversions, by_source.values()))
    return count


def _inversions(steps: list[tuple[float, float]]) -> int:
    """How many pairs change places; a Fenwick tree counts who ends where."""
    places = {end: place for place, end in enumerate(sorted({end for _, end in steps}), 1)}
    tree = [0] * (len(places) + 1)
    count = seen = 0
    for _, same in groupby(sorted(steps), key=itemgetter(0)):
        ends = [places[end] for _, end in same]
        for end in ends:
            count += seen
            while end:
                count -= tree[end]
                end &= end - 1  # noqa: PLW2901
        for end in ends:
            while end < len(tree):
                tree[end] += 1
                end += end & -end  # noqa: PLW2901
        seen += len(ends)
    return count


def painted_crossings(layout: Layout) -> int:
    """What :func:`crossings` counts of :func:`painted_lines`, but fast: no two tasks have lines in the same cells."""
    edges = [0] * len(layout.pieces)
    for last in layout.last_pieces.values():
        piece = last
        while piece >= 0:
            edges[piece] += 1
            piece = layout.pieces[piece].before
    rows: dict[int, list[tuple[int, int, int]]] = {}
    for number, (x0, y0, x1, y1, _) in enumerate(layout.pieces):
        if y0 == y1:
            rows.setdefault(y0, []).append((min(x0, x1), max(x0, x1), edges[number]))
    for found in rows.values():
        found.sort()
    count = 0
    for number, (x, y0, _, y1, _) in enumerate(layout.pieces):
        for y in range(min(y0, y1) + 1, max(y0, y1)):
            found = rows.get(y, [])
            place = bisect_left(found, (x,)) - 1
            if place >= 0 and found[place][1] > x:
                count += edges[number] * found[place][2]
    return count


def painted_lines(layout: Layout) -> list[tuple[int, Line]]:
    """The way of each edge."""
    found = []
    for (source, _), last in layout.last_pieces.items():
        line: Line = [(layout.pieces[last].x1, layout.pieces[last].y1)]
        piece = last
        while piece >= 0:
            line.append((layout.pieces[piece].x0, layout.pieces[piece].y0))
            piece = layout.pieces[piece].before
        found.append((source, line))
    return found


class DotDrawing(NamedTuple):
    """What ``dot`` makes of a pipeline."""

    drawn: list[tuple[int, Line]]
    """The control points of the splines."""
    ordered: list[tuple[int, Line]]
    """The places of the edges in each rank."""


def drawn_by_dot(pipeline: Pipeline) -> DotDrawing:
    """The same graph by ``dot``, with boxes of the same proportions."""
    edges = [f"{other} -> {number};" for number, upstream in enumerate(pipeline.upstream) for other in upstream]
    nodes = [f"{number};" for number in range(len(pipeline.tasks))]
    text = "digraph { rankdir=LR; node [shape=box]; " + " ".join(nodes + edges) + "}"
    plain = subprocess.run(["dot", "-Tplain"], input=text, capture_output=True, text=True, check=True).stdout
    words = [line.split() for line in plain.splitlines()]
    place = {int(word[1]): (float(word[2]), float(word[3])) for word in words if word[0] == "node"}
    ranks = {x: float(rank) for rank, x in enumerate(sorted({x for x, _ in place.values()}))}
    drawn, ordered = [], []
    for word in words:
        if word[0] == "edge":
            source, target = int(word[1]), int(word[2])
            numbers = [float(value) for value in word[4 : 4 + 2 * int(word[3])]]
            line = list(zip(numbers[::2], numbers[1::2], strict=True))
            drawn.append((source, line))
            begin, end = place[source], place[target]
            passed = [(ranks[x], _height(line, x)) for x in sorted(ranks) if begin[0] < x < end[0]]
            ordered.append((source, [(ranks[begin[0]], begin[1]), *passed, (ranks[end[0]], end[1])]))
    return DotDrawing(drawn, ordered)


def _height(spline: Line, x: float) -> float:
    """Where a spline that goes to the right passes *x*."""
    curve = next(spline[at : at + 4] for at in range(0, len(spline) - 1, 3) if spline[at + 3][0] >= x)
    low, high = 0.0, 1.0
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if _bezier([point[0] for point in curve], middle) < x else (low, middle)
    return _bezier([point[1] for point in curve], low)


def _bezier(values: list[float], t: float) -> float:
    a, b, c, d = values
    return (1 - t) ** 3 * a + 3 * (1 - t) ** 2 * t * b + 3 * (1 - t) * t**2 * c + t**3 * d


def full_screens(pipeline: Pipeline, layout: Layout | None) -> tuple[float, float]:
    """Milliseconds for all lines of 200×50 when nothing is kept, and memory of the drawing in megabytes."""
    scene = Scene(pipeline, RunState(pipeline), DARK)
    gc.collect()
    tracemalloc.start()
    drawing = HeatMap(scene, Size(200, 50)) if layout is None else Diagram(layout, scene)

    def paint() -> None:
        scene.matches = frozenset({0}) if scene.matches is None else None
        drawing.look_changed()
        for y in range(min(50, drawing.size.height)):
            drawing.line(y, 0, 200)

    paint()
    memory = tracemalloc.get_traced_memory()[0] / 1e6
    tracemalloc.stop()
    return milliseconds(paint, 10), memory


def gaps(layout: Layout) -> int:
    """How many gaps there are to be seen."""
    horizontal: set[tuple[int, int]] = set()
    vertical: set[tuple[int, int]] = set()
    for x0, y0, x1, y1, _ in layout.pieces:
        if y0 == y1:
            horizontal.update((x, y0) for x in range(min(x0, x1) + 1, max(x0, x1)))
        else:
            vertical.update((x0, y) for y in range(min(y0, y1) + 1, max(y0, y1)))
    return len(horizontal & vertical)


def ordered_lines(pipeline: Pipeline) -> list[tuple[int, Line]]:
    """The way of each edge if nodes were points: column, and place in the column."""
    layers = make_layers(pipeline.upstream)
    found: list[tuple[int, Line]] = []
    for component in layers.components:
        order = order_columns(layers, component)
        point = {
            node: (float(layers.rank[node]), float(place)) for column in order for place, node in enumerate(column)
        }
        ways = [(node, [point[node]]) for column in order for node in column if node < layers.tasks]
        for node, line in ways:
            for follower in layers.right[node]:
                longer = [*line, point[follower]]
                if follower < layers.tasks:
                    found.append((layers.source[node], longer))
                else:
                    ways.append((follower, longer))
    return found


def measure(size: int) -> str:
    """The row of the table for graphs of that size."""
    pipelines = [random_pipeline(size, seed) for seed in range(5 if size <= 200 else 1)]
    times, layouts = [], []
    for pipeline in pipelines:
        widths = widths_of(pipeline)
        begin = time.perf_counter()
        layouts.append(lay_out(pipeline.upstream, widths, BOX))
        times.append((time.perf_counter() - begin) * 1000)
    ordered = sum(crossings_by_order(ordered_lines(pipeline)) for pipeline in pipelines)
    painted = sum(map(painted_crossings, layouts))
    theirs = [drawn_by_dot(pipeline) for pipeline in pipelines] if shutil.which("dot") else []
    dot_ordered = sum(crossings_by_order(drawing.ordered) for drawing in theirs)
    dot_drawn = sum(crossings(drawing.drawn) for drawing in theirs)
    screen, memory = full_screens(pipelines[0], layouts[0])
    cells = f"{layouts[0].width}×{layouts[0].height}"
    return (
        f"{size:6,}  {median(times):10.1f}  {cells:>10}  {ordered:8,}{_ratio(ordered, dot_ordered)} "
        f"{painted:8,}{_ratio(painted, dot_drawn)} {sum(map(gaps, layouts)):8,}  {screen:9.1f}  {memory:9.1f}"
    )


def _ratio(ours: int, theirs: int) -> str:
    """How that compares with ``dot``."""
    return f" /{theirs:7,} = {ours / theirs:.2f}" if theirs else " " * 16


def main() -> None:
    """Print a table."""
    print("crossings: ours / dot's")
    print(" tasks   layout ms       cells         by order                drawn             gaps  screen ms  memory MB")
    for size in [int(word) for word in sys.argv[1:]] or [15, 60, 100, 1000]:
        print(measure(size))
    pipeline = random_pipeline(10_000, 0)
    state = RunState(pipeline)
    took = milliseconds(lambda: HeatMap(Scene(pipeline, state, DARK), Size(200, 50)), 3)
    screen, memory = full_screens(pipeline, None)
    print(f"heat map of 10,000 tasks: made in {took:.0f} ms, painted in {screen:.1f} ms, {memory:.1f} MB")


if __name__ == "__main__":
    main()
