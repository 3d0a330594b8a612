import subprocess
import sys
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coworking.kit.calendars import BusinessCalendar, national_holidays

TOKYO = ZoneInfo("Asia/Tokyo")
WEEKDAYS = BusinessCalendar(TOKYO, frozenset({5, 6}), frozenset(), frozenset())

days = st.dates(date(2000, 1, 1), date(2090, 12, 31))


def test_the_zone_decides_day_and_month() -> None:
    # NEX-26, the last example: answered on 30 June at 23:59:30 in Tokyo.
    at = datetime(2026, 6, 30, 14, 59, 30, tzinfo=UTC)
    assert WEEKDAYS.local(at) == at
    assert WEEKDAYS.local(at).hour == 23
    assert WEEKDAYS.local_date(at) == date(2026, 6, 30)
    assert WEEKDAYS.local_month(at) == "2026-06"
    assert WEEKDAYS.local_month(at + timedelta(seconds=30)) == "2026-07"


def test_an_instant_is_in_utc() -> None:
    at = WEEKDAYS.instant(date(2027, 5, 6), time(10))
    assert at == datetime(2027, 5, 6, 1, tzinfo=UTC)
    assert at.tzinfo is UTC
    with pytest.raises(ValueError, match="zone"):
        WEEKDAYS.instant(date(2027, 5, 6), time(10, tzinfo=UTC))


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        WEEKDAYS.local_date(datetime(2026, 6, 30, 14, 59))


@settings(deadline=None)
@given(days, st.times())
def test_local_and_instant_are_inverse(day: date, at: time) -> None:
    local = WEEKDAYS.local(WEEKDAYS.instant(day, at))
    assert (local.date(), local.time()) == (day, at)


@pytest.mark.parametrize(
    "day",
    [
        "2026-01-01",  # New Year's Day
        "2026-05-06",  # substitute for Constitution Day on a Sunday
        "2026-09-22",  # between two holidays
        "2027-03-22",  # substitute for the vernal equinox on a Sunday
        "2026-02-23",  # the Emperor's birthday
        "2019-05-01",  # the accession, once
    ],
)
def test_national_holidays(day: str) -> None:
    assert WEEKDAYS.is_holiday(date.fromisoformat(day))
    assert not WEEKDAYS.is_business_day(date.fromisoformat(day))


def test_ordinary_days_are_no_holidays() -> None:
    assert not WEEKDAYS.is_holiday(date(2026, 7, 2))
    assert WEEKDAYS.is_business_day(date(2026, 7, 2))
    assert not WEEKDAYS.is_holiday(date(2026, 7, 4))
    assert not WEEKDAYS.is_business_day(date(2026, 7, 4))


def test_start_of_a_line_on_a_holiday_moves_on() -> None:
    # NEX-11: May 2027 begins on a Saturday, the 3rd to the 5th are holidays.
    assert WEEKDAYS.next_business_day(date(2027, 5, 1)) == date(2027, 5, 6)
    assert WEEKDAYS.next_business_day(date(2027, 6, 1)) == date(2027, 6, 1)


def test_end_of_a_line_on_a_closing_day_moves_back() -> None:
    # NEX-21: 31 January 2027 is a Sunday.
    assert WEEKDAYS.month_end(date(2027, 1, 5)) == date(2027, 1, 31)
    assert WEEKDAYS.business_day_before(date(2027, 1, 31)) == date(2027, 1, 29)
    assert WEEKDAYS.business_day_before(date(2027, 1, 29)) == date(2027, 1, 28)


@pytest.mark.parametrize(
    ("day", "last"),
    [("2026-12-01", "2026-12-31"), ("2028-02-01", "2028-02-29"), ("2027-02-28", "2027-02-28")],
)
def test_month_end(day: str, last: str) -> None:
    assert WEEKDAYS.month_end(date.fromisoformat(day)) == date.fromisoformat(last)


@settings(deadline=None)
@given(st.dates())
def test_month_end_is_followed_by_another_month(day: date) -> None:
    last = WEEKDAYS.month_end(day)
    assert (last.year, last.month) == (day.year, day.month)
    assert last == date.max or (last + timedelta(days=1)).day == 1


def test_the_operators_overrides_stand_over_the_law() -> None:
    calendar = BusinessCalendar(
        TOKYO,
        frozenset({5, 6}),
        closing_days=frozenset({date(2026, 8, 13), date(2026, 8, 14)}),
        opening_days=frozenset({date(2026, 8, 11), date(2026, 8, 15)}),
    )
    assert calendar.is_holiday(date(2026, 8, 11))
    assert calendar.is_business_day(date(2026, 8, 11))  # Mountain Day, open
    assert calendar.is_business_day(date(2026, 8, 15))  # a Saturday, open
    assert calendar.next_business_day(date(2026, 8, 13)) == date(2026, 8, 15)
    assert calendar.business_day_before(date(2026, 8, 15)) == date(2026, 8, 12)


def test_banks_have_days_of_their_own() -> None:
    calendar = BusinessCalendar(TOKYO, frozenset(), frozenset(), frozenset({date(2026, 12, 31)}))
    assert calendar.is_business_day(date(2026, 12, 31))
    assert not calendar.is_bank_business_day(date(2026, 12, 31))
    assert calendar.bank_business_day(date(2026, 12, 31)) == date(2027, 1, 4)
    assert calendar.is_business_day(date(2026, 9, 26))
    assert calendar.bank_business_day(date(2026, 9, 26)) == date(2026, 9, 28)  # a Saturday
    assert calendar.bank_business_day(date(2026, 6, 26)) == date(2026, 6, 26)


@settings(deadline=None)
@given(days)
def test_searches_find_the_nearest_day(day: date) -> None:
    after, before = WEEKDAYS.next_business_day(day), WEEKDAYS.business_day_before(day)
    assert before < day <= after
    assert WEEKDAYS.is_business_day(after)
    assert WEEKDAYS.is_business_day(before)
    between = [before + timedelta(days=n) for n in range(1, (after - before).days)]
    assert not any(WEEKDAYS.is_business_day(other) for other in between)
    assert WEEKDAYS.is_bank_business_day(WEEKDAYS.bank_business_day(day))


def test_a_calendar_that_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="2026-08-13 is both"):
        BusinessCalendar(TOKYO, frozenset(), frozenset({date(2026, 8, 13)}), frozenset({date(2026, 8, 13)}))
    for weekdays in (frozenset(range(7)), frozenset({7}), frozenset({-1})):
        with pytest.raises(ValueError, match="weekdays"):
            BusinessCalendar(TOKYO, weekdays)


def test_a_search_for_an_open_day_ends() -> None:
    everything = frozenset(date(2026, 1, 1) + timedelta(days=n) for n in range(900))
    closed = BusinessCalendar(TOKYO, frozenset({5, 6}), everything)
    for search in (closed.next_business_day, closed.bank_business_day):
        with pytest.raises(ValueError, match=r"no .*business day within 366 days"):
            search(date(2026, 1, 1))
    with pytest.raises(ValueError, match="no business day within 366 days"):
        closed.business_day_before(date(2028, 1, 1))


def test_years_without_known_holidays() -> None:
    assert national_holidays(1900) == frozenset()
    with pytest.raises(ValueError, match="2150"):
        national_holidays(2150)


def test_the_library_of_holidays_is_loaded_when_first_asked() -> None:
    program = "import sys, coworking.kit.calendars; sys.exit('holidays' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
