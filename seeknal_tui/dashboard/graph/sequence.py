"""The order of few things that have a preference, pair by pair, which of the two should come first. Pure.

Finding the best order is the linear ordering problem, which is hard; moving one thing at a time to where it is best,
until nothing moves, comes close.
"""

from __future__ import annotations

from collections.abc import Sequence

PASSES = 4


def improve_sequence(price: Sequence[Sequence[int]], sequence: list[int]) -> bool:
    """Improve *sequence* (of indices) in place; whether it changed.

    ``price[i][j]`` is what *i* before *j* costs more than *j* before *i*, so that ``price[j][i] == -price[i][j]``.
    """
    changed = False
    for _ in range(PASSES):
        moved = False
        for index in sorted(sequence):
            place = sequence.index(index)
            best_place = _best_place(price[index], sequence, place)
            if best_place != place:
                sequence.insert(best_place, sequence.pop(place))
                moved = True
        if not moved:
            break
        changed = True
    return changed


def _best_place(prices: Sequence[int], sequence: list[int], place: int) -> int:
    """Where the thing at *place* had better be, if it is moved alone; the nearest of the best."""
    best, best_place = 0, place
    cost = 0
    for other in range(place - 1, -1, -1):
        cost += prices[sequence[other]]
        if cost < best:
            best, best_place = cost, other
    cost = 0
    for other in range(place + 1, len(sequence)):
        cost -= prices[sequence[other]]
        if cost < best:
            best, best_place = cost, other
    return best_place
