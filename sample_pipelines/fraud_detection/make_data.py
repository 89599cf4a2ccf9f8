"""Makes the data of the fraud detection pipeline: a month of card payments, some of them fraudulent.

    python make_data.py

The same files each time: the numbers are drawn from a fixed seed. A fraud is a payment with somebody else's card,
mostly at night, from a new device, from another country, and several in a row.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

DATA = Path(__file__).parent / "data"
START = datetime(2025, 3, 1)  # times are UTC, and written without a zone
AT_HOME, ABROAD = ["ID", "SG", "MY"], ["AU", "JP", "US"]
RISK = {"groceries": 1, "fuel": 1, "fashion": 1, "travel": 2, "electronics": 3, "gaming": 4}
CASES, PAYMENTS = 900, 4_000

Row = dict[str, object]

draw = random.Random(20250301)
home_of_user = {user: draw.choice(AT_HOME) for user in range(1, 401)}
user_of_card = {card: draw.randint(1, 400) for card in range(1, 521)}
user_of_device = {device: draw.randint(1, 400) for device in range(1, 641)}
country_of_address = {address: draw.choice(AT_HOME + ABROAD) for address in range(1, 481)}
category_of_merchant = {merchant: draw.choice(list(RISK)) for merchant in range(1, 91)}


def user_profiles() -> Iterator[Row]:
    for user, home in home_of_user.items():
        yield {"user_id": user, "country": home, "signed_up": day_before(2, 1500), "verified": chance(0.85)}


def card_data() -> Iterator[Row]:
    for card, user in user_of_card.items():
        brand = draw.choice(["visa", "mastercard", "jcb"])
        yield {"card_id": card, "user_id": user, "brand": brand, "issued": day_before(30, 1400)}


def device_fingerprints() -> Iterator[Row]:
    for device, user in user_of_device.items():
        system = draw.choice(["android", "ios", "web"])
        seen = day_before(0, 700)
        yield {"device_id": device, "user_id": user, "system": system, "first_seen": seen, "emulator": chance(0.04)}


def ip_geolocation() -> Iterator[Row]:
    for address, country in country_of_address.items():
        yield {"ip": ip(address), "country": country, "proxy": chance(0.25 if country in ABROAD else 0.03)}


def merchant_data() -> Iterator[Row]:
    for merchant, category in category_of_merchant.items():
        country = draw.choice(AT_HOME)
        yield {"merchant_id": merchant, "category": category, "country": country, "opened": day_before(20, 3000)}


def fraud_labels() -> Iterator[Row]:
    for case in range(1, CASES + 1):
        merchant = draw.choice(list(category_of_merchant))
        fraud = chance(0.12 * RISK[category_of_merchant[merchant]])
        yield {"case_id": case, "merchant_id": merchant, "decided_on": day_before(1, 365), "fraud": fraud}


def transactions() -> Iterator[Row]:
    burst: list[int] = []  # the cards of the frauds to come
    for number, second in enumerate(sorted(draw.randrange(31 * 86_400) for _ in range(PAYMENTS)), 1):
        at = START + timedelta(seconds=second)
        if not burst and chance(0.02 if at.hour < 6 else 0.006):
            burst = [draw.choice(list(user_of_card))] * draw.randint(1, 4)
        fraud = bool(burst)
        card = burst.pop() if fraud else draw.choice(list(user_of_card))
        user = user_of_card[card]
        strange = fraud and chance(0.8)
        own_devices = [device for device, owner in user_of_device.items() if owner == user]
        near = [address for address, country in country_of_address.items() if country == home_of_user[user]]
        yield {
            "txn_id": number,
            "paid_at": at,
            "card_id": card,
            "user_id": user,
            "merchant_id": draw.choice(
                [shop for shop, kind in category_of_merchant.items() if RISK[kind] > 1 or not fraud]
            ),
            "device_id": draw.choice(list(user_of_device) if strange or not own_devices else own_devices),
            "ip": ip(draw.choice(list(country_of_address) if strange or chance(0.05) else near)),
            "amount": round(draw.lognormvariate(5.2 if fraud else 3.4, 0.8), 2),
            "charged_back": fraud,
        }


def realtime_alerts(payments: list[Row]) -> Iterator[Row]:
    """What the rules of the payment gateway noticed: most frauds, and some payments that were none."""
    rules = ["velocity", "new_device", "country_mismatch", "amount"]
    noticed = [payment for payment in payments if chance(0.7 if payment["charged_back"] else 0.05)]
    for number, payment in enumerate(noticed, 1):
        severity = draw.randint(2, 5) if payment["charged_back"] else draw.randint(1, 3)
        rule = draw.choice(rules)
        raised = payment["paid_at"]
        yield {"alert_id": number, "txn_id": payment["txn_id"], "raised_at": raised, "rule": rule, "severity": severity}


def chance(probability: float) -> bool:
    return draw.random() < probability


def day_before(least: int, most: int) -> object:
    """A date so many days before the payments begin."""
    return (START - timedelta(days=draw.randint(least, most))).date()


def ip(address: int) -> str:
    """An address of the network that is reserved for tests."""
    return f"198.{18 + address // 256}.{address % 256}.7"


def save(name: str, rows: Iterable[Row]) -> None:
    """Write one CSV file."""
    rows = list(rows)
    with (DATA / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def main() -> None:
    DATA.mkdir(exist_ok=True)
    payments = list(transactions())
    save("transactions", payments)
    save("realtime_alerts", realtime_alerts(payments))
    for make in (user_profiles, card_data, device_fingerprints, ip_geolocation, merchant_data, fraud_labels):
        save(make.__name__, make())


if __name__ == "__main__":
    main()
