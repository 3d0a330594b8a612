"""Who has reserved something, told to door computers' lists for all members at once."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.doors.agent.writing_lists import ReservingMembers
from coworking.membership import TimeSpan
from coworking.reservations.ending import LIVE
from coworking.reservations.models import Reservation


def reserving_members() -> ReservingMembers:
    def of(session: Session, wanted: TimeSpan) -> frozenset[int]:
        statement = select(Reservation.member_id).where(
            Reservation.status.in_(LIVE),
            Reservation.starts_at < wanted.ends_at,
            Reservation.ends_at > wanted.starts_at,
        )
        return frozenset(session.scalars(statement))

    return ReservingMembers(of)
