"""Cases that may have to be reported to the authority (Article 8 of the Act). Members are never told: nothing here is
written under a member's name in the audit trail, in a notice or in an export."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.kit.audit import record
from coworking.kit.errors import NotFound, ValidationFailed
from coworking.kit.listing import OLDEST_FIRST, Listing
from coworking.kit.sealing import FieldKeys
from coworking.membership.identity.errors import WrongRecordStatus
from coworking.membership.identity.models import SuspiciousReport, place_of_grounds
from coworking.membership.models import Member

Decision = Literal["reported", "not-reported"]


def note_suspicion(
    session: Session, keys: FieldKeys, member_id: int, grounds: str, *, actor: str, now: datetime
) -> SuspiciousReport:
    """Raises `NotFound`."""
    member = session.get(Member, member_id)
    if member is None:
        raise NotFound
    report = SuspiciousReport(
        operator_id=member.operator_id, member_id=member_id, sealed_grounds=b"", noted_at=now, noted_by=actor
    )
    session.add(report)
    session.flush()
    report.sealed_grounds = keys.seal(grounds, place=place_of_grounds(report))
    session.flush()
    _record(session, report, "noted", actor, now)
    return report


def decide_suspicion(
    session: Session,
    report_id: int,
    decision: Decision,
    *,
    reported_on: date | None,
    reference: str | None,
    today: date,
    actor: str,
    now: datetime,
) -> SuspiciousReport:
    """It was reported, today unless another day is given, or it need not be. Raises `NotFound`, `WrongRecordStatus`,
    `ValidationFailed`."""
    report = session.scalar(
        select(SuspiciousReport).where(SuspiciousReport.id == report_id).with_for_update()
    )
    if report is None:
        raise NotFound
    if report.decision is not None:
        raise WrongRecordStatus(status=report.decision)
    if reported_on is not None and reported_on > today:
        raise ValidationFailed([{"field": "reported_on", "message": "today or earlier"}])
    report.decision, report.decided_at, report.decided_by = decision, now, actor
    if decision == "reported":
        report.reported_on, report.reference = reported_on or today, reference
    _record(session, report, decision, actor, now)
    session.flush()
    return report


def suspicions(
    session: Session,
    *,
    member_id: int | None,
    is_open: bool | None,
    after_id: int,
    limit: int,
    listing: Listing = OLDEST_FIRST,
) -> Sequence[SuspiciousReport]:
    statement = listing.part(select(SuspiciousReport), SuspiciousReport.id, after_id, limit)
    if member_id is not None:
        statement = statement.where(SuspiciousReport.member_id == member_id)
    if is_open is not None:
        statement = statement.where(SuspiciousReport.decision.is_(None) == is_open)
    return session.scalars(statement).all()


def grounds_of(keys: FieldKeys, report: SuspiciousReport) -> str:
    return keys.open(report.sealed_grounds, place=place_of_grounds(report))


def _record(session: Session, report: SuspiciousReport, action: str, actor: str, now: datetime) -> None:
    record(
        session,
        operator_id=report.operator_id,
        at=now,
        actor=actor,
        action=f"suspicious-report.{action}",
        subject=f"suspicious-report:{report.id}",
    )
