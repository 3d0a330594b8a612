from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coworking.billing import day_by, month_after
from coworking.billing.closing_days import shifted
from coworking.billing.day_rules import DayOfMonth, DayRule, DaysAfter, DayShift, MonthEnd
from coworking.kit.calendars import BusinessCalendar
from tests.factories.membership import nex

CALENDAR = nex().calendar()
DATES = st.dates(date(2020, 1, 1), date(2035, 12, 31))


def month_end(months: int, shift: DayShift = DayShift.NONE) -> MonthEnd:
    return MonthEnd(kind="month-end", months=months, shift=shift)


def day_of_month(day: int, months: int, shift: DayShift = DayShift.NONE) -> DayOfMonth:
    return DayOfMonth(kind="day-of-month", day=day, months=months, shift=shift)


def days_after(days: int, shift: DayShift = DayShift.NONE) -> DaysAfter:
    return DaysAfter(kind="days-after", days=days, shift=shift)


@pytest.mark.parametrize(
    ("rule", "service_on", "expected"),
    [
        (month_end(0), date(2026, 6, 1), date(2026, 6, 30)),
        (month_end(0), date(2026, 6, 30), date(2026, 6, 30)),
        (month_end(1), date(2026, 6, 30), date(2026, 7, 31)),
        (month_end(1), date(2026, 1, 31), date(2026, 2, 28)),
        (month_end(1), date(2028, 1, 31), date(2028, 2, 29)),
        (month_end(1), date(2026, 12, 5), date(2027, 1, 31)),
        (month_end(-1), date(2026, 1, 5), date(2025, 12, 31)),
        (month_end(-3), date(2026, 3, 31), date(2025, 12, 31)),
        (month_end(12), date(2026, 2, 1), date(2027, 2, 28)),
        (month_end(-12), date(2025, 2, 1), date(2024, 2, 29)),
        (day_of_month(1, 0), date(2026, 6, 15), date(2026, 6, 1)),
        (day_of_month(28, 1), date(2026, 1, 31), date(2026, 2, 28)),
        (day_of_month(10, 1), date(2026, 12, 31), date(2027, 1, 10)),
        (day_of_month(25, -1), date(2026, 1, 1), date(2025, 12, 25)),
        (day_of_month(10, 12), date(2026, 5, 2), date(2027, 5, 10)),
    ],
)
def test_a_rule_of_the_month_looks_at_the_service_only(
    rule: DayRule, service_on: date, expected: date
) -> None:
    for posted_on in (service_on, date(2030, 1, 1)):
        assert day_by(rule, service_on=service_on, posted_on=posted_on, calendar=CALENDAR) == expected


@pytest.mark.parametrize(
    ("days", "posted_on", "expected"),
    [
        (0, date(2026, 6, 10), date(2026, 6, 10)),
        (7, date(2026, 12, 28), date(2027, 1, 4)),
        (366, date(2027, 3, 1), date(2028, 3, 1)),
    ],
)
def test_days_after_count_from_the_posting(days: int, posted_on: date, expected: date) -> None:
    found = day_by(days_after(days), service_on=date(2020, 1, 1), posted_on=posted_on, calendar=CALENDAR)
    assert found == expected


@pytest.mark.parametrize(
    ("shift", "day", "expected"),
    [
        # Sunday 2026-05-31
        (DayShift.NONE, date(2026, 5, 31), date(2026, 5, 31)),
        (DayShift.NEXT_BUSINESS_DAY, date(2026, 5, 31), date(2026, 6, 1)),
        (DayShift.BUSINESS_DAY_BEFORE, date(2026, 5, 31), date(2026, 5, 29)),
        (DayShift.NEXT_BANK_DAY, date(2026, 5, 31), date(2026, 6, 1)),
        # a business day stays
        (DayShift.NEXT_BUSINESS_DAY, date(2026, 6, 30), date(2026, 6, 30)),
        (DayShift.BUSINESS_DAY_BEFORE, date(2026, 6, 30), date(2026, 6, 30)),
        (DayShift.NEXT_BANK_DAY, date(2026, 6, 30), date(2026, 6, 30)),
        # Golden Week 2026: Sunday 05-03 to the holiday in lieu, Wednesday 05-06
        (DayShift.NEXT_BUSINESS_DAY, date(2026, 5, 3), date(2026, 5, 7)),
        (DayShift.BUSINESS_DAY_BEFORE, date(2026, 5, 6), date(2026, 5, 1)),
        # the turn of the year: banks are closed from 31 December to 3 January
        (DayShift.NEXT_BUSINESS_DAY, date(2026, 12, 31), date(2026, 12, 31)),
        (DayShift.NEXT_BANK_DAY, date(2026, 12, 31), date(2027, 1, 4)),
        (DayShift.NEXT_BANK_DAY, date(2027, 12, 31), date(2028, 1, 4)),
        (DayShift.BUSINESS_DAY_BEFORE, date(2027, 1, 1), date(2026, 12, 31)),
    ],
)
def test_a_day_that_is_closed_is_shifted(shift: DayShift, day: date, expected: date) -> None:
    assert shifted(day, shift, CALENDAR) == expected


@pytest.mark.parametrize("shift", list(DayShift))
def test_every_kind_of_rule_is_shifted(shift: DayShift) -> None:
    closed = date(2026, 5, 31)
    expected = shifted(closed, shift, CALENDAR)
    rules: list[tuple[DayRule, date, date]] = [
        (month_end(0, shift), date(2026, 5, 1), date(2026, 1, 1)),
        (days_after(1, shift), date(2020, 1, 1), date(2026, 5, 30)),
    ]
    for rule, service_on, posted_on in rules:
        assert day_by(rule, service_on=service_on, posted_on=posted_on, calendar=CALENDAR) == expected
    tenth = day_of_month(10, 0, shift)  # Sunday 2026-05-10
    found = day_by(tenth, service_on=date(2026, 5, 1), posted_on=date(2026, 1, 1), calendar=CALENDAR)
    assert found == shifted(date(2026, 5, 10), shift, CALENDAR)


@given(DATES, st.sampled_from(DayShift))
def test_a_shifted_day_is_open_and_the_nearest_one(day: date, shift: DayShift) -> None:
    calendar: BusinessCalendar = CALENDAR
    found = shifted(day, shift, calendar)
    is_open = calendar.is_business_day
    match shift:
        case DayShift.NONE:
            assert found == day
        case DayShift.NEXT_BUSINESS_DAY:
            assert found == next(d for d in from_on(day, 1) if is_open(d))
        case DayShift.BUSINESS_DAY_BEFORE:
            assert found == next(d for d in from_on(day, -1) if is_open(d))
        case DayShift.NEXT_BANK_DAY:
            closed = {(12, 31), (1, 1), (1, 2), (1, 3)}
            assert found == next(d for d in from_on(day, 1) if is_open(d) and (d.month, d.day) not in closed)


def from_on(day: date, step: int) -> list[date]:
    return [day + timedelta(days=step * n) for n in range(40)]


@given(DATES, st.integers(-24, 24))
def test_month_after_counts_months(day: date, months: int) -> None:
    found = month_after(day, months)
    assert found.day == 1
    assert (found.year - day.year) * 12 + found.month - day.month == months


@pytest.mark.parametrize(
    ("purpose", "plan", "closes_on", "due_on"),
    [
        ("call", "virtual-office", date(2026, 6, 30), date(2026, 7, 31)),
        ("call", "rental-office", date(2026, 6, 30), date(2026, 7, 31)),
        ("recovery", "coworking", date(2026, 6, 30), date(2026, 7, 31)),
        ("line-monthly", "rental-office", date(2026, 3, 31), date(2026, 4, 30)),
        ("line-monthly", "coworking", date(2026, 4, 30), date(2026, 5, 31)),
        ("line-monthly", "virtual-office", date(2026, 4, 30), date(2026, 5, 31)),
    ],
)
def test_what_nex_charges_for_june_closes_and_falls_due(
    purpose: str, plan: str, closes_on: date, due_on: date
) -> None:
    """NEX-18"""
    schedule = nex().billing.schedule_for(purpose, plan)
    for service_on in (date(2026, 6, 1), date(2026, 6, 30)):
        days = [
            day_by(rule, service_on=service_on, posted_on=date(2026, 7, 2), calendar=CALENDAR)
            for rule in (schedule.closes, schedule.due)
        ]
        assert days == [closes_on, due_on]
