"""Caps that were neared or reached: entered once, barring until they are lifted."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from coworking.kit.audit import record
from coworking.kit.calendars import BusinessCalendar
from coworking.kit.listing import NEWEST_FIRST, Listing
from coworking.kit.money import plain
from telephony.forwarding.cap_models import CapEvent
from telephony.metering import Passed, cap_ends_at, cap_period
from telephony.numbers import Line

LARGEST_PAGE = 200
OWN_CAP = "own-yen-per-month"
SYSTEM = "system"
"""The subject of caps over all operators."""


def line_subject(line_id: int) -> str:
    return f"line:{line_id}"


def member_subject(member_id: int) -> str:
    return f"member:{member_id}"


def operator_subject(operator_id: int) -> str:
    return f"operator:{operator_id}"


def subjects_of(operator_id: int, line_id: int, member_id: int) -> tuple[str, str, str, str]:
    """All whose caps bar a line."""
    return line_subject(line_id), member_subject(member_id), operator_subject(operator_id), SYSTEM


def barred_by(session: Session, line: Line) -> str | None:
    """The cap that stops a line now, its own, its member's, the operator's or the system's; None where none
    does."""
    subjects = subjects_of(line.operator_id, line.id, line.member_id)
    return next((event.what for event in barring(session, subjects)), None)


def barring(session: Session, subjects: Collection[str]) -> Sequence[CapEvent]:
    """What bars these subjects, the longest first."""
    statement = (
        select(CapEvent)
        .where(CapEvent.subject.in_(subjects), CapEvent.level == "reached", CapEvent.lifted_at.is_(None))
        .order_by(CapEvent.until.desc(), CapEvent.id)
    )
    return session.scalars(statement).all()


def enter_cap(
    session: Session,
    calendar: BusinessCalendar,
    subject: str,
    one: Passed,
    pause_minutes: int,
    now: datetime,
) -> CapEvent | None:
    """Enter that a cap was neared or reached; None where that is known of this period."""
    operator_id = session.info["operator_id"]
    period = cap_period(one.what, calendar, now)
    if one.what == OWN_CAP or subject == SYSTEM:
        period = f"{period}/{plain(one.cap)}"  # another cap of the same period is another thing to reach
    statement = (
        insert(CapEvent)
        .values(
            operator_id=operator_id,
            subject=subject,
            what=one.what,
            level=one.level,
            period=period,
            cap=one.cap,
            counted=one.counted,
            since=now,
            until=cap_ends_at(one.what, calendar, now, pause_minutes),
        )
        .on_conflict_do_nothing()
        .returning(CapEvent)
    )
    event = session.scalar(statement)
    if event is not None:
        record(
            session,
            operator_id=operator_id,
            at=now,
            actor="task:forwarding.caps",
            action=f"cap.{one.level}",
            subject=subject,
            details={"what": one.what, "cap": plain(one.cap), "counted": plain(one.counted)},
            channel="task",
        )
    return event


def list_cap_events(
    session: Session,
    *,
    subject: str | None = None,
    level: str | None = None,
    only_barring: bool = False,
    after_id: int = 0,
    limit: int = LARGEST_PAGE,
    listing: Listing = NEWEST_FIRST,
) -> Sequence[CapEvent]:
    statement = listing.part(select(CapEvent), CapEvent.id, after_id, limit)
    if subject is not None:
        statement = statement.where(CapEvent.subject == subject)
    if level is not None:
        statement = statement.where(CapEvent.level == level)
    if only_barring:
        statement = statement.where(CapEvent.level == "reached", CapEvent.lifted_at.is_(None))
    return session.scalars(statement).all()
