"""Holding seats of a space: each has one live holder at a time, by the database's own word (R10)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from coworking.kit.db import violated_constraint
from coworking.membership import TimeSpan
from coworking.reservations.errors import SlotTaken
from coworking.reservations.models import ONE_HOLDER, HeldSeat, Reservation, SpaceRow


def hold_seats(session: Session, reservation: Reservation, *, wanted: int, seats: int) -> None:
    """Take the first free of the space's seats for the time of the reservation. Who reserves the same space waits until
    this transaction ends. Raises `SlotTaken`."""
    space_id = reservation.space_id
    session.execute(select(SpaceRow.id).where(SpaceRow.id == space_id).with_for_update(key_share=True))
    span = TimeSpan(reservation.starts_at, reservation.ends_at)
    taken = {held.seat for held in held_in(session, space_id, span)}
    free = [seat for seat in range(1, seats + 1) if seat not in taken][:wanted]
    if len(free) < wanted:
        raise SlotTaken
    try:
        with session.begin_nested():
            session.add_all(_held(reservation, seat) for seat in free)
    except IntegrityError as error:
        if violated_constraint(error) == ONE_HOLDER:
            raise SlotTaken from error
        raise


def free_seats(session: Session, reservation_id: int) -> None:
    """Nobody holds them any more."""
    session.execute(delete(HeldSeat).where(HeldSeat.reservation_id == reservation_id))


def held_in(session: Session, space_id: int, span: TimeSpan) -> Sequence[HeldSeat]:
    """The seats of a space that are held in any part of a time, in the order of their times."""
    statement = select(HeldSeat).where(
        HeldSeat.space_id == space_id, HeldSeat.starts_at < span.ends_at, HeldSeat.ends_at > span.starts_at
    )
    return session.scalars(statement.order_by(HeldSeat.starts_at, HeldSeat.seat)).all()


def _held(reservation: Reservation, seat: int) -> HeldSeat:
    return HeldSeat(
        operator_id=reservation.operator_id,
        reservation_id=reservation.id,
        space_id=reservation.space_id,
        seat=seat,
        starts_at=reservation.starts_at,
        ends_at=reservation.ends_at,
    )
