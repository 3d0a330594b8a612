"""The end of a reservation: its seats are free, and nothing is charged for it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from sqlalchemy.orm import Session

from coworking.billing import take_back_uses
from coworking.kit.audit import record
from coworking.kit.errors import NotFound
from coworking.membership import hold_member, hold_sharing_members
from coworking.reservations.models import Reservation
from coworking.reservations.rules import ReservationRules
from coworking.reservations.seats import free_seats

LIVE = ("held", "used")


def occasion_of(reservation_id: int) -> str:
    """What the uses that a reservation is charged as belong to."""
    return f"reservation:{reservation_id}"


def held(session: Session, reservation_id: int) -> Reservation:
    """The reservation, locked with its member until the transaction ends. Raises `NotFound`."""
    found = session.get(Reservation, reservation_id)
    if found is None:
        raise NotFound
    hold_sharing_members(session, found.member_id)
    hold_member(session, found.member_id)
    return session.get_one(Reservation, reservation_id, with_for_update={"of": Reservation})


def end(
    session: Session,
    rules: ReservationRules,
    reservation: Reservation,
    status: Literal["cancelled", "released"],
    *,
    actor: str,
    now: datetime,
) -> None:
    """Nobody holds its seats any more, and nothing is charged for it."""
    let_go(session, rules, reservation, status, actor=actor, now=now)
    reservation.status, reservation.ended_at = status, now
    session.flush()
    record_act(session, reservation, f"reservation.{status}", actor, now, {})


def let_go(
    session: Session,
    rules: ReservationRules,
    reservation: Reservation,
    reason: str,
    *,
    actor: str,
    now: datetime,
) -> None:
    """Its seats and what it was charged; the reservation itself stays as it is."""
    free_seats(session, reservation.id)
    occasion = occasion_of(reservation.id)
    take_back_uses(session, rules.billing, occasion, reason=reason, actor=actor, now=now)


def record_act(
    session: Session,
    reservation: Reservation,
    action: str,
    actor: str,
    now: datetime,
    details: dict[str, Any],
) -> None:
    """In the audit trail."""
    record(
        session,
        operator_id=reservation.operator_id,
        at=now,
        actor=actor,
        action=action,
        subject=occasion_of(reservation.id),
        details=details,
    )
