"""The fraud detection sample: the graph of the tutorial, on data that can be made again."""

from __future__ import annotations

import csv
import shutil
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from seeknal_tui.pipeline.loading import load
from tests.samples.conftest import SAMPLES, Run, rows_of

FOLDER = SAMPLES / "fraud_detection"

GRAPH = {
    "merchant_risk": {"merchant_data", "fraud_labels"},
    "txn_enriched": {"user_profiles", "device_fingerprints", "ip_geolocation", "transactions"},
    "card_velocity": {"card_data", "transactions"},
    "alert_features": {"transactions", "realtime_alerts"},
    "txn_features": {"merchant_risk", "txn_enriched"},
    "user_risk": {"card_velocity", "alert_features"},
    "training_data": {"txn_features", "user_risk"},
}


@pytest.fixture(scope="module")
def folder(run_sample: Run) -> Path:
    return run_sample("fraud_detection")


def raw(name: str) -> list[dict[str, str]]:
    with (FOLDER / "data" / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_it_is_the_graph_of_the_tutorial() -> None:
    pipeline = load(FOLDER / "fraud_detection.yml").pipeline
    assert pipeline is not None
    assert {task.name: set(task.upstream) for task in pipeline.tasks if task.upstream} == GRAPH
    assert len(pipeline.tasks) == 15


def test_the_script_makes_the_same_data_again(tmp_path: Path) -> None:
    shutil.copy(FOLDER / "make_data.py", tmp_path)
    subprocess.run([sys.executable, tmp_path / "make_data.py"], check=True, timeout=60)
    made = {path.name: path.read_bytes() for path in (tmp_path / "data").iterdir()}
    assert made == {path.name: path.read_bytes() for path in (FOLDER / "data").iterdir()}


def test_every_payment_is_one_row_to_learn_from(folder: Path) -> None:
    rows = rows_of(folder, "training_data")
    payments = raw("transactions")
    assert [row["txn_id"] for row in rows] == [int(payment["txn_id"]) for payment in payments]
    assert [row["charged_back"] for row in rows] == [payment["charged_back"] == "True" for payment in payments]


def test_the_velocity_of_a_card_is_its_most_payments_within_a_day(folder: Path) -> None:
    moments: dict[int, list[datetime]] = {int(card["card_id"]): [] for card in raw("card_data")}
    for payment in raw("transactions"):
        moments[int(payment["card_id"])].append(datetime.fromisoformat(payment["paid_at"]))
    fastest = {
        card: max((sum(last - timedelta(days=1) <= at <= last for at in own) for last in own), default=0)
        for card, own in moments.items()
    }
    assert {row["card_id"]: row["most_payments_in_a_day"] for row in rows_of(folder, "card_velocity")} == fastest


def test_alerts_are_counted_for_their_users(folder: Path) -> None:
    users = {payment["txn_id"]: int(payment["user_id"]) for payment in raw("transactions")}
    alerts = dict.fromkeys(users.values(), 0)
    for alert in raw("realtime_alerts"):
        alerts[users[alert["txn_id"]]] += 1
    assert {row["user_id"]: row["alerts"] for row in rows_of(folder, "alert_features")} == alerts


def test_the_risk_of_a_shop_lies_between_its_own_cases_and_all(folder: Path) -> None:
    labels = raw("fraud_labels")
    overall = sum(label["fraud"] == "True" for label in labels) / len(labels)
    for row in rows_of(folder, "merchant_risk"):
        own = [label["fraud"] == "True" for label in labels if int(label["merchant_id"]) == row["merchant_id"]]
        share = sum(own) / len(own) if own else overall
        low, high = sorted((share, overall))
        assert low - 1e-9 <= row["merchant_fraud_share"] <= high + 1e-9
        assert row["cases"] == len(own)
