"""What panes tell the screen they stand on."""

from __future__ import annotations

from textual.message import Message


class DefinitionOpened(Message):
    """The user wants to edit the file at that line."""

    def __init__(self, file: str, line: int) -> None:
        super().__init__()
        self.file = file
        self.line = line


class TaskSelected(Message):
    """The cursor moved to another task; the screen moves it there in every pane."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


class TaskOpened(Message):
    """The user opened a task (enter, or a click on the one already selected)."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


class MaxParallelChosen(Message):
    """The user moved the slider."""

    def __init__(self, max_parallel: int) -> None:
        super().__init__()
        self.max_parallel = max_parallel
