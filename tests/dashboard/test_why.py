"""Why a task waits, in plain words; the states are folded from events."""

from __future__ import annotations

from seeknal_tui.dashboard.look import DARK
from seeknal_tui.dashboard.why import Reasons
from seeknal_tui.pipeline.model import Execution, Pipeline, SleepAction, Task
from seeknal_tui.run.events import (
    Event,
    RunFinished,
    RunStarted,
    RunStatus,
    Status,
    TaskFinished,
    TaskProgress,
    TaskReady,
    TaskRetrying,
    TaskStarted,
)
from seeknal_tui.run.wait import Wait
from tests.dashboard.runs import begun, folded, started

SHOP = Pipeline(
    "shop",
    (
        Task(name="sales", action=SleepAction(4)),
        Task(name="stock", action=SleepAction(1)),
        Task(name="joined", depends_on=("sales", "stock")),
        Task(name="report", depends_on=("joined",)),
    ),
    Execution(max_parallel=2, pools={"warehouse": 1}),
)
RUN = begun(SHOP, max_parallel=2)


def told(
    name: str,
    *events: Event,
    now: float,
    wait: Wait | None = None,
    critical: frozenset[int] = frozenset(),
    slack_s: float | None = None,
) -> str:
    state = folded(SHOP, *events)
    reasons = Reasons(SHOP, state, now, critical, DARK, slack_s=slack_s)
    return "\n".join(line.plain for line in reasons.lines(SHOP.numbers[name], wait))


def done(at: float, name: str, status: Status = Status.SUCCEEDED, error: str = "") -> TaskFinished:
    return TaskFinished(at, name, status, error)


class TestWaiting:
    def test_for_dependencies_with_how_far_they_are(self) -> None:
        text = told(
            "joined",
            RUN,
            *started(0.0, "sales"),
            *started(0.0, "stock"),
            TaskProgress(1.0, "sales", 0.5),
            done(1.0, "stock"),
            now=2.0,
            wait=Wait("dependency", (0,)),
        )
        assert "Waits for 1 of its 2 dependencies, since 2.0s." in text
        assert "◐ sales    2.0s   50%  about 2.0s more" in text

    def test_for_a_slot_with_who_holds_the_slots(self) -> None:
        text = told("stock", RUN, *started(0.0, "sales"), TaskReady(0.5, "stock"), now=1.5, wait=Wait("slot", (0,)))
        assert "Waits for a slot, since 1.0s." in text
        assert "The 2 slots are held by\n  ◐ sales    1.5s  about 2.5s more" in text

    def test_for_a_pool_an_output_a_pause_and_a_retry(self) -> None:
        events = (RUN, *started(0.0, "sales"), TaskReady(0.0, "stock"))
        assert "Waits for the pool warehouse" in told("stock", *events, now=1.0, wait=Wait("pool", (0,), "warehouse"))
        assert "Waits for out/x.csv" in told("stock", *events, now=1.0, wait=Wait("output", (0,), "out/x.csv"))
        assert "The run is paused" in told("stock", *events, now=1.0, wait=Wait("paused"))
        retrying = (RUN, *started(0.0, "stock"), TaskRetrying(1.0, "stock", 1, "no luck", 5.0))
        text = told("stock", *retrying, now=2.0, wait=Wait("retry"))
        assert "the next attempt is due in 4.0s." in text
        assert "no luck" in text

    def test_for_a_slot_after_the_delay_before_a_retry_since_that_was_over(self) -> None:
        events = (RUN, *started(0.0, "stock"), TaskRetrying(1.0, "stock", 1, "no luck", 5.0))
        assert "Waits for a slot, since 3.0s." in told("stock", *events, now=9.0, wait=Wait("slot", (0,)))

    def test_text_of_others_is_never_markup_nor_an_escape_sequence(self) -> None:
        error = "[red]x[/] [@click=app.quit]y \x1b[31m"
        text = told("sales", RUN, *started(0.0, "sales"), done(1.0, "sales", Status.FAILED, error), now=1.0)
        assert "[red]x[/] [@click=app.quit]y ␛[31m" in text


class TestAfterwards:
    def test_what_it_waited_for_before_it_started(self) -> None:
        text = told(
            "joined",
            RUN,
            *started(0.0, "sales"),
            *started(0.0, "stock"),
            done(1.0, "stock"),
            done(4.0, "sales"),
            TaskReady(4.0, "joined"),
            TaskStarted(6.5, "joined", 1, 0, pool_s=1.0),
            done(7.0, "joined"),
            now=7.0,
        )
        assert "Succeeded after 0.5s." in text
        assert "It waited 6.5s before it started:" in text
        assert "4.0s for sales, the last of its 2 dependencies to end" in text
        assert "1.5s for a slot" in text
        assert "1.0s for a pool" in text

    def test_a_task_that_started_at_once_says_so(self) -> None:
        assert "Nothing held it up" in told("sales", RUN, *started(0.0, "sales"), now=1.0)

    def test_a_skipped_task_names_who_failed_however_far_upstream(self) -> None:
        text = told(
            "report",
            RUN,
            *started(0.0, "sales"),
            done(1.0, "sales", Status.FAILED, "no"),
            done(1.0, "joined", Status.SKIPPED),
            done(1.0, "report", Status.SKIPPED),
            now=1.0,
        )
        assert "Skipped, because of\n  ✗ sales" in text

    def test_a_task_of_an_earlier_run_tells_how_that_ended(self) -> None:
        first = (RUN, *started(0.0, "sales"), done(1.0, "sales", Status.FAILED, "no"))
        ended = RunFinished(1.0, RunStatus.FAILED)
        again = RunStarted(0.0, "9a", "shop", "", 2, ("stock",), 0.0)
        assert "Not asked for in this run; before, it failed." in told("sales", *first, ended, again, now=1.0)

    def test_a_task_whose_result_stands_from_an_earlier_session_has_run_before(self) -> None:
        reasons = Reasons(SHOP, folded(SHOP), 0.0, frozenset(), DARK, again=())
        text = "\n".join(line.plain for line in reasons.lines(SHOP.numbers["sales"], None))
        assert "Has not run since the dashboard was opened." in text
        assert "Its result stands" in text

    def test_a_task_that_was_cancelled_while_it_waited_is_told_once_with_the_reason(self) -> None:
        text = told("sales", RUN, done(1.0, "sales", Status.CANCELLED, "stopped while it waited"), now=2.0)
        assert text.startswith("Was cancelled:\n  stopped while it waited\n")
        assert "before it started" not in text

    def test_a_task_that_never_ran_says_how_to_run_it(self) -> None:
        assert "Has not run yet.\nr runs it" in told("sales", now=0.0)


class TestImportance:
    def test_slack_is_how_much_longer_it_may_take(self) -> None:
        assert "slack 3.0s" in told("stock", now=0.0, slack_s=3.0)

    def test_a_task_on_the_critical_path_says_so(self) -> None:
        assert "On the critical path" in told("sales", now=0.0, critical=frozenset({0}))

    def test_neighbours_are_named(self) -> None:
        text = told("joined", now=0.0)
        assert "Needs  sales, stock" in text
        assert "Feeds  report" in text
