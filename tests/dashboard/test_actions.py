"""The table of actions that feeds bindings, help, palette and footer."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from seeknal_tui.dashboard.actions import ACTIONS, footer_actions, footer_width
from seeknal_tui.dashboard.help_screen import help_lines
from seeknal_tui.dashboard.look import DARK
from seeknal_tui.dashboard.main_screen import MainScreen


def test_no_key_does_two_things() -> None:
    keys = [key for action in ACTIONS for key in action.keys]
    assert len(keys) == len(set(keys))


def test_every_action_is_one_of_the_main_screen() -> None:
    for action in ACTIONS:
        assert hasattr(MainScreen, f"action_{action.name.split('(')[0]}"), action.name


def test_the_help_tells_every_action() -> None:
    text = "\n".join(line.plain for line in help_lines(DARK))
    assert all(action.help in text and action.shown in text for action in ACTIONS)


@given(st.integers(8, 400))
def test_the_footer_fits_and_keeps_the_help(width: int) -> None:
    shown = footer_actions(width)
    assert sum(map(footer_width, shown)) <= width
    assert shown[-1].name == "help"


def test_a_wide_footer_has_all_its_keys() -> None:
    assert footer_actions(500) == [action for action in ACTIONS if action.brief]
