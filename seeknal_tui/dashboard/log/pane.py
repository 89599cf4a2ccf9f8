"""The log of the details: what its keys do, and the line in which a search is typed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widget import Widget

from seeknal_tui.dashboard.log.choosing import ChoosingLogView
from seeknal_tui.dashboard.log.copying import copy_lines
from seeknal_tui.dashboard.log.keys import LOG_ACTIONS
from seeknal_tui.dashboard.log.merged import MergedLog
from seeknal_tui.dashboard.log.painting import Times
from seeknal_tui.dashboard.log.query import ERRORS, Query
from seeknal_tui.dashboard.log.search import Search
from seeknal_tui.dashboard.log.search_line import SearchLine

LOGS_AT_ONCE = 100
"""So many tasks are asked at one look whether they have a log."""


class LogReader(ChoosingLogView):
    """One task's log or all tasks', searched, copied, wrapped."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *(
            Binding(
                action.key,
                action.name,
                action.brief,
                show=action.in_footer,
                priority=action.name == "search",  # what is typed next is for the search line; others keep their turn
                tooltip=action.help,
                id=f"log.{action.name}",
            )
            for action in LOG_ACTIONS
        ),
        Binding("escape", "leave", show=False),
    ]

    def __init__(
        self, line: SearchLine, folder: Callable[[], Path], all_logs: Callable[[], Iterable[tuple[str, Path]]]
    ) -> None:
        super().__init__()
        self._line = line
        self._folder = folder
        """Where copied lines are written."""
        self._all_logs = all_logs
        """Name and log of each task that has been run."""
        self._found_logs: Iterator[tuple[str, Path]] = iter(())
        self._one: tuple[Path | None, Sequence[tuple[int, float]]] = (None, ())
        """The log of the task under the cursor, and the attempts in it."""
        self._origin: int | None = None
        """The first match from this line on is gone to, once it is known."""

    @property
    def shows_all(self) -> bool:
        """Whether all tasks' logs are shown in one."""
        return isinstance(self.source, MergedLog)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Escape is for the log only if there is what it ends."""
        return action != "leave" or bool(self.chosen) or self._line.display

    # What is shown

    def open(self, path: Path | None, attempts: Sequence[tuple[int, float]]) -> None:
        """Show the log of the task under the cursor, unless all are shown; what is searched is searched in it too."""
        self._one = (path, attempts)
        if self.shows_all:
            return
        search = self.search
        super().open(path, attempts)
        if search is not None and self.search is None:
            self._search(search.query)

    def look(self) -> None:
        """Look whether anything is new."""
        if isinstance(self.source, MergedLog):
            found = list(islice(self._found_logs, LOGS_AT_ONCE))
            for name, path in found:
                self.source.add(name, path)
            if len(found) < LOGS_AT_ONCE:
                self._found_logs = iter(self._all_logs())
        super().look()
        self._go_to_awaited()
        self._say_found()

    def action_toggle_all(self) -> None:
        """All tasks' logs in one, by time; and back to the one."""
        search = self.search
        if self.shows_all:
            self.show_source(None)
            super().open(*self._one)
        else:
            self._found_logs = iter(self._all_logs())
            self.show_source(MergedLog())
            self.look()
        if search is not None:
            self._search(search.query)
        self.post_message(self.Changed())

    def action_toggle_wrap(self) -> None:
        """Wrap long lines, or pan."""
        self.set_look(wrap=not self.wrap)

    def action_cycle_times(self) -> None:
        """Tell when each line came: not, since the run began, the time of day."""
        times = list(Times)
        self.set_look(times=times[(times.index(self.times) + 1) % len(times)])

    # Searching

    def action_search(self) -> None:
        """Type what is to be searched."""
        self._line.open()

    def search_for(self, query: Query, origin: int | None = None) -> None:
        """Search the whole log, and go to the first match from line *origin* on, by default the one at the top."""
        self._search(query)
        self._origin = self.rows.line_of(self.top) if origin is None else origin
        self._go_to_awaited()

    def _search(self, query: Query) -> None:
        if self.search is not None:
            self.search.close()
        self.search = Search(query)
        self._origin = None
        self._line.show_query(query)
        self.look()
        self.redraw()

    def end_search(self) -> None:
        """Search nothing."""
        self._line.display = False
        self._origin = None
        if self.search is not None:
            self.search.close()
            self.search = None
        self.redraw()

    def _go_to_awaited(self) -> None:
        """Go to the first match from where the search began; around the end if there is none."""
        search = self.search
        if self._origin is None or search is None:
            return
        number = search.first_from(self._origin)
        if number < self._match_count:
            self._go_to(number)
        elif not search.is_busy:
            self._origin = None
            if self._match_count:
                self._go_to(0)

    @property
    def _match_count(self) -> int:
        """How many matches there are in the lines that are shown."""
        return 0 if self.search is None else self.search.first_from(self.rows.line_count)

    def _go_to(self, number: int) -> None:
        assert self.search is not None
        self._origin = None
        self.search.current = number
        match = self.search[number]
        self.reveal(self.rows.row_of(match.line), match.begin)
        self.redraw()
        self._say_found()

    def action_next_found(self) -> None:
        """The next match; behind the last comes the first."""
        self._step_match(1)

    def action_previous_found(self) -> None:
        """The match before; before the first comes the last."""
        self._step_match(-1)

    def _step_match(self, by: int) -> None:
        search = self.search
        if search is None:
            self.action_search()
        elif self._match_count:
            if search.current is None:
                at = search.first_from(self.rows.line_of(self.top)) + min(0, by)
            else:
                at = search.current + by
            self._go_to(at % self._match_count)

    def action_first_error(self) -> None:
        """Go to the first line that looks like an error; ``n`` goes to the next."""
        self.search_for(ERRORS, origin=0)

    def action_leave(self) -> None:
        """End what is chosen, or the search."""
        if self.chosen:
            self.end_choice()
        else:
            self.end_search()

    def _say_found(self) -> None:
        if self.search is not None and not self._line.is_typed:
            self._line.say(self.search.words)

    # Copying

    def action_choose(self) -> None:
        """Begin to choose lines; again: choose none."""
        if self.chosen:
            self.end_choice()
        else:
            self.begin_choice()

    def action_copy_lines(self) -> None:
        """Copy the chosen lines, or those in view."""
        rows = self.chosen or self.rows_in_view
        source = self.source
        if source is None or not rows:
            return
        lines = range(self.rows.line_of(rows[0]), self.rows.line_of(rows[-1] + 1))
        self.end_choice()

        async def copy() -> None:
            told = await copy_lines(source, lines, self._folder(), self.app.copy_to_clipboard)
            self.app.notify(told, markup=False)

        self.run_worker(copy(), group="copy", exclusive=True)


class LogPane(Vertical):
    """The log, and below it the search line, which is there only while something is searched."""

    DEFAULT_CSS = """
    LogPane { height: 1fr; width: 1fr; }
    """

    def __init__(self, folder: Callable[[], Path], all_logs: Callable[[], Iterable[tuple[str, Path]]]) -> None:
        super().__init__()
        self._line = SearchLine()
        self.view = LogReader(self._line, folder, all_logs)

    def compose(self) -> Iterator[Widget]:
        """The log and the line."""
        yield self.view
        yield self._line

    @property
    def front(self) -> Widget:
        """What the keys are for."""
        return self._line.field if self._line.is_typed else self.view

    def on_search_line_entered(self, message: SearchLine.Entered) -> None:
        """Search."""
        message.stop()
        self.screen.set_focus(self.view)
        self.view.search_for(message.query)

    def on_search_line_left(self, message: SearchLine.Left) -> None:
        """The search is given up."""
        message.stop()
        self.screen.set_focus(self.view)
        self.view.end_search()
