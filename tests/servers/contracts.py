"""A member whose contract is over, and the day that makes it so."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.kit.outbox import Resources
from coworking.membership import RulesOfMembers, turn_day
from coworking.membership.models import Member
from coworking.membership.rules import MemberRules
from coworking.membership.turning import turn_member
from tests.factories.membership import NOW, make_member, nex


def queue_turn(resources: Resources, session: Session, operator_id: int, *, by_day: bool = True) -> None:
    """The contract ended yesterday."""
    rules = MemberRules(nex().membership, nex().calendar())
    resources.provide(RulesOfMembers, RulesOfMembers({operator_id: rules}))
    today = rules.calendar.local_date(NOW)
    member = make_member(session, operator_id)
    member.starts_on = today - timedelta(days=40)
    member.ends_on = today - timedelta(days=1)
    member.status = "leaving"
    session.flush()
    if by_day:
        turn_day.enqueue(session, operator_id=operator_id, now=NOW, day=today.isoformat())
    else:
        turn_member.enqueue(session, operator_id=operator_id, now=NOW, member_id=member.id)


def is_ended(session: Session) -> bool:
    return session.scalars(select(Member.status)).all() == ["ended"]
