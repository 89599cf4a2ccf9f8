"""What the shell completes: pipeline files, and the names of tasks in a selection. Loads nothing slow."""

from __future__ import annotations

import re
from pathlib import Path

import click
from click.shell_completion import CompletionItem

from seeknal_tui.pipeline.files import PipelineNotFound, find_pipeline_file, read_text
from seeknal_tui.pipeline.problems import Problems, UnreadableError
from seeknal_tui.pipeline.reading import Mapping, Scalar, Sequence, read_tree
from seeknal_tui.pipeline.schema import TASK_LISTS

BEFORE_NAME = re.compile(r"^(.*[\s,])?(\d*\+)?")
"""What may stand before the name that is being typed: other terms, and ``+`` or ``2+``."""


def complete_selection(context: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The selections that begin as what was typed does, its last name completed."""
    before = BEFORE_NAME.match(incomplete)
    prefix = before[0] if before else ""
    name = incomplete[len(prefix) :]
    # click has not come to the arguments yet when an option that needs a value stands last without one.
    path = Path(context.args[0]) if context.args else context.params.get("path") or Path()
    return [CompletionItem(prefix + task) for task in task_names(path) if task.startswith(name)]


def task_names(path: Path) -> list[str]:
    """The names of the tasks of a pipeline file, as far as it can be read; nothing is checked."""
    try:
        root = read_tree(read_text(find_pipeline_file(path)), Problems(""))
    except (PipelineNotFound, UnreadableError):
        return []
    lists = [root.entries[key][1] for key in TASK_LISTS if key in root.entries] if isinstance(root, Mapping) else []
    tasks = [task for each in lists if isinstance(each, Sequence) for task in each.items if isinstance(task, Mapping)]
    names = [task.entries["name"][1] for task in tasks if "name" in task.entries]
    return [name.text for name in names if isinstance(name, Scalar)]
