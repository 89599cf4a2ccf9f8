"""Results replaced in one step: all or none, whatever happens in the middle, and back again."""

from __future__ import annotations

import errno
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from seeknal_tui.run.promotion import (
    PromotionError,
    latest_promotion,
    promote_results,
    settle,
    undo_promotion,
)
from seeknal_tui.run.results import Results

OLD = {"a": "old a", "b": "old b", "untouched": "old"}
NEW = {"a": "new a", "b": "new b", "c": "new c"}
PROMOTED = OLD | NEW
STEPS = ("link", "replace", "unlink", "rmdir", "mkdir", "fsync")


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return shop(tmp_path / "target")


def shop(target: Path) -> Path:
    """Production with old results, and an environment in it with new ones."""
    for folder, results in ((target, OLD), (target / "environments" / "dev", NEW)):
        folder.mkdir(parents=True)
        for name, content in results.items():
            (folder / f"{name}.parquet").write_text(content)
    return target


def sources(target: Path) -> dict[str, Path]:
    return {name: target / "environments" / "dev" / f"{name}.parquet" for name in NEW}


def promote(target: Path) -> None:
    promote_results(target, sources(target), "dev")


def results_in(target: Path) -> dict[str, str]:
    return {file.stem: file.read_text() for file in target.glob("*.parquet")}


class TestPromoting:
    def test_puts_all_new_results_in_place_and_leaves_the_others(self, target: Path) -> None:
        promote(target)
        assert results_in(target) == PROMOTED

    def test_leaves_the_environment_its_results(self, target: Path) -> None:
        promote(target)
        assert results_in(target / "environments" / "dev") == NEW

    def test_can_be_undone(self, target: Path) -> None:
        promote(target)
        undo_promotion(target)
        assert results_in(target) == OLD
        assert latest_promotion(target) is None

    def test_can_be_undone_when_the_environment_is_gone(self, target: Path) -> None:
        promote(target)
        shutil.rmtree(target / "environments")
        undo_promotion(target)
        assert results_in(target) == OLD

    def test_done_twice_is_undone_by_what_the_first_one_has_made(self, target: Path) -> None:
        promote(target)
        promote(target)
        undo_promotion(target)
        assert results_in(target) == PROMOTED

    def test_without_one_there_is_nothing_to_undo(self, target: Path) -> None:
        with pytest.raises(PromotionError, match="there is no promotion to undo"):
            undo_promotion(target)
        promote(target)
        undo_promotion(target)
        with pytest.raises(PromotionError, match="there is no promotion to undo"):
            undo_promotion(target)

    def test_tells_what_was_promoted_and_what_has_changed_since(self, target: Path) -> None:
        promote(target)
        promoted = latest_promotion(target)
        assert promoted is not None
        assert (promoted.environment, set(promoted.tasks), promoted.changed_since) == ("dev", set(NEW), ())
        run = Results(target, "run1")
        for name in ("untouched", "d"):
            temporary = run.new_temporary(name, 1)
            temporary.write_text("made since")
            run.publish(temporary, name)
        promoted = latest_promotion(target)
        assert promoted is not None
        assert promoted.changed_since == ("d", "untouched")

    def test_a_later_run_of_the_environment_does_not_change_production(self, target: Path) -> None:
        promote(target)
        run = Results(target / "environments" / "dev", "run1")
        temporary = run.new_temporary("a", 1)
        temporary.write_text("newer")
        run.publish(temporary, "a")
        assert results_in(target) == PROMOTED

    def test_copies_where_there_can_be_no_links(self, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def no_links(*_: object) -> None:
            raise OSError(errno.EPERM, "Operation not permitted")

        monkeypatch.setattr(os, "link", no_links)
        promote(target)
        assert results_in(target) == PROMOTED
        undo_promotion(target)
        assert results_in(target) == OLD

    def test_leaves_nothing_behind_but_what_undoing_needs(self, target: Path) -> None:
        promote(target)
        private = target / ".seeknal_tui"
        assert {path.name for path in private.iterdir()} == {"promotion", "promotion.lock"}
        assert {path.name for path in (private / "promotion").iterdir()} == {"manifest.json", "old"}
        undo_promotion(target)
        assert {path.name for path in private.iterdir()} == {"promotion.lock"}


class Killed(BaseException):
    """The process ends here: nothing catches it, and nothing is cleaned up but what the system does."""


@contextmanager
def ending_at(step: int, end: Callable[[], None], *, once: bool = True) -> Iterator[list[int]]:
    """Have the disk be in the way at a step, counted from 0 (and at all after it, unless *once*)."""
    taken: list[int] = []

    def counted(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            taken.append(len(taken))
            if len(taken) - 1 == step or (not once and len(taken) - 1 > step):
                end()
            return real(*arguments, **named)

        return call

    with pytest.MonkeyPatch.context() as patch:
        for name in STEPS:
            patch.setattr(os, name, counted(getattr(os, name)))
        yield taken


def kill() -> None:
    raise Killed


def disk_full() -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def steps_of(change: Callable[[Path], None], target: Path) -> int:
    with ending_at(-1, kill) as taken:
        change(target)
    return len(taken)


def step_that_decides(folder: Path) -> int:
    """The first step at which a promotion that is killed is still made: no file is in its place then."""
    for step in range(1000):
        target = shop(folder / f"deciding{step}")
        with pytest.raises(Killed), ending_at(step, kill):
            promote(target)
        if (target / ".seeknal_tui" / "promotion.json").exists():
            return step
    raise AssertionError("it is never decided")


class TestKilledAtEachStep:
    def test_of_a_promotion_production_is_old_or_new(self, tmp_path: Path) -> None:
        seen = set()
        for step in range(steps_of(promote, shop(tmp_path / "whole"))):
            target = shop(tmp_path / str(step))
            with pytest.raises(Killed), ending_at(step, kill):
                promote(target)
            settle(target)
            found = results_in(target)
            assert found in (OLD, PROMOTED), f"step {step}"
            assert (latest_promotion(target) is not None) == (found == PROMOTED)
            seen.add(found == PROMOTED)
            promote(target)  # whatever was left behind is in nobody's way
            assert results_in(target) == PROMOTED
        assert seen == {False, True}

    def test_of_an_undoing_too(self, tmp_path: Path) -> None:
        whole = shop(tmp_path / "whole")
        promote(whole)
        for step in range(steps_of(undo_promotion, whole)):
            target = shop(tmp_path / str(step))
            promote(target)
            with pytest.raises(Killed), ending_at(step, kill):
                undo_promotion(target)
            settle(target)
            found = results_in(target)
            assert found in (OLD, PROMOTED), f"step {step}"
            if found == PROMOTED:
                undo_promotion(target)
                assert results_in(target) == OLD

    def test_and_once_more_at_each_step_of_the_recovery(self, tmp_path: Path) -> None:
        def half_done(target: Path) -> Path:
            """Killed just after it was decided."""
            with pytest.raises(Killed), ending_at(decided, kill):
                promote(shop(target))
            return target

        decided = step_that_decides(tmp_path)
        for step in range(steps_of(settle, half_done(tmp_path / "whole"))):
            target = half_done(tmp_path / str(step))
            with pytest.raises(Killed), ending_at(step, kill):
                settle(target)
            settle(target)
            assert results_in(target) == PROMOTED, f"step {step}"


class TestDiskFullAtEachStep:
    @pytest.mark.parametrize("once", [True, False], ids=["once", "from then on"])
    def test_of_a_promotion_nothing_has_changed_or_it_is_ended_later(self, tmp_path: Path, once: bool) -> None:
        for step in range(steps_of(promote, shop(tmp_path / "whole"))):
            target = shop(tmp_path / str(step))
            told = ""
            with ending_at(step, disk_full, once=once):
                try:
                    promote(target)
                except PromotionError as error:
                    told = str(error)
            if told.startswith("nothing was changed"):
                assert results_in(target) == OLD, f"step {step}"
            elif told:
                assert "cannot be undone now either" in told
            settle(target)
            assert results_in(target) in (OLD, PROMOTED), f"step {step}"
            if not told:
                assert results_in(target) == PROMOTED, f"step {step}"


CHILD = """
import sys
from pathlib import Path
from seeknal_tui.run.promotion import promote_results
target = Path(sys.argv[1])
dev = target / "environments" / "dev"
sources = {file.stem: file for file in dev.glob("*.parquet")}
print("ready", flush=True)
sys.stdin.readline()
promote_results(target, sources, "dev")
print("done", flush=True)
"""


def test_killed_at_random_instants_production_is_old_or_new(tmp_path: Path) -> None:
    names = [f"task_{number}" for number in range(60)]
    generator, took = random.Random(7), 0.0
    seen = set()
    for trial in range(20):
        target = tmp_path / str(trial)
        for folder, content in ((target, "old"), (target / "environments" / "dev", "new")):
            folder.mkdir(parents=True)
            for name in names:
                (folder / f"{name}.parquet").write_text(content)
        child = subprocess.Popen(
            [sys.executable, "-c", CHILD, str(target)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert child.stdout is not None
        assert child.stdin is not None
        assert child.stdout.readline() == "ready\n"
        began = time.monotonic()
        print(file=child.stdin, flush=True)
        if not took:  # the first one is not killed: it tells how long it takes
            assert child.stdout.readline() == "done\n"
            took = time.monotonic() - began
        time.sleep(generator.uniform(0, took))
        child.send_signal(signal.SIGKILL)
        child.communicate()
        settle(target)
        found = set(results_in(target).values())
        assert found in ({"old"}, {"new"}), f"trial {trial}"
        seen |= found
    assert "new" in seen


def test_who_comes_while_another_process_promotes_waits_for_it(tmp_path: Path) -> None:
    target = shop(tmp_path / "target")
    with pytest.raises(Killed), ending_at(step_that_decides(tmp_path), kill):
        promote(target)
    assert (target / ".seeknal_tui" / "promotion.json").exists()
    others = [subprocess.Popen([sys.executable, "-c", SETTLE, str(target)]) for _ in range(4)]
    assert [other.wait(30) for other in others] == [0, 0, 0, 0]
    assert results_in(target) == PROMOTED


SETTLE = """
import sys
from pathlib import Path
from seeknal_tui.run.promotion import settle
settle(Path(sys.argv[1]))
"""
