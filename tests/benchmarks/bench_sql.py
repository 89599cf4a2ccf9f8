"""Measures a pipeline in SQL against a plain script of threads and cursors that does the same work.

    python tests/benchmarks/bench_sql.py [--rounds 5] [--rows 3000000]

The data are three CSV files that DuckDB makes. Both ways read them, clean them, join them and aggregate five times,
and keep every result as Parquet. They take turns; each time is that of the whole command, as a shell would see it.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import sys
import tempfile
import textwrap
import time
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

SOURCES = {"sales": "sales.csv", "customers": "customers.csv", "products": "products.csv"}

QUERIES = {
    "clean_sales": """
        SELECT sale_id, customer_id, product_id, sold_at, quantity, price,
               coalesce(try_cast(discount AS DOUBLE), 0) AS discount, lower(trim(channel)) AS channel
        FROM sales
        WHERE quantity > 0 AND price > 0""",
    "clean_customers": """
        SELECT customer_id, trim(name) AS name, upper(country) AS country, signed_up
        FROM customers
        WHERE country IS NOT NULL""",
    "clean_products": """
        SELECT product_id, title, coalesce(category, 'other') AS category, cost
        FROM products""",
    "enriched_sales": """
        SELECT s.*, c.country, c.signed_up, p.category,
               s.quantity * s.price * (1 - s.discount) AS revenue,
               s.quantity * p.cost AS cost
        FROM clean_sales s
        JOIN clean_customers c USING (customer_id)
        JOIN clean_products p USING (product_id)""",
    "daily_sales": """
        SELECT day, revenue, avg(revenue) OVER (ORDER BY day ROWS 6 PRECEDING) AS rolling_week
        FROM (SELECT sold_at::DATE AS day, sum(revenue) AS revenue FROM enriched_sales GROUP BY day)
        ORDER BY day""",
    "by_country": """
        SELECT country, count(*) AS sales, sum(revenue) AS revenue, sum(revenue - cost) AS margin
        FROM enriched_sales GROUP BY country ORDER BY revenue DESC""",
    "by_category": """
        SELECT category, date_trunc('month', sold_at) AS month, sum(revenue) AS revenue, median(price) AS price
        FROM enriched_sales GROUP BY category, month ORDER BY category, month""",
    "top_customers": """
        SELECT customer_id, count(*) AS sales, sum(revenue) AS revenue, max(sold_at) AS last_sale
        FROM enriched_sales GROUP BY customer_id ORDER BY revenue DESC, customer_id LIMIT 1000""",
    "cohorts": """
        SELECT date_trunc('quarter', signed_up) AS cohort, channel, count(DISTINCT customer_id) AS customers,
               sum(revenue) AS revenue
        FROM enriched_sales GROUP BY cohort, channel ORDER BY cohort, channel""",
}

READS = {
    "clean_sales": ["sales"],
    "clean_customers": ["customers"],
    "clean_products": ["products"],
    "enriched_sales": ["clean_sales", "clean_customers", "clean_products"],
    "daily_sales": ["enriched_sales"],
    "by_country": ["enriched_sales"],
    "by_category": ["enriched_sales"],
    "top_customers": ["enriched_sales"],
    "cohorts": ["enriched_sales"],
}


class Measured(NamedTuple):
    """What a command took."""

    wall_s: float
    cpu_s: float
    peak_mb: float


def make_data(folder: Path, rows: int) -> None:
    """Write the CSV files and the pipeline that reads them."""
    import duckdb

    database = duckdb.connect()
    database.execute("SELECT setseed(0.5)")
    database.execute("SET threads = 1")
    database.execute(f"""
        COPY (SELECT i AS sale_id, 1 + (random() * 99999)::INT AS customer_id, 1 + (random() * 4999)::INT AS product_id,
                     TIMESTAMP '2022-01-01' + to_seconds((random() * 63072000)::INT) AS sold_at,
                     (random() * 9)::INT AS quantity, round(1 + random() * 200, 2) AS price,
                     CASE WHEN i % 11 = 0 THEN 'n/a' ELSE round(random() * 0.3, 2)::VARCHAR END AS discount,
                     ['web', ' Web', 'store', 'APP'][1 + (random() * 3)::INT] AS channel
              FROM range({rows}) sales(i)) TO '{folder / "sales.csv"}'""")
    database.execute(f"""
        COPY (SELECT i AS customer_id, ' customer ' || i AS name,
                     ['de', 'fr', 'id', 'us', 'jp', NULL][1 + (random() * 5)::INT] AS country,
                     DATE '2019-01-01' + (random() * 1400)::INT AS signed_up
              FROM range(1, 100001) customers(i)) TO '{folder / "customers.csv"}'""")
    database.execute(f"""
        COPY (SELECT i AS product_id, 'product ' || i AS title,
                     ['toys', 'books', 'food', 'garden', NULL][1 + (random() * 4)::INT] AS category,
                     round(random() * 100, 2) AS cost
              FROM range(1, 5001) products(i)) TO '{folder / "products.csv"}'""")
    database.close()
    lines = ["name: bench", "sources:"]
    lines += [f"  - {{name: {name}, path: {path}}}" for name, path in SOURCES.items()]
    lines.append("transforms:")
    for name, sql in QUERIES.items():
        lines += [f"  - name: {name}", f"    depends_on: [{', '.join(READS[name])}]", "    sql: |"]
        lines.append(textwrap.indent(textwrap.dedent(sql).strip(), "      "))
    lines.append("execution: {max_parallel: 4}")
    (folder / "bench.yml").write_text("\n".join(lines) + "\n")


def run_reference(folder: Path) -> None:
    """The plain script: four threads, a cursor per task on one DuckDB, every result as Parquet."""
    import duckdb

    os.chdir(folder)
    target = folder / "target"
    target.mkdir()
    database = duckdb.connect()
    done: dict[str, Future[None]] = {}

    def work(name: str, sql: str) -> None:
        for other in READS.get(name, ()):
            done[other].result()
        cursor = database.cursor()
        for other in READS.get(name, ()):
            cursor.execute(f"CREATE TEMP VIEW {other} AS FROM read_parquet('{target / other}.parquet')")
        cursor.execute(f"COPY ({sql}) TO '{target / name}.parquet' (FORMAT parquet)")
        cursor.close()

    with ThreadPoolExecutor(4) as threads:
        for name, path in SOURCES.items():
            done[name] = threads.submit(work, name, f"FROM read_csv_auto('{path}')")
        for name, sql in QUERIES.items():  # in topological order, so that none waits for one behind it
            done[name] = threads.submit(work, name, sql)
    for task in done.values():
        task.result()


def measure(arguments: list[str], target: Path) -> Measured:
    """Run a command to its end in a fresh target folder."""
    shutil.rmtree(target, ignore_errors=True)
    began = time.perf_counter()
    pid = os.posix_spawn(
        arguments[0], arguments, os.environ, file_actions=[(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
    )
    _, status, usage = os.wait4(pid, 0)
    if status:
        sys.exit(f"{' '.join(arguments)} ended with {os.waitstatus_to_exitcode(status)}")
    unit = 1 if sys.platform == "darwin" else 1024
    return Measured(time.perf_counter() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * unit / 1e6)


def main() -> None:
    """Measure both ways in turn and print how they compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--rows", type=int, default=3_000_000)
    parser.add_argument("--reference", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.reference:
        run_reference(options.reference)
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_data(folder, options.rows)
        ways = {
            "threads and cursors": [sys.executable, __file__, "--reference", name],
            "seeknal-tui run": [sys.executable, "-m", "seeknal_tui", "run", str(folder / "bench.yml"), "--no-ui"],
        }
        taken: dict[str, list[Measured]] = {way: [] for way in ways}
        for turn in range(options.rounds + 1):  # the first turn warms the caches of the disk
            for way, arguments in ways.items():
                measured = measure(arguments, folder / "target")
                if turn:
                    taken[way].append(measured)
    medians = {way: Measured(*(statistics.median(values) for values in zip(*taken[way], strict=True))) for way in ways}
    for way, median in medians.items():
        print(f"{way:20} {median.wall_s:6.2f} s   CPU {median.cpu_s:6.2f} s   peak {median.peak_mb:5.0f} MB")
    reference, ours = medians.values()
    ratio = ours.wall_s / reference.wall_s
    print(f"wall {ratio:.3f} × (mark 1.15)   CPU {ours.cpu_s / reference.cpu_s:.3f} ×   peak mark 450 MB")


if __name__ == "__main__":
    main()
