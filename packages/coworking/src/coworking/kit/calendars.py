"""Days and months of an operator: its zone, the days it is closed, Japan's national holidays."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

# Closures last two weeks at most; a search this long means a calendar that never opens.
LONGEST_CLOSURE_DAYS = 366
CACHED_YEARS = 64
SATURDAY = 5
MONTH_PATTERN = r"^2[0-9]{3}-(0[1-9]|1[0-2])$"
"""A month as people and the API write it: `2026-06`."""


@dataclass(frozen=True)
class BusinessCalendar:
    """An operator's calendar.

    `closed_weekdays` counts from Monday = 0. `closing_days` are closed though they would be working days,
    `opening_days` are open though they are a holiday or a closed weekday; no day may be both.
    """

    zone: ZoneInfo
    closed_weekdays: frozenset[int] = frozenset({5, 6})
    closing_days: frozenset[date] = field(default=frozenset())
    opening_days: frozenset[date] = field(default=frozenset())

    def __post_init__(self) -> None:
        if not self.closed_weekdays < frozenset(range(7)):
            raise ValueError("closed weekdays are some of 0 (Monday) to 6 (Sunday), not all of them")
        if both := self.closing_days & self.opening_days:
            raise ValueError(f"{min(both).isoformat()} is both a closing day and an opening day")

    def local(self, at: datetime) -> datetime:
        """The instant on the operator's clock. ValueError for a time without a zone."""
        if at.utcoffset() is None:
            raise ValueError("a time without a zone is no instant")
        return at.astimezone(self.zone)

    def local_date(self, at: datetime) -> date:
        return self.local(at).date()

    def local_month(self, at: datetime) -> str:
        """The month "YYYY-MM" that the instant belongs to."""
        return f"{self.local(at):%Y-%m}"

    def instant(self, day: date, at: time) -> datetime:
        """What the operator's clock calls `at` on `day`, in UTC. `at` has no zone of its own."""
        if at.tzinfo is not None:
            raise ValueError("a time of day has no zone of its own here: the calendar gives it")
        return datetime.combine(day, at, self.zone).astimezone(UTC)

    def is_holiday(self, day: date) -> bool:
        """Whether `day` is a national holiday by law, substitute holidays included, open or not."""
        return day in national_holidays(day.year)

    def is_business_day(self, day: date) -> bool:
        if day in self.opening_days:
            return True
        return not (day.weekday() in self.closed_weekdays or day in self.closing_days or self.is_holiday(day))

    def next_business_day(self, day: date) -> date:
        """`day` itself if it is a business day, else the first one after it."""
        for days in range(LONGEST_CLOSURE_DAYS):
            candidate = day + timedelta(days=days)
            if self.is_business_day(candidate):
                return candidate
        raise ValueError(f"no business day within {LONGEST_CLOSURE_DAYS} days from {day.isoformat()}")

    def business_day_before(self, day: date) -> date:
        """The last business day strictly before `day`."""
        for days in range(1, LONGEST_CLOSURE_DAYS + 1):
            candidate = day - timedelta(days=days)
            if self.is_business_day(candidate):
                return candidate
        raise ValueError(f"no business day within {LONGEST_CLOSURE_DAYS} days before {day.isoformat()}")

    def month_end(self, day: date) -> date:
        """The last calendar day of the month of `day`."""
        following = (
            date(day.year + day.month // 12, day.month % 12 + 1, 1) if day < date(9999, 12, 1) else None
        )
        return following - timedelta(days=1) if following else date.max

    def is_bank_business_day(self, day: date) -> bool:
        """A business day on which banks work too: no opening day of the operator makes a bank open.

        Banks are closed on Saturdays, Sundays, national holidays and from 31 December to 3 January
        (Order for Enforcement of the Banking Act, art. 5).
        """
        turn_of_year = (day.month, day.day) in {(12, 31), (1, 1), (1, 2), (1, 3)}
        return (
            not turn_of_year
            and day.weekday() < SATURDAY
            and not self.is_holiday(day)
            and self.is_business_day(day)
        )

    def bank_business_day(self, day: date) -> date:
        """`day` itself if it is a bank business day, else the first one after it."""
        for days in range(LONGEST_CLOSURE_DAYS):
            candidate = day + timedelta(days=days)
            if self.is_bank_business_day(candidate):
                return candidate
        raise ValueError(f"no bank business day within {LONGEST_CLOSURE_DAYS} days from {day.isoformat()}")


@lru_cache(maxsize=CACHED_YEARS)
def national_holidays(year: int) -> frozenset[date]:
    """Japan's national holidays of a year, from the `holidays` library.

    Empty before the Act on National Holidays (1948). ValueError for a year beyond what the library computes,
    which would otherwise look like a year without holidays.
    """
    from holidays.countries.japan import Japan

    if year < Japan.start_year:
        return frozenset()
    if year > Japan.end_year:
        raise ValueError(f"national holidays are known until {Japan.end_year}, not for {year}")
    return frozenset(Japan(years=year, expand=False))
