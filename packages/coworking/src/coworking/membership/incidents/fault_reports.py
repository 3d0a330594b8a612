"""Faults and accidents, reported by anybody who is signed in (SAK-46)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.kit.audit import record
from coworking.kit.errors import NotFound
from coworking.kit.listing import OLDEST_FIRST, Listing
from coworking.kit.profile_fields import Bilingual
from coworking.membership.incidents.errors import AlreadySettled
from coworking.membership.incidents.models import FaultReport
from coworking.membership.profile import MembershipProfile
from coworking.membership.staff_notices import tell_staff

FaultKind = Literal["fault", "accident"]
KINDS: Final[dict[FaultKind, Bilingual]] = {
    "fault": Bilingual(ja="故障・不具合", en="fault"),
    "accident": Bilingual(ja="事故", en="accident"),
}


def report_fault(
    session: Session,
    profile: MembershipProfile,
    *,
    operator_id: int,
    member_id: int | None,
    reporter: str,
    kind: FaultKind,
    what: str,
    place: str,
    actor: str,
    now: datetime,
) -> FaultReport:
    """`reporter` is the name that staff read; `member_id` is None for staff."""
    report = FaultReport(
        operator_id=operator_id,
        member_id=member_id,
        kind=kind,
        what=what,
        place=place,
        reported_at=now,
        reported_by=actor,
    )
    session.add(report)
    session.flush()
    _record(session, report, "fault.reported", actor, now)
    tell_staff(
        session,
        profile,
        "fault-reported",
        operator_id=operator_id,
        now=now,
        reporter=reporter,
        kind_word=KINDS[kind].spoken(profile.language.value),
        what=what,
        place=place,
    )
    return report


def settle_fault(session: Session, fault_id: int, how: str, *, actor: str, now: datetime) -> FaultReport:
    """Raises `NotFound`, `AlreadySettled`."""
    report = session.get(FaultReport, fault_id, with_for_update=True)
    if report is None:
        raise NotFound
    if report.settled_at is not None:
        raise AlreadySettled
    report.settled_at, report.settled_by, report.settled_how = now, actor, how
    _record(session, report, "fault.settled", actor, now)
    session.flush()
    return report


def list_faults(
    session: Session,
    *,
    member_id: int | None,
    is_settled: bool | None,
    after_id: int,
    limit: int,
    listing: Listing = OLDEST_FIRST,
) -> Sequence[FaultReport]:
    statement = listing.part(select(FaultReport), FaultReport.id, after_id, limit)
    if member_id is not None:
        statement = statement.where(FaultReport.member_id == member_id)
    if is_settled is not None:
        statement = statement.where(FaultReport.settled_at.is_not(None) == is_settled)
    return session.scalars(statement).all()


def _record(session: Session, report: FaultReport, action: str, actor: str, now: datetime) -> None:
    record(
        session,
        operator_id=report.operator_id,
        at=now,
        actor=actor,
        action=action,
        subject=f"fault:{report.id}",
        details={"kind": report.kind},
    )
