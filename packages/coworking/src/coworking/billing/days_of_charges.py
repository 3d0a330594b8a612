"""On which days a charge closes and falls due. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import count

from coworking.billing.closing_days import day_by, month_after
from coworking.billing.day_rules import DaysAfter
from coworking.billing.profile import BillingProfile, Schedule
from coworking.kit.calendars import BusinessCalendar


@dataclass(frozen=True, slots=True)
class ChargeDays:
    closes_on: date
    due_on: date


def days_of(
    schedule: Schedule, *, service_on: date, posted_on: date, calendar: BusinessCalendar
) -> ChargeDays:
    """The days of a charge for a service of this local date. One that is posted when its own due date is over closes
    and falls due with the first of the following months whose due date is not."""
    for late in count():
        counted_from = month_after(service_on, late) if late else service_on
        due_on = day_by(schedule.due, service_on=counted_from, posted_on=posted_on, calendar=calendar)
        if due_on >= posted_on:
            break
    closes_on = day_by(schedule.closes, service_on=counted_from, posted_on=posted_on, calendar=calendar)
    return ChargeDays(closes_on, due_on)


def closing_day(schedule: Schedule, *, service_on: date, calendar: BusinessCalendar) -> date:
    """When a service of this local date closes, whenever its charge is posted."""
    return day_by(schedule.closes, service_on=service_on, posted_on=service_on, calendar=calendar)


def months_ahead(profile: BillingProfile) -> int:
    """How many months after the present one may have closed by now, by the rules that count from a service's month."""
    rules = [schedule.closes for schedule in profile.schedules]
    return 1 + max((-rule.months for rule in rules if not isinstance(rule, DaysAfter)), default=0)
