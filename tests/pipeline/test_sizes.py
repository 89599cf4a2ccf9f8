"""Sizes as people read them."""

from __future__ import annotations

import pytest

from seeknal_tui.pipeline.sizes import format_bytes


@pytest.mark.parametrize(
    ("size", "text"), [(None, ""), (0, ""), (812, "812 B"), (3_400_000, "3.4 MB"), (10**15, "1000.0 TB")]
)
def test_sizes_are_told_in_their_unit(size: int | None, text: str) -> None:
    assert format_bytes(size) == text
