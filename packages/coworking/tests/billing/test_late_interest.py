from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coworking.billing.arrears.late_interest import late_interest
from coworking.billing.profile import DatedRate, LateInterest

DUE = date(2026, 6, 10)


def terms(*rates: tuple[date, str], **changes: Any) -> LateInterest:
    rates_of = tuple(
        DatedRate.model_validate({"valid_from": day, "rate": rate})
        for day, rate in rates or ((date(2021, 4, 1), "0.025"),)
    )
    made = {"claimed": True, "rates": rates_of, "days_in_year": 365, "interest_floor": Decimal(0), **changes}
    return LateInterest.model_construct(None, **made)


def days_late(days: int) -> date:
    return DUE + timedelta(days=days)


@pytest.mark.parametrize(
    ("amount", "paid_on", "interest"),
    [
        (11_000, date(2026, 7, 10), 22),  # NET-16's example: 22.6
        (11_000, DUE, 0),
        (11_000, DUE - timedelta(days=3), 0),
        (11_000, days_late(1), 0),  # 0.75
        (14_600, days_late(1), 1),  # exactly 1
        (14_599, days_late(1), 0),
        (1_000_000, days_late(365), 25_000),
    ],
)
def test_interest_runs_from_the_day_after_the_due_date(amount: int, paid_on: date, interest: int) -> None:
    assert late_interest(terms(), [(Decimal(amount), paid_on)], DUE) == interest


def test_parts_bear_interest_until_their_own_day_and_are_rounded_together() -> None:
    parts = [(Decimal(7_300), days_late(1)), (Decimal(7_300), days_late(1))]
    assert late_interest(terms(), parts, DUE) == 1
    assert (
        late_interest(terms(), [(Decimal(14_600), days_late(1)), (Decimal(14_600), days_late(3))], DUE) == 4
    )


def test_each_day_counts_at_its_own_rate() -> None:
    """The year before and the year after: ten days at 2.5 %, ten at 3.65 %."""
    changing = terms((date(2021, 4, 1), "0.025"), (days_late(11), "0.0365"))
    assert late_interest(changing, [(Decimal(365_000), days_late(20))], DUE) == 250 + 365
    later = terms((days_late(11), "0.0365"))
    assert late_interest(later, [(Decimal(365_000), days_late(20))], DUE) == 365


@pytest.mark.parametrize(
    ("changes", "interest"),
    [
        ({"interest_floor": Decimal(22)}, 22),
        ({"interest_floor": Decimal(23)}, 0),
        ({"claimed": False}, 0),
        ({"days_in_year": 360}, 22),
    ],
)
def test_the_profile_says_whether_and_from_where_on(changes: dict[str, object], interest: int) -> None:
    assert late_interest(terms(**changes), [(Decimal(11_000), date(2026, 7, 10))], DUE) == interest


@given(
    amounts=st.lists(st.integers(1, 1_000_000), max_size=4), days=st.integers(0, 400), more=st.integers(0, 50)
)
def test_later_never_costs_less_and_parts_never_more_than_a_yen_each(
    amounts: list[int], days: int, more: int
) -> None:
    parts = [(Decimal(amount), days_late(days)) for amount in amounts]
    whole = late_interest(terms(), [(Decimal(sum(amounts)), days_late(days))], DUE)
    assert late_interest(terms(), parts, DUE) == whole
    assert late_interest(terms(), [(amount, days_late(days + more)) for amount, _ in parts], DUE) >= whole
