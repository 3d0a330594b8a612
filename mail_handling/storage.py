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


def charged_from(storage: Storage, received_on: date, charged_through: date | None) -> date:
    """The next day that costs something, of an item that is settled through a day."""
    first = first_charged_day(storage, received_on)
    return first if charged_through is None else max(first, charged_through + DAY)


def settled_through(storage: Storage, received_on: date, told_on: date) -> date | None:
    """Of an item whose member hears of it on `told_on`, the last day that costs nothing although the free ones are
    over: nobody is charged for what they did not know of, and who is told late is warned as long before."""
    warned_through = told_on + timedelta(days=storage.warning_days_before)
    return warned_through if warned_through >= first_charged_day(storage, received_on) else None


def days_to_charge(
    storage: Storage, received_on: date, charged_through: date | None, today: date
) -> list[date]:
    """The days up to `today`, inclusive, on whose beginning the item was still here and which are not charged yet; the
    earliest first, so many at most as one year has."""
    day = charged_from(storage, received_on, charged_through)
    days: list[date] = []
    while day <= today and len(days) < MOST_DAYS_AT_ONCE:
        days.append(day)
        day += DAY
    return days
