"""Whether a count has neared or reached its cap. Pure (R19)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import ROUND_DOWN, Decimal
from math import ceil
from typing import Literal

from coworking.kit.calendars import BusinessCalendar
from telephony.metering.profile import CapSet

CAPPED = ("concurrent-calls", "calls-per-minute", "minutes-per-day", "yen-per-day", "own-yen-per-month")
RATES = frozenset({"concurrent-calls", "calls-per-minute"})
"""What passes by itself: a cap on these bars for some minutes, not for the rest of a period."""
LEAST_WAIT_SECONDS = 15
LONGEST_WAIT_SECONDS = 6 * 3600

Level = Literal["warning", "reached"]
UnitPrice = tuple[Decimal, int]
"""Yen for a started unit, and its seconds."""


@dataclass(frozen=True, slots=True)
class Count:
    """What a line, a member, an operator or all operators have used. `yen_of_month` counts against a member's own cap
    only."""

    concurrent_calls: int = 0
    calls_in_minute: int = 0
    seconds_of_day: int = 0
    yen_of_day: Decimal = Decimal(0)
    yen_of_month: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class SystemCaps:
    """The most that all operators of a deployment may use together; None is no cap. Days are local ones, yen those of
    the charges, with or without tax as each operator charges. Of calls a minute every process keeps its own count."""

    concurrent_calls: int | None = None
    minutes_per_day: int | None = None
    yen_per_day: Decimal | None = None
    calls_per_minute: None = None
    warning_share: Decimal = Decimal("0.80")
    pause_minutes: int = 10

    @property
    def is_any(self) -> bool:
        return any(
            self.of(what) is not None for what in ("concurrent-calls", "minutes-per-day", "yen-per-day")
        )

    def of(self, what: str) -> Decimal | None:
        """The cap by its word in `CAPPED`."""
        caps = {
            "concurrent-calls": self.concurrent_calls,
            "minutes-per-day": self.minutes_per_day,
            "yen-per-day": self.yen_per_day,
        }
        cap = caps.get(what)
        return None if cap is None else Decimal(cap)


NO_SYSTEM_CAPS = SystemCaps()


@dataclass(frozen=True, slots=True)
class Passed:
    """A cap that was neared or reached."""

    what: str
    level: Level
    cap: Decimal
    counted: Decimal


def caps_passed(
    caps: CapSet | SystemCaps,
    count: Count,
    warning_share: Decimal,
    own_yen_per_month: Decimal | None = None,
) -> Iterator[Passed]:
    """Each cap that a count has come to, by its higher level. A rate is reached when it is passed, for as many as the
    cap are allowed; what adds up is reached when it is used up. There is no warning of a rate."""
    rates = (
        ("concurrent-calls", caps.concurrent_calls, count.concurrent_calls),
        ("calls-per-minute", caps.calls_per_minute, count.calls_in_minute),
    )
    for what, most, counted in rates:
        if most is not None and counted > most:
            yield Passed(what, "reached", Decimal(most), Decimal(counted))
    minutes = (Decimal(count.seconds_of_day) / 60).quantize(Decimal("0.1"), rounding=ROUND_DOWN)
    sums = (
        ("minutes-per-day", caps.minutes_per_day, minutes),
        ("yen-per-day", caps.yen_per_day, count.yen_of_day),
        ("own-yen-per-month", own_yen_per_month, count.yen_of_month),
    )
    for what, most_used, used in sums:
        if most_used is None:
            continue
        cap = Decimal(most_used)
        if used >= cap:
            yield Passed(what, "reached", cap, used)
        elif used >= cap * warning_share:
            yield Passed(what, "warning", cap, used)


def cap_period(what: str, calendar: BusinessCalendar, now: datetime) -> str:
    """What a cap is counted in: the local month, the local day, or for a rate the moment."""
    if what in RATES:
        return now.isoformat(timespec="seconds")
    local = calendar.local(now)
    return f"{local:%Y-%m}" if what == "own-yen-per-month" else local.date().isoformat()


def cap_ends_at(what: str, calendar: BusinessCalendar, now: datetime, pause_minutes: int) -> datetime:
    """When a cap that is reached now is over by itself."""
    if what in RATES:
        return now + timedelta(minutes=pause_minutes)
    today = calendar.local_date(now)
    last = calendar.month_end(today) if what == "own-yen-per-month" else today
    return calendar.instant(last + timedelta(days=1), time(0))


def cap_wait_seconds(
    caps: CapSet, count: Count, unit_prices: Collection[UnitPrice], own_left: Decimal | None
) -> int:
    """How long nothing that is under way can reach a cap: all the calls that are let in at once, each at the dearest
    price and about to begin a unit, from now on."""
    most = max(caps.concurrent_calls, count.concurrent_calls, 1)
    waits = [Decimal(60 * caps.minutes_per_day - count.seconds_of_day) / most]
    yen_left = [caps.yen_per_day - count.yen_of_day]
    if own_left is not None:
        yen_left.append(own_left)
    for yen, unit_seconds in unit_prices:
        if yen:
            waits += [(ceil(left / yen / most) - 1) * Decimal(unit_seconds) for left in yen_left]
    return int(min(max(min(waits), Decimal(LEAST_WAIT_SECONDS)), Decimal(LONGEST_WAIT_SECONDS)))
