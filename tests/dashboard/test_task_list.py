"""The plain list of tasks for small screens."""

from __future__ import annotations

import pytest
from textual.app import App, ComposeResult

from seeknal_tui.dashboard.messages import TaskOpened, TaskSelected
from seeknal_tui.dashboard.task_list import TaskList
from seeknal_tui.pipeline.model import Pipeline
from seeknal_tui.run.events import Event, Status, TaskFinished
from seeknal_tui.run.state import RunState
from tests.dashboard.runs import begun, numbered, pipeline_of, started


class ListApp(App[None]):
    def __init__(self, pipeline: Pipeline) -> None:
        super().__init__()
        self.state = RunState(pipeline)
        self.list = TaskList(pipeline, self.state)
        self.selected: list[int] = []
        self.opened: list[int] = []

    def compose(self) -> ComposeResult:
        yield self.list

    def on_task_selected(self, message: TaskSelected) -> None:
        self.selected.append(message.number)

    def on_task_opened(self, message: TaskOpened) -> None:
        self.opened.append(message.number)

    def fold(self, *events: Event, now: float | None = None) -> None:
        self.state.apply_all(events)
        touched, self.state.touched = self.state.touched, set()
        self.list.state_changed(touched, self.state.now if now is None else now)

    @property
    def lines(self) -> list[str]:
        return [self.list.render_line(y).text for y in range(self.list.size.height)]


class TestList:
    async def test_has_state_name_and_duration_on_a_line(self) -> None:
        pipeline = pipeline_of("clean_flights", "routes")
        app = ListApp(pipeline)
        async with app.run_test(size=(40, 10)) as pilot:
            done = TaskFinished(2.3, "clean_flights", Status.SUCCEEDED)
            app.fold(begun(pipeline), *started(0.0, "clean_flights"), done)
            await pilot.pause()
            assert [line.split() for line in app.lines[:2]] == [["●", "clean_flights", "2.3s"], ["○", "routes"]]

    async def test_goes_on_counting_while_a_task_runs(self) -> None:
        pipeline = pipeline_of("a")
        app = ListApp(pipeline)
        async with app.run_test(size=(40, 10)) as pilot:
            app.fold(begun(pipeline), *started(0.0, "a"), now=1.0)
            await pilot.pause()
            assert app.lines[0].split() == ["◐", "a", "1.0s"]
            app.fold(now=1.5)
            await pilot.pause()
            assert app.lines[0].split() == ["◐", "a", "1.5s"]

    async def test_has_a_cursor_for_keys_and_mouse(self) -> None:
        app = ListApp(numbered(50))
        async with app.run_test(size=(40, 10)) as pilot:
            await pilot.press("j", "j", "G")
            assert app.selected == [0, 1, 49]
            assert app.lines[-1].startswith("▸○ t0049")
            await pilot.click(app.list, offset=(4, 0))
            await pilot.click(app.list, offset=(4, 0))
            assert app.selected[-1] == app.opened[-1] == app.list.visible_rows()[0]

    @pytest.mark.parametrize("size", [(200, 50), (80, 24), (40, 10), (12, 3), (4, 2)])
    async def test_fits_any_size(self, size: tuple[int, int]) -> None:
        app = ListApp(numbered(50))
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            assert all(len(line) == app.list.row_width for line in app.lines)
