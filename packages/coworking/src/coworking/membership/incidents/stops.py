"""The log of times in which the operator does not serve, for anybody to see (NET-24)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from coworking.kit.audit import record
from coworking.kit.errors import NotFound
from coworking.kit.listing import OLDEST_FIRST, Listing
from coworking.membership.incidents.errors import StopOver, StopTimes
from coworking.membership.incidents.models import ServiceStop
from coworking.membership.texts import BilingualText


def log_stop(
    session: Session,
    *,
    operator_id: int,
    what: BilingualText,
    reason: BilingualText,
    starts_at: datetime,
    ends_at: datetime | None,
    actor: str,
    now: datetime,
) -> ServiceStop:
    """A stop in [starts_at, ends_at), past, present or to come. Raises `StopTimes`."""
    if ends_at is not None and ends_at <= starts_at:
        raise StopTimes
    stop = ServiceStop(
        operator_id=operator_id,
        what_ja=what.ja,
        what_en=what.en,
        reason_ja=reason.ja,
        reason_en=reason.en,
        starts_at=starts_at,
        ends_at=ends_at,
        logged_at=now,
        logged_by=actor,
    )
    session.add(stop)
    session.flush()
    _record(session, stop, "service-stop.logged", actor, now)
    return stop


def end_stop(session: Session, stop_id: int, *, actor: str, now: datetime) -> ServiceStop:
    """It ends now, or when it would begin where that is still to come. Raises `NotFound`, `StopOver`."""
    stop = session.get(ServiceStop, stop_id, with_for_update=True)
    if stop is None:
        raise NotFound
    if stop.ends_at is not None and stop.ends_at <= now:
        raise StopOver
    stop.ends_at = max(now, stop.starts_at)
    _record(session, stop, "service-stop.ended", actor, now)
    session.flush()
    return stop


def list_stops(
    session: Session,
    *,
    lasting_at: datetime | None,
    after_id: int,
    limit: int,
    listing: Listing = OLDEST_FIRST,
) -> Sequence[ServiceStop]:
    """With `lasting_at` those that last then."""
    statement = listing.part(select(ServiceStop), ServiceStop.id, after_id, limit)
    if lasting_at is not None:
        statement = statement.where(
            ServiceStop.starts_at <= lasting_at,
            or_(ServiceStop.ends_at.is_(None), ServiceStop.ends_at > lasting_at),
        )
    return session.scalars(statement).all()


def _record(session: Session, stop: ServiceStop, action: str, actor: str, now: datetime) -> None:
    record(
        session,
        operator_id=stop.operator_id,
        at=now,
        actor=actor,
        action=action,
        subject=f"service-stop:{stop.id}",
    )
