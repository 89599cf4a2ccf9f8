"""The pipelines that forecasts are tried on: of queries, commands and functions that compute, wait or move files."""

from __future__ import annotations

import shutil
from pathlib import Path

SAMPLES = Path(__file__).parents[2] / "sample_pipelines"

COMPUTE = """python3 -c "
n = 0
for i in range({loops}_000): n += i * i
" """

FUNCTIONS = """
import time

def write(task):
    number = int(task.name[-1])
    with open(f"raw_{number}.csv", "w") as file:
        file.write("id,k,v\\n")
        for n in range(150_000 * (number + 1)):
            file.write(f"{n},{n % 997},{n * 0.5}\\n")

def crunch():
    total = 0
    for n in range(5_000_000):
        total += n % 7
    print(total)

def call(task):
    for step in range(8):
        time.sleep(0.12)
        task.progress((step + 1) / 8)
"""


def flights(folder: Path) -> Path:
    """The sample: 5 files, 20 queries, a command and a Python function."""
    shutil.copytree(SAMPLES / "flights", folder / "flights", ignore=shutil.ignore_patterns("target", "reports"))
    return folder / "flights" / "flights.yml"


def queries(folder: Path) -> Path:
    """Queries that keep all cores busy, some of them with a part that only one core can do."""
    lines = ["name: queries", "tasks:"]
    for number in range(4):
        rows = (6 + 3 * number) * 1_000_000
        lines += _sql(f"raw_{number}", f"SELECT i, hash(i) % 1000 AS k, random() AS x FROM range({rows}) t(i)")
    for number in range(4):
        lines += _sql(f"grouped_{number}", f"SELECT k, sum(x) s, count(*) n, median(x) m FROM raw_{number} GROUP BY k")
        lines += _sql(f"sorted_{number}", f"SELECT * FROM raw_{number} ORDER BY x LIMIT 100000")
    for number in range(3):
        join = f"FROM raw_{number} a JOIN raw_{number + 1} b USING (i)"
        lines += _sql(f"joined_{number}", f"SELECT a.k, count(*) n, sum(a.x * b.x) p {join} GROUP BY a.k")
    lines += _sql("all", "SELECT * FROM grouped_0 JOIN grouped_1 USING (k) JOIN joined_0 USING (k)")
    return _write(folder / "queries", lines)


def commands(folder: Path) -> Path:
    """Commands: half of them compute on one core, half of them sleep, as what waits for a network does."""
    lines = ["name: commands", "tasks:"]
    for number in range(6):
        lines += _command(f"fetch_{number}", f"sleep {0.5 + 0.2 * number}")
        lines += _command(f"parse_{number}", COMPUTE.format(loops=4000 + 1500 * number), [f"fetch_{number}"])
    for number in range(3):
        lines += _command(f"model_{number}", COMPUTE.format(loops=9000 + 4000 * number), [f"parse_{2 * number}"])
        lines += _command(f"upload_{number}", f"sleep {0.9 - 0.2 * number}", [f"model_{number}"])
    lines += _command("publish", "sleep 0.3", [f"upload_{number}" for number in range(3)])
    return _write(folder / "commands", lines)


def mixed(folder: Path) -> Path:
    """Queries, commands that compute, that copy files and that wait, a pool, and sleeps."""
    lines = ["name: mixed", "execution: {pools: {disk: 2}}", "tasks:"]
    for number in range(3):
        rows = (4 + 2 * number) * 1_000_000
        lines += _sql(f"load_{number}", f"SELECT i, i % 977 AS k, random() AS x FROM range({rows}) t(i)")
        lines += _sql(f"daily_{number}", f"SELECT k, avg(x) a, median(x) m FROM load_{number} GROUP BY k")
        copy = f"dd if=/dev/zero of=copy_{number} bs=1M count={150 + 50 * number} conv=fsync 2>&1 && rm copy_{number}"
        lines += [*_command(f"backup_{number}", copy, [f"load_{number}"]), "    pool: disk"]
        lines += _command(f"train_{number}", COMPUTE.format(loops=7000 + 3000 * number), [f"daily_{number}"])
        half = f"sleep {0.3 + 0.2 * number}; {COMPUTE.format(loops=3000)}"
        lines += _command(f"call_{number}", half)
        lines += [f"  - name: notify_{number}", f"    sleep: {0.4 + 0.3 * number}", f"    depends_on: [train_{number}]"]
    lines += ["  - name: end", "    depends_on: [notify_0, notify_1, notify_2, backup_0, backup_1, backup_2]"]
    return _write(folder / "mixed", lines)


def files(folder: Path) -> Path:
    """Commands that write, pack, sum and copy large files, each of which is also read to remember what it is."""
    lines = ["name: files", "tasks:"]
    for number in range(4):
        dump = f"dd if=/dev/urandom of=raw_{number} bs=1M count={60 + 20 * number} conv=fsync 2>&1"
        lines += _command(f"dump_{number}", dump)
        lines += _command(f"pack_{number}", f"gzip -1 -kf raw_{number}", [f"dump_{number}"])
        lines += _command(f"sum_{number}", f"cksum raw_{number} > sum_{number}", [f"dump_{number}"])
        copy = f"cp raw_{number}.gz copy_{number}; sync; rm copy_{number}"
        lines += _command(f"copy_{number}", copy, [f"pack_{number}"])
    lines += _command("manifest", "cat sum_* > manifest", [f"sum_{number}" for number in range(4)])
    return _write(folder / "files", lines)


def functions(folder: Path) -> Path:
    """Python functions that write files, compute and wait for a service that takes two at a time; queries between."""
    lines = ["name: functions", "execution: {pools: {service: 2}}", "tasks:"]
    for number in range(4):
        csv, raw = f"raw_{number}.csv", f"raw_{number}"
        lines += [f"  - name: write_{number}", "    python: work:write", f"    outputs: [{csv}]"]
        lines += [*_sql(raw, f"SELECT * FROM read_csv('{csv}')"), f"    depends_on: [write_{number}]"]
        lines += _sql(f"daily_{number}", f"SELECT k, sum(v) s, median(v) m, count(DISTINCT id) n FROM {raw} GROUP BY k")
        lines += [f"  - name: call_{number}", "    python: work:call", "    pool: service"]
        lines += [f"    depends_on: [daily_{number}]"]
        lines += [f"  - name: crunch_{number}", "    python: work:crunch", f"    depends_on: [{raw}]"]
    lines += _sql("all", " UNION ALL ".join(f"SELECT * FROM daily_{number}" for number in range(4)))
    file = _write(folder / "functions", lines)
    file.with_name("work.py").write_text(FUNCTIONS)
    return file


def sleeps(folder: Path) -> Path:
    """The sample of 60 sleeps."""
    target = folder / "sleeps"
    target.mkdir(parents=True)
    shutil.copy(SAMPLES / "sixty_sleeps.yml", target / "pipeline.yml")
    return target / "pipeline.yml"


def _sql(name: str, sql: str) -> list[str]:
    return [f"  - name: {name}", f"    sql: {sql}"]


def _command(name: str, command: str, depends_on: list[str] | None = None) -> list[str]:
    indented = command.strip().replace("\n", "\n      ")
    needs = [f"    depends_on: [{', '.join(depends_on)}]"] if depends_on else []
    return [f"  - name: {name}", *needs, "    command: |", f"      {indented}"]


def _write(folder: Path, lines: list[str]) -> Path:
    folder.mkdir(parents=True)
    file = folder / "pipeline.yml"
    file.write_text("\n".join([*lines, ""]))
    return file
