"""From when to when a line serves. Pure: the operator's rules and calendar decide (NEX-11, NEX-21)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from coworking.billing import month_after
from coworking.kit.calendars import BusinessCalendar
from telephony.numbers.profile import NumbersProfile


@dataclass(frozen=True)
class LineRules:
    """An operator's rules about lines, with the calendar that they are read on."""

    profile: NumbersProfile
    calendar: BusinessCalendar
    identity_required: bool = True
    """No line without a confirmed identity."""


def start_of(rules: LineRules, starts_month: date, now: datetime) -> datetime:
    """When a line with this start month (its first day) begins to serve: on the 1st, after a closed 1st on the next
    business day, and at once when that is over already."""
    calendar, rule = rules.calendar, rules.profile.start
    first = starts_month.replace(day=1)
    if calendar.is_business_day(first):
        begins = calendar.instant(first, rule.on_business_day_at)
    else:
        begins = calendar.instant(calendar.next_business_day(first), rule.after_closed_day_at)
    return max(begins, now)


def end_of(rules: LineRules, noticed_at: datetime) -> datetime:
    """When a line ends that notice was given for."""
    calendar, rule = rules.calendar, rules.profile.end
    day = calendar.month_end(month_after(calendar.local_date(noticed_at), rule.months))
    if rule.closed_day == "business-day-before" and not calendar.is_business_day(day):
        day = calendar.business_day_before(day)
    return calendar.instant(day, rule.ends_at)
