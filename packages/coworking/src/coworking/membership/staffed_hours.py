"""Whether staff are at the place. Pure."""

from __future__ import annotations

from datetime import datetime

from coworking.kit.calendars import BusinessCalendar
from coworking.kit.profile_fields import Weekday
from coworking.membership.profile import MembershipProfile


def is_staffed(profile: MembershipProfile, calendar: BusinessCalendar, at: datetime) -> bool:
    """By the office's hours, which are half-open; never on a closing day, on a national holiday as each row says."""
    local = calendar.local(at)
    if local.date() in calendar.closing_days:
        return False
    weekday = list(Weekday)[local.weekday()]
    return any(
        hours.staffed
        and weekday in hours.weekdays
        and hours.opens_at <= local.time() < hours.closes_at
        and (hours.on_holidays or not calendar.is_holiday(local.date()))
        for hours in profile.office_hours
    )
