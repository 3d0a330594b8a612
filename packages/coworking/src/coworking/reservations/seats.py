"""Holding seats of a space: each has one live holder at a time, by the database's own word (R10)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import ColumnElement, delete, func, literal, literal_column, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from coworking.kit.db import Id, Instant, violated_constraint
from coworking.membership import TimeSpan
from coworking.reservations.errors import SlotTaken
from coworking.reservations.models import ONE_HOLDER, HeldSeat, Reservation, SpaceRow

BOTH: Final[ColumnElement[str]] = literal_column("'[]'")
"""Bounds of a range of one number."""


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
    # In the words of the constraint, whose index then finds them among all that were ever held.
    of_space = func.int8range(HeldSeat.space_id, HeldSeat.space_id, BOTH)
    in_span = func.tstzrange(HeldSeat.starts_at, HeldSeat.ends_at)
    statement = select(HeldSeat).where(
        of_space.op("&&")(func.int8range(literal(space_id, Id), literal(space_id, Id), BOTH)),
        in_span.op("&&")(func.tstzrange(literal(span.starts_at, Instant), literal(span.ends_at, Instant))),
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
