"""What can only be told when all tasks are known: dependencies, cycles, data and outputs."""

from __future__ import annotations

import glob
import os
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice, pairwise
from pathlib import PurePath

from seeknal_tui.pipeline.model import PathAction, Pipeline, Task
from seeknal_tui.pipeline.problems import Problems, listed, quote, unquoted
from seeknal_tui.pipeline.schema import Draft
from seeknal_tui.pipeline.tasks import absolute, is_remote

MAX_SHARING = 2_000
"""Tasks whose declared outputs are compared; what more of them share is left to the locks of the run."""
MAX_PAIRS = 20_000


def check_names(drafts: Mapping[str, Draft], problems: Problems) -> None:
    """Tell of tasks whose names differ only by case, where the tables and files of their results would be the same."""
    seen: dict[str, Draft] = {}
    for draft in drafts.values():
        if draft.values.keys().isdisjoint(("path", "sql", "command", "python")):
            continue
        first = seen.setdefault(draft.name.lower(), draft)
        if first is not draft:
            message = f"{draft.name} and {first.name} (line {first.key('name').line}) differ only by case"
            problems.error(draft.at("name"), f"{message}, and their results would be the same table: rename one")


def declared_dependencies(draft: Draft, drafts: Mapping[str, Draft], problems: Problems) -> tuple[str, ...]:
    """The names of ``depends_on`` that are tasks; the others are told."""
    names: dict[str, None] = {}
    for name, node in draft.values.get("depends_on", ()):
        if name == draft.name:
            problems.error(node, f"the task {name} depends on itself: remove it here")
        elif name not in drafts:
            none = ": add it, or remove it here"
            problems.error(node, f"there is no task {quote(name)}", misspelt=(name, drafts), otherwise=none)
        else:
            names[name] = None
    return tuple(names)


def check_cycles(pipeline: Pipeline, drafts: Mapping[str, Draft], problems: Problems) -> None:
    """Tell one cycle of each group of tasks that wait for each other."""
    in_order = set(pipeline.topological_order)
    if len(in_order) == len(pipeline.tasks):
        return
    for group in _strongly_connected(pipeline.upstream, [n for n in range(len(pipeline.tasks)) if n not in in_order]):
        cycle = _cycle_through(min(group), group, pipeline.upstream)
        _tell_cycle([pipeline.tasks[number] for number in cycle], drafts, problems)


def _tell_cycle(cycle: list[Task], drafts: Mapping[str, Draft], problems: Problems) -> None:
    found = [
        f"{task.name} reads {other.name} in its sql"
        for task, other in pairwise(cycle)
        if other.name not in task.depends_on
    ]
    path = [task.name for task in cycle]
    if len(path) > 24:
        path[12:-12] = [f"… {len(path) - 24:,} more …"]
    by_sql = f" ({listed(found, 4)})" if found else ""
    first = drafts[cycle[0].name]
    at = next((node for name, node in first.values.get("depends_on", ()) if name == cycle[1].name), first.at("sql"))
    problems.error(at, f"these tasks wait for each other: {' → '.join(path)}{by_sql}: remove one of the dependencies")


def _strongly_connected(edges: tuple[tuple[int, ...], ...], numbers: Iterable[int]) -> Iterator[set[int]]:
    """The groups of at least two that reach each other (Tarjan's algorithm, without recursion)."""
    index: dict[int, int] = {}
    low: dict[int, int] = {}
    stack: list[int] = []
    on_stack: set[int] = set()
    for root in numbers:
        if root in index:
            continue
        work = [(root, iter(edges[root]))]
        index[root] = low[root] = len(index)
        stack.append(root)
        on_stack.add(root)
        while work:
            node, others = work[-1]
            new = next((other for other in others if _seen(node, other, index, low, on_stack)), None)
            if new is not None:
                index[new] = low[new] = len(index)
                stack.append(new)
                on_stack.add(new)
                work.append((new, iter(edges[new])))
                continue
            work.pop()
            if work:
                low[work[-1][0]] = min(low[work[-1][0]], low[node])
            if low[node] == index[node]:
                start = stack.index(node)
                group = set(stack[start:])
                del stack[start:]
                on_stack -= group
                if len(group) > 1:
                    yield group


def _seen(node: int, other: int, index: dict[int, int], low: dict[int, int], on_stack: set[int]) -> bool:
    """Whether *other* was not visited yet; lowers the link of *node* if it was."""
    if other not in index:
        return True
    if other in on_stack:
        low[node] = min(low[node], index[other])
    return False


def _cycle_through(start: int, group: set[int], edges: tuple[tuple[int, ...], ...]) -> list[int]:
    """The shortest way from a task of the group back to itself."""
    came_from: dict[int, int] = {}
    queue = deque([start])
    while start not in came_from:
        number = queue.popleft()
        for other in edges[number]:
            if other in group and other not in came_from:
                came_from[other] = number
                queue.append(other)
    path = [start]
    while len(path) == 1 or path[-1] != start:
        path.append(came_from[path[-1]])
    return path[::-1]


def check_files(pipeline: Pipeline, drafts: Mapping[str, Draft], problems: Problems) -> None:
    """Tell of data that are missing, and of tasks that share outputs without an order."""
    writers: dict[str, list[int]] = {}
    for number, task in enumerate(pipeline.tasks):
        for output in task.outputs:
            writers.setdefault(output, []).append(number)
    order = _Order(pipeline, {number for numbers in writers.values() for number in numbers})
    listings: dict[str, list[str]] = {}
    for number, task in enumerate(pipeline.tasks):
        if not isinstance(task.action, PathAction) or is_remote(task.action.path):
            continue
        draft = drafts[task.name]
        path = task.action.path
        named = [path, absolute(os.readlink(path), os.path.dirname(path))] if os.path.islink(path) else [path]
        makers = [maker for each in named for maker in _makers(each, writers) if maker != number]
        if not makers:
            _check_exists(path, draft, listings, problems)
        elif not any(order.waits(number, maker) for maker in makers):
            name = pipeline.tasks[makers[0]].name
            message = f"{name} writes these data, and this source does not wait for it: add depends_on: [{name}]"
            problems.warning(draft.at("path"), message)
    _check_sharing(pipeline, writers, order, drafts, problems)


def _check_exists(path: str, draft: Draft, listings: dict[str, list[str]], problems: Problems) -> None:
    if os.path.isfile(path):
        return
    at, shown = draft.at("path"), quote(draft.values["path"])
    if os.path.isdir(path):
        problems.error(
            at, f"{shown} is a folder: name the files in it, as in {unquoted(draft.values['path'])}/*.parquet"
        )
    elif not glob.has_magic(path):
        folder, name = os.path.split(path)
        if folder not in listings:
            listings[folder] = _listing(folder)
        where = ": check the path, which starts from the pipeline file's folder"
        problems.error(at, f"there is no file {shown}", misspelt=(name, listings[folder]), otherwise=where)
    elif not any(True for _ in glob.iglob(path, recursive=True)):
        problems.error(at, f"no file matches {shown}: check the path, which starts from the pipeline file's folder")


def _listing(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _makers(path: str, writers: dict[str, list[int]]) -> list[int]:
    """The tasks whose outputs promise *path*: the same path, a folder above it, or a file that its glob matches."""
    makers = [number for above in (path, *map(str, PurePath(path).parents)) for number in writers.get(above, ())]
    if not makers and writers and glob.has_magic(path):
        patterns = [path, *filter(glob.has_magic, map(str, PurePath(path).parents))]
        makers = [
            number
            for output, numbers in writers.items()
            if any(PurePath(output).match(pattern) for pattern in patterns)
            for number in numbers
        ]
    return makers


def _check_sharing(
    pipeline: Pipeline,
    writers: dict[str, list[int]],
    order: _Order,
    drafts: Mapping[str, Draft],
    problems: Problems,
) -> None:
    told: set[tuple[int, int]] = set()
    for one, other, path in islice(_sharing(writers), MAX_PAIRS):
        pair = min(one, other), max(one, other)
        if pair in told or order.ordered(*pair):
            continue
        told.add(pair)
        first, second = (pipeline.tasks[number].name for number in pair)
        shown = quote(os.path.relpath(path, pipeline.folder))
        message = f"{second} and {first} both write {shown}, and neither waits for the other"
        problems.warning(drafts[second].at("outputs"), f"{message}: add depends_on, or give each an output of its own")


def _sharing(writers: dict[str, list[int]]) -> Iterator[tuple[int, int, str]]:
    """Pairs of tasks that write the same path, or one inside of the other's."""
    for path, numbers in writers.items():
        for position, one in enumerate(numbers):
            for other in numbers[position + 1 :]:
                yield one, other, path
        for above in PurePath(path).parents:
            for other in writers.get(str(above), ()):
                for one in numbers:
                    if one != other:
                        yield one, other, path


class _Order:
    """Which of some tasks lie upstream of which task, as sets of bits handed down in topological order."""

    def __init__(self, pipeline: Pipeline, marked: set[int]) -> None:
        self._bit = {number: 1 << position for position, number in enumerate(sorted(marked)[:MAX_SHARING])}
        self._upstream = [0] * len(pipeline.tasks)
        if self._bit:
            bit = self._bit
            for number in pipeline.topological_order:
                bits = 0
                for other in pipeline.upstream[number]:
                    bits |= self._upstream[other] | bit.get(other, 0)
                self._upstream[number] = bits

    def waits(self, number: int, writer: int) -> bool:
        """Whether *number* starts after *writer*; also where this is not known."""
        return writer not in self._bit or bool(self._upstream[number] & self._bit[writer])

    def ordered(self, one: int, other: int) -> bool:
        """Whether one of them waits for the other."""
        return self.waits(one, other) or self.waits(other, one)
