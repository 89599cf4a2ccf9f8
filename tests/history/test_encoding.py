"""Events as bytes: what goes in comes out, of this version and of others."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seeknal_tui.history.encoding import AT_ONCE, VOCABULARY, EventReader, pack, pack_events, unpack
from seeknal_tui.run.events import EVENT_NAMES, Event, Status, TaskFinished, TaskReady, TaskStarted

EVENTS = st.one_of([st.from_type(kind) for kind in EVENT_NAMES])


def read(vocabulary: list[list[str]], events: list[list[Any]]) -> list[Event]:
    return list(EventReader(json.dumps(vocabulary)).read([pack(events)]))


@given(st.lists(EVENTS))
def test_events_of_every_kind_come_back_as_they_were(events: list[Event]) -> None:
    back = list(EventReader(VOCABULARY).read(pack_events(events)))
    assert repr(back) == repr(events)  # and not by ==, as a number that is none is not equal to itself


def test_many_events_are_packed_in_pieces_that_are_soon_done() -> None:
    events = [TaskReady(float(n), "sales") for n in range(2 * AT_ONCE + 1)]
    pieces = list(pack_events(events))
    assert len(pieces) == 3
    assert list(EventReader(VOCABULARY).read(pieces)) == events


def test_a_field_that_an_earlier_version_did_not_have_takes_its_default() -> None:
    found = read([["task_started", "at", "task", "attempt", "lane"]], [[0, 1.0, "sales", 1, 2]])
    assert found == [TaskStarted(1.0, "sales", 1, 2, pool_s=0.0, output_s=0.0)]


def test_a_field_that_only_another_version_knows_is_left_out_wherever_it_stands() -> None:
    found = read([["task_finished", "mood", "status", "at", "task"]], [[0, "good", "failed", 1.0, "sales"]])
    assert found == [TaskFinished(1.0, "sales", Status.FAILED)]
    assert type(found[0].status) is Status  # type: ignore[union-attr]


def test_a_kind_of_event_that_only_another_version_knows_is_left_out() -> None:
    found = read([["task_dreamt", "at"], ["task_ready", "at", "task"]], [[0, 1.0], [1, 2.0, "sales"]])
    assert found == [TaskReady(2.0, "sales")]


@pytest.mark.parametrize("data", [b"", b"no bytes of ours", pack({})[:-3]])
def test_bytes_that_are_none_of_ours_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="decompress"):
        unpack(data)
