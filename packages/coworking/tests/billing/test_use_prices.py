"""What uses cost (SAK-16, SAK-17, SAK-24, SAK-26, SAK-28)."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coworking.billing.price_fields import UnitPrice
from coworking.billing.use_prices import price_of_things, price_of_time
from tests.factories.contracts import rules


def price(purpose: str, plan: str) -> UnitPrice:
    found = rules("sakura").profile.price_of_use(purpose, plan)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("purpose", "plan", "minutes", "charged_before", "free_minutes", "amount"),
    [
        ("drop-in", "drop-in", 1, 0, 0, 300),
        ("drop-in", "drop-in", 30, 0, 0, 300),
        ("drop-in", "drop-in", 61, 0, 0, 900),  # SAK-26
        ("drop-in", "drop-in", 420, 0, 0, 3_600),  # SAK-26: 7 hours
        ("drop-in", "virtual-office", 60, 3_300, 0, 300),
        ("drop-in", "virtual-office", 60, 3_600, 0, 0),
        ("overtime", "weekday", 60, 0, 0, 300),  # SAK-28: on a Saturday
        ("overtime", "daytime", 420, 0, 0, 1_800),
        ("space:meeting-room", "drop-in", 60, 0, 0, 1_700),  # SAK-16
        ("space:meeting-room", "all-day", 60, 0, 0, 850),
        ("space:meeting-room", "group-2", 120, 0, 60, 850),
        ("space:meeting-room", "group-2", 60, 0, 900, 0),
        ("space:sound-booth-1", "virtual-office", 31, 0, 0, 300),  # SAK-17
        ("space:sound-booth-1", "all-day", 30, 0, 0, 75),
    ],
)
def test_time_costs_by_started_units(
    purpose: str, plan: str, minutes: int, charged_before: int, free_minutes: int, amount: int
) -> None:
    priced = price_of_time(
        price(purpose, plan),
        timedelta(minutes=minutes),
        charged_that_day=Decimal(charged_before),
        free_minutes_left=free_minutes,
    )
    assert priced.amount == amount
    assert priced.free_minutes == min(minutes, free_minutes)


@given(st.lists(st.integers(1, 24 * 3600), min_size=1, max_size=8))
def test_the_visits_of_a_day_never_cost_more_than_its_limit(seconds: list[int]) -> None:
    drop_in = price("drop-in", "drop-in")
    charged = Decimal(0)
    for visit in seconds:
        amount = price_of_time(drop_in, timedelta(seconds=visit), charged_that_day=charged).amount
        assert amount >= 0
        charged += amount
    units = sum(-(-visit // 1800) for visit in seconds)
    assert charged == min(300 * units, 3_600)


@pytest.mark.parametrize(
    ("pages", "is_included", "amount"), [(3, False, 150), (1, False, 50), (999, True, 0)]
)
def test_things_cost_by_their_number(pages: int, is_included: bool, amount: int) -> None:
    assert (
        price_of_things(price("printing:colour", "all-day"), pages, is_included=is_included).amount == amount
    )
