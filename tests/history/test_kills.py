"""A run that is killed loses nothing that was done, and is gone on with to the same end."""

from __future__ import annotations

from pathlib import Path

from tests.history.kills import kill_and_resume, random_instants, results, time_of_run


def test_a_run_that_is_killed_at_any_instant_is_gone_on_with_to_the_same_results(tmp_path: Path) -> None:
    took = time_of_run(tmp_path)
    undisturbed = results(tmp_path)
    assert len(undisturbed) == 8
    for instant in random_instants(4, took, seed=7):
        kill_and_resume(tmp_path, undisturbed, instant)
