"""Things left behind: kept for the operator's months, then disposed of at the member's cost (NET-20)."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Literal, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.kit.audit import record
from coworking.kit.errors import Language, NotFound
from coworking.kit.events import tell
from coworking.kit.listing import OLDEST_FIRST, Listing
from coworking.kit.money import plain
from coworking.kit.notices import notify
from coworking.membership.events import DamageReported
from coworking.membership.incidents.errors import (
    DayToCome,
    NotThereAnyMore,
    OwnerNeeded,
    StillKept,
)
from coworking.membership.incidents.models import LostThing
from coworking.membership.members import get_member
from coworking.membership.profile import MembershipProfile

State = Literal["kept", "disposable", "handed-back", "disposed"]


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or the last of a month that is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def enter_lost_thing(
    session: Session,
    profile: MembershipProfile,
    *,
    operator_id: int,
    thing: str,
    place: str,
    found_on: date,
    member_id: int | None,
    today: date,
    actor: str,
    now: datetime,
) -> LostThing:
    """Whose it is, is told, where that is known. Raises `NotFound`, `DayToCome`."""
    if found_on > today:
        raise DayToCome
    lost = LostThing(
        operator_id=operator_id,
        member_id=get_member(session, member_id).id if member_id is not None else None,
        thing=thing,
        place=place,
        found_on=found_on,
        kept_until=months_after(found_on, profile.left_things.kept_months),
        recorded_at=now,
        recorded_by=actor,
    )
    session.add(lost)
    session.flush()
    _record(session, lost, "lost-thing.entered", actor, now, {})
    _write(session, lost, "lost-thing-found", now)
    return lost


def get_lost_thing(session: Session, lost_thing_id: int) -> LostThing:
    """Raises `NotFound`."""
    lost = session.get(LostThing, lost_thing_id)
    if lost is None:
        raise NotFound
    return lost


def state_on(lost: LostThing, today: date) -> State:
    """The last day of keeping counts as kept."""
    if lost.handed_back_at is not None:
        return "handed-back"
    if lost.disposed_at is not None:
        return "disposed"
    return "kept" if today <= lost.kept_until else "disposable"


def hand_back(session: Session, lost_thing_id: int, *, actor: str, now: datetime) -> LostThing:
    """Also after the day until which it is kept, while it is there. Raises `NotFound`, `NotThereAnyMore`."""
    lost = _held(session, lost_thing_id)
    lost.handed_back_at = now
    _record(session, lost, "lost-thing.handed-back", actor, now, {})
    session.flush()
    return lost


def dispose(
    session: Session, lost_thing_id: int, cost: Decimal, *, today: date, actor: str, now: datetime
) -> LostThing:
    """From the day after `kept_until`. A cost in yen is the member's, which billing is told. Raises `NotFound`,
    `NotThereAnyMore`, `StillKept`, `OwnerNeeded`."""
    lost = _held(session, lost_thing_id)
    if today <= lost.kept_until:
        raise StillKept(kept_until=lost.kept_until.isoformat())
    if cost and lost.member_id is None:
        raise OwnerNeeded
    lost.disposed_at, lost.disposal_cost = now, cost
    _record(session, lost, "lost-thing.disposed", actor, now, {"cost": plain(cost)})
    _write(session, lost, "lost-thing-disposed", now, cost=plain(cost) if cost else None)
    if cost and lost.member_id is not None:
        tell(session, DamageReported(lost.member_id, cost, f"lost-thing:{lost.id}", now))
    session.flush()
    return lost


def list_lost_things(
    session: Session,
    *,
    state: State | None,
    member_id: int | None,
    today: date,
    after_id: int,
    limit: int,
    listing: Listing = OLDEST_FIRST,
) -> Sequence[LostThing]:
    statement = listing.part(select(LostThing), LostThing.id, after_id, limit)
    if member_id is not None:
        statement = statement.where(LostThing.member_id == member_id)
    is_here = LostThing.handed_back_at.is_(None) & LostThing.disposed_at.is_(None)
    match state:
        case "kept":
            statement = statement.where(is_here, LostThing.kept_until >= today)
        case "disposable":
            statement = statement.where(is_here, LostThing.kept_until < today)
        case "handed-back":
            statement = statement.where(LostThing.handed_back_at.is_not(None))
        case "disposed":
            statement = statement.where(LostThing.disposed_at.is_not(None))
    return session.scalars(statement).all()


def _held(session: Session, lost_thing_id: int) -> LostThing:
    lost = session.get(LostThing, lost_thing_id, with_for_update=True)
    if lost is None:
        raise NotFound
    if lost.handed_back_at is not None or lost.disposed_at is not None:
        raise NotThereAnyMore
    return lost


def _write(session: Session, lost: LostThing, kind: str, now: datetime, cost: str | None = None) -> None:
    if lost.member_id is None:
        return
    member = get_member(session, lost.member_id)
    notify(
        session,
        operator_id=lost.operator_id,
        now=now,
        recipient=f"member:{lost.member_id}",
        address=member.person.email,
        kind=kind,
        language=cast("Language", member.person.language),
        member=member.name,
        thing=lost.thing,
        kept_until=lost.kept_until.isoformat(),
        cost=cost,
    )


def _record(
    session: Session, lost: LostThing, action: str, actor: str, now: datetime, details: dict[str, str]
) -> None:
    record(
        session,
        operator_id=lost.operator_id,
        at=now,
        actor=actor,
        action=action,
        subject=f"lost-thing:{lost.id}",
        details=details,
    )
