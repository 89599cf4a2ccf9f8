"""Which part of the screen is brought up to date when."""

from __future__ import annotations

from functools import partial

from seeknal_tui.dashboard.turns import BESIDE_EVERY, Turns


class Shown:
    """Parts that tell what they were told."""

    def __init__(self, names: str) -> None:
        self.told: list[tuple[str, set[int]]] = []
        self.turns = Turns({name: partial(self._tell, name) for name in names})

    def _tell(self, name: str, touched: set[int]) -> None:
        self.told.append((name, touched))

    def take(self) -> str:
        names = "".join(name for name, _ in self.told)
        self.told = []
        return names


def test_the_part_in_front_is_shown_each_time_and_the_others_one_after_the_other() -> None:
    shown = Shown("abcd")
    for moment in range(4 * BESIDE_EVERY):
        shown.turns.show_front("b", moment)
    told = shown.take()
    assert told.count("b") == 4 * BESIDE_EVERY
    assert told.replace("b", "") == "acda"


def test_two_parts_can_be_in_front_and_one_of_the_others_shown_each_time() -> None:
    shown = Shown("abcd")
    for moment in range(3):
        shown.turns.show_front("ac", moment, beside_every=1)
    assert shown.take() == "acb" + "acd" + "acb"


def test_without_a_part_in_front_they_all_have_their_turn() -> None:
    shown = Shown("abc")
    for moment in range(4):
        shown.turns.show_front("", moment)
    assert shown.take() == "abca"


def test_one_that_was_in_front_has_its_turn_when_it_no_longer_is() -> None:
    shown = Shown("abc")
    for moment, front in enumerate("aabb"):
        shown.turns.show_front(front, moment, beside_every=1)
    assert shown.take() == "ab" + "ac" + "ba" + "bc"


def test_each_part_is_told_once_of_every_task_that_was_touched() -> None:
    shown = Shown("ab")
    shown.turns.touch({1})
    shown.turns.show_front("a", "first")
    shown.turns.touch({2})
    shown.turns.show_front("a", "second")
    shown.turns.touch({3})
    shown.turns.show_all("third")
    for part in "ab":
        assert sorted(number for name, touched in shown.told if name == part for number in touched) == [1, 2, 3]


def test_what_shows_the_moment_already_is_left_alone_until_it_looks_different() -> None:
    shown = Shown("ab")
    shown.turns.show_all("now")
    assert shown.take() == "ab"
    shown.turns.show_all("now")
    assert shown.take() == ""
    shown.turns.show_again()
    shown.turns.show_all("now")
    assert shown.take() == "ab"
