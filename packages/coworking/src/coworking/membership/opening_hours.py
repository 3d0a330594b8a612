"""When a place is open and staffed, and when a plan may use it. Pure; spans are half-open instants."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from coworking.kit.calendars import BusinessCalendar
from coworking.kit.profile_fields import Weekday
from coworking.membership.profile import MembershipProfile, Plan

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class TimeSpan:
    """[starts_at, ends_at)"""

    starts_at: datetime
    ends_at: datetime

    @property
    def duration(self) -> timedelta:
        return self.ends_at - self.starts_at

    def holds(self, at: datetime) -> bool:
        return self.starts_at <= at < self.ends_at


@dataclass(frozen=True, slots=True)
class Opening(TimeSpan):
    """A time in which the place is open."""

    is_staffed: bool


def openings_on(profile: MembershipProfile, calendar: BusinessCalendar, day: date) -> list[Opening]:
    """The openings of a local day in their order: none on a closing day, on a national holiday as each row of the
    office hours says."""
    if day in calendar.closing_days:
        return []
    weekday = list(Weekday)[day.weekday()]
    return sorted(
        (
            Opening(
                calendar.instant(day, hours.opens_at), calendar.instant(day, hours.closes_at), hours.staffed
            )
            for hours in profile.office_hours
            if weekday in hours.weekdays and (hours.on_holidays or not calendar.is_holiday(day))
        ),
        key=lambda opening: opening.starts_at,
    )


def opening_at(profile: MembershipProfile, calendar: BusinessCalendar, at: datetime) -> Opening | None:
    """The opening that `at` falls into; None while the place is closed."""
    return next(
        (one for one in openings_on(profile, calendar, calendar.local_date(at)) if one.holds(at)), None
    )


def is_staffed(profile: MembershipProfile, calendar: BusinessCalendar, at: datetime) -> bool:
    """Whether staff are at the place."""
    return any(
        one.is_staffed and one.holds(at) for one in openings_on(profile, calendar, calendar.local_date(at))
    )


def closes_at(profile: MembershipProfile, calendar: BusinessCalendar, at: datetime) -> datetime | None:
    """When the place closes last on the local day of `at`; None where it does not open on that day."""
    openings = openings_on(profile, calendar, calendar.local_date(at))
    return max((one.ends_at for one in openings), default=None)


def plan_hours_on(plan: Plan, calendar: BusinessCalendar, day: date) -> list[TimeSpan]:
    """When members of the plan may use the place on a local day, in their order (SAK-25)."""
    weekday = list(Weekday)[day.weekday()]
    return sorted(
        (
            TimeSpan(calendar.instant(day, hours.from_at), calendar.instant(day, hours.until_at))
            for hours in plan.hours
            if weekday in hours.weekdays
        ),
        key=lambda span: span.starts_at,
    )


def within_plan_hours(plan: Plan, calendar: BusinessCalendar, at: datetime) -> bool:
    return any(span.holds(at) for span in plan_hours_on(plan, calendar, calendar.local_date(at)))


def outside_plan_hours(plan: Plan, calendar: BusinessCalendar, wanted: TimeSpan) -> list[TimeSpan]:
    """The parts of a time that are not in the plan's hours, in their order (SAK-28)."""
    inside: list[TimeSpan] = []
    for day in _local_days(calendar, wanted):
        inside += plan_hours_on(plan, calendar, day)
    return list(_without(wanted, inside))


def closed_parts(profile: MembershipProfile, calendar: BusinessCalendar, wanted: TimeSpan) -> list[TimeSpan]:
    """The parts of a time in which the place is closed, in their order (SAK-33)."""
    openings: list[TimeSpan] = []
    for day in _local_days(calendar, wanted):
        openings += openings_on(profile, calendar, day)
    return list(_without(wanted, openings))


def unstaffed_parts(
    profile: MembershipProfile, calendar: BusinessCalendar, wanted: TimeSpan
) -> list[TimeSpan]:
    """The parts of a time in which nobody of the staff is there, in their order (SAK-15)."""
    staffed: list[TimeSpan] = []
    for day in _local_days(calendar, wanted):
        staffed += [one for one in openings_on(profile, calendar, day) if one.is_staffed]
    return list(_without(wanted, staffed))


def _local_days(calendar: BusinessCalendar, wanted: TimeSpan) -> Iterator[date]:
    day = calendar.local_date(wanted.starts_at)
    while calendar.instant(day, time.min) < wanted.ends_at:
        yield day
        day += DAY


def _without(wanted: TimeSpan, taken: Sequence[TimeSpan]) -> Iterator[TimeSpan]:
    """What is left of a time; `taken` is in its order and may overlap."""
    begins = wanted.starts_at
    for span in taken:
        if span.ends_at <= begins:
            continue
        if span.starts_at >= wanted.ends_at:
            break
        if span.starts_at > begins:
            yield TimeSpan(begins, span.starts_at)
        begins = max(begins, span.ends_at)
    if begins < wanted.ends_at:
        yield TimeSpan(begins, wanted.ends_at)
