"""When the operator's offices answer (NEX-25)."""

from __future__ import annotations

from datetime import datetime

from coworking.membership import MemberRules


def is_open(rules: MemberRules, now: datetime) -> bool:
    """Whether staff answer at this instant, on the operator's clock. A closing day is closed; an opening day keeps the
    hours of its weekday although it may be a holiday."""
    local = rules.calendar.local(now)
    day, calendar = local.date(), rules.calendar
    if day in calendar.closing_days:
        return False
    keeps_holidays = calendar.is_holiday(day) and day not in calendar.opening_days
    weekday = day.weekday()
    return any(
        weekday in {each.number for each in hours.weekdays}
        and hours.opens_at <= local.time() < hours.closes_at
        and (hours.on_holidays or not keeps_holidays)
        and hours.staffed
        for hours in rules.profile.office_hours
    )
