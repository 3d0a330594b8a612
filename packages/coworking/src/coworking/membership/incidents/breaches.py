"""Prohibited acts (SAK-39, NET-17, SAK-34), refusals of service, and what staff saw at the place (NET-29)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.kit.audit import record
from coworking.kit.errors import NotFound
from coworking.kit.listing import OLDEST_FIRST, Listing
from coworking.membership.incidents.errors import BreachKindUnknown, DayToCome
from coworking.membership.incidents.models import ActivityRecord, Breach, ServiceRefusal
from coworking.membership.members import get_member
from coworking.membership.profile import MembershipProfile

T = TypeVar("T", Breach, ServiceRefusal, ActivityRecord)


def report_breach(
    session: Session,
    profile: MembershipProfile,
    member_id: int,
    *,
    kind: str,
    happened_on: date,
    evidence: str,
    today: date,
    actor: str,
    now: datetime,
) -> Breach:
    """Put a prohibited act on record, which stays as it was written. Raises `NotFound`, `BreachKindUnknown`,
    `DayToCome`."""
    member = get_member(session, member_id)
    if kind not in profile.prohibited_acts:
        raise BreachKindUnknown(kind=kind, allowed=", ".join(profile.prohibited_acts))
    if happened_on > today:
        raise DayToCome
    breach = Breach(
        operator_id=member.operator_id,
        member_id=member_id,
        kind=kind,
        happened_on=happened_on,
        evidence=evidence,
        recorded_at=now,
        recorded_by=actor,
    )
    session.add(breach)
    _record(session, breach, "breach.recorded", actor, now, {"kind": kind})
    return breach


def refuse_service(
    session: Session, member_id: int, reason: str, *, breach_id: int | None, actor: str, now: datetime
) -> ServiceRefusal:
    """Record that the member was not served; `breach_id` is the act that it was for. Raises `NotFound`."""
    member = get_member(session, member_id)
    if breach_id is not None:
        breach = session.get(Breach, breach_id)
        if breach is None or breach.member_id != member_id:
            raise NotFound
    refusal = ServiceRefusal(
        operator_id=member.operator_id,
        member_id=member_id,
        breach_id=breach_id,
        reason=reason,
        refused_at=now,
        refused_by=actor,
    )
    session.add(refusal)
    _record(session, refusal, "service.refused", actor, now, {"reason": reason})
    return refusal


def record_activity(
    session: Session, member_id: int, note: str, *, seen_at: datetime, actor: str, now: datetime
) -> ActivityRecord:
    """What staff saw; not later than now. Raises `NotFound`, `DayToCome`."""
    member = get_member(session, member_id)
    if seen_at > now:
        raise DayToCome
    activity = ActivityRecord(
        operator_id=member.operator_id,
        member_id=member_id,
        note=note,
        seen_at=seen_at,
        recorded_at=now,
        recorded_by=actor,
    )
    session.add(activity)
    _record(session, activity, "activity.recorded", actor, now, {})
    return activity


def list_breaches(
    session: Session,
    *,
    member_id: int | None,
    kind: str | None,
    after_id: int,
    limit: int,
    listing: Listing = OLDEST_FIRST,
) -> Sequence[Breach]:
    statement = listing.part(select(Breach), Breach.id, after_id, limit)
    if member_id is not None:
        statement = statement.where(Breach.member_id == member_id)
    if kind is not None:
        statement = statement.where(Breach.kind == kind)
    return session.scalars(statement).all()


def list_refusals(
    session: Session, *, member_id: int | None, after_id: int, limit: int, listing: Listing = OLDEST_FIRST
) -> Sequence[ServiceRefusal]:
    return _listed(session, ServiceRefusal, member_id, after_id, limit, listing)


def list_activity(
    session: Session, *, member_id: int | None, after_id: int, limit: int, listing: Listing = OLDEST_FIRST
) -> Sequence[ActivityRecord]:
    return _listed(session, ActivityRecord, member_id, after_id, limit, listing)


def _listed(
    session: Session,
    model: type[T],
    member_id: int | None,
    after_id: int,
    limit: int,
    listing: Listing,
) -> Sequence[T]:
    statement = listing.part(select(model), model.id, after_id, limit)
    if member_id is not None:
        statement = statement.where(model.member_id == member_id)
    return session.scalars(statement).all()


def _record(
    session: Session,
    row: Breach | ServiceRefusal | ActivityRecord,
    action: str,
    actor: str,
    now: datetime,
    details: dict[str, str],
) -> None:
    session.flush()
    record(
        session,
        operator_id=row.operator_id,
        at=now,
        actor=actor,
        action=action,
        subject=f"member:{row.member_id}",
        details={**details, "record": row.id},
    )
