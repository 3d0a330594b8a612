"""Days of storage. Pure; all days are local."""

from __future__ import annotations

from datetime import date, timedelta

from mail_handling.profile import Storage

MOST_DAYS_AT_ONCE = 366
DAY = timedelta(days=1)


def first_charged_day(storage: Storage, received_on: date) -> date:
    """The first day that costs something; the free ones begin with the day of arrival."""
    return received_on + timedelta(days=storage.free_days)


def warning_day(storage: Storage, received_on: date) -> date:
    """From when the member is told of it."""
    return first_charged_day(storage, received_on) - timedelta(days=storage.warning_days_before)


def days_to_charge(
    storage: Storage, received_on: date, charged_through: date | None, today: date
) -> list[date]:
    """The days up to `today`, inclusive, on whose beginning the item was still here and which are not charged yet; the
    earliest first, so many at most as one year has."""
    day = first_charged_day(storage, received_on)
    if charged_through is not None:
        day = max(day, charged_through + DAY)
    days: list[date] = []
    while day <= today and len(days) < MOST_DAYS_AT_ONCE:
        days.append(day)
        day += DAY
    return days
