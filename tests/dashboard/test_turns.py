"""Which part of the screen is brought up to date when."""

from __future__ import annotations

from functools import partial

from seeknal_tui.dashboard.turns import BESIDE_EVERY, Turns


class Shown:
    """Parts that tell what they were told."""

    def __init__(self, count: int) -> None:
        self.told: list[tuple[int, set[int]]] = []
        self.turns = Turns([partial(self._tell, place) for place in range(count)])

    def _tell(self, place: int, touched: set[int]) -> None:
        self.told.append((place, touched))

    def take(self) -> list[tuple[int, set[int]]]:
        told, self.told = self.told, []
        return told


def test_the_part_in_front_is_shown_each_time_and_the_others_one_after_the_other() -> None:
    shown = Shown(4)
    for moment in range(4 * BESIDE_EVERY):
        shown.turns.show_front([1], moment)
    told = [place for place, _ in shown.take()]
    assert told.count(1) == 4 * BESIDE_EVERY
    assert [place for place in told if place != 1] == [2, 3, 0, 2]


def test_two_parts_can_be_in_front_and_one_of_the_others_shown_each_time() -> None:
    shown = Shown(4)
    for moment in range(3):
        shown.turns.show_front([0, 2], moment, beside_every=1)
    assert [place for place, _ in shown.take()] == [0, 2, 1, 0, 2, 3, 0, 2, 1]


def test_without_a_part_in_front_they_all_have_their_turn() -> None:
    shown = Shown(3)
    for moment in range(4):
        shown.turns.show_front([], moment)
    assert [place for place, _ in shown.take()] == [1, 2, 0, 1]


def test_each_part_is_told_once_of_every_task_that_was_touched() -> None:
    shown = Shown(2)
    shown.turns.touch({1})
    shown.turns.show_front([0], "first")
    shown.turns.touch({2})
    shown.turns.show_front([0], "second")
    shown.turns.touch({3})
    shown.turns.show_all("third")
    told = shown.take()
    for part in (0, 1):
        numbers = [number for place, touched in told if place == part for number in touched]
        assert sorted(numbers) == [1, 2, 3]


def test_what_shows_the_moment_already_is_left_alone_until_it_looks_different() -> None:
    shown = Shown(2)
    shown.turns.show_all("now")
    shown.take()
    shown.turns.show_all("now")
    assert shown.take() == []
    shown.turns.show_again()
    shown.turns.show_all("now")
    assert [place for place, _ in shown.take()] == [0, 1]
