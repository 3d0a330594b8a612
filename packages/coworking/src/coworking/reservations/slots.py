"""Whether a time can be reserved, and what it costs beside the plan. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from coworking.billing import NewUse, PaymentMeans
from coworking.kit.calendars import BusinessCalendar
from coworking.membership import (
    Plan,
    TimeSpan,
    closed_parts,
    outside_plan_hours,
    unstaffed_parts,
)
from coworking.reservations.errors import (
    HeadCountWrong,
    NotInPlanHours,
    SiteClosedThen,
    SpaceNotForPlan,
    TimesWrong,
    TooFarAhead,
    ViaNotOffered,
    ViaNotUnstaffed,
)
from coworking.reservations.profile import ReservationsProfile, Space, SpaceKind, Via
from coworking.reservations.rules import ReservationRules

DROP_IN = "drop-in"
OVERTIME = "overtime"
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A time at a space, as somebody asks for it. `means` is how it is to be paid, if that is said."""

    space: str
    span: TimeSpan
    people: int
    via: Via
    means: str | None = None


def use_of_space(space_name: str) -> str:
    return f"space:{space_name}"


def require_plan(rules: ReservationRules, space_name: str, plan_name: str) -> None:
    """Raises `SpaceNotForPlan` where members of this plan do not reserve the space, or it has no price for them."""
    space = rules.profile.spaces[space_name]
    has_price = (
        space.kind is SpaceKind.SEAT
        or rules.billing.profile.price_of_use(use_of_space(space_name), plan_name) is not None
    )
    if not has_price or (space.member_plans and plan_name not in space.member_plans):
        raise SpaceNotForPlan(space=space_name, plan=plan_name)


def require_time(rules: ReservationRules, wanted: Wanted, now: datetime) -> None:
    """In its order: a sound time, not too far ahead, while the place is open, asked for in a way that such a time is.
    Raises `TimesWrong`, `TooFarAhead`, `SiteClosedThen`, `ViaNotOffered`, `ViaNotUnstaffed`."""
    profile, calendar, span = rules.profile, rules.calendar, wanted.span
    space = profile.spaces[wanted.space]
    if not is_sound(profile, calendar, span, now):
        raise TimesWrong(
            most_minutes=profile.longest_minutes,
            step_minutes=profile.step_minutes,
        )
    last_day = last_day_ahead(space, calendar, now)
    if calendar.local_date(span.starts_at) > last_day:
        raise TooFarAhead(last_day=last_day.isoformat())
    if closed_parts(rules.membership, calendar, span):
        raise SiteClosedThen
    if wanted.via not in space.via:
        raise ViaNotOffered(space=wanted.space, allowed=", ".join(space.via))
    if unstaffed_parts(rules.membership, calendar, span) and wanted.via not in space.unstaffed_via:
        raise ViaNotUnstaffed(allowed=", ".join(space.unstaffed_via))


def is_sound(profile: ReservationsProfile, calendar: BusinessCalendar, span: TimeSpan, now: datetime) -> bool:
    """Whether it lies ahead, the present step included, from a step to a later one."""
    if not timedelta(0) < span.duration <= profile.longest or span.starts_at <= now - profile.step:
        return False
    return all(on_step(profile, calendar, at) for at in (span.starts_at, span.ends_at))


def on_step(profile: ReservationsProfile, calendar: BusinessCalendar, at: datetime) -> bool:
    local = calendar.local(at)
    since_midnight = at - calendar.instant(local.date(), time.min)
    return not since_midnight % profile.step


def last_day_ahead(space: Space, calendar: BusinessCalendar, now: datetime) -> date:
    """The last local day on which a reservation may begin: the day of today's number so many months later, or the last
    of a month that is shorter (SAK-16)."""
    today = calendar.local_date(now)
    year, month = divmod(today.year * 12 + today.month - 1 + space.months_ahead, 12)
    first = date(year, month + 1, 1)
    return first.replace(day=min(today.day, calendar.month_end(first).day))


def require_people(space_name: str, space: Space, people: int) -> None:
    """Raises `HeadCountWrong`."""
    if not space.least_people <= people <= space.most_people:
        raise HeadCountWrong(space=space_name, least=space.least_people, most=space.most_people)


def counted_minutes(rules: ReservationRules, plan: Plan, wanted: Wanted) -> int | None:
    """What the reservation takes of the plan's hours of a month: seats only, each whole minute (SAK-15); None where the
    plan does not count."""
    if plan.hours_a_month is None or rules.profile.spaces[wanted.space].kind is not SpaceKind.SEAT:
        return None
    return -(-wanted.span.duration // MINUTE)


def uses_of(rules: ReservationRules, plan_name: str, wanted: Wanted, occasion: str) -> list[NewUse]:
    """What is charged when the time is reserved. A room or booth costs its price (SAK-16, SAK-17). At a seat the time
    outside the plan's hours, or all of it for who pays by use, is charged ahead where any of it is unstaffed (SAK-15,
    SAK-28, SAK-32); otherwise it is paid as it is used. People beyond those that the plan is for count as drop-ins
    (SAK-27, SAK-41). Raises `NotInPlanHours`."""
    plan = rules.membership.plans[plan_name]
    if rules.profile.spaces[wanted.space].kind is not SpaceKind.SEAT:
        pays_now = wanted.means == PaymentMeans.CARD.value and not plan.has_contract
        by_card = not plan.hours and (pays_now or _ahead(rules, [wanted.span]))
        return [_use(use_of_space(wanted.space), wanted.span, occasion, by_card)]
    uses = _own_time(rules, plan_name, plan, wanted.span, occasion)
    guests = wanted.people - plan.most_people
    if guests > 0:
        by_card = _ahead(rules, [wanted.span])
        uses.append(_use(DROP_IN, wanted.span, occasion, by_card, guests))
    return uses


def _own_time(
    rules: ReservationRules, plan_name: str, plan: Plan, span: TimeSpan, occasion: str
) -> list[NewUse]:
    outside = outside_plan_hours(plan, rules.calendar, span) if plan.hours else [span]
    purpose = OVERTIME if plan.hours else DROP_IN
    has_price = rules.billing.profile.price_of_use(purpose, plan_name) is not None
    if plan.hours and outside and not has_price:
        raise NotInPlanHours
    if not has_price or not _ahead(rules, outside):
        return []
    return [_use(purpose, part, occasion, by_card=True) for part in outside]


def _ahead(rules: ReservationRules, parts: list[TimeSpan]) -> bool:
    return rules.profile.unstaffed_paid_ahead and any(
        unstaffed_parts(rules.membership, rules.calendar, part) for part in parts
    )


def _use(purpose: str, span: TimeSpan, occasion: str, by_card: bool, guests: int = 0) -> NewUse:
    return NewUse(purpose, span.starts_at, span.ends_at, occasion=occasion, guests=guests, paid_ahead=by_card)
