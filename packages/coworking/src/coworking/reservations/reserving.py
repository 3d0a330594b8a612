"""Reserving, changing and cancelling. What is refused is refused in this order: who, which space, when, how it is paid,
how much of the plan is left, how many people, and last whether the time is free."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta

from sqlalchemy import Interval, func, select, type_coerce
from sqlalchemy.orm import Session

from coworking.billing import PaymentMeans, card_of, month_after, record_use
from coworking.membership import (
    MemberFacts,
    MembershipNotActive,
    TimeSpan,
    closure_of,
    contract_of,
    hold_sharing_members,
    require_service,
)
from coworking.reservations.ending import LIVE, end, held, let_go, occasion_of, record_act
from coworking.reservations.errors import (
    CardNeeded,
    HoursUsedUp,
    MeansNotAllowed,
    ReservationOver,
    SameDayChange,
    SiteClosedThen,
)
from coworking.reservations.models import Reservation, SpaceRow
from coworking.reservations.profile import SpaceKind, Via
from coworking.reservations.rules import ReservationRules
from coworking.reservations.seats import hold_seats
from coworking.reservations.slots import (
    MINUTE,
    Wanted,
    counted_minutes,
    require_people,
    require_plan,
    require_time,
    uses_of,
)
from coworking.reservations.spaces import space_row
from coworking.reservations.unpaid import hold_for_payment


def reserve(
    session: Session, rules: ReservationRules, member_id: int, wanted: Wanted, *, actor: str, now: datetime
) -> Reservation:
    """Reserve a time and charge what it costs beside the plan. Raises `NotFound`, `MembershipNotActive`,
    `SpaceNotForPlan`, `TimesWrong`, `TooFarAhead`, `SiteClosedThen`, `ViaNotOffered`, `ViaNotUnstaffed`,
    `NotInPlanHours`, `MeansNotAllowed`, `CardNeeded`, `HoursUsedUp`, `HeadCountWrong`, `SlotTaken`."""
    member = _served(session, rules, member_id, wanted.span)
    row = space_row(session, rules.profile, wanted.space)
    _require(session, rules, member, row, wanted, now)
    reservation = Reservation(
        operator_id=member.operator_id,
        member_id=member_id,
        space_id=row.id,
        starts_at=wanted.span.starts_at,
        ends_at=wanted.span.ends_at,
        people=wanted.people,
        via=wanted.via.value,
        pays_by=wanted.means,
        status="held",
        reserved_at=now,
        reserved_by=actor,
    )
    session.add(reservation)
    session.flush()
    _take(session, rules, member, reservation, wanted, actor=actor, now=now)
    record_act(session, reservation, "reservation.made", actor, now, {"via": wanted.via.value})
    return reservation


def change(
    session: Session,
    rules: ReservationRules,
    reservation_id: int,
    span: TimeSpan,
    people: int | None,
    *,
    actor: str,
    now: datetime,
) -> Reservation:
    """Move a reservation to another time of its space, for as many people unless another number is given; it is charged
    anew. Raises what `reserve` does, `ReservationOver` and `SameDayChange`."""
    reservation = _changeable(session, rules, reservation_id, now)
    member = _served(session, rules, reservation.member_id, span)
    wanted = Wanted(
        reservation.space.name, span, people or reservation.people, Via(reservation.via), reservation.pays_by
    )
    row = space_row(session, rules.profile, wanted.space)
    _require(session, rules, member, row, wanted, now, without=reservation.id)
    before = TimeSpan(reservation.starts_at, reservation.ends_at)
    let_go(session, rules, reservation, "changed", actor=actor, now=now)
    reservation.starts_at, reservation.ends_at = span.starts_at, span.ends_at
    reservation.people, reservation.held_until = wanted.people, None
    session.flush()
    _take(session, rules, member, reservation, wanted, actor=actor, now=now)
    details = {"from": before.starts_at.isoformat(), "until": before.ends_at.isoformat()}
    record_act(session, reservation, "reservation.changed", actor, now, details)
    return reservation


def cancel(
    session: Session, rules: ReservationRules, reservation_id: int, *, actor: str, now: datetime
) -> Reservation:
    """Take a reservation back with what it was charged. Raises `NotFound`, `ReservationOver`, `SameDayChange`."""
    reservation = _changeable(session, rules, reservation_id, now)
    end(session, rules, reservation, "cancelled", actor=actor, now=now)
    hold_for_payment(session, rules, reservation.member_id, now)
    return reservation


def released_until(rules: ReservationRules, now: datetime) -> datetime:
    """What begins before this at a place that is closed now is released (SAK-37)."""
    today = rules.calendar.local_date(now)
    return rules.calendar.instant(today + timedelta(days=rules.profile.released_days), time.min)


def _served(session: Session, rules: ReservationRules, member_id: int, span: TimeSpan) -> MemberFacts:
    """The member, held, on the plan of the day that is asked for. Raises `NotFound`, `MembershipNotActive`."""
    hold_sharing_members(session, member_id)
    member = require_service(session, member_id, identity_required=False)
    if not rules.membership.plans[member.plan].has_contract:
        return member
    plan = contract_of(session, member_id).plan_on(rules.calendar.local_date(span.starts_at))
    if plan is None:
        raise MembershipNotActive
    return replace(member, plan=plan)


def _require(
    session: Session,
    rules: ReservationRules,
    member: MemberFacts,
    row: SpaceRow,
    wanted: Wanted,
    now: datetime,
    without: int = 0,
) -> None:
    require_plan(rules, wanted.space, member.plan)
    require_time(rules, wanted, now)
    closure = closure_of(session, row.office_id)
    if closure is not None and wanted.span.starts_at < released_until(rules, now):
        raise SiteClosedThen
    uses = uses_of(rules, member.plan, wanted, occasion_of(without))
    _require_means(session, rules, member, wanted, is_ahead=any(use.paid_ahead for use in uses))
    _require_hours(session, rules, member, wanted, without)
    require_people(wanted.space, rules.profile.spaces[wanted.space], wanted.people)


def _require_means(
    session: Session, rules: ReservationRules, member: MemberFacts, wanted: Wanted, *, is_ahead: bool
) -> None:
    allowed = [choice.means.value for choice in rules.billing.profile.choices_for(member.plan, member.kind)]
    if is_ahead:
        allowed = [PaymentMeans.CARD.value]
    if wanted.means is not None and wanted.means not in allowed:
        raise MeansNotAllowed(means=wanted.means, allowed=", ".join(allowed))
    by_card = is_ahead or wanted.means == PaymentMeans.CARD.value
    if by_card and card_of(session, member.id) is None:
        raise CardNeeded


def _require_hours(
    session: Session, rules: ReservationRules, member: MemberFacts, wanted: Wanted, without: int
) -> None:
    """The hours of a month are counted over the seats that the member has reserved in it."""
    plan = rules.membership.plans[member.plan]
    minutes = counted_minutes(rules, plan, wanted)
    if minutes is None or plan.hours_a_month is None:
        return
    left = plan.hours_a_month * 60 - _minutes_reserved(session, rules, member.id, wanted, without)
    if minutes > left:
        raise HoursUsedUp(minutes_left=max(left, 0))


def _minutes_reserved(
    session: Session, rules: ReservationRules, member_id: int, wanted: Wanted, without: int
) -> int:
    day = rules.calendar.local_date(wanted.span.starts_at)
    begins, ends = (rules.calendar.instant(month_after(day, months), time.min) for months in (0, 1))
    seats = [name for name, space in rules.profile.spaces.items() if space.kind is SpaceKind.SEAT]
    statement = (
        select(func.sum(type_coerce(Reservation.ends_at - Reservation.starts_at, Interval())))
        .join(SpaceRow, SpaceRow.id == Reservation.space_id)
        .where(
            Reservation.member_id == member_id,
            Reservation.id != without,
            Reservation.status.in_(LIVE),
            SpaceRow.name.in_(seats),
            Reservation.starts_at >= begins,
            Reservation.starts_at < ends,
        )
    )
    reserved = session.scalar(statement)
    return -(-reserved // MINUTE) if reserved is not None else 0


def _take(
    session: Session,
    rules: ReservationRules,
    member: MemberFacts,
    reservation: Reservation,
    wanted: Wanted,
    *,
    actor: str,
    now: datetime,
) -> None:
    space = rules.profile.spaces[wanted.space]
    is_seat = space.kind is SpaceKind.SEAT
    hold_seats(session, reservation, wanted=wanted.people if is_seat else 1, seats=space.seats)
    for use in uses_of(rules, member.plan, wanted, occasion_of(reservation.id)):
        record_use(session, rules.billing, member.id, replace(use, plan=member.plan), actor=actor, now=now)
    hold_for_payment(session, rules, member.id, now)


def _changeable(session: Session, rules: ReservationRules, reservation_id: int, now: datetime) -> Reservation:
    reservation = held(session, reservation_id)
    if reservation.status not in LIVE:
        raise ReservationOver
    days = (rules.calendar.local_date(reservation.starts_at) - rules.calendar.local_date(now)).days
    if days < rules.profile.changed_days_before:
        raise SameDayChange(days=rules.profile.changed_days_before)
    if reservation.status_at(now) != "held":
        raise ReservationOver
    return reservation
