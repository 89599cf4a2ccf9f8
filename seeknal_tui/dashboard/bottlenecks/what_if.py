"""What if: a change of the run that the user types, and the line in which it is typed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches
from typing import ClassVar, NamedTuple

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Input, Static

from seeknal_tui.analysis.findings.scenario import Scenario
from seeknal_tui.analysis.findings.words import counted
from seeknal_tui.dashboard.themes import palette_of

MOST_PARTS, MOST_SLOTS = 64, 256
TIMES = re.compile(r"(\d+(?:\.\d+)?)\s*[x×]")


class NotUnderstood(Exception):  # noqa: N818 - named as the user reads it
    """What was typed is no change that can be tried; the message says why."""


class Trial(NamedTuple):
    """A run as it might be, and what is changed in it."""

    scenario: Scenario
    words: str


def try_out(text: str, scenario: Scenario) -> Trial:
    """The run with the change that *text* asks for. Raises NotUnderstood."""
    words = text.replace(",", " ").split()
    match words:
        case [number, "slots" | "slot"] | ["slots" | "max_parallel", number]:
            slots = _whole(number, MOST_SLOTS)
            return Trial(scenario.with_slots(slots), f"with {counted(slots, 'slot')}")
        case ["pool", name, number] | ["pool", name, "=", number]:
            return _pool(scenario, name, number)
    return _try_task(words, scenario)


def _try_task(words: list[str], scenario: Scenario) -> Trial:
    """The run with a change of one task."""
    match words:
        case [name, "without", other]:
            return _without(scenario, name, other)
        case [name, "in", number] | [name, "split", number] | [name, "split", "in", number]:
            parts = _whole(number, MOST_PARTS)
            return Trial(scenario.split(_task(scenario, name), parts), f"with {name} split in {parts}")
        case [name, times] if found := TIMES.fullmatch(times):
            return _faster(scenario, name, float(found[1]))
        case [name, "twice", *_]:
            return _faster(scenario, name, 2.0)
        case [name, times, "times", *_] if times.replace(".", "", 1).isdigit():
            return _faster(scenario, name, float(times))
    raise NotUnderstood("that is none of these:")


def _whole(text: str, most: int) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= most:
        raise NotUnderstood(f"write a whole number from 1 to {most} instead of {text}")
    return int(text)


def _task(scenario: Scenario, name: str) -> int:
    numbers = scenario.pipeline.numbers
    if name not in numbers:
        near = get_close_matches(name, numbers, 1)
        raise NotUnderstood(f"there is no task {name}" + (f"; did you mean {near[0]}?" if near else ""))
    return numbers[name]


def _faster(scenario: Scenario, name: str, times: float) -> Trial:
    if times <= 0:
        raise NotUnderstood("write a number above 0")
    number = _task(scenario, name)
    return Trial(
        scenario.with_duration(number, scenario.durations[number] / times), f"with {name} {times:g} times as fast"
    )


def _without(scenario: Scenario, name: str, other: str) -> Trial:
    number, on = _task(scenario, name), _task(scenario, other)
    if on not in scenario.pipeline.upstream[number]:
        raise NotUnderstood(f"{name} does not wait for {other}")
    return Trial(scenario.without_dependency(number, on), f"without waiting in {name} for {other}")


def _pool(scenario: Scenario, name: str, number: str) -> Trial:
    pools = scenario.pipeline.execution.pools
    if name not in pools:
        raise NotUnderstood(f"there is no pool {name}" + (f"; there are {', '.join(pools)}" if pools else ""))
    slots = _whole(number, MOST_SLOTS)
    needed = max((dict(task.pools).get(name, 0) for task in scenario.pipeline.tasks), default=0)
    if slots < needed:
        raise NotUnderstood(f"a task needs {needed} slots of the pool {name} at once")
    return Trial(scenario.with_pool(name, slots), f"with {counted(slots, 'slot')} in {name}")


class WhatIfPrompt(ModalScreen[Trial | None]):
    """Asks for a change; tells what is wrong with it while nothing can be tried."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "cancel")]

    def __init__(self, scenario: Scenario, task: str) -> None:
        """*task* is the one that the examples speak of."""
        super().__init__()
        self._scenario = scenario
        self._about = task
        self._found = Static(markup=False)

    def compose(self) -> Iterator[Widget]:
        """A box with an input, and below it what may be typed."""
        start = Input(value=f"{self._about} " if self._about else "", compact=True, select_on_focus=False)
        box = Vertical(start, self._found, classes="dialog")
        box.border_title = Text("What if")
        box.border_subtitle = Text("enter try   esc cancel")
        yield box

    def on_mount(self) -> None:
        """Tell what may be typed."""
        self._show("")

    def _show(self, problem: str) -> None:
        palette = palette_of(self.app)
        task = self._about or "TASK"
        pool = next(iter(self._scenario.pipeline.execution.pools), "POOL")
        upstream = self._scenario.pipeline.upstream[self._scenario.pipeline.numbers[task]] if self._about else ()
        other = self._scenario.pipeline.tasks[upstream[0]].name if upstream else "TASK"
        text = Text(f"{problem}\n" if problem else "", palette.failed)
        examples = (
            (f"{task} 2x", "twice as fast"),
            (f"{task} without {other}", "does not wait for it"),
            (f"{task} in 4", "split in 4 that can run at once"),
            (f"pool {pool} 4", "4 slots in the pool"),
            ("8 slots", "another max_parallel"),
        )
        width = max(len(example) for example, _ in examples)
        lines = [f"{example:<{width}}   {words}" for example, words in examples]
        self._found.update(text.append("\n".join(lines), palette.dim))

    def on_input_submitted(self, message: Input.Submitted) -> None:
        """Try it, if it can be."""
        message.stop()
        try:
            self.dismiss(try_out(message.value.strip(), self._scenario))
        except NotUnderstood as problem:
            self._show(str(problem))
