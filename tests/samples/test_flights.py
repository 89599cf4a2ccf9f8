"""What the flights pipeline says of the year is what the raw data say, counted here without SQL."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from statistics import mean, median
from typing import Any, NamedTuple

import duckdb
import pytest

from tests.samples.conftest import SAMPLES, Run, result_of, rows_of

DATA = SAMPLES / "flights" / "data"
KM_PER_MILE = 1.609344


class Flight(NamedTuple):
    """A row of the raw data."""

    year: int
    month: int
    day: int
    dep_time: int | None
    sched_dep_time: int
    dep_delay: int | None
    arr_delay: int | None
    carrier: str
    flight: int
    tailnum: str | None
    origin: str
    dest: str
    air_time: int | None
    distance: int
    time_hour: datetime

    @property
    def date(self) -> date:
        return date(self.year, self.month, self.day)


@pytest.fixture(scope="module")
def flights() -> list[Flight]:
    columns = ", ".join(Flight._fields)
    rows = duckdb.read_parquet(str(DATA / "flights.parquet")).project(columns).fetchall()
    return [Flight(*row) for row in rows]


@pytest.fixture(scope="module")
def folder(run_sample: Run) -> Path:
    return run_sample("flights")


def raw(name: str) -> list[dict[str, str]]:
    with (DATA / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def grouped(flights: Iterable[Flight], key: Callable[[Flight], Any]) -> dict[Any, list[Flight]]:
    groups: dict[Any, list[Flight]] = defaultdict(list)
    for flight in flights:
        groups[key(flight)].append(flight)
    return groups


def known(values: Iterable[float | None]) -> list[float]:
    return [value for value in values if value is not None]


def mean_delay(flights: Iterable[Flight]) -> Any:
    """The mean departure delay, as closely as the pipeline rounds it."""
    delays = known(flight.dep_delay for flight in flights)
    return pytest.approx(mean(delays), abs=0.006) if delays else None


def cancelled(flights: Iterable[Flight]) -> int:
    return sum(flight.dep_time is None for flight in flights)


def test_no_flight_is_lost_or_doubled_by_a_join(folder: Path, flights: list[Flight]) -> None:
    for task in ("flights", "clean_flights", "enriched", "flights_with_weather", "flights_with_planes"):
        assert result_of(folder, task).shape[0] == len(flights) == 336_776


def test_delays_by_carrier(folder: Path, flights: list[Flight]) -> None:
    rows = {row["carrier"]: row for row in rows_of(folder, "delays_by_carrier")}
    groups = grouped(flights, lambda flight: flight.carrier)
    assert rows.keys() == groups.keys()
    for carrier, own in groups.items():
        arrived = known(flight.arr_delay for flight in own)
        row = rows[carrier]
        assert row["flights"] == len(own)
        assert row["cancelled"] == cancelled(own)
        assert row["mean_departure_delay_min"] == mean_delay(own)
        assert row["median_arrival_delay_min"] == median(arrived)
        late = 100 * sum(delay > 15 for delay in arrived) / len(arrived)
        assert row["late_percent"] == pytest.approx(late, abs=0.006)
    names = {row["carrier"]: row["name"] for row in raw("airlines")}
    assert all(names[carrier].startswith(row["airline"]) for carrier, row in rows.items())


def test_delays_by_hour(folder: Path, flights: list[Flight]) -> None:
    rows = {row["scheduled_hour"]: row for row in rows_of(folder, "delays_by_hour")}
    groups = grouped(flights, lambda flight: flight.sched_dep_time // 100)
    assert rows.keys() == groups.keys()
    for hour, own in groups.items():
        assert rows[hour]["flights"] == len(own)
        assert rows[hour]["mean_departure_delay_min"] == mean_delay(own)
        assert rows[hour]["cancelled_percent"] == pytest.approx(100 * cancelled(own) / len(own), abs=0.006)


def test_delays_by_weather(folder: Path, flights: list[Flight]) -> None:
    weather = {(row["origin"], datetime.fromisoformat(row["time_hour"])): row for row in raw("weather")}

    def kind(flight: Flight) -> str:
        row = weather.get((flight.origin, flight.time_hour))
        if row is None:
            return "unknown"
        if float(row["visib"]) * KM_PER_MILE < 3:
            return "fog"
        if round(float(row["precip"]) * 25.4, 1) > 0:
            return "snow" if row["temp"] and float(row["temp"]) <= 32 else "rain"
        speed = float(row["wind_speed"] or 0)
        return "wind" if speed < 200 and round(speed * KM_PER_MILE, 1) >= 35 else "fair"

    rows = {row["weather"]: row for row in rows_of(folder, "delays_by_weather")}
    groups = grouped(flights, kind)
    assert {name: row["flights"] for name, row in rows.items()} == {name: len(own) for name, own in groups.items()}
    for name, own in groups.items():
        assert rows[name]["mean_departure_delay_min"] == mean_delay(own)
        assert rows[name]["cancelled_percent"] == pytest.approx(100 * cancelled(own) / len(own), abs=0.006)


def test_routes(folder: Path, flights: list[Flight]) -> None:
    rows = {(row["origin"], row["dest"]): row for row in rows_of(folder, "routes")}
    groups = grouped(flights, lambda flight: (flight.origin, flight.dest))
    airports = {row["faa"]: row["name"] for row in raw("airports")}
    assert rows.keys() == groups.keys()
    for (origin, dest), own in groups.items():
        row = rows[origin, dest]
        busier = sum(len(others) > len(own) for (other, _), others in groups.items() if other == origin)
        times = known(flight.air_time for flight in own)
        assert row["destination"] == airports.get(dest)
        assert row["flights"] == len(own)
        assert row["airlines"] == len({flight.carrier for flight in own})
        assert row["median_air_time_min"] == (median(times) if times else None)
        assert row["rank_at_origin"] == busier + 1


def test_planes_age(folder: Path, flights: list[Flight]) -> None:
    built = {row["tailnum"]: int(row["year"]) for row in raw("planes") if row["year"]}
    groups = grouped(
        (flight for flight in flights if flight.tailnum in built),
        lambda flight: (flight.year - built[flight.tailnum or ""]) // 5 * 5,
    )
    rows = {row["age_from_years"]: row for row in rows_of(folder, "planes_age")}
    assert rows.keys() == groups.keys()
    for age, own in groups.items():
        assert rows[age]["flights"] == len(own)
        assert rows[age]["planes"] == len({flight.tailnum for flight in own})
        assert rows[age]["mean_departure_delay_min"] == mean_delay(own)


def test_knock_on_delays(folder: Path, flights: list[Flight]) -> None:
    after: dict[str, list[Flight]] = defaultdict(list)
    departed = (flight for flight in flights if flight.dep_time is not None and flight.tailnum)
    for legs in grouped(departed, lambda flight: (flight.tailnum, flight.date)).values():
        legs.sort(key=lambda flight: (flight.time_hour, flight.sched_dep_time % 100, flight.flight))
        for before, leg in pairwise(legs):
            delay = before.dep_delay
            assert delay is not None
            step = sum(delay > limit for limit in (0, 15, 60))
            after[str(step + 1)].append(leg)
    rows = {row["before"][0]: row for row in rows_of(folder, "knock_on_delays")}
    assert rows.keys() == after.keys()
    for name, legs in after.items():
        assert rows[name]["departures"] == len(legs)
        assert rows[name]["mean_departure_delay_min"] == mean_delay(legs)


def test_cancellations(folder: Path, flights: list[Flight]) -> None:
    groups = grouped(flights, lambda flight: (flight.month, flight.origin))
    rows = {(row["month"], row["origin"]): row for row in rows_of(folder, "cancellations")}
    assert {key: (row["flights"], row["cancelled"]) for key, row in rows.items()} == {
        key: (len(own), cancelled(own)) for key, own in groups.items()
    }


def test_daily_metrics_and_the_week_behind_each_day(folder: Path, flights: list[Flight]) -> None:
    days = grouped(flights, lambda flight: flight.date)
    daily = {row["flight_date"]: row for row in rows_of(folder, "daily_metrics")}
    rolling = {row["flight_date"]: row for row in rows_of(folder, "rolling_daily")}
    assert daily.keys() == rolling.keys() == days.keys()
    means = {day: mean(known(flight.dep_delay for flight in own)) for day, own in days.items()}
    lost = {day: sum(max(delay, 0) for delay in known(flight.arr_delay for flight in own)) for day, own in days.items()}
    for day, own in days.items():
        week = [other for other in (day - timedelta(days=n) for n in range(7)) if other in days]
        assert daily[day]["flights"] == len(own)
        assert daily[day]["cancelled"] == cancelled(own)
        assert daily[day]["diverted"] == sum(f.dep_time is not None and f.arr_delay is None for f in own)
        assert daily[day]["minutes_lost"] == lost[day]
        assert rolling[day]["mean_of_seven_days_min"] == pytest.approx(mean(means[other] for other in week), abs=0.006)
        assert rolling[day]["cancelled_in_seven_days"] == sum(cancelled(days[other]) for other in week)
        worse = sum(lost[other] > lost[day] for other in days if other.month == day.month)
        assert rolling[day]["worst_of_month"] == worse + 1


def test_the_reports_are_written(folder: Path) -> None:
    page = (folder / "reports/flights.md").read_text()
    assert "| UA | United Air Lines | 58665 |" in page
    assert "- routes: " in (folder / "reports/sizes.md").read_text()
    (headline,) = rows_of(folder, "report")
    assert headline["flights"] == 336_776
    assert headline["latest_airline"] == "Frontier Airlines"
