"""A time that has to be paid ahead is held for its payment for so long as the profile says, and released then.

The registered card is charged as soon as it is reserved (SAK-28, SAK-32). While nobody knows whether a card was charged
(R09), the time stays held.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from coworking.billing import Use, collect_uses, is_charging, paid_uses, standing_uses_of
from coworking.kit.outbox import TaskContext, task
from coworking.reservations.ending import end, held, occasion_of
from coworking.reservations.letters import tell_member
from coworking.reservations.models import Reservation
from coworking.reservations.rules import ReservationRules, RulesOfReservations

ACTOR: Final = "payment"
LATE: Final = timedelta(minutes=5)
"""Who comes later than this has stood still, and so has whoever charges cards: they get their time first."""


def hold_for_payment(session: Session, rules: ReservationRules, member_id: int, now: datetime) -> None:
    """Whatever the member has reserved and not paid ahead is held for the profile's minutes from now, unless it waits
    already."""
    waiting = session.scalars(
        select(Reservation)
        .where(
            Reservation.member_id == member_id,
            Reservation.status == "held",
            Reservation.ends_at > now,
            or_(Reservation.held_until.is_(None), Reservation.held_until <= now),
        )
        .order_by(Reservation.id)
        .with_for_update(of=Reservation)
    ).all()
    for reservation in waiting:
        if _unpaid(session, reservation):
            _hold(session, rules, reservation, now)


def charge_once_more(session: Session, member_id: int, now: datetime) -> None:
    """A member has registered another card: what they have reserved and not paid ahead is tried again."""
    waiting = session.scalars(
        select(Reservation)
        .where(Reservation.member_id == member_id, Reservation.status == "held", Reservation.held_until > now)
        .order_by(Reservation.id)
    ).all()
    for reservation in waiting:
        collect_uses(session, _unpaid(session, reservation), now)


@task("reservations.release-unpaid")
def release_unpaid(context: TaskContext, *, reservation_id: int) -> None:
    """Unless it is paid, or somebody has come for it, or it is not known whether the card was charged."""
    session, now = context.session, context.clock.now()
    assert context.operator_id is not None
    rules = context.resource(RulesOfReservations).get(context.operator_id)
    if rules is None:
        return
    reservation = held(session, reservation_id)
    if reservation.status != "held" or reservation.held_until is None or reservation.held_until > now:
        return
    unpaid = _unpaid(session, reservation)
    if not unpaid:
        return
    if is_charging(session, unpaid) or now > reservation.held_until + LATE:
        if now < reservation.ends_at:
            _hold(session, rules, reservation, now)
        return
    end(session, rules, reservation, "released", actor=ACTOR, now=now)
    hold_for_payment(session, rules, reservation.member_id, now)
    tell_member(session, rules, reservation, "reservation-unpaid", now)


def _hold(session: Session, rules: ReservationRules, reservation: Reservation, now: datetime) -> None:
    reservation.held_until = now + rules.profile.payment_time
    session.flush()
    release_unpaid.enqueue(
        session,
        operator_id=reservation.operator_id,
        now=now,
        due_at=reservation.held_until,
        reservation_id=reservation.id,
    )


def _unpaid(session: Session, reservation: Reservation) -> Sequence[Use]:
    ahead = [use for use in standing_uses_of(session, [occasion_of(reservation.id)]) if use.paid_ahead]
    paid = paid_uses(session, ahead)
    return [use for use in ahead if use.id not in paid]
