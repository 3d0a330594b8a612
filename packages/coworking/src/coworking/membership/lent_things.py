"""What the house lends free of charge, and who has it (SAK-48)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.kit.audit import record
from coworking.kit.errors import NotFound
from coworking.kit.listing import OLDEST_FIRST, Listing
from coworking.membership.lent_thing_models import LentThing
from coworking.membership.members import require_service
from coworking.membership.place_errors import ThingNotLent, ThingReturned
from coworking.membership.profile import MembershipProfile


def lend(
    session: Session,
    profile: MembershipProfile,
    member_id: int,
    thing: str,
    *,
    actor: str,
    now: datetime,
) -> LentThing:
    """Raises `NotFound`, `MembershipNotActive`, `ThingNotLent`."""
    member = require_service(session, member_id, identity_required=False)
    if thing not in profile.house.lends:
        raise ThingNotLent(thing=thing, allowed=", ".join(profile.house.lends))
    lent = LentThing(
        operator_id=member.operator_id, member_id=member_id, thing=thing, lent_at=now, lent_by=actor
    )
    session.add(lent)
    session.flush()
    _record(session, lent, "thing.lent", actor, now)
    return lent


def take_thing_back(session: Session, lent_thing_id: int, *, actor: str, now: datetime) -> LentThing:
    """Raises `NotFound`, `ThingReturned`."""
    lent = session.get(LentThing, lent_thing_id, with_for_update=True)
    if lent is None:
        raise NotFound
    if lent.returned_at is not None:
        raise ThingReturned
    lent.returned_at, lent.returned_by = max(now, lent.lent_at), actor
    session.flush()
    _record(session, lent, "thing.returned", actor, now)
    return lent


def get_lent_thing(session: Session, lent_thing_id: int) -> LentThing:
    """Raises `NotFound`."""
    lent = session.get(LentThing, lent_thing_id)
    if lent is None:
        raise NotFound
    return lent


def list_lent_things(
    session: Session,
    *,
    member_id: int | None,
    is_out: bool | None,
    after_id: int,
    limit: int,
    listing: Listing = OLDEST_FIRST,
) -> Sequence[LentThing]:
    statement = listing.part(select(LentThing), LentThing.id, after_id, limit)
    if member_id is not None:
        statement = statement.where(LentThing.member_id == member_id)
    if is_out is not None:
        statement = statement.where(LentThing.returned_at.is_(None) == is_out)
    return session.scalars(statement).all()


def _record(session: Session, lent: LentThing, action: str, actor: str, now: datetime) -> None:
    record(
        session,
        operator_id=lent.operator_id,
        at=now,
        actor=actor,
        action=action,
        subject=f"member:{lent.member_id}",
        details={"thing": lent.thing},
    )
