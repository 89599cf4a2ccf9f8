"""What is kept of the attempts of a run, read back."""

from __future__ import annotations

from typing import Any

import pytest

from seeknal_tui.history.outcomes import measured_in
from seeknal_tui.run.measured import Measured

WHOLE = [2.0, 5.0, 1.0, 4096, 10, 20, 1]


@pytest.mark.parametrize("kept", [WHOLE, [*WHOLE, "of a later version"]])
def test_the_attempts_of_each_task_are_read_whatever_a_later_version_keeps_beside(kept: list[Any]) -> None:
    found = measured_in({"a": ("succeeded", [kept]), "b": ("failed", [])}, "run", 100.0)
    assert found == {"a": [Measured("run", 102.0, 5.0, 1.0, 4096, 10, 20, failures=1)]}


def test_what_an_earlier_version_did_not_keep_is_not_known() -> None:
    (attempt,) = measured_in({"a": ("succeeded", [[2.0, 5.0]])}, "run", 100.0)["a"]
    assert attempt == Measured("run", 102.0, 5.0)
