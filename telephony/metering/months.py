"""A month as it is written (`2026-06`): its days and its instants. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from coworking.kit.calendars import BusinessCalendar
from coworking.kit.errors import ValidationFailed

EDGE = timedelta(hours=1)
"""A leg that begins at the very edge of a month may stand on the day beside it in the carrier's records."""


@dataclass(frozen=True, slots=True)
class MonthSpan:
    """The local days from `first` to `last`, both inclusive, and their instants [starts_at, ends_at)."""

    name: str
    first: date
    last: date
    starts_at: datetime
    ends_at: datetime

    def carrier_days(self) -> list[date]:
        """The UTC days that hold a part of it."""
        day = (self.starts_at - EDGE).astimezone(UTC).date()
        last = (self.ends_at + EDGE).astimezone(UTC).date()
        return [day + timedelta(days=days) for days in range((last - day).days + 1)]


def month_span(calendar: BusinessCalendar, month: str) -> MonthSpan:
    """The month on the operator's calendar. Raises `ValidationFailed` for a text that is no month."""
    try:
        first = date.fromisoformat(f"{month}-01")
    except ValueError as error:
        raise ValidationFailed([{"field": "month", "message": "a month such as 2026-06"}]) from error
    last = calendar.month_end(first)
    return MonthSpan(
        month,
        first,
        last,
        calendar.instant(first, time(0)),
        calendar.instant(last + timedelta(days=1), time(0)),
    )


def month_before(first: date) -> date:
    """The first day of the month before the one that begins on `first`."""
    return (first - timedelta(days=1)).replace(day=1)
