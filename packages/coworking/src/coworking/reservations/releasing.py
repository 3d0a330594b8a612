"""Releasing without charge: what was reserved at a place that is closed in an emergency (SAK-37), by former members."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.kit.outbox import TaskContext, task
from coworking.membership import MemberEnded, SiteClosed, closure_of
from coworking.reservations.ending import LIVE, end, held
from coworking.reservations.letters import tell_member
from coworking.reservations.models import Reservation, SpaceRow
from coworking.reservations.reserving import released_until
from coworking.reservations.rules import ReservationRules, RulesOfReservations
from coworking.reservations.unpaid import hold_for_payment

ACTOR = "site-closure"
MEMBERSHIP = "membership"
MOST_A_TASK = 50


def release_closed_site(session: Session, told: SiteClosed) -> None:
    """Queue it: a place may have many reservations."""
    _queue(session, session.info["operator_id"], told.office_id, told.at)


@task("reservations.release-day")
def release_day(context: TaskContext, *, day: str) -> None:
    """A daily step: what has come near at places that are still closed."""
    assert context.operator_id is not None
    if context.operator_id not in context.resource(RulesOfReservations):
        return
    for office_id in context.session.scalars(select(SpaceRow.office_id).distinct()):
        if closure_of(context.session, office_id) is not None:
            _queue(context.session, context.operator_id, office_id, context.clock.now())


@task("reservations.release")
def release(context: TaskContext, *, office_id: int) -> None:
    """Some at a time, while the place is closed."""
    session, now = context.session, context.clock.now()
    assert context.operator_id is not None
    rules = context.resource(RulesOfReservations).get(context.operator_id)
    closure = closure_of(session, office_id)
    if rules is None or closure is None:
        return
    statement = (
        select(Reservation.id)
        .join(SpaceRow, SpaceRow.id == Reservation.space_id)
        .where(
            SpaceRow.office_id == office_id,
            Reservation.status.in_(LIVE),
            Reservation.ends_at > closure.closed_at,
            Reservation.starts_at < released_until(rules, now),
        )
        .order_by(Reservation.member_id, Reservation.id)
    )
    found = session.scalars(statement.limit(MOST_A_TASK)).all()
    for reservation_id in found:
        _release(session, rules, reservation_id, now)
    if len(found) == MOST_A_TASK:
        _queue(session, context.operator_id, office_id, now)


def release_ended_member(session: Session, told: MemberEnded) -> None:
    """What a former member had reserved for later is free for others (SAK-13)."""
    release_of_member.enqueue(
        session,
        operator_id=session.info["operator_id"],
        now=told.at,
        key=f"release-member:{told.member_id}",
        member_id=told.member_id,
    )


@task("reservations.release-of-member")
def release_of_member(context: TaskContext, *, member_id: int) -> None:
    """Without a notice: the end of the membership was one."""
    session, now = context.session, context.clock.now()
    assert context.operator_id is not None
    rules = context.resource(RulesOfReservations).get(context.operator_id)
    if rules is None:
        return
    statement = select(Reservation.id).where(
        Reservation.member_id == member_id, Reservation.status == "held", Reservation.starts_at > now
    )
    for reservation_id in session.scalars(statement.order_by(Reservation.id)).all():
        end(session, rules, held(session, reservation_id), "released", actor=MEMBERSHIP, now=now)


def _release(session: Session, rules: ReservationRules, reservation_id: int, now: datetime) -> None:
    reservation = held(session, reservation_id)
    if reservation.status not in LIVE:
        return
    end(session, rules, reservation, "released", actor=ACTOR, now=now)
    hold_for_payment(session, rules, reservation.member_id, now)
    tell_member(session, rules, reservation, "reservation-released", now)


def _queue(session: Session, operator_id: int, office_id: int, now: datetime) -> None:
    release.enqueue(
        session, operator_id=operator_id, now=now, key=f"release-site:{office_id}", office_id=office_id
    )
