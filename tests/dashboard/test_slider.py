"""The slider of max_parallel, by keyboard and mouse."""

from __future__ import annotations

import pytest
from textual import events
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from seeknal_tui.dashboard import slider as slider_module
from seeknal_tui.dashboard.messages import MaxParallelChosen
from seeknal_tui.dashboard.slider import MaxParallelSlider

WIDE, MIDDLE, SMALL = (200, 50), (80, 24), (40, 10)


class SliderApp(App[None]):
    def __init__(self, value: int = 4) -> None:
        super().__init__()
        self.slider = MaxParallelSlider(value)
        self.chosen: list[int] = []
        self.escapes = 0

    def compose(self) -> ComposeResult:
        yield self.slider

    def on_max_parallel_chosen(self, message: MaxParallelChosen) -> None:
        self.chosen.append(message.max_parallel)

    def key_escape(self) -> None:
        self.escapes += 1

    @property
    def line(self) -> str:
        return self.slider.render_line(0).text

    @property
    def knob(self) -> int:
        """The cell of the knob."""
        return self.line.index("◉" if self.slider.has_focus else "●")

    @property
    def track(self) -> range:
        """The cells of the track."""
        line = self.line
        cells = [place for place, glyph in enumerate(line) if glyph in "━─◉●"]
        return range(cells[0], cells[-1] + 1)


async def mouse(pilot: Pilot[None], kind: type[events.MouseEvent], x: int, y: int = 0) -> None:
    """A mouse event anywhere on the screen, as the terminal reports it."""
    pilot.app.screen._forward_event(kind(None, x, y, 0, 0, 1, False, False, False, x, y))
    await pilot.pause()


class TestKeys:
    async def test_arrows_go_by_one_and_tell_it_once_for_each_value(self) -> None:
        app = SliderApp(2)
        async with app.run_test(size=MIDDLE) as pilot:
            await pilot.press("right", "right", "left", "left", "left", "left")
            assert app.chosen == [3, 4, 3, 2, 1]

    async def test_home_and_end_go_to_the_ends_of_the_scale(self) -> None:
        app = SliderApp(4)
        async with app.run_test(size=MIDDLE) as pilot:
            await pilot.press("end", "home")
            assert app.chosen == [16, 1]

    async def test_the_scale_grows_with_the_value_up_to_256(self) -> None:
        app = SliderApp(16)
        async with app.run_test(size=MIDDLE) as pilot:
            await pilot.press("right")
            assert " 32 " in app.line
            await pilot.press("end", "right", "end", "right", "end", "right", "end", "right")
            assert app.slider.value == 256
            assert " 256 " in app.line


class TestTyping:
    async def test_shows_the_digits_and_enter_takes_them(self) -> None:
        app = SliderApp()
        async with app.run_test(size=MIDDLE) as pilot:
            await pilot.press("2", "5")
            assert "→ 25_" in app.line
            assert app.chosen == []
            await pilot.press("enter")
            assert app.chosen == [25]
            assert "→" not in app.line

    async def test_a_pause_takes_them_too(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(slider_module, "TYPING_PAUSE", 0.05)
        app = SliderApp()
        async with app.run_test(size=MIDDLE) as pilot:
            await pilot.press("9")
            for _ in range(200):
                if app.chosen:
                    break
                await pilot.pause(0.02)
            assert app.chosen == [9]

    async def test_escape_drops_them_and_only_then_goes_no_further(self) -> None:
        app = SliderApp()
        async with app.run_test(size=MIDDLE) as pilot:
            await pilot.press("9", "escape")
            assert (app.chosen, app.escapes) == ([], 0)
            assert "→" not in app.line
            await pilot.press("escape")
            assert app.escapes == 1

    async def test_backspace_drops_the_last(self) -> None:
        app = SliderApp()
        async with app.run_test(size=MIDDLE) as pilot:
            await pilot.press("1", "2", "backspace", "enter")
            assert app.chosen == [1]

    @pytest.mark.parametrize("digits", ["0", "257", "1000"])
    async def test_of_what_is_out_of_range_is_told_and_not_taken(self, digits: str) -> None:
        app = SliderApp()
        async with app.run_test(size=MIDDLE) as pilot:
            await pilot.press(*digits, "enter")
            assert f"{digits}? from 1 to 256" in app.line
            assert (app.chosen, app.slider.value) == ([], 4)
            await pilot.press("7", "enter")
            assert app.chosen == [7]

    async def test_of_the_value_that_it_has_is_no_change(self) -> None:
        app = SliderApp()
        async with app.run_test(size=MIDDLE) as pilot:
            await pilot.press("4", "enter")
            assert app.chosen == []

    async def test_is_dropped_when_the_focus_goes(self) -> None:
        app = SliderApp()
        async with app.run_test(size=MIDDLE) as pilot:
            await pilot.press("9")
            app.set_focus(None)
            await pilot.pause()
            assert "→" not in app.line


class TestMouse:
    async def test_a_press_anywhere_on_the_track_moves_the_knob_there(self) -> None:
        app = SliderApp()
        async with app.run_test(size=WIDE) as pilot:
            await mouse(pilot, events.MouseDown, app.track[-1])
            await mouse(pilot, events.MouseUp, app.track[-1])
            assert app.chosen == [16]
            await mouse(pilot, events.MouseDown, app.track[0])
            await mouse(pilot, events.MouseUp, app.track[0])
            assert app.chosen == [16, 1]

    async def test_a_drag_moves_it_live_also_beyond_the_line_until_the_button_is_let_go(self) -> None:
        app = SliderApp()
        async with app.run_test(size=WIDE) as pilot:
            track = app.track
            await mouse(pilot, events.MouseDown, app.knob)
            assert app.chosen == []
            for x in range(track[0], track[-1] + 1):
                await mouse(pilot, events.MouseMove, x, 3)
            assert app.chosen == list(range(1, 17))
            await mouse(pilot, events.MouseMove, 199, 9)
            await mouse(pilot, events.MouseUp, 199, 9)
            await mouse(pilot, events.MouseMove, track[0])
            assert app.slider.value == 16

    async def test_the_scale_stays_while_the_knob_is_held(self) -> None:
        app = SliderApp(200)
        async with app.run_test(size=WIDE) as pilot:
            await mouse(pilot, events.MouseDown, app.knob)
            await mouse(pilot, events.MouseMove, app.track[0])
            assert app.slider.value == 1
            assert " 256 " in app.line
            await mouse(pilot, events.MouseUp, app.track[0])
            assert " 16 " in app.line

    async def test_the_hand_on_the_knob_goes_before_what_others_set(self) -> None:
        app = SliderApp()
        async with app.run_test(size=WIDE) as pilot:
            await mouse(pilot, events.MouseDown, app.track[-1])
            app.slider.set_value(2)
            assert app.slider.value == 16
            await mouse(pilot, events.MouseUp, app.track[-1])
            app.slider.set_value(2)
            assert (app.slider.value, app.chosen) == (2, [16])

    async def test_a_press_beside_the_track_moves_nothing(self) -> None:
        app = SliderApp()
        async with app.run_test(size=WIDE) as pilot:
            await mouse(pilot, events.MouseDown, app.track[-1] + 3)
            await mouse(pilot, events.MouseUp, app.track[-1] + 3)
            assert app.chosen == []

    async def test_the_wheel_goes_by_one(self) -> None:
        app = SliderApp()
        async with app.run_test(size=WIDE) as pilot:
            await mouse(pilot, events.MouseScrollUp, 20)
            await mouse(pilot, events.MouseScrollUp, 20)
            await mouse(pilot, events.MouseScrollDown, 20)
            assert app.chosen == [5, 6, 5]


class TestLooks:
    @pytest.mark.parametrize("width", [1, 10, 25, 40, 47, 48, 59, 60, 80, 81, 100, 200])
    @pytest.mark.parametrize("value", [1, 256])
    async def test_a_line_has_exactly_its_width(self, width: int, value: int) -> None:
        app = SliderApp(value)
        async with app.run_test(size=(width, 5)):
            app.slider.show_busy(value, 4, [1, 2, 3])
            assert app.slider.render_line(0).cell_length == width

    async def test_wide_it_shows_slots_busy_and_the_last_moments(self) -> None:
        app = SliderApp()
        async with app.run_test(size=(132, 40)):
            app.slider.show_busy(4, 3, [0, 1, 2, 4, 4, 3])
            assert " max_parallel  1 ━" in app.line
            assert "─ 16    4 slots, 3 busy  " in app.line
            assert app.line.rstrip().endswith("▂▄██▆")

    async def test_at_80_columns_the_last_moments_are_left_out(self) -> None:
        app = SliderApp()
        async with app.run_test(size=MIDDLE):
            app.slider.show_busy(4, 3, [4, 4, 4])
            assert "4 slots, 3 busy" in app.line
            assert "█" not in app.line

    async def test_at_40_columns_it_is_the_number_and_the_track(self) -> None:
        app = SliderApp()
        async with app.run_test(size=SMALL):
            app.slider.show_busy(4, 3, [])
            assert app.line.startswith(" max_parallel 4 ━━")
            assert len(app.track) > 10

    @pytest.mark.parametrize(
        ("width", "slots", "busy", "text"),
        [
            (132, 1, 1, "1 slot, 1 busy"),
            (132, 2, 4, "2 slots, 4 busy: 2 tasks end before another starts"),
            (132, 2, 3, "2 slots, 3 busy: 1 task ends before another starts"),
            (80, 2, 4, "2 slots, 4 busy (2 end first)"),
            (80, 2, 3, "2 slots, 3 busy (1 ends first)"),
        ],
    )
    async def test_it_says_that_tasks_must_end_first_after_it_was_lowered(
        self, width: int, slots: int, busy: int, text: str
    ) -> None:
        app = SliderApp()
        async with app.run_test(size=(width, 40)):
            app.slider.show_busy(slots, busy, [])
            assert text in app.line

    async def test_the_focus_is_seen_without_colour(self) -> None:
        app = SliderApp()
        async with app.run_test(size=MIDDLE) as pilot:
            assert "◉" in app.line
            app.set_focus(None)
            await pilot.pause()
            assert "●" in app.line

    async def test_a_value_that_others_set_is_shown_without_a_message(self) -> None:
        app = SliderApp()
        async with app.run_test(size=MIDDLE) as pilot:
            app.slider.set_value(40)
            await pilot.pause()
            assert " 64 " in app.line
            assert app.chosen == []
