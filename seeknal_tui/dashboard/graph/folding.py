"""Tasks folded into groups: which tasks become one box, and what that box shows.

Between whole groups the edges may go in a circle (a source, a transform, a source again …). The groups of such a
circle are parted by *stages*: a task's stage is the greatest number of changes of group on a way to it. An edge between
two such parts always goes to a later stage, so no circle is left.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from seeknal_tui.dashboard.graph.scene import Scene, Weight
from seeknal_tui.pipeline.model import Pipeline, Task
from seeknal_tui.run.events import ENDED, Status

IMPORTANT = (Status.FAILED, Status.RUNNING, Status.READY, Status.PENDING, Status.CANCELLED, Status.SKIPPED)
"""Of its tasks' statuses a group shows the first of these; else they have all succeeded or are reused."""
SEPARATORS = "_-."


class FoldBy(StrEnum):
    """What the tasks of a group have in common."""

    NONE = "none"
    KIND = "kind"
    TAG = "tag"
    PREFIX = "prefix"

    def key(self, task: Task) -> str:
        """What the tasks that are folded with this one have as well; empty for a task that is folded with none."""
        match self:
            case FoldBy.NONE:
                return ""
            case FoldBy.KIND:
                return str(task.kind)
            case FoldBy.TAG:
                return task.tags[0] if task.tags else ""
            case FoldBy.PREFIX:
                places = [place for sign in SEPARATORS if (place := task.name.find(sign)) > 0]
                return task.name[: min(places)] if places else ""


@dataclass(frozen=True, slots=True)
class Fold:
    """The boxes of a folded pipeline: groups, and the tasks that are in none."""

    keys: tuple[str, ...]
    """For each box what its tasks have in common; empty for a single task."""
    members: tuple[tuple[int, ...], ...]
    """For each box its tasks, in the order of the pipeline."""
    box_of: tuple[int, ...]
    """For each task its box."""
    upstream: tuple[tuple[int, ...], ...]
    downstream: tuple[tuple[int, ...], ...]

    def is_group(self, box: int) -> bool:
        """Whether the box stands for a group."""
        return bool(self.keys[box])


def fold(pipeline: Pipeline, by: FoldBy, unfolded: Collection[str] = ()) -> Fold:
    """Fold the tasks that *by* says belong together, but for the groups *unfolded* and those of one task."""
    keys = [by.key(task) for task in pipeline.tasks]
    sizes = Counter(keys)
    whole = [key if key and sizes[key] > 1 and key not in unfolded else "" for key in keys]
    parts: list[tuple[str, int]] = [(key, 0) if key else ("", number) for number, key in enumerate(whole)]
    circling = _on_circles(pipeline, parts)
    stages = _stages(pipeline, parts)
    parts = [
        (key, stages[number]) if key and parts[number] in circling else parts[number]
        for number, key in enumerate(whole)
    ]
    return _fold_of(pipeline, parts)


def _fold_of(pipeline: Pipeline, parts: Sequence[tuple[str, int]]) -> Fold:
    numbers = {part: box for box, part in enumerate(dict.fromkeys(parts))}
    box_of = tuple(numbers[part] for part in parts)
    members: list[list[int]] = [[] for _ in numbers]
    upstream: list[dict[int, None]] = [{} for _ in numbers]
    downstream: list[dict[int, None]] = [{} for _ in numbers]
    for task, box in enumerate(box_of):
        members[box].append(task)
        for source in pipeline.upstream[task]:
            if box_of[source] != box:
                upstream[box][box_of[source]] = None
                downstream[box_of[source]][box] = None
    keys = (key if len(tasks) > 1 else "" for (key, _), tasks in zip(numbers, members, strict=True))
    return Fold(tuple(keys), _frozen(members), box_of, _frozen(upstream), _frozen(downstream))


def _frozen(lists: Iterable[Iterable[int]]) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(numbers) for numbers in lists)


def _stages(pipeline: Pipeline, parts: Sequence[tuple[str, int]]) -> list[int]:
    stages = [0] * len(parts)
    for task in pipeline.topological_order:
        for source in pipeline.upstream[task]:
            stages[task] = max(stages[task], stages[source] + (parts[source] != parts[task]))
    return stages


def _on_circles(pipeline: Pipeline, parts: Sequence[tuple[str, int]]) -> set[tuple[str, int]]:
    """The parts on a circle of edges, or between two circles: what is left when ends are taken away again and again."""
    edges = {
        (parts[source], parts[task])
        for task in range(len(parts))
        for source in pipeline.upstream[task]
        if parts[source] != parts[task]
    }
    left = set(parts)
    while True:
        ends = left - ({source for source, _ in edges} & {target for _, target in edges})
        if not ends:
            return left
        left -= ends
        edges = {(source, target) for source, target in edges if source in left and target in left}


class FoldedScene(Scene):
    """What a drawing of a folded graph shows: a box stands for all its tasks. It reads the scene of the tasks."""

    def __init__(self, scene: Scene, folded: Fold) -> None:
        self._scene, self.fold = scene, folded
        super().__init__(scene.pipeline, scene.state, scene.palette)
        self.take_look()

    def take_look(self) -> None:
        """Show the cursor, the filter and the critical path that the scene of the tasks has now."""
        scene, box_of = self._scene, self.fold.box_of
        self._weights: dict[int, Weight] = {}
        self.palette = scene.palette
        self.selected = None if scene.selected is None else box_of[scene.selected]
        self.matches = None if scene.matches is None else frozenset(box_of[task] for task in scene.matches)
        self._critical = frozenset(box_of[task] for task in scene.critical)
        edges = {(box_of[source], box_of[target]) for source, target in scene.critical_edges}
        self.critical_edges = [(source, target) for source, target in edges if source != target]
        self.critical_sources = frozenset(source for source, _ in self.critical_edges)

    @property
    def upstream(self) -> Sequence[Sequence[int]]:
        """What each waits for."""
        return self.fold.upstream

    @property
    def downstream(self) -> Sequence[Sequence[int]]:
        """What waits for each."""
        return self.fold.downstream

    @property
    def running(self) -> Iterable[int]:
        """Those with a running task."""
        return {self.fold.box_of[task] for task in self.state.running}

    def name(self, task: int) -> str:
        """What it is called."""
        members, key = self.fold.members[task], self.fold.keys[task]
        return f"▸ {key} ({len(members)})" if key else self._scene.name(members[0])

    def status(self, task: int) -> Status:
        """What matters most of what its tasks are doing."""
        found = {self.state.statuses[member] for member in self.fold.members[task]}
        most = next((status for status in IMPORTANT if status in found), None)
        return most or (Status.SUCCEEDED if Status.SUCCEEDED in found else Status.REUSED)

    def is_marked(self, task: int) -> bool:
        """Whether all its tasks are marked."""
        return all(map(self._scene.is_marked, self.fold.members[task]))

    def weight(self, task: int) -> Weight:
        """How much it is to be seen: as much as the one of its tasks that is seen best."""
        if task not in self._weights:  # asked for with every cell of the box
            weights = {self._scene.weight(member) for member in self.fold.members[task]}
            self._weights[task] = next(weight for weight in Weight if weight in weights)
        return self._weights[task]

    def is_lit(self, source: int, target: int) -> bool:
        """Whether one of its edges is on a way to or from the task under the cursor."""
        return any(
            self.fold.box_of[before] == source and self._scene.is_lit(before, member)
            for member in self.fold.members[target]
            for before in self.pipeline.upstream[member]
        )

    def progress(self, task: int) -> float | None:
        """How far a running task is; a group tells how many of its tasks have ended, and has no bar."""
        return None if self.fold.is_group(task) else self._scene.progress(self.fold.members[task][0])

    def note(self, task: int) -> str:
        """What stands below the name: of a group how many of its tasks have ended."""
        members = self.fold.members[task]
        if not self.fold.is_group(task):
            return self._scene.note(members[0])
        return f"{sum(self.state.statuses[member] in ENDED for member in members)}/{len(members)} done"

    def width_of_note(self, task: int) -> int:
        """The cells that the note of a group takes at the most."""
        return 2 * len(str(len(self.fold.members[task]))) + len("/ done") if self.fold.is_group(task) else 0
