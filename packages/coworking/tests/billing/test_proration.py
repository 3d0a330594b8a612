"""What parts of a month cost (SAK-04), and that dividing a month never changes more than the rounding."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coworking.billing.price_fields import PartMonth
from coworking.billing.proration import part_of_month

PRICES = st.integers(0, 10_000_000).map(Decimal)


@st.composite
def divided_months(draw: st.DrawFn) -> Sequence[int]:
    """A month of 28 to 31 days in parts."""
    left = draw(st.integers(28, 31))
    parts = []
    while left:
        parts.append(draw(st.integers(1, left)))
        left -= parts[-1]
    return parts


@pytest.mark.parametrize(
    ("price", "days", "month_days", "part_month", "amount"),
    [
        (13_750, 14, 30, "by-day", 6_416),  # joined on 17 June: SAK-04's example
        (13_750, 30, 30, "by-day", 13_750),
        (13_750, 1, 31, "by-day", 443),
        (13_750, 0, 30, "by-day", 0),
        (5_500, 1, 30, "whole", 5_500),
        (5_500, 0, 30, "whole", 0),
    ],
)
def test_a_part_of_a_month(price: int, days: int, month_days: int, part_month: str, amount: int) -> None:
    assert part_of_month(Decimal(price), days, month_days, PartMonth(part_month)) == amount


@given(PRICES, divided_months())
def test_the_parts_of_a_month_are_together_the_month_but_for_their_rounding(
    price: Decimal, parts: Sequence[int]
) -> None:
    month_days = sum(parts)
    amounts = [part_of_month(price, days, month_days, PartMonth.BY_DAY) for days in parts]
    assert all(amount >= 0 for amount in amounts)
    assert price - len(parts) < sum(amounts) <= price


@given(PRICES, st.integers(28, 31), st.data())
def test_more_days_never_cost_less(price: Decimal, month_days: int, data: st.DataObject) -> None:
    days = data.draw(st.integers(0, month_days - 1))
    for part_month in PartMonth:
        assert part_of_month(price, days, month_days, part_month) <= part_of_month(
            price, days + 1, month_days, part_month
        )
