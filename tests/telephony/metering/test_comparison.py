"""Every record that the carrier has otherwise is found, and no other (R36)."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from telephony.metering.comparison import CarrierLeg, OwnLeg, compare
from tests.factories.membership import NOW

LEGS = 100_000
CORRUPTED = LEGS // 100


def own(number: int, seconds: int | None = 60, price: str | None = "1.5") -> OwnLeg:
    sid = f"CA{number:032x}"
    amount = None if price is None else Decimal(price)
    return OwnLeg(sid, sid, 1, NOW + timedelta(seconds=number), seconds, amount, "JPY")


def record(leg: OwnLeg) -> CarrierLeg:
    return CarrierLeg(leg.leg_sid, leg.call_sid, leg.started_at, leg.seconds, leg.price, leg.currency)


@pytest.mark.parametrize("seed", [20_260_610])
def test_one_per_cent_of_100_000_corrupted_records_are_all_found(seed: int) -> None:
    chance = random.Random(seed)
    ours = [own(number, chance.randrange(4000), f"{chance.randrange(9999)}.25") for number in range(LEGS)]
    spoilt = dict.fromkeys(chance.sample(range(LEGS), CORRUPTED), "")
    for number in spoilt:
        spoilt[number] = chance.choice(["missing", "extra", "duration", "price"])

    def theirs() -> Iterator[CarrierLeg]:
        for number in chance.sample(range(LEGS), LEGS):
            told = record(ours[number])
            match spoilt.get(number):
                case "missing":
                    continue
                case "extra":
                    yield replace(told, leg_sid=f"CA{number + LEGS:032x}")
                case "duration":
                    told = replace(told, seconds=(told.seconds or 0) + chance.choice([3, 60, 4000]))
                case "price":
                    told = replace(told, price=(told.price or 0) + Decimal("0.0001"))
                case _:
                    told = replace(told, seconds=(told.seconds or 0) + chance.choice([-2, -1, 0, 1, 2]))
            yield told

    found = list(compare({leg.leg_sid: leg for leg in ours}, theirs(), tolerance_seconds=2))
    expected = {(kind, f"CA{number + LEGS * (kind == 'extra'):032x}") for number, kind in spoilt.items()}
    assert {(one.kind, one.leg_sid) for one in found} == expected
    assert len(found) == CORRUPTED


@pytest.mark.parametrize(
    ("leg", "told", "kinds"),
    [
        (own(1, 60), record(own(1, 62)), []),
        (own(1, 60), record(own(1, 63)), ["duration"]),
        (own(1, 60), record(own(1, 57)), ["duration"]),
        (own(1, 60), record(own(1, None)), []),
        (own(1, None), record(own(1, 60)), ["duration"]),
        (own(1, None), record(own(1, None)), []),
        (own(1, price=None), record(own(1, price="9")), []),
        (own(1, price="9"), record(own(1, price=None)), []),
        (own(1, price="9"), record(own(1, price="9.0")), []),
        (own(1, price="9"), replace(record(own(1, price="9")), currency="USD"), ["price"]),
        (own(1, 60, "9"), record(own(1, 90, "8")), ["duration", "price"]),
        (None, record(own(1, None)), []),
        (None, record(own(1)), ["extra"]),
        (own(1), None, ["missing"]),
    ],
)
def test_what_differs(leg: OwnLeg | None, told: CarrierLeg | None, kinds: list[str]) -> None:
    found = compare({leg.leg_sid: leg} if leg else {}, [told] if told else [], tolerance_seconds=2)
    assert [one.kind for one in found] == kinds


def test_a_case_says_what_both_sides_say() -> None:
    [length, price] = compare(
        {"x": replace(own(1), leg_sid="x")}, [CarrierLeg("x", "x", NOW, 90, Decimal(2), "USD")], 2
    )
    assert (length.ours, length.carriers) == ("60 s", "90 s")
    assert (price.ours, price.carriers) == ("1.5 JPY", "2 USD")
