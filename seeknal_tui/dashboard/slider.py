"""The slider of max_parallel: one line, moved by arrows, by typing a number, and by the mouse."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.strip import Strip
from textual.timer import Timer
from textual.widget import Widget

from seeknal_tui.dashboard.cells import fit, ink
from seeknal_tui.dashboard.look import DARK
from seeknal_tui.dashboard.messages import MaxParallelChosen

LOWEST, HIGHEST = 1, 256
ENDS = (16, 32, 64, 128, 256)
"""Where the scale ends: at the first that is not below the value."""
TYPING_PAUSE = 1.0
"""Seconds after the last digit when the number counts."""
SHORTEST_TRACK, LONGEST_TRACK = 8, 62
ROOM_FOR_WORDS = 100
"""Cells from which on it is said in words what fewer slots than running tasks mean."""
HISTORY = 10
LEVELS = "▁▂▃▄▅▆▇█"


class MaxParallelSlider(Widget, can_focus=True):
    """Shows and changes how many tasks may run at once.

    Posts :class:`MaxParallelChosen` once for each value the user chooses, never for :meth:`set_value`.
    """

    ALLOW_SELECT = False

    DEFAULT_CSS = """
    MaxParallelSlider {
        height: 1;
        width: 1fr;
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(digit, f"digit({digit})", "a number", key_display="0-9") for digit in "0123456789"),
        Binding("left", "step(-1)", "fewer"),
        Binding("right", "step(1)", "more"),
        Binding("home", "go(1)", "one", show=False),
        Binding("end", "go_to_end", "the end of the scale", show=False),
    ]

    def __init__(self, value: int, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.palette = DARK
        self._value = value
        self._end = _scale_end(value)
        self._slots = value
        self._busy: int | None = None
        self._history: tuple[float, ...] = ()
        self._forecasts: tuple[str, ...] = ()
        self._typed = ""
        self._refused = ""
        self._pause: Timer | None = None
        self._dragged = False
        self._track = range(0)

    @property
    def value(self) -> int:
        """The max_parallel that is shown."""
        return self._value

    def set_value(self, value: int) -> None:
        """Show that max_parallel, which somebody else has set; posts nothing. The hand on the knob goes before it."""
        if not self._dragged and (value, value) != (self._value, self._slots):
            self._value = self._slots = value
            self._end = _scale_end(value)
            self.refresh()

    def show_busy(self, slots: int, busy: int, history: Sequence[float]) -> None:
        """Show how many slots there are, how many of them hold a task, and how that was lately (oldest first)."""
        shown = (slots, busy, tuple(history[-HISTORY:]))
        if shown != (self._slots, self._busy, self._history):
            self._slots, self._busy, self._history = shown
            self.refresh()

    def show_forecast(self, texts: Sequence[str]) -> None:
        """Say when the run would end with other slots: the first of *texts* for which there is room."""
        if tuple(texts) != self._forecasts:
            self._forecasts = tuple(texts)
            self.refresh()

    # Choosing

    def _choose(self, value: int) -> None:
        value = min(max(LOWEST, value), HIGHEST)
        if value != self._value:
            self._value = value
            if not self._dragged:
                self._end = _scale_end(value)
            self.post_message(MaxParallelChosen(value))
        self.refresh()

    def action_step(self, by: int) -> None:
        """One more or one fewer."""
        self._stop_typing()
        self._choose(self._value + by)

    def action_go(self, value: int) -> None:
        """Choose that value."""
        self._stop_typing()
        self._choose(value)

    def action_go_to_end(self) -> None:
        """Choose the end of the scale."""
        self.action_go(self._end)

    # Typing a number

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Digits are a number here, whatever else they mean elsewhere."""
        return character is not None and character in "0123456789"

    def action_digit(self, digit: int) -> None:
        """One more digit of a number."""
        self._type(f"{self._typed}{digit}")

    def on_key(self, event: events.Key) -> None:
        """Enter takes the digits that were typed, escape drops them."""
        if self._typed and event.key == "backspace":
            self._type(self._typed[:-1])
        elif self._typed and event.key == "enter":
            self._take_typed()
        elif (self._typed or self._refused) and event.key == "escape":
            self._stop_typing()
        else:
            return
        event.stop()
        event.prevent_default()

    def _type(self, typed: str) -> None:
        self._stop_typing()
        self._typed = typed[: len(str(HIGHEST)) + 1]
        if self._typed:
            self._pause = self.set_timer(TYPING_PAUSE, self._take_typed)

    def _take_typed(self) -> None:
        number = int(self._typed)
        self._stop_typing()
        if LOWEST <= number <= HIGHEST:
            self._choose(number)
        else:
            self._refused = f"{number}? from {LOWEST} to {HIGHEST}"

    def _stop_typing(self) -> None:
        if self._pause is not None:
            self._pause.stop()
            self._pause = None
        self._typed = self._refused = ""
        self.refresh()

    def on_blur(self) -> None:
        """What was typed and not taken is forgotten."""
        self._stop_typing()

    # The mouse

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """A press on the track moves the knob there, and takes hold of it."""
        offset = event.get_content_offset(self)
        if event.button == 1 and offset is not None and offset.x in self._track:
            event.stop()
            self._stop_typing()
            self._dragged = True
            self.capture_mouse()
            self._drag(offset.x)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """The knob follows the mouse that holds it, also beyond the line."""
        if self._dragged:
            event.stop()
            self._drag(event.get_content_offset_capture(self).x)

    def on_mouse_up(self, event: events.MouseUp) -> None:
        """Let go of the knob."""
        if self._dragged:
            event.stop()
            self.release_mouse()

    def on_mouse_release(self) -> None:
        """The scale stays as it is while the knob is held, else it would slip away below the mouse."""
        self._dragged = False
        self._end = _scale_end(self._value)
        self.refresh()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """The wheel goes by one."""
        event.stop()
        self.action_step(1)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The wheel goes by one."""
        event.stop()
        self.action_step(-1)

    def _drag(self, x: int) -> None:
        position = min(max(0, x - self._track.start), len(self._track) - 1)
        if position != self._knob():
            self._choose(LOWEST + round(position * (self._end - LOWEST) / (len(self._track) - 1)))

    def _knob(self) -> int:
        """The cell of the track on which the knob is."""
        share = (min(self._value, self._end) - LOWEST) / (self._end - LOWEST)
        return round(share * (len(self._track) - 1))

    # Painting

    def on_resize(self) -> None:
        """The track is as long as there is room."""
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """The line; below it nothing."""
        palette, width = self.palette, self.size.width
        plain = ink(palette.dim, palette.background)
        if y > 0:
            return Strip.blank(width, plain)
        strong = ink(palette.critical if self.has_focus else palette.text, palette.background, bold=True)
        told = self._told(width)
        history = self._sparkline() if width > 80 else ""
        narrow = width < 60
        before = f" max_parallel {self._value} " if narrow else " max_parallel  1 "
        after = "" if narrow else f" {self._end}"
        beside = sum(map(len, (before, after, history))) + len(told) + (4 if told else 1) + (2 if history else 0)
        forecast = next((text for text in self._forecasts if beside + len(text) + 4 + SHORTEST_TRACK <= width), "")
        beside += len(forecast) + 4 if forecast else 0
        length = min(max(SHORTEST_TRACK, width - beside), LONGEST_TRACK, max(0, width - len(before) - 1))
        self._track = range(len(before), len(before) + max(1, length))
        segments = [Segment(before, strong), *self._track_segments(strong), Segment(after, plain)]
        if told:
            segments.append(Segment(f"    {told}", self._told_style(strong)))
        if history:
            segments.append(Segment(f"  {history}", ink(palette.running, palette.background)))
        if forecast:
            segments.append(Segment(f"    {forecast}", ink(palette.text, palette.background)))
        return Strip(segments).adjust_cell_length(width, plain)

    def _track_segments(self, strong: Style) -> list[Segment]:
        palette, knob, length = self.palette, self._knob(), len(self._track)
        return [
            Segment("━" * knob, ink(palette.running, palette.background)),
            Segment("◉" if self.has_focus else "●", strong),
            Segment("─" * (length - 1 - knob), ink(palette.edge, palette.background)),
        ]

    def _told_style(self, strong: Style) -> Style:
        palette = self.palette
        if self._refused:
            return ink(palette.failed, palette.background, bold=True)
        return strong if self._typed else ink(palette.text, palette.background)

    def _told(self, width: int) -> str:
        """What stands beside the track, as long as there is room for it."""
        if self._typed or self._refused:
            return self._refused or f"→ {self._typed}_"
        if width < 60:
            return "" if self._busy is None or width < 48 else f"{self._busy} busy"
        slots = f"{self._slots} slot{'' if self._slots == 1 else 's'}"
        if self._busy is None:
            return slots
        ending = self._busy - self._slots
        if ending > 0 and width >= ROOM_FOR_WORDS:
            end = "1 task ends" if ending == 1 else f"{ending} tasks end"
            return f"{slots}, {self._busy} busy: {end} before another starts"
        if ending > 0:
            return f"{slots}, {self._busy} busy ({ending} end{'s' if ending == 1 else ''} first)"
        return f"{slots}, {self._busy} busy"

    def _sparkline(self) -> str:
        if not self._history:
            return ""
        most = max(self._slots, *self._history, 1)
        levels = (round(value / most * len(LEVELS)) for value in self._history)
        return fit("".join(LEVELS[level - 1] if level else " " for level in levels), len(self._history))


def _scale_end(value: int) -> int:
    return next((end for end in ENDS if value <= end), HIGHEST)
