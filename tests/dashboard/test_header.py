"""The header line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.strip import Strip

from seeknal_tui.dashboard.header import PRODUCTION, RunHeader, Viewpoint, fitting, header_parts
from seeknal_tui.dashboard.look import DARK
from seeknal_tui.pipeline.model import Pipeline
from seeknal_tui.run.events import (
    Event,
    Paused,
    Resumed,
    RunFinished,
    RunStatus,
    Status,
    TaskFinished,
    TaskReady,
)
from seeknal_tui.run.sampler import RunUse
from seeknal_tui.run.state import RunState
from tests.dashboard.runs import begun, folded, numbered, pipeline_of, started


def read(state: RunState, now: float, width: int = 200, use: RunUse | None = None) -> str:
    parts = fitting(header_parts(state, now, DARK, use), width)
    return parts[0].text + "".join(part.before + part.text for part in parts[1:])


def a_run(*more: Event, pipeline: Pipeline | None = None) -> RunState:
    """Of ten tasks: two succeeded (2 s each), one failed, two run since 2.0, one is ready, the rest is pending."""
    pipeline = pipeline or numbered(10)
    return folded(
        pipeline,
        begun(pipeline),
        *started(0.0, "t0000"),
        *started(0.0, "t0001"),
        *started(0.0, "t0002"),
        TaskFinished(2.0, "t0000", Status.SUCCEEDED),
        TaskFinished(2.0, "t0001", Status.SUCCEEDED),
        TaskFinished(2.0, "t0002", Status.FAILED),
        *started(2.0, "t0003"),
        *started(2.0, "t0004"),
        TaskReady(2.0, "t0005"),
        *more,
    )


class TestText:
    def test_what_was_skipped_or_cancelled_is_not_done(self) -> None:
        state = a_run(
            TaskFinished(4.0, "t0005", Status.CANCELLED),
            TaskFinished(4.0, "t0006", Status.SKIPPED),
        )
        assert "3/10 done · 2 running · 3 pending · 1 failed · 1 skipped · 1 cancelled" in read(state, 4.0)

    def test_before_a_run_says_what_there_is(self) -> None:
        assert read(folded(numbered(3)), 0.0) == "flights  production   ○ idle    3 tasks"

    def test_of_a_run_says_state_clock_counts_and_speedup(self) -> None:
        assert read(a_run(), 4.0) == (
            "flights  production   ● running 00:04.0    "
            "3/10 done · 2 running · 1 ready · 4 pending · 1 failed    2.5× so far"
        )

    def test_of_an_ended_run_stands_still(self) -> None:
        pipeline = pipeline_of("a")
        state = folded(
            pipeline,
            begun(pipeline),
            *started(0.0, "a"),
            TaskFinished(2.0, "a", Status.SUCCEEDED),
            RunFinished(2.0, RunStatus.SUCCEEDED),
        )
        expected = "flights  production   ● succeeded 00:02.0    1/1 done"
        assert read(state, 2.0) == read(state, 99.0) == expected

    def test_of_a_second_run_counts_from_its_own_beginning(self) -> None:
        pipeline = pipeline_of("a")
        state = folded(pipeline, begun(pipeline), RunFinished(60.0, RunStatus.FAILED), begun(pipeline))
        assert "● running 00:01.5" in read(state, 61.5)

    def test_names_the_environment(self) -> None:
        assert "flights   env dev    ○ idle" in read(folded(pipeline_of("a", environment="dev")), 0.0)

    def test_an_environment_called_production_does_not_look_like_production(self) -> None:
        plain, named = (
            header_parts(folded(pipeline_of("a", environment=name)), 0.0, DARK)[1] for name in ("", PRODUCTION)
        )
        assert (plain.text, plain.reverse) == ("production", False)
        assert (named.text, named.reverse) == (" env production ", True)

    def test_says_that_the_run_is_paused(self) -> None:
        assert " ▮▮ paused " in read(a_run(Paused(3.0)), 4.0)
        assert "paused" not in read(a_run(Paused(3.0), Resumed(3.5)), 4.0)

    def test_says_what_the_run_uses_where_that_is_known(self) -> None:
        assert read(a_run(), 4.0, use=RunUse(1.87, 412_345_678)).endswith("2.5× so far    cpu 187 %  mem 412 MB")

    def test_makes_names_harmless(self) -> None:
        text = read(folded(pipeline_of("a", name="[b]x\x1b]0;y\x07", environment="\u202edev")), 0.0)
        assert text.startswith("[b]x␛]0;y␇   env �dev ")


class TestFitting:
    def test_leaves_out_memory_then_cpu_before_all_others(self) -> None:
        state, use = a_run(), RunUse(0.5, 3_200_000_000)
        widest = len(read(state, 4.0, use=use))
        without_memory = read(state, 4.0, widest - 1, use)
        assert without_memory.endswith("cpu 50 %")
        assert read(state, 4.0, len(without_memory) - 1, use).endswith("so far")

    def test_leaves_out_the_speedup_first_then_the_ready(self) -> None:
        state = a_run()
        widest = len(read(state, 4.0))
        assert "so far" not in read(state, 4.0, widest - 1)
        assert "ready" in read(state, 4.0, widest - 1)
        without_speedup = len(read(state, 4.0, widest - 1))
        assert "ready" not in read(state, 4.0, without_speedup - 1)
        assert "pending" in read(state, 4.0, without_speedup - 1)

    def test_keeps_name_state_clock_and_done_at_40_columns(self) -> None:
        assert read(a_run(), 4.0, 39) == "flights  ● running 00:04.0  3/10 done"

    def test_keeps_the_environment_at_40_columns(self) -> None:
        state = a_run(pipeline=Pipeline("flights", numbered(10).tasks, environment="dev"))
        assert read(state, 4.0, 39) == "flights   env dev   ● running 00:04.0"

    def test_keeps_the_failed_longest(self) -> None:
        assert "1 failed" in read(a_run(), 4.0, 60)

    def test_cuts_a_long_name(self) -> None:
        state = a_run(pipeline=Pipeline("a_very_long_name_of_a_pipeline", numbered(10).tasks))
        assert read(state, 4.0, 48).startswith("a_very_")
        assert "…" in read(state, 4.0, 48)
        assert "3/10 done" in read(state, 4.0, 48)

    @given(width=st.integers(45, 250), name=st.text(max_size=60), environment=st.text(max_size=60))
    def test_never_takes_more_than_its_width(self, width: int, name: str, environment: str) -> None:
        pipeline = Pipeline(name, numbered(10).tasks, environment=environment)
        parts = fitting(header_parts(a_run(pipeline=pipeline), 4.0, DARK), width)
        assert sum(cell_len(part.before + part.text) for part in parts) - len(parts[0].before) <= width


class HeaderApp(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.header = RunHeader()

    def compose(self) -> ComposeResult:
        yield self.header


class TestMarks:
    async def line(self, width: int, problem: str = "", told: str = "") -> str:
        app = HeaderApp()
        async with app.run_test(size=(width, 10)) as pilot:
            app.header.show(a_run(), 4.0, viewpoint=Viewpoint(problem=problem, filter=told))
            await pilot.pause()
            return app.header.render_line(0).text.rstrip()

    async def test_lead_the_line_where_there_is_no_room_to_say_what_is_wrong_and_what_is_left_out(self) -> None:
        rest = "flights  ● running 00:04.0  3/10 done"
        assert await self.line(40) == f" {rest}"
        assert await self.line(40, problem="flights.yml has errors") == f"!{rest}"
        assert await self.line(40, told="3 of 10 tasks: clean") == f"/{rest}"
        assert await self.line(40, "flights.yml has errors", "3 of 10 tasks: clean") == f"!/{rest}"

    async def test_are_not_there_where_it_is_said_in_words(self) -> None:
        line = await self.line(200, "flights.yml has errors", "3 of 10 tasks")
        assert line.startswith(" flights  production    flights.yml has errors   ctrl+r tells them    3 of 10 tasks")

    async def test_never_take_more_than_the_line(self) -> None:
        for width in range(1, 60):
            assert len(await self.line(width, "flights.yml has errors", "3 of 10 tasks: clean")) <= width


class TestWidget:
    @pytest.mark.parametrize("width", [200, 132, 80, 40, 20, 3])
    async def test_fills_its_line(self, width: int) -> None:
        app = HeaderApp()
        async with app.run_test(size=(width, 10)) as pilot:
            app.header.show(a_run(Paused(3.0)), 4.0)
            await pilot.pause()
            assert app.header.render_line(0).cell_length == width

    async def test_paints_only_when_it_reads_differently(self, monkeypatch: pytest.MonkeyPatch) -> None:
        app = HeaderApp()
        async with app.run_test(size=(80, 24)) as pilot:
            painted: list[int] = []
            render_line = app.header.render_line

            def counted(y: int) -> Strip:
                painted.append(y)
                return render_line(y)

            monkeypatch.setattr(app.header, "render_line", counted)
            state = a_run()
            for now in (4.0, 4.01, 4.02):
                app.header.show(state, now)
                await pilot.pause()
            assert painted == [0]
            app.header.show(state, 4.2)
            await pilot.pause()
            assert painted == [0, 0]
