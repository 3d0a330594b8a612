from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.metering.rating import Price, rate, units_of

PRICE = Price(
    rate_class="forward-to-mobile",
    unit_seconds=60,
    per_unit=Decimal(32),
    rate_card="2019-10-01",
    rules=("NEX-09",),
)
seconds = st.integers(0, 1_000_000)
unit_seconds = st.integers(1, 3600)
prices = st.builds(
    Price,
    rate_class=st.just("forward-to-mobile"),
    unit_seconds=unit_seconds,
    per_unit=st.decimals(0, 10_000, places=3),
    rate_card=st.just("2019-10-01"),
    minimum_units=st.integers(0, 10),
)


@pytest.mark.parametrize(
    ("answered", "unit", "units"),
    [
        *((0, 60, 0), (1, 60, 1), (59, 60, 1), (60, 60, 1), (61, 60, 2), (120, 60, 2), (121, 60, 3)),
        *((0, 180, 0), (180, 180, 1), (181, 180, 2), (90, 60, 2), (7, 1, 7), (1, 3600, 1)),
    ],
)
def test_started_units(answered: int, unit: int, units: int) -> None:
    assert units_of(answered, unit) == units


@given(answered=seconds, unit=unit_seconds)
def test_units_cover_the_seconds_and_not_one_more(answered: int, unit: int) -> None:
    units = units_of(answered, unit)
    assert units * unit >= answered
    assert (units - 1) * unit < answered or units == 0


@given(first=seconds, second=seconds, unit=unit_seconds)
def test_splitting_a_call_never_makes_it_cheaper(first: int, second: int, unit: int) -> None:
    whole, parts = units_of(first + second, unit), units_of(first, unit) + units_of(second, unit)
    assert whole <= parts <= whole + 1


@given(first=seconds, second=seconds, price=prices)
def test_a_longer_call_never_costs_less(first: int, second: int, price: Price) -> None:
    shorter, longer = sorted((first, second))
    assert rate(shorter, price).amount <= rate(longer, price).amount


@given(answered=seconds, price=prices)
def test_the_amount_is_units_times_price_to_the_last_digit(answered: int, price: Price) -> None:
    rated = rate(answered, price)
    assert rated.amount == rated.units * price.per_unit
    assert rated.units >= (price.minimum_units if answered else 0)
    assert (rated.units == 0) == (answered == 0)


@pytest.mark.parametrize(("answered", "units"), [(0, 0), (1, 3), (180, 3), (181, 4)])
def test_an_answered_call_costs_its_minimum_and_an_unanswered_one_nothing(answered: int, units: int) -> None:
    price = Price("forward-to-mobile", 60, Decimal(10), "2026-04-01", minimum_units=3)
    assert rate(answered, price).units == units


@pytest.mark.parametrize(("answered", "unit"), [(-1, 60), (0, 0), (10, -60)])
def test_what_is_no_duration_is_refused(answered: int, unit: int) -> None:
    with pytest.raises(ValueError, match="a unit lasts at least a second"):
        units_of(answered, unit)


def test_the_reason_holds_what_the_price_follows_from() -> None:
    assert rate(61, PRICE).reason() == {
        "rate_class": "forward-to-mobile",
        "seconds": 61,
        "unit_seconds": 60,
        "units": 2,
        "unit_price": "32",
        "rate_card": "2019-10-01",
        "rules": ["NEX-09"],
    }
