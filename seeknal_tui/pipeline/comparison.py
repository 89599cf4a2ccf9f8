"""What is different between two readings of a pipeline file, task by task. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from seeknal_tui.pipeline.model import Action, Pipeline, Place, SqlAction, Task
from seeknal_tui.pipeline.problems import listed

NOWHERE = Place("", 0, 0)
NAMED = 3


@dataclass(frozen=True, slots=True)
class PipelineChange:
    """Names of tasks, in the order of their file."""

    new: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    """Those whose definition is another, be it only the description."""
    to_run: tuple[str, ...] = ()
    """The new ones, and those of the changed that do something else or with something else than before."""
    settings: bool = False
    """Whether how the pipeline is run (its ``execution``) is another."""

    def __str__(self) -> str:
        """In a few words, as in ``2 new, 1 gone, 3 changed: a, b, c and 3 more``."""
        groups = ((self.new, "new"), (self.gone, "gone"), (self.changed, "changed"))
        counts = ", ".join(f"{len(names):,} {word}" for names, word in groups if names)
        if counts:
            return f"{counts}: {_some([*self.new, *self.gone, *self.changed])}"
        return "only how it is run has changed" if self.settings else "no task has changed"


def compare_pipelines(before: Pipeline, after: Pipeline) -> PipelineChange:
    """What has become of the tasks of *before*. A task that only stands in another place is the same."""
    olds, news = _by_name(before.tasks), _by_name(after.tasks)
    kept = [(olds[name], task) for name, task in news.items() if name in olds]
    new = tuple(name for name in news if name not in olds)
    return PipelineChange(
        new=new,
        gone=tuple(name for name in olds if name not in news),
        changed=tuple(task.name for old, task in kept if _definition(old) != _definition(task)),
        to_run=(*new, *(task.name for old, task in kept if _work(old) != _work(task))),
        settings=before.execution != after.execution,
    )


def _by_name(tasks: Iterable[Task]) -> dict[str, Task]:
    return {task.name: task for task in tasks}


def _definition(task: Task) -> Task:
    """All that the file says of the task, but for where it says it."""
    return replace(task, action=_action(task), place=NOWHERE)


def _action(task: Task) -> Action:
    return replace(task.action, place=NOWHERE) if isinstance(task.action, SqlAction) else task.action


def _work(task: Task) -> tuple[object, ...]:
    """What the task's result comes from: neither the order of dependencies nor how it is tried again matters."""
    return task.kind, _action(task), frozenset(task.upstream), task.outputs, task.env, task.cwd


def _some(names: list[str]) -> str:
    more = len(names) - NAMED
    return listed(names) if more <= 1 else f"{listed(names[:NAMED])} and {more:,} more"
