"""Which panes are seen on a screen of which size. Pure: no widget."""

from __future__ import annotations

from dataclasses import dataclass

WIDE, TALL = 116, 26
"""From this size on all panes are seen at once."""
NARROW, LOW = 56, 14
"""Below this size only the list of tasks is."""

HORIZONTAL = [(0, "-slim"), (NARROW, "-narrow"), (WIDE, "-wide")]
VERTICAL = [(0, "-flat"), (LOW, "-low"), (TALL, "-tall")]
"""The classes that every screen has by its size, for the styles."""

PANES = ("graph", "timeline", "details", "tasks")
"""In the order of their numbers, from 1."""


@dataclass
class Arrangement:
    """Which pane is in front, and what that leaves room for."""

    width: int = 0
    height: int = 0
    front: str = "timeline"
    """The pane that has the keys."""
    beside: str = "graph"
    """The pane beside the list of tasks, where there is no room for more."""
    zoomed: bool = False
    """Whether the pane in front has all the room."""

    @property
    def all_seen(self) -> bool:
        """Whether there is room for all panes at once."""
        return self.width >= WIDE and self.height >= TALL

    @property
    def only_tasks(self) -> bool:
        """Whether there is room for the list of tasks only."""
        return self.width < NARROW or self.height < LOW

    @property
    def panes(self) -> tuple[str, ...]:
        """The panes there are; with room for all, the timeline has the names of the tasks."""
        return tuple(name for name in PANES if name != "tasks" or not self.all_seen)

    @property
    def seen(self) -> frozenset[str]:
        """The panes that are seen."""
        if self.zoomed or (self.front == "timeline" and not self.all_seen):
            return frozenset({self.front})
        if self.only_tasks:
            return frozenset({"tasks"})
        return frozenset(self.panes if self.all_seen else ("tasks", self.beside))

    def bring(self, name: str) -> None:
        """Bring a pane to the front."""
        if name not in self.panes:
            name = "timeline"
        self.front = name
        if name in ("graph", "details"):
            self.beside = name
        if self.only_tasks:
            self.zoomed = name != "tasks"

    def resize(self, width: int, height: int) -> None:
        """What is in front stays there, unless there is room for the list of tasks only."""
        self.width, self.height = width, height
        self.bring("tasks" if self.only_tasks and not self.zoomed else self.front)

    def zoom(self) -> None:
        """Give the pane in front all the room, or take it back."""
        if self.only_tasks:
            self.bring("tasks" if self.zoomed else self.beside)
        else:
            self.zoomed = not self.zoomed

    def unzoom(self) -> None:
        """Take the room back."""
        self.zoomed = False
        if self.only_tasks:
            self.bring("tasks")

    @property
    def home(self) -> str:
        """The pane to come back to from the others."""
        return "timeline" if self.all_seen else "tasks"
