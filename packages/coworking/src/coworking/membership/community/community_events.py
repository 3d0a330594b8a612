"""Events and who takes part in them (JSUG-10)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import cast

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coworking.kit.audit import record
from coworking.kit.calendars import BusinessCalendar
from coworking.kit.errors import Language, NotFound
from coworking.kit.events import tell
from coworking.kit.listing import OLDEST_FIRST, Listing
from coworking.kit.money import plain
from coworking.kit.notices import notify
from coworking.kit.outbox import TaskContext, task
from coworking.membership.community.errors import (
    AlreadySignedUp,
    EventFull,
    EventOver,
    EventTimes,
    NotSignedUp,
)
from coworking.membership.community.groups import require_groups
from coworking.membership.community.models import CommunityEvent, SignUp
from coworking.membership.errors import MembershipNotActive
from coworking.membership.events import EventSignedUp, EventSignUpCancelled
from coworking.membership.members import get_member, hold_member
from coworking.membership.models import Member
from coworking.membership.profile import MembershipProfile
from coworking.membership.rules import RulesOfMembers
from coworking.membership.texts import BilingualText

SIGN_UPS_A_BATCH = 100


@dataclass(frozen=True, slots=True)
class NewEvent:
    """`price` in yen, 0 for a free one; `capacity` None for as many as come."""

    title: BilingualText
    details: BilingualText
    place: str
    starts_at: datetime
    ends_at: datetime
    capacity: int | None = None
    price: Decimal = Decimal(0)
    group: str | None = None


def enter_event(
    session: Session,
    profile: MembershipProfile,
    new: NewEvent,
    *,
    operator_id: int,
    actor: str,
    now: datetime,
) -> CommunityEvent:
    """Raises `GroupUnknown`, `EventTimes`."""
    if new.group is not None:
        require_groups(session, profile, [new.group])
    if not now < new.starts_at < new.ends_at:
        raise EventTimes
    event = CommunityEvent(
        operator_id=operator_id,
        group_name=new.group,
        title_ja=new.title.ja,
        title_en=new.title.en,
        details_ja=new.details.ja,
        details_en=new.details.en,
        place=new.place,
        starts_at=new.starts_at,
        ends_at=new.ends_at,
        capacity=new.capacity,
        price=new.price,
        entered_at=now,
    )
    session.add(event)
    session.flush()
    _record(
        session, event, "event.entered", actor, now, {"price": plain(new.price), "capacity": new.capacity}
    )
    return event


def get_event(session: Session, event_id: int) -> CommunityEvent:
    """Raises `NotFound`."""
    event = session.get(CommunityEvent, event_id)
    if event is None:
        raise NotFound
    return event


def list_events(
    session: Session,
    *,
    from_at: datetime | None,
    group: str | None,
    after_id: int,
    limit: int,
    listing: Listing = OLDEST_FIRST,
) -> Sequence[CommunityEvent]:
    """Those that begin at `from_at` or later."""
    statement = listing.part(select(CommunityEvent), CommunityEvent.id, after_id, limit)
    if from_at is not None:
        statement = statement.where(CommunityEvent.starts_at >= from_at)
    if group is not None:
        statement = statement.where(CommunityEvent.group_name == group)
    return session.scalars(statement).all()


def sign_up(
    session: Session,
    calendar: BusinessCalendar,
    event_id: int,
    member_id: int,
    *,
    actor: str,
    now: datetime,
) -> SignUp:
    """A place for the member, whose price is told to billing in this transaction. The event's row is held, so that two
    cannot take the last place. Raises `NotFound`, `MembershipNotActive`, `EventOver`, `AlreadySignedUp`,
    `EventFull`."""
    if hold_member(session, member_id).status not in {"active", "leaving"}:
        raise MembershipNotActive
    event = _hold_open(session, event_id, now)
    if _standing(session, event_id, member_id) is not None:
        raise AlreadySignedUp
    if event.capacity is not None and taken_places(session, [event_id]).get(event_id, 0) >= event.capacity:
        raise EventFull
    taken = SignUp(
        operator_id=event.operator_id,
        event_id=event_id,
        member_id=member_id,
        price=event.price,
        signed_up_at=now,
    )
    session.add(taken)
    session.flush()
    _record(session, event, "event.signed-up", actor, now, {"member_id": member_id})
    _write(session, calendar, event, member_id, "event-signed-up", now)
    tell(session, EventSignedUp(member_id, event_id, taken.id, event.price, now))
    return taken


def cancel_sign_up(session: Session, event_id: int, member_id: int, *, actor: str, now: datetime) -> None:
    """Until the event begins. Raises `NotFound`, `EventOver`, `NotSignedUp`."""
    event = _hold_open(session, event_id, now)
    taken = _standing(session, event_id, member_id)
    if taken is None:
        raise NotSignedUp
    taken.cancelled_at = now
    _record(session, event, "event.sign-up-cancelled", actor, now, {"member_id": member_id})
    tell(session, EventSignUpCancelled(member_id, event_id, taken.id, now))
    session.flush()


def call_off(session: Session, event_id: int, *, actor: str, now: datetime) -> CommunityEvent:
    """The event does not take place: nobody owes its price, and everybody who signed up is told. Raises `NotFound`,
    `EventOver`."""
    event = _hold_open(session, event_id, now)
    event.called_off_at = now
    _record(session, event, "event.called-off", actor, now, {})
    release_sign_ups.enqueue(session, operator_id=event.operator_id, now=now, event_id=event_id)
    session.flush()
    return event


@task("membership.release-sign-ups")
def release_sign_ups(context: TaskContext, *, event_id: int) -> None:
    """Cancel the next batch of the sign-ups of an event that was called off."""
    session, now = context.session, context.clock.now()
    event = session.get_one(CommunityEvent, event_id, with_for_update=True)
    calendar = context.resource(RulesOfMembers)[event.operator_id].calendar
    standing = session.scalars(
        select(SignUp)
        .where(SignUp.event_id == event_id, SignUp.cancelled_at.is_(None))
        .order_by(SignUp.id)
        .limit(SIGN_UPS_A_BATCH)
    ).all()
    for taken in standing:
        taken.cancelled_at = now
        _write(session, calendar, event, taken.member_id, "event-called-off", now)
        tell(session, EventSignUpCancelled(taken.member_id, event_id, taken.id, now))
    if len(standing) == SIGN_UPS_A_BATCH:
        release_sign_ups.enqueue(session, operator_id=event.operator_id, now=now, event_id=event_id)


def participants(
    session: Session, event_id: int, *, after_id: int, limit: int, listing: Listing = OLDEST_FIRST
) -> Sequence[tuple[SignUp, Member]]:
    """Standing sign-ups with their members. Raises `NotFound`."""
    get_event(session, event_id)
    statement = listing.part(
        select(SignUp, Member).join(Member, SignUp.member_id == Member.id), SignUp.id, after_id, limit
    ).where(SignUp.event_id == event_id, SignUp.cancelled_at.is_(None))
    return [(taken, member) for taken, member in session.execute(statement)]


def taken_places(session: Session, event_ids: Collection[int]) -> dict[int, int]:
    """Standing sign-ups by event; events without any are left out."""
    statement = (
        select(SignUp.event_id, func.count())
        .where(SignUp.event_id.in_(event_ids), SignUp.cancelled_at.is_(None))
        .group_by(SignUp.event_id)
    )
    return dict(session.execute(statement).all())


def joined_by(session: Session, event_ids: Collection[int], member_id: int) -> frozenset[int]:
    """Those of the events for which the member is signed up."""
    statement = select(SignUp.event_id).where(
        SignUp.event_id.in_(event_ids), SignUp.member_id == member_id, SignUp.cancelled_at.is_(None)
    )
    return frozenset(session.scalars(statement))


def _hold_open(session: Session, event_id: int, now: datetime) -> CommunityEvent:
    event = session.get(CommunityEvent, event_id, with_for_update=True)
    if event is None:
        raise NotFound
    if event.called_off_at is not None or event.starts_at <= now:
        raise EventOver
    return event


def _standing(session: Session, event_id: int, member_id: int) -> SignUp | None:
    return session.scalar(
        select(SignUp).where(
            SignUp.event_id == event_id, SignUp.member_id == member_id, SignUp.cancelled_at.is_(None)
        )
    )


def _write(
    session: Session,
    calendar: BusinessCalendar,
    event: CommunityEvent,
    member_id: int,
    kind: str,
    now: datetime,
) -> None:
    member = get_member(session, member_id)
    in_japanese = member.person.language == "ja"
    notify(
        session,
        operator_id=event.operator_id,
        now=now,
        recipient=f"member:{member_id}",
        address=member.person.email,
        kind=kind,
        language=cast("Language", member.person.language),
        member=member.name,
        event=event.title_ja if in_japanese else event.title_en,
        starts_at=f"{calendar.local(event.starts_at):%Y-%m-%d %H:%M}",
        place=event.place,
        price=plain(event.price) if event.price else None,
    )


def _record(
    session: Session,
    event: CommunityEvent,
    action: str,
    actor: str,
    now: datetime,
    details: dict[str, object],
) -> None:
    record(
        session,
        operator_id=event.operator_id,
        at=now,
        actor=actor,
        action=action,
        subject=f"event:{event.id}",
        details=details,
    )
