"""When a charge closes and falls due, by the rules of the profile. Pure."""

from __future__ import annotations

from datetime import date, timedelta

from coworking.billing.day_rules import DayOfMonth, DayRule, DaysAfter, DayShift, MonthEnd
from coworking.kit.calendars import BusinessCalendar


def day_by(rule: DayRule, *, service_on: date, posted_on: date, calendar: BusinessCalendar) -> date:
    """The local date that a rule names, for a service of `service_on`'s month posted on `posted_on`."""
    match rule:
        case MonthEnd():
            day = calendar.month_end(month_after(service_on, rule.months))
        case DayOfMonth():
            day = month_after(service_on, rule.months).replace(day=rule.day)
        case DaysAfter():
            day = posted_on + timedelta(days=rule.days)
    return shifted(day, rule.shift, calendar)


def shifted(day: date, shift: DayShift, calendar: BusinessCalendar) -> date:
    match shift:
        case DayShift.NONE:
            return day
        case DayShift.NEXT_BUSINESS_DAY:
            return calendar.next_business_day(day)
        case DayShift.BUSINESS_DAY_BEFORE:
            return day if calendar.is_business_day(day) else calendar.business_day_before(day)
        case DayShift.NEXT_BANK_DAY:
            return calendar.bank_business_day(day)


def month_after(day: date, months: int) -> date:
    """The first day of the month so many months after the day's own (before it if negative)."""
    index = day.year * 12 + day.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)
