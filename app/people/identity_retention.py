"""Identity records, their papers, and suspicious cases go seven years after the contract, by the law's clock (R31)."""

from __future__ import annotations

from datetime import date, datetime, time

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from app.people.holds import members_on_hold
from app.people.retention import RETENTION
from coworking.kit.calendars import BusinessCalendar
from coworking.kit.daily import Calendars
from coworking.kit.outbox import TaskContext, task
from coworking.kit.sealed_files import delete_files
from coworking.membership.identity.models import (
    AddressLetter,
    IdentityPaper,
    IdentityRecord,
    SuspiciousReport,
)
from coworking.membership.leaving import OVER
from coworking.membership.models import Member
from virtual_office.models import AddressEvidence

MOST_A_ROUND = 500
"""Records, each with its papers."""


@task("people.forget-identity")
def forget_identity(context: TaskContext, *, day: str) -> None:
    """A daily step; comes again at once if there was too much."""
    assert context.operator_id is not None
    calendar = context.resource(Calendars)[context.operator_id]
    years = RETENTION["identity"].years
    assert years is not None
    kept = members_on_hold(context.session)
    now = context.clock.now()
    rounds = [step(context.session, calendar, kept, years, now) for step in STEPS]
    if MOST_A_ROUND in rounds:
        forget_identity.enqueue(context.session, operator_id=context.operator_id, now=now, day=day)


def years_before(day: date, years: int) -> date:
    """The same day of the year; of a leap day, the day before."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return date(day.year - years, 2, 28)


def forget_records(
    session: Session, calendar: BusinessCalendar, kept: list[int], years: int, now: datetime
) -> int:
    """Of members whose contract ended more than so many years ago (the day of the end does not count: Civil Code,
    article 140), and of applicants who never became one; returns how many records."""
    over_on = years_before(calendar.local_date(now), years)
    over_at = calendar.instant(over_on, time.min)
    old = session.scalars(
        select(IdentityRecord.id)
        .join(Member, Member.id == IdentityRecord.member_id)
        .where(
            Member.status.in_(OVER),
            IdentityRecord.entered_at < over_at,
            or_(Member.ends_on.is_(None), Member.ends_on < over_on),
            Member.id.not_in(kept),
        )
        .order_by(IdentityRecord.id)
        .limit(MOST_A_ROUND)
    ).all()
    papers = IdentityPaper.record_id.in_(old)
    files = session.scalars(select(IdentityPaper.file_id).where(papers)).all()
    session.execute(delete(IdentityPaper).where(papers))
    session.execute(delete(AddressLetter).where(AddressLetter.record_id.in_(old)))
    session.execute(delete(IdentityRecord).where(IdentityRecord.id.in_(old)))
    delete_files(session, files)
    return len(old)


def forget_reports(
    session: Session, calendar: BusinessCalendar, kept: list[int], years: int, now: datetime
) -> int:
    """Suspicious cases of memberships that are over so long, counted from the later of their end and the decision;
    returns how many."""
    over_on = years_before(calendar.local_date(now), years)
    over_at = calendar.instant(over_on, time.min)
    old = session.scalars(
        select(SuspiciousReport.id)
        .join(Member, Member.id == SuspiciousReport.member_id)
        .where(
            Member.status.in_(OVER),
            or_(Member.ends_on.is_(None), Member.ends_on < over_on),
            func.coalesce(SuspiciousReport.decided_at, SuspiciousReport.noted_at) < over_at,
            Member.id.not_in(kept),
        )
        .limit(MOST_A_ROUND)
    ).all()
    session.execute(delete(SuspiciousReport).where(SuspiciousReport.id.in_(old)))
    return len(old)


def forget_address_evidence(
    session: Session, calendar: BusinessCalendar, kept: list[int], years: int, now: datetime
) -> int:
    """Files that prove a registration or an exit, of contracts that are over so long; returns how many."""
    over_on = years_before(calendar.local_date(now), years)
    old = session.execute(
        select(AddressEvidence.id, AddressEvidence.file_id)
        .join(Member, Member.id == AddressEvidence.member_id)
        .where(Member.status.in_(OVER), Member.ends_on < over_on, Member.id.not_in(kept))
        .limit(MOST_A_ROUND)
    ).all()
    session.execute(delete(AddressEvidence).where(AddressEvidence.id.in_([row.id for row in old])))
    delete_files(session, [row.file_id for row in old])
    return len(old)


STEPS = (forget_records, forget_reports, forget_address_evidence)
