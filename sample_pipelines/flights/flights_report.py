"""The report of the flights pipeline: its results as one page of Markdown, and the headline figures as rows."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

if TYPE_CHECKING:
    from seeknal_tui.task_context import TaskContext

CHAPTERS = {
    "delays_by_carrier": "Who is late",
    "delays_by_hour": "When it is late",
    "delays_by_weather": "What the weather does",
    "planes_age": "Whether old planes are late",
    "knock_on_delays": "How delays pass on",
}
REPORT = Path("reports/flights.md")  # a task runs in the folder of its pipeline


def write(context: TaskContext) -> None:
    """Write the report; ``context.inputs`` has the Parquet file of each task that this one depends on."""
    page = [f"# {os.environ.get('REPORT_TITLE', 'The flights of New York in 2013')}", ""]
    for number, (task, title) in enumerate(CHAPTERS.items()):
        page += [f"## {title}", "", *table(context.inputs[task]), ""]
        print(f"{title}: done")
        context.progress((number + 1) / (len(CHAPTERS) + 1))
    page += ["## The worst day of each month", "", *worst_days(context.inputs["rolling_daily"]), ""]
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text("\n".join(page), encoding="utf-8")
    keep_headlines(context)
    context.progress(1.0)
    print(f"wrote {REPORT}")


def table(file: Path) -> list[str]:
    """The rows of a result as a table in Markdown."""
    return markdown(duckdb.read_parquet(str(file)))


def worst_days(file: Path) -> list[str]:
    """The days on which most minutes were lost."""
    days = duckdb.read_parquet(str(file)).filter("worst_of_month = 1")
    return markdown(days.select("flight_date, flights, mean_departure_delay_min, cancelled_in_seven_days"))


def markdown(rows: duckdb.DuckDBPyRelation) -> list[str]:
    """Rows as the lines of a table in Markdown."""
    heads = [column.replace("_", " ") for column in rows.columns]
    body = [["" if value is None else str(value) for value in row] for row in rows.fetchall()]
    return [f"| {' | '.join(row)} |" for row in [heads, ["---"] * len(heads), *body]]


def keep_headlines(context: TaskContext) -> None:
    """Leave rows as the task's own result, as a SQL task does: whoever depends on it finds a table."""
    duckdb.sql(f"""
        SELECT sum(flights) AS flights, sum(cancelled) AS cancelled,
               arg_max(airline, mean_departure_delay_min) AS latest_airline
        FROM read_parquet('{context.inputs["delays_by_carrier"]}')
    """).write_parquet(str(context.result_path))
