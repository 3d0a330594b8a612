"""Repeat checks: when one falls due staff are told, and what is not repeated in time expires."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from coworking.kit.audit import record
from coworking.kit.outbox import TaskContext, task
from coworking.membership.identity.models import IdentityRecord
from coworking.membership.models import Member
from coworking.membership.rules import MemberRules, RulesOfMembers
from coworking.membership.staff_notices import tell_staff

SERVED = ("active", "leaving", "suspended", "limited")
MOST_A_DAY = 2_000


@task("membership.repeat-identity")
def repeat_identity(context: TaskContext, *, day: str) -> None:
    """A daily step: what has fallen due since staff were last told, in one notice, and what has expired."""
    assert context.operator_id is not None
    rules = context.resource(RulesOfMembers)[context.operator_id]
    today = rules.calendar.local_date(context.clock.now())
    tell_what_is_due(context.session, rules, context.operator_id, today, context.clock.now())
    expire_overdue(context.session, rules, today, context.clock.now())


def tell_what_is_due(
    session: Session, rules: MemberRules, operator_id: int, today: date, now: datetime
) -> None:
    """Telling it again tells only what is new."""
    due = _latest(session, today, IdentityRecord.repeat_told_at.is_(None))
    for entry in due:
        entry.repeat_told_at = now
    session.flush()
    if due:
        members = ", ".join(str(entry.member_id) for entry in due[:50])
        tell_staff(
            session,
            rules.profile,
            "identity-repeat",
            operator_id=operator_id,
            now=now,
            count=len(due),
            members=members,
        )


def expire_overdue(session: Session, rules: MemberRules, today: date, now: datetime) -> None:
    """Where the operator lets checks expire: services wait again for the member's identity."""
    grace = rules.profile.identity.expires_after_days
    if grace is None:
        return
    for entry in _latest(session, today - timedelta(days=grace)):
        for own in session.scalars(
            select(IdentityRecord).where(
                IdentityRecord.member_id == entry.member_id,
                IdentityRecord.id <= entry.id,
                IdentityRecord.status == "approved",
            )
        ):
            own.status, own.expired_at = "expired", now
        record(
            session,
            operator_id=entry.operator_id,
            at=now,
            actor="task",
            action="identity.expired",
            subject=f"member:{entry.member_id}",
            details={"record": entry.id},
        )
    session.flush()


def _latest(session: Session, due_by: date, *also: ColumnElement[bool]) -> list[IdentityRecord]:
    """Of members who are served: the last confirmed record, where its repeat check was due by then; the first
    MOST_A_DAY of them."""
    last = (
        select(func.max(IdentityRecord.id))
        .where(IdentityRecord.status == "approved")
        .group_by(IdentityRecord.member_id)
    )
    statement = (
        select(IdentityRecord)
        .join(Member, Member.id == IdentityRecord.member_id)
        .where(
            IdentityRecord.id.in_(last), IdentityRecord.repeat_on <= due_by, Member.status.in_(SERVED), *also
        )
        .order_by(IdentityRecord.id)
        .limit(MOST_A_DAY)
    )
    return list(session.scalars(statement))
