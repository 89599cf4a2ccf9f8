"""Which panes are seen on a screen of which size."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from seeknal_tui.dashboard.arrangement import PANES, Arrangement


def test_a_large_screen_has_all_panes_and_the_timeline_stands_for_the_names() -> None:
    assert Arrangement(132, 40).seen == {"graph", "timeline", "details"}


def test_a_standard_terminal_has_the_names_and_one_pane() -> None:
    assert Arrangement(80, 24, front="details", beside="details").seen == {"tasks", "details"}


def test_a_small_screen_has_the_names_only() -> None:
    assert Arrangement(40, 10, front="tasks").seen == {"tasks"}


def test_a_short_screen_counts_as_small_however_wide_it_is() -> None:
    assert Arrangement(200, 10, front="tasks").seen == {"tasks"}


@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("resize"), st.integers(1, 300), st.integers(1, 100)),
            st.tuples(st.just("bring"), st.sampled_from(PANES)),
            st.tuples(st.sampled_from(("zoom", "unzoom"))),
        ),
        max_size=12,
    )
)
def test_the_pane_in_front_is_always_seen(steps: list[tuple[str, *tuple[object, ...]]]) -> None:
    arrangement = Arrangement()
    arrangement.resize(80, 24)
    for name, *arguments in steps:
        getattr(arrangement, name)(*arguments)
        assert arrangement.front in arrangement.seen
        assert arrangement.seen <= set(PANES)
