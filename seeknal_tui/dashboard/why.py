"""Why a task waits, or how it came to be as it is: in plain words. Knows no widget."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rich.text import Text

from seeknal_tui.analysis.outlook import Outlook
from seeknal_tui.analysis.slots import holders
from seeknal_tui.analysis.waits import (
    MICROSECONDS,
    Spell,
    WaitAnalysis,
    Waiting,
    last_dependency,
    spells,
    users_of,
)
from seeknal_tui.dashboard.look import GLYPHS, Palette
from seeknal_tui.pipeline.durations import format_duration
from seeknal_tui.pipeline.model import Pipeline
from seeknal_tui.run.events import ENDED, Status
from seeknal_tui.run.expected import known_duration
from seeknal_tui.run.state import RunState
from seeknal_tui.run.wait import Wait
from seeknal_tui.safe_text import one_line

INSTANT_S = 0.02
"""Waiting that nobody felt."""
MOST_NAMES = 12
BEFORE = {
    Status.PENDING: "never started",
    Status.READY: "never started",
    Status.RUNNING: "never ended",
    Status.SUCCEEDED: "succeeded",
    Status.FAILED: "failed",
    Status.CANCELLED: "was stopped",
    Status.SKIPPED: "was skipped",
    Status.REUSED: "was reused",
}


@dataclass(frozen=True)
class Reasons:
    """Explains tasks of one moment of a run."""

    pipeline: Pipeline
    state: RunState
    now: float
    critical: frozenset[int]
    palette: Palette
    again: Sequence[str] | None = None
    """Why the task would run again; None if that is not known."""
    outlook: Outlook | None = None
    """What is expected of the run, if that was computed."""
    slack_s: float | None = None
    """How much later the task could end without the run ending later, if that is known."""

    def lines(self, number: int, wait: Wait | None) -> list[Text]:
        """What there is to say of a task; *wait* is what the runner says it waits for."""
        blank = Text()
        parts = [
            self._status(number, wait),
            self._again(),
            self._past(number),
            [self._importance(number)],
            self._neighbours(number),
        ]
        found: list[Text] = []
        for part in parts:
            if part:
                found += [*part, blank]
        return found

    # What it is now

    def _status(self, number: int, wait: Wait | None) -> list[Text]:
        state = self.state
        status = state.statuses[number]
        if not state.in_run[number]:
            if not state.attempts[number]:
                # A result that stands is of an earlier session, which this one knows nothing else of.
                since = "since the dashboard was opened" if self.again is not None and not self.again else "yet"
                more = ", u also what it needs that has no result yet" if self.pipeline.upstream[number] else ""
                return [self._bold(f"Has not run {since}."), Text(f"r runs it{more}.")]
            return [self._bold(f"Not asked for in this run; before, it {BEFORE[status]}."), *self._error(number)]
        match status:
            case Status.RUNNING:
                return [self._running(number)]
            case Status.PENDING | Status.READY:
                return self._waiting(number, wait)
            case Status.SKIPPED:
                return self._skipped(number)
            case _:
                return self._ended(number, status)

    def _ended(self, number: int, status: Status) -> list[Text]:
        if status is Status.REUSED:
            return [self._bold("Not run: its result stands from before.")]
        started = self.state.attempts_of_run(number)
        error = self._error(number)
        if status is Status.CANCELLED and not started and error:
            return [self._bold("Was cancelled:"), *error]
        took = f" after {format_duration(self.state.running_s(number))}" if started else " before it started"
        words = {Status.SUCCEEDED: "Succeeded", Status.FAILED: "Failed", Status.CANCELLED: "Was stopped"}
        return [self._bold(f"{words[status]}{took}."), *error]

    def _error(self, number: int) -> list[Text]:
        error = self.state.errors[number]
        return [Text(f"  {one_line(line)}", self.palette.failed) for line in error.splitlines()]

    def _running(self, number: int) -> Text:
        attempt = self.state.attempts[number][-1]
        line = self._bold(f"Runs since {format_duration(self.now - attempt.started_at)}")
        if attempt.number > 1:
            line.append(f", attempt {attempt.number}")
        if more := self._more(number):
            line.append(f"; {more}")
        return line.append(".")

    def _waiting(self, number: int, wait: Wait | None) -> list[Text]:
        state = self.state
        since = state.retry_at[number] or state.ready_at[number] or state.queued_at[number]
        waited = f", since {format_duration(self.now - since)}" if since <= self.now else ""
        title, held = self._reason(number, wait)
        lines = [self._bold(f"{title}{waited}."), *held]
        if wait is None:
            return lines
        if wait.reason == "retry":
            return [*lines, *self._error(number)]
        lines += self._table(wait.holders)
        return [*lines, self._hint(number)] if wait.reason == "slot" else lines

    def _reason(self, number: int, wait: Wait | None) -> tuple[str, list[Text]]:
        """What is waited for, and the line that introduces who holds it."""
        state = self.state
        match wait:
            case Wait("dependency", holders):
                total = len(self.pipeline.upstream[number])
                return f"Waits for {len(holders)} of its {_count(total, 'dependency')}", []
            case Wait("slot"):
                are = "is" if state.max_parallel == 1 else "are"
                return "Waits for a slot", [Text(f"The {_count(state.max_parallel, 'slot')} {are} held by")]
            case Wait("pool", _, pool):
                slots = self.pipeline.execution.pools.get(pool, 1)
                return f"Waits for the pool {one_line(pool)}", [Text(f"Its {_count(slots, 'slot')}: held by")]
            case Wait("output", _, path):
                return f"Waits for {one_line(path)}", [Text("It is in use by")]
            case Wait("retry"):
                left = max(0.0, (state.retry_at[number] or self.now) - self.now)
                return f"Failed; the next attempt is due in {format_duration(left)}", []
        return ("Is about to start", []) if wait is None else ("The run is paused", [Text("p goes on.")])

    def _hint(self, number: int) -> Text:
        start = self.outlook.start_of(number) if self.outlook is not None else None
        about = f", in about {format_duration(start.at - self.now)}" if start and start.at > self.now else ""
        return Text(f"It starts when one of them ends and no other task is more urgent{about}; + makes another slot.")

    def _skipped(self, number: int) -> list[Text]:
        culprits = self._culprits(number)
        if not culprits:
            return [self._bold("Skipped, because a task it depends on did not succeed.")]
        return [self._bold("Skipped, because of"), *self._table(culprits)]

    def _culprits(self, number: int) -> list[int]:
        """The nearest tasks upstream that failed or were stopped."""
        seen, border, found = {number}, [number], []
        while border:
            for other in self.pipeline.upstream[border.pop()]:
                if other in seen:
                    continue
                seen.add(other)
                status = self.state.statuses[other]
                if status in (Status.FAILED, Status.CANCELLED):
                    found.append(other)
                elif status is Status.SKIPPED:
                    border.append(other)
        return sorted(found)

    def _again(self) -> list[Text]:
        if self.again is None:
            return []
        if not self.again:
            return [Text("Its result stands: nothing has changed.", self.palette.reused)]
        return [Text("c would run it, because"), *(Text(f"  {one_line(reason)}") for reason in self.again[:MOST_NAMES])]

    # How it came to start

    def _past(self, number: int) -> list[Text]:
        attempts = self.state.attempts_of_run(number)
        if not attempts:
            return []
        waited, later = WaitAnalysis(self.state, self.now).before_and_after_start(number)
        if waited.total < INSTANT_S * MICROSECONDS:
            lines = [Text("Nothing held it up: it started at once.")]
        else:
            line = Text(f"It waited {format_duration(waited.total / MICROSECONDS)} before it started")
            waits = list(self._waits(number, waited))
            lines = [line.append(":"), *waits] if waits else [line.append(".")]
        again = list(self._waits(number, later))
        return [*lines, Text("and after that, for its next attempt:"), *again] if again else lines

    def _waits(self, number: int, waited: Waiting) -> Iterator[Text]:
        found = [spell for spell in spells(self.state, number, self.now) if spell.attempt is not None]
        for reason, seconds in waited.seconds().items():
            if seconds >= INSTANT_S:
                yield Text(f"  {format_duration(seconds):>6} for {self._waited_for(reason, number, found[0])}")

    def _waited_for(self, reason: str, number: int, spell: Spell) -> str:
        if reason == "dependency":
            last, total = last_dependency(self.state, spell), len(self.pipeline.upstream[number])
            if last is None:
                return "its dependencies"
            of = f", the last of its {total} dependencies to end" if total > 1 else ""
            return f"{self.pipeline.tasks[last].name}{of}"
        if reason in ("paused", "retry"):
            return {"paused": "the run to go on", "retry": "the delay before the retry"}[reason]
        held = holders(self.state, spell.ready_at, spell.until, self.now)
        users = users_of(self.state, reason, number)
        names = [self.pipeline.tasks[other].name for other in held if other != number and users(other)]
        what = {"slot": "a slot", "pool": "a pool", "output": "an output path"}[reason]
        if not names:
            return what
        more = f" and {len(names) - 3} more" if len(names) > 3 else ""
        return f"{what}, held by {', '.join(names[:3])}{more}"

    # What hangs on it

    def _importance(self, number: int) -> Text:
        if number in self.critical:
            line = Text("On the critical path", self.palette.critical)
            return line.append(": what it takes longer, the whole run takes longer.", self.palette.text)
        if self.slack_s is None:
            return Text("Not on the critical path.")
        return Text(f"Not on the critical path: slack {format_duration(self.slack_s)}.")

    def _neighbours(self, number: int) -> list[Text]:
        lines = []
        for title, numbers in (("Needs", self.pipeline.upstream[number]), ("Feeds", self.pipeline.downstream[number])):
            if numbers:
                names = [self.pipeline.tasks[other].name for other in numbers[:MOST_NAMES]]
                more = f" and {len(numbers) - MOST_NAMES} more" if len(numbers) > MOST_NAMES else ""
                line = Text(f"{title}  ", self.palette.dim)
                lines.append(line.append(", ".join(names) + more, self.palette.text))
        return lines

    # Pieces

    def _bold(self, text: str) -> Text:
        return Text(text, "bold")

    def _table(self, numbers: Iterable[int]) -> list[Text]:
        """A line for each task: state, name, running time, how far it is."""
        numbers = list(numbers)
        shown = numbers[:MOST_NAMES]
        width = max((len(self.pipeline.tasks[number].name) for number in shown), default=0)
        lines = [self._row(number, width) for number in shown]
        if len(numbers) > MOST_NAMES:
            lines.append(Text(f"  and {len(numbers) - MOST_NAMES} more", self.palette.dim))
        return lines

    def _row(self, number: int, width: int) -> Text:
        state = self.state
        status = state.statuses[number]
        line = Text("  ").append(GLYPHS[status], self.palette.of(status))
        line.append(f" {self.pipeline.tasks[number].name:<{width}}  ")
        if state.attempts_of_run(number):
            line.append(f"{format_duration(state.running_s(number, self.now)):>6}")
        progress = state.progress[number]
        if status is Status.RUNNING and progress is not None:
            line.append(f"  {progress:>4.0%}")
        if status is Status.RUNNING and (more := self._more(number)):
            line.append(f"  {more}", self.palette.dim)
        if status not in ENDED and status is not Status.RUNNING:
            line.append(str(status), self.palette.dim)
        return line

    def _more(self, number: int) -> str:
        """About how long a running task still takes, where that can be told."""
        end = self.outlook.end_of(number) if self.outlook is not None else None
        if end is not None and end.at > self.now:
            return f"about {format_duration(end.at - self.now)} more"
        attempt = self.state.attempts[number][-1]
        elapsed = self.now - attempt.started_at
        progress = self.state.progress[number]
        if progress is not None and progress >= 0.05:
            left = elapsed * (1 - progress) / progress
        else:
            before = [
                a for a in self.state.attempts[number] if a.status is Status.SUCCEEDED and a.finished_at is not None
            ]
            expected = known_duration(self.pipeline.tasks[number])
            if before:
                expected = (before[-1].finished_at or 0.0) - before[-1].started_at
            if expected is None or expected <= elapsed:
                return ""
            left = expected - elapsed
        return f"about {format_duration(left)} more"


def _count(number: int, noun: str) -> str:
    if number == 1:
        return f"1 {noun}"
    return f"{number} {noun[:-1]}ies" if noun.endswith("y") else f"{number} {noun}s"
