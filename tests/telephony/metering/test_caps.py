from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.metering import Count, cap_ends_at, cap_period, cap_wait_seconds, caps_passed
from telephony.metering.profile import CapSet
from tests.factories.membership import nex

CAPS = CapSet.model_validate(
    {"concurrent_calls": 3, "calls_per_minute": 5, "minutes_per_day": 100, "yen_per_day": 1000}
)
SHARE = Decimal("0.80")
CALENDAR = nex().calendar()
NOON = datetime(2026, 6, 30, 3, 0, tzinfo=UTC)
MIDNIGHT = datetime(2026, 6, 30, 15, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("count", "own", "expected"),
    [
        (Count(), None, []),
        (Count(concurrent_calls=3, calls_in_minute=5), None, []),
        (Count(concurrent_calls=4), None, [("concurrent-calls", "reached")]),
        (Count(calls_in_minute=6), None, [("calls-per-minute", "reached")]),
        (Count(seconds_of_day=79 * 60 + 59), None, []),
        (Count(seconds_of_day=80 * 60), None, [("minutes-per-day", "warning")]),
        (Count(seconds_of_day=100 * 60 - 1), None, [("minutes-per-day", "warning")]),
        (Count(seconds_of_day=100 * 60), None, [("minutes-per-day", "reached")]),
        (Count(yen_of_day=Decimal(800)), None, [("yen-per-day", "warning")]),
        (Count(yen_of_day=Decimal(1200)), None, [("yen-per-day", "reached")]),
        (Count(yen_of_month=Decimal(5000)), None, []),
        (Count(yen_of_month=Decimal(400)), Decimal(500), [("own-yen-per-month", "warning")]),
        (Count(yen_of_month=Decimal(500)), Decimal(500), [("own-yen-per-month", "reached")]),
    ],
)
def test_when_a_cap_is_near_and_reached_r19(
    count: Count, own: Decimal | None, expected: list[tuple[str, str]]
) -> None:
    assert [(one.what, one.level) for one in caps_passed(CAPS, count, SHARE, own)] == expected


def test_a_cap_lasts_as_long_as_what_it_is_counted_in() -> None:
    assert cap_ends_at("minutes-per-day", CALENDAR, NOON, 10) == MIDNIGHT
    assert cap_ends_at("own-yen-per-month", CALENDAR, datetime(2026, 6, 2, tzinfo=UTC), 10) == MIDNIGHT
    assert cap_ends_at("calls-per-minute", CALENDAR, NOON, 10) == datetime(2026, 6, 30, 3, 10, tzinfo=UTC)
    assert cap_period("yen-per-day", CALENDAR, MIDNIGHT) == "2026-07-01"
    assert cap_period("own-yen-per-month", CALENDAR, NOON) == "2026-06"


@given(
    seconds=st.integers(0, 6_000),
    yen=st.integers(0, 1_000),
    live=st.integers(0, 3),
    own=st.integers(0, 1_000),
)
def test_nothing_is_reached_before_it_is_counted_again(seconds: int, yen: int, live: int, own: int) -> None:
    """However many calls go on, and each may have begun a unit right after it was counted."""
    prices = {(Decimal(63), 60), (Decimal(15), 180), (Decimal(0), 60)}
    count = Count(concurrent_calls=live, seconds_of_day=seconds, yen_of_day=Decimal(yen))
    wait = cap_wait_seconds(CAPS, count, prices, Decimal(own))
    assert 15 <= wait <= 6 * 3600
    if wait > 15:
        assert seconds + 3 * wait <= 6_000
        for price, unit_seconds in prices:
            begun = (wait - 1) // unit_seconds + 1
            assert 3 * begun * price < min(1_000 - yen, own) or not price
