"""A member's reservation, calendar and lent thing, for tests of the API's edges."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.membership.lent_thing_models import LentThing
from coworking.membership.models import Account, Member
from coworking.reservations.models import CalendarFeed, HeldSeat, Reservation, SpaceRow
from tests.factories.membership import NOW

ACTOR = "account:1"
ROOM = "meeting-room"


@dataclass(frozen=True)
class ReservedIds:
    reservation_id: int
    lent_thing_id: int
    feed: str
    space: str
    site: str
    door: str


def make_reserved(session: Session, member: Member, account: Account) -> ReservedIds:
    """A room for the afternoon three days from now, free of charge."""
    operator_id = member.operator_id
    space = session.scalar(select(SpaceRow).where(SpaceRow.name == ROOM))
    if space is None:
        space = SpaceRow(operator_id=operator_id, office_id=member.office_id, name=ROOM)
        session.add(space)
        session.flush()
    starts_at = NOW + timedelta(days=3, hours=member.id % 1000)
    ends_at = starts_at + timedelta(minutes=30)
    reservation = Reservation(
        operator_id=operator_id,
        member_id=member.id,
        space_id=space.id,
        starts_at=starts_at,
        ends_at=ends_at,
        people=2,
        via="site",
        status="held",
        reserved_at=NOW,
        reserved_by=ACTOR,
    )
    lent = LentThing(
        operator_id=operator_id, member_id=member.id, thing="headset", lent_at=NOW, lent_by=ACTOR
    )
    session.add_all([reservation, lent])
    session.flush()
    secret = hashlib.sha256(f"calendar of {member.id}".encode()).hexdigest()[:43]
    token = f"rcf_{operator_id}_{secret}"
    session.add(
        HeldSeat(
            operator_id=operator_id,
            reservation_id=reservation.id,
            space_id=space.id,
            seat=1,
            starts_at=starts_at,
            ends_at=ends_at,
        )
    )
    session.add(
        CalendarFeed(
            operator_id=operator_id,
            account_id=account.id,
            member_id=member.id,
            digest=hashlib.sha256(token.encode()).digest(),
            made_at=NOW,
        )
    )
    session.flush()
    return ReservedIds(
        reservation_id=reservation.id,
        lent_thing_id=lent.id,
        feed=token,
        space=ROOM,
        site="yokohama",
        door="entrance",
    )
