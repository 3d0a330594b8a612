"""From which day on something counts that a member asks for. Pure; times are local, without a zone or with any."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, timedelta

from coworking.membership.profile import Deadline, Leaving, LeavingAtOnce

MONTHS_A_YEAR = 12


def in_time(deadline: Deadline, asked: datetime) -> bool:
    """Whether the deadline of the month of `asked` was kept; its own minute still is in time."""
    if asked.day != deadline.day or deadline.at is None:
        return asked.day <= deadline.day
    return asked.time().replace(tzinfo=None) <= deadline.at


def month_start(day: date, months: int = 0) -> date:
    """The 1st of the month so many months later."""
    month = day.year * MONTHS_A_YEAR + day.month - 1 + months
    return date(month // MONTHS_A_YEAR, month % MONTHS_A_YEAR + 1, 1)


def month_end(day: date, months: int = 0) -> date:
    """The last day of the month so many months later."""
    first = month_start(day, months)
    return first.replace(day=monthrange(first.year, first.month)[1])


def earliest_start(deadline: Deadline, asked: datetime) -> date:
    """Asked by the deadline of a month, from the 1st of the next one; later, from the 1st of the one after it."""
    return month_start(asked.date(), 1 if in_time(deadline, asked) else 2)


def earliest_end(leaving: Leaving, asked: datetime) -> date:
    """The first day that can be the last one of a contract that is ended now."""
    if isinstance(leaving, LeavingAtOnce):
        return asked.date()
    return month_end(asked.date(), 0 if in_time(leaving.deadline, asked) else 1)


def passed(deadline: Deadline, now: datetime) -> bool:
    """Whether the deadline of this month can no longer be kept."""
    return not in_time(deadline, now)


def age_on(day: date, born_on: date) -> int:
    """In completed years."""
    birthday_ahead = (day.month, day.day) < (born_on.month, born_on.day)
    return day.year - born_on.year - birthday_ahead


def day_before(day: date) -> date:
    return day - timedelta(days=1)
