"""What stands behind the screens, without any."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from seeknal_tui.dashboard.engine import LocalEngine, NotPossible
from seeknal_tui.dashboard.reruns import Scope
from seeknal_tui.dashboard.session import Session
from seeknal_tui.pipeline.model import CommandAction, Execution, Pipeline, Place, SleepAction, SqlAction, Task
from seeknal_tui.run.events import Status
from tests.dashboard.runs import pipeline_of
from tests.run.attempts import wait_for

FOREVER = 30.0


class Sessions:
    """Makes sessions in a folder and closes them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.made: list[Session] = []

    def of(self, *tasks: Task, max_parallel: int = 4) -> Session:
        pipeline = Pipeline("shop", tasks, Execution(max_parallel=max_parallel), file=self.folder / "shop.yml")
        self.made.append(Session(pipeline))
        return self.made[-1]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Sessions]:
    made = Sessions(tmp_path)
    yield made
    for session in made.made:
        session.close(kill=True)


def run(session: Session, scope: Scope = Scope.ALL) -> None:
    session.start(session.propose(scope).plan)
    assert isinstance(session.engine, LocalEngine)
    assert session.engine.runner.wait_until_idle(FOREVER)
    session.take_all()


def expected_s(session: Session) -> float:
    expected = session.propose(Scope.ALL).expected
    assert expected is not None
    assert expected.guessed == 0
    return expected.seconds


def sql(name: str, text: str, *upstream: str) -> Task:
    return Task(name=name, action=SqlAction(text, Place("shop.yml", 1, 1)), depends_on=upstream)


class TestProposals:
    def test_the_rest_of_what_has_a_result_is_reused(self, make: Sessions) -> None:
        session = make.of(sql("a", "SELECT 1 AS n"), sql("b", "SELECT n FROM a", "a"), Task(name="c"))
        run(session)
        session.selected = 1
        plan = session.propose(Scope.CHOSEN).plan
        assert (plan.run, plan.reuse, plan.skip) == ((1,), (0, 2), ())

    def test_a_result_that_was_deleted_no_longer_stands(self, make: Sessions) -> None:
        session = make.of(sql("a", "SELECT 1 AS n"), sql("b", "SELECT n FROM a", "a"))
        run(session)
        session.result_path(0).unlink()
        session.selected = 1
        with pytest.raises(NotPossible, match=r"no result of a is there.* press u"):
            session.propose(Scope.CHOSEN)
        assert session.propose(Scope.UPSTREAM).plan.run == (0, 1)

    def test_what_is_needed_ends_where_results_stand(self, make: Sessions) -> None:
        session = make.of(sql("a", "SELECT 1 AS n"), sql("b", "SELECT n FROM a", "a"), sql("c", "SELECT n FROM b", "b"))
        run(session)
        session.result_path(0).unlink()
        session.selected = 2
        assert session.propose(Scope.UPSTREAM).plan.run == (2,)

    def test_the_expected_time_obeys_dependencies_and_slots(self, make: Sessions) -> None:
        chain = make.of(
            Task(name="a", action=SleepAction(2.0)), Task(name="b", action=SleepAction(3.0), depends_on=("a",))
        )
        assert expected_s(chain) == 5.0
        wide = make.of(*(Task(name=f"t{number}", action=SleepAction(2.0)) for number in range(8)), max_parallel=4)
        assert expected_s(wide) == 4.0

    def test_no_time_is_told_where_no_duration_is_known(self, make: Sessions) -> None:
        session = make.of(Task(name="a", action=CommandAction("true")))
        assert session.propose(Scope.ALL).expected is None
        run(session)
        assert session.propose(Scope.ALL).expected is not None

    def test_a_task_of_unknown_length_is_taken_for_a_typical_one(self, make: Sessions) -> None:
        session = make.of(
            Task(name="a", action=SleepAction(2.0)),
            Task(name="b", action=SleepAction(4.0)),
            Task(name="c", action=SleepAction(9.0)),
            Task(name="d", action=CommandAction("true")),
            max_parallel=1,
        )
        session.selected = 3
        expected = session.propose(Scope.CHOSEN).expected
        assert expected is not None
        assert (expected.seconds, expected.guessed) == (4.0, 1)

    def test_while_a_run_goes_on_what_runs_is_run_once_more(self, make: Sessions) -> None:
        session = make.of(Task(name="a", action=SleepAction(FOREVER)), Task(name="b", action=SleepAction(FOREVER)))
        session.start(session.propose(Scope.CHOSEN).plan)
        wait_for(lambda: bool(session.tick()) and bool(session.state.running))
        proposal = session.propose(Scope.ALL)
        assert proposal.joins
        assert proposal.once_more == (0,)
        assert proposal.expected is not None
        assert FOREVER < proposal.expected.seconds <= 2 * FOREVER


class TestSelections:
    def test_are_written_as_on_the_command_line(self, make: Sessions) -> None:
        session = make.of(Task(name="a"), Task(name="b", depends_on=("a",)), Task(name="c"))
        assert session.propose_selection("+b").plan.run == (0, 1)

    def test_what_is_wrong_is_told(self, make: Sessions) -> None:
        with pytest.raises(NotPossible, match='there is no task "aa": did you mean a'):
            make.of(Task(name="a"), Task(name="b")).select("aa")

    def test_know_how_tasks_ended_before_the_dashboard_was_opened(self, make: Sessions) -> None:
        tasks = (Task(name="a"), Task(name="b", action=CommandAction("false")))
        before = make.of(*tasks)
        run(before)
        before.close()
        session = make.of(*tasks)
        assert session.select("status:failed") == {1}
        assert session.propose(Scope.FAILED).plan.run == (1,)

    def test_a_missing_result_is_told_with_the_remedy(self, make: Sessions) -> None:
        session = make.of(sql("a", "SELECT 1 AS n"), sql("b", "SELECT n FROM a", "a"))
        with pytest.raises(NotPossible, match=r"no result of a is there.* write \+name"):
            session.propose_selection("b")

    def test_an_empty_pipeline_has_nothing_to_run(self, make: Sessions) -> None:
        with pytest.raises(NotPossible, match="no tasks"):
            make.of().propose(Scope.ALL)

    def test_many_names_are_cut_short(self, make: Sessions) -> None:
        session = make.of(*(Task(name=f"t{number}") for number in range(9)))
        session.marked.update(range(9))
        assert session.propose(Scope.CHOSEN).title == "Run t0, t1 and 7 more"


class TestStopping:
    def test_a_task_that_does_nothing_cannot_be_stopped(self, make: Sessions) -> None:
        session = make.of(Task(name="a"))
        with pytest.raises(NotPossible, match="a neither runs nor waits"):
            session.stop(0, kill=False)

    def test_there_is_nothing_to_pause_while_nothing_runs(self, make: Sessions) -> None:
        with pytest.raises(NotPossible, match="nothing runs"):
            make.of(Task(name="a")).toggle_pause()

    @pytest.mark.parametrize(("asked", "got"), [(0, 1), (-5, 1), (7, 7), (1000, 256)])
    def test_the_slots_are_kept_within_what_there_can_be(self, make: Sessions, asked: int, got: int) -> None:
        session = make.of(Task(name="a"))
        session.set_max_parallel(asked)
        assert session.engine.max_parallel == session.state.max_parallel == got


class TestReadingAgain:
    def test_states_marks_cursor_and_filter_are_kept_by_name(self, make: Sessions) -> None:
        session = make.of(Task(name="a"), Task(name="b"))
        run(session)
        session.selected = 1
        session.marked.add(1)
        session.set_filter("b")
        session.replace_pipeline(pipeline_of("new", "b"))
        assert session.state.statuses == [Status.PENDING, Status.SUCCEEDED]
        assert (session.selected, session.marked, session.matches) == (1, {1}, {1})

    def test_logs_of_before_are_still_found(self, make: Sessions) -> None:
        session = make.of(Task(name="a", action=CommandAction("echo said")))
        run(session)
        session.replace_pipeline(session.pipeline)
        log = session.log_path(0)
        assert log is not None
        assert log.read_text() == "said\n"

    def test_it_is_refused_while_tasks_run(self, make: Sessions) -> None:
        session = make.of(Task(name="a", action=SleepAction(3600)))
        session.start(session.propose(Scope.ALL).plan)
        with pytest.raises(NotPossible):
            session.replace_pipeline(session.pipeline)


class TestFilter:
    def test_a_fragment_finds_names_in_any_case(self, make: Sessions) -> None:
        session = make.of(Task(name="Clean_Sales"), Task(name="raw"))
        assert session.set_filter("SALES") == ""
        assert session.matches == {0}

    def test_what_is_wrong_with_an_expression_is_told(self, make: Sessions) -> None:
        session = make.of(Task(name="sales"))
        assert "sels" in session.set_filter("+sels")
        assert session.matches == set()

    def test_matches_go_round(self, make: Sessions) -> None:
        session = make.of(*(Task(name=name) for name in ("a1", "b", "a2", "c")))
        session.set_filter("a")
        assert session.match_after(0) == 2
        assert session.match_after(2) == 0
        assert session.match_after(1, backwards=True) == 0
        assert session.match_after(0, backwards=True) == 2

    def test_without_a_filter_there_is_no_match(self, make: Sessions) -> None:
        assert make.of(Task(name="a")).match_after(0) is None


class TestTheEnd:
    def test_the_exit_code_tells_how_the_latest_run_ended(self, make: Sessions) -> None:
        session = make.of(Task(name="a", action=CommandAction("test -e marker")))
        assert session.exit_code == 0
        run(session)
        assert session.exit_code == 1
        (make.folder / "marker").touch()
        run(session)
        assert session.exit_code == 0

    def test_a_run_that_was_stopped_counts_as_interrupted(self, make: Sessions) -> None:
        session = make.of(Task(name="a", action=SleepAction(3600)))
        session.start(session.propose(Scope.ALL).plan)
        session.close()
        assert session.exit_code == 130
