"""200 runs killed at random instants: nothing is lost, nothing is wrong, and each is gone on with to the same end.

Run it by hand: python -m tests.benchmarks.bench_kills [COUNT [SEED]].
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from pathlib import Path

from tests.history.kills import kill_and_resume, random_instants, results, time_of_run


def main() -> None:
    given = [int(word) for word in sys.argv[1:3]]
    count, seed = [*given, *(200, 1)[len(given) :]]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        took = min(time_of_run(folder) for _ in range(3))
        undisturbed = results(folder)
        found: Counter[str] = Counter()
        finished: Counter[int] = Counter()
        instants = random_instants(10 * count, took, seed)
        while found.total() < count:
            killed = kill_and_resume(folder, undisturbed, instants.pop())
            if killed.status != "succeeded":  # or else it had ended before it was to be killed
                found[killed.status or "not recorded yet"] += 1
                finished[killed.finished] += 1
    print(f"{count} kills of a run of {took:.1f} s, none lost or wrong: {dict(found)}")
    print(f"how many of the 8 tasks had succeeded: {dict(sorted(finished.items()))}")


if __name__ == "__main__":
    main()
