"""The dashboard as an app: it opens a pipeline file, and reads it again whenever it has changed."""

from __future__ import annotations

import seeknal_tui.dashboard.paint_rate  # noqa: F401 - before Textual

# isort: split
import gc
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.command import Provider
from textual.message import Message
from textual.screen import Screen

from seeknal_tui.dashboard.arrangement import HORIZONTAL, VERTICAL
from seeknal_tui.dashboard.commands import ActionCommands
from seeknal_tui.dashboard.config import Config
from seeknal_tui.dashboard.file_watch import FileWatch
from seeknal_tui.dashboard.opening import OpeningScreen
from seeknal_tui.dashboard.recording import RecordingApp
from seeknal_tui.pipeline.model import OnFailure
from seeknal_tui.run.measured import NO_MEASUREMENTS, Measurements
from seeknal_tui.safe_text import one_line

if TYPE_CHECKING:
    from seeknal_tui.dashboard.main_screen import MainScreen
    from seeknal_tui.dashboard.starting import Start
    from seeknal_tui.pipeline.comparison import PipelineChange
    from seeknal_tui.pipeline.loading import Loaded
    from seeknal_tui.pipeline.model import Pipeline
    from seeknal_tui.pipeline.problems import Problem
    from seeknal_tui.run.plan import NotRunnable

SWITCHED_AFTER_S = 0.0007
"""How long a thread computes while another wants to. With Python's 5 ms a frame held up every task that ends meanwhile:
10,000 tasks that do nothing took 2.9 times as long with the dashboard as without it, and take 2.2 times with this."""
COLLECTED_AT = (20_000, 2, 100)
"""Thresholds of the garbage collector. A frame makes thousands of small objects, and with Python's own thresholds the
collector looked at them a dozen times, which took a tenth of a core under load; with these it takes a twentieth. The
second is low because a collection holds the screen up for as long as there are young objects: with 10 it was 70 ms."""
LOOK_EVERY_S = 0.5
"""How often the file is looked at; it is read when two looks found the same."""


class DashboardApp(RecordingApp):
    """One pipeline file in a terminal."""

    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {ActionCommands}
    HORIZONTAL_BREAKPOINTS = HORIZONTAL
    VERTICAL_BREAKPOINTS = VERTICAL
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+q,ctrl+c", "quit", "Quit", show=False, priority=True),
        Binding("M", "mouse", "the mouse", show=False, id="mouse"),  # also where the main screen is not
    ]

    class Opened(Message):
        """The file was read."""

        def __init__(self, loaded: Loaded, lines: list[str], measurements: Measurements, start: Start | None) -> None:
            super().__init__()
            self.loaded = loaded
            self.start = start
            self.lines = lines
            """The text of the file, if there is something wrong with it."""
            self.measurements = measurements
            """What earlier runs took."""

    def __init__(
        self,
        file: Path,
        *,
        environment: str = "",
        start: bool = False,
        selected: str | None = None,
        excluded: str | None = None,
        resume: bool = False,
        changed: bool = False,
        max_parallel: int | None = None,
        on_failure: OnFailure | None = None,
        watch: bool = False,
        config: Config | None = None,
        config_problems: Sequence[Problem] = (),
        theme: str = "dark",
    ) -> None:
        super().__init__(config or Config(), theme, config_problems)
        self.file = file
        self.has_errors = False
        """Whether the file cannot be run as it is now."""
        self.refusal: NotRunnable | None = None
        """Why what the command line asked for is not run; the dashboard has then ended."""
        self._environment = environment
        self._start = start
        self._selection = (selected, excluded)
        self._resume = resume
        self._changed = changed
        self._max_parallel = max_parallel
        self._on_failure = on_failure
        self._watch = watch
        self._file_watch = FileWatch(file)
        self.is_file_waiting = False
        """Whether the file is to be read as soon as it can be."""
        self._is_told = False
        """Whether the user knows that it waits for the end of the run."""
        self._runs_told = 0
        self._opening = False
        self._collected_at = gc.get_threshold()
        self._switched_after_s = sys.getswitchinterval()

    def get_default_screen(self) -> Screen[None]:
        """Nothing is known of the pipeline yet."""
        return OpeningScreen(self.file)

    def on_mount(self) -> None:
        """Paint first, then read the file."""
        self.title = self.file.name
        gc.set_threshold(*COLLECTED_AT)
        sys.setswitchinterval(SWITCHED_AFTER_S)
        self.call_after_refresh(self._open)
        self.set_interval(LOOK_EVERY_S, self._look)

    def on_unmount(self) -> None:
        """Leave the interpreter as it was: DuckDB complains at exit of what is never collected."""
        gc.unfreeze()
        gc.set_threshold(*self._collected_at)
        sys.setswitchinterval(self._switched_after_s)

    # The file

    def _look(self) -> None:
        """See whether the file has changed, whether a run has ended, and whether it is recorded."""
        self.tell_problem()
        self.is_file_waiting = self.is_file_waiting or self._file_watch.has_changed()
        if self.is_file_waiting and not self._opening and not self.is_stopping:
            self._open_when_possible()
        session = self.session
        if session is not None and not session.state.is_running and session.state.runs > self._runs_told:
            self._runs_told = session.state.runs
            self.tell_end(f"{session.pipeline.name} {session.state.status}", session.now - session.state.began)

    def _open_when_possible(self) -> None:
        if self.session is not None and self.session.engine.is_running:
            if not self._is_told:
                self._is_told = True
                self.notify("the file is read again when the run has ended", severity="warning", markup=False)
        elif not self.screen.is_modal:  # a dialog speaks of the pipeline as it is
            self._open()

    def _open(self) -> None:
        if not self._opening:
            self._opening, self.is_file_waiting, self._is_told = True, False, False
            self._file_watch.note_reading()
            self.run_worker(self._read, thread=True, group="open")

    def _read(self) -> None:
        from seeknal_tui.dashboard import main_screen, problems_screen  # noqa: F401, PLC0415 - behind the first paint
        from seeknal_tui.history.past_runs import PastRuns  # noqa: PLC0415
        from seeknal_tui.pipeline.files import lines_of  # noqa: PLC0415
        from seeknal_tui.pipeline.loading import load  # noqa: PLC0415
        from seeknal_tui.run.promotion import PromotionError, settle  # noqa: PLC0415

        loaded = load(self.file, self._environment)
        if loaded.pipeline is not None:
            try:
                settle(loaded.pipeline.production_target)
            except PromotionError as problem:
                self.call_from_thread(self.notify, str(problem), severity="warning", markup=False)
        lines = lines_of(self.file) if loaded.pipeline is None else []
        measured = NO_MEASUREMENTS
        if loaded.pipeline is not None:
            measured = PastRuns(loaded.pipeline.folder).measurements(loaded.pipeline)
        start = None
        if loaded.pipeline is not None and self._start and self.session is None:
            from seeknal_tui.dashboard.starting import plan_start  # noqa: PLC0415

            start = plan_start(loaded.pipeline, *self._selection, changed=self._changed, resume=self._resume)
        self.post_message(self.Opened(loaded, lines, measured, start))

    async def on_dashboard_app_opened(self, message: Opened) -> None:
        """Show the pipeline, or what is wrong with it."""
        self._opening = False
        pipeline, problems = message.loaded.pipeline, message.loaded.problems
        self.has_errors = pipeline is None
        if pipeline is None:
            await self._show_problems(message)
        else:
            if self.session is None:
                await self._begin(pipeline, message)
            else:
                self._go_on(pipeline, message.measurements)
            gc.collect()
            gc.freeze()  # the pipeline and the screen stay: the collector need not look at them again
            if problems:
                more = f"\n… and {len(problems) - 1} more: seeknal-tui check tells all" if len(problems) > 1 else ""
                self.notify(f"{problems[0]}{more}", severity="warning", markup=False)

    @property
    def _shows_problems(self) -> bool:
        from seeknal_tui.dashboard.problems_screen import ProblemsScreen  # noqa: PLC0415 - the first paint is not of it

        return isinstance(self.screen, ProblemsScreen)

    async def _show_problems(self, opened: Opened) -> None:
        from seeknal_tui.dashboard.problems_screen import ProblemsScreen  # noqa: PLC0415

        behind = self.session is not None
        for main in self._main_screens():
            main.file_problem = f"{one_line(self.file.name)} has errors"
        screen = ProblemsScreen(self.file, opened.loaded.problems, opened.lines, behind=behind)
        if self._shows_problems:
            await self.switch_screen(screen)
        else:
            await self.push_screen(screen)

    def _main_screens(self) -> list[MainScreen]:
        """The screens that show the file's pipeline, and no run of the past."""
        from seeknal_tui.dashboard.main_screen import MainScreen  # noqa: PLC0415

        return [
            screen for screen in self.screen_stack if isinstance(screen, MainScreen) and screen.session is self.session
        ]

    async def _begin(self, pipeline: Pipeline, opened: Opened) -> None:
        from seeknal_tui.dashboard.main_screen import MainScreen  # noqa: PLC0415
        from seeknal_tui.dashboard.session import Session  # noqa: PLC0415

        start = opened.start
        if start is not None and start.refusal is not None:
            self.refusal = start.refusal
            self.exit()
            return
        self.session = Session(
            pipeline, opened.measurements, max_parallel=self._max_parallel, on_failure=self._on_failure
        )
        if self._shows_problems:
            self.pop_screen()
        await self.push_screen(MainScreen(self.session, start, self.actions))
        self.call_after_refresh(gc.freeze)  # the panes stay too
        if not self._start:
            self.offer_resume(pipeline)

    def _go_on(self, pipeline: Pipeline, measurements: Measurements) -> None:
        from seeknal_tui.dashboard.engine import NotPossible  # noqa: PLC0415
        from seeknal_tui.pipeline.comparison import compare_pipelines  # noqa: PLC0415

        assert self.session is not None
        was_wrong = self._shows_problems
        change = compare_pipelines(self.session.pipeline, pipeline)
        try:
            self.session.replace_pipeline(pipeline, measurements)
        except NotPossible:  # a run was started meanwhile
            self.is_file_waiting = True
            return
        if was_wrong:
            self.pop_screen()
        for screen in self._main_screens():
            screen.take_pipeline()
        right = "is right again: " if was_wrong else "was read again: "
        self.notify(f"{self.file.name} {right}{change}", markup=False)
        if self._watch:
            self._run_changed(change)

    def _run_changed(self, change: PipelineChange) -> None:
        """Run what is new or changed, and everything downstream of it."""
        from seeknal_tui.dashboard.engine import NotPossible  # noqa: PLC0415
        from seeknal_tui.history.asked import tasks_asked  # noqa: PLC0415
        from seeknal_tui.run.plan import NotRunnable  # noqa: PLC0415

        assert self.session is not None
        try:
            plan = self.session.plan_changed(change.to_run, tasks_asked(self.session.pipeline, *self._selection))
        except NotRunnable as refusal:
            self.notify(str(refusal), severity="warning", markup=False)
            return
        if plan.run:
            try:
                self.session.start(plan)
            except NotPossible as reason:
                self.notify(str(reason), severity="warning", markup=False)

    def action_reload(self) -> None:
        """Read the file again, when the run has ended."""
        self.is_file_waiting, self._is_told = True, False
        self._open_when_possible()

    def edited(self) -> None:
        """Read the file again if the user has changed it."""
        if self._file_watch.differs():
            self.action_reload()
