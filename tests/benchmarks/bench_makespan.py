"""How near a run comes to its floor: 60 sleeps of 20 to 400 ms in random DAGs, really run by ``run --json``.

Run it by hand: python -m tests.benchmarks.bench_makespan. The tasks are ``sleep`` tasks, and commands
(``sleep 0.12``), of which nothing is known unless ``estimate`` says so.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

SIZE = 60
SEEDS = range(5)


def pipeline_text(seed: int, slots: int, *, action: str, estimate: bool) -> str:
    draw = random.Random(seed)
    lines = ["tasks:"]
    for number in range(SIZE):
        seconds = draw.uniform(0.02, 0.4)
        upstream = draw.sample(range(number), min(number, draw.choice([0, 1, 1, 2, 3])))
        lines += [f"  - name: t{number}", f"    depends_on: [{', '.join(f't{other}' for other in upstream)}]"]
        lines.append(f"    sleep: {seconds:.4f}" if action == "sleep" else f'    command: ["sleep", "{seconds:.4f}"]')
        if estimate:
            lines.append(f"    estimate: {seconds:.4f}")
    return "\n".join([*lines, f"execution: {{max_parallel: {slots}}}", ""])


def over_floor(seed: int, slots: int, *, action: str, estimate: bool) -> float:
    """How many times its floor the run took."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "pipeline.yml")
        file.write_text(pipeline_text(seed, slots, action=action, estimate=estimate))
        command = [sys.executable, "-m", "seeknal_tui", "run", str(file), "--json"]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    summary = json.loads(done.stdout.splitlines()[-1])["summary"]
    return float(summary["wall_s"] / summary["floor_s"])


def main() -> None:
    print(f"{'wall / floor, median of ' + str(len(SEEDS)):<44} {'4 slots':>8} {'8 slots':>8}")
    for action, estimate in (("sleep", False), ("sleep", True), ("command", False), ("command", True)):
        medians = [
            median(over_floor(seed, slots, action=action, estimate=estimate) for seed in SEEDS) for slots in (4, 8)
        ]
        label = f"{action} tasks, {'with estimate' if estimate else 'without'}"
        print(f"{label:<44} {medians[0]:>8.3f} {medians[1]:>8.3f}")


if __name__ == "__main__":
    main()
