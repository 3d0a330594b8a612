"""Reservations go when their time is over; what they cost stays in the books (R31)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from coworking.reservations.models import HeldSeat, Reservation


def forget_reservations(session: Session, *, before: datetime, kept: Sequence[int], most: int) -> int:
    """Those whose time ended until then, except of these members; returns how many."""
    old = session.scalars(
        select(Reservation.id)
        .where(Reservation.ends_at <= before, Reservation.member_id.not_in(kept))
        .order_by(Reservation.id)
        .limit(most)
    ).all()
    if not old:
        return 0
    session.execute(delete(HeldSeat).where(HeldSeat.reservation_id.in_(old)))
    session.execute(delete(Reservation).where(Reservation.id.in_(old)))
    return len(old)
