"""A run that is killed loses nothing that was done, and is gone on with to the same end."""

from __future__ import annotations

import time
from pathlib import Path

from tests.history.kills import finish, kill_and_resume, prepare, random_instants, results


def test_a_run_that_is_killed_at_any_instant_is_gone_on_with_to_the_same_results(tmp_path: Path) -> None:
    prepare(tmp_path)
    began = time.monotonic()
    finish(tmp_path)
    took = time.monotonic() - began
    undisturbed = results(tmp_path)
    assert len(undisturbed) == 8
    for instant in random_instants(4, took, seed=7):
        kill_and_resume(tmp_path, undisturbed, instant)
