"""Who uses one membership together: a company's or a group's own, and the people who belong to it (NET-03, SAK-27)."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.membership.company_models import Belonging
from coworking.membership.models import Member


def sharing_members(session: Session, member_id: int) -> list[int]:
    """The member and everybody who shares the membership with them now; the one that the others belong to first."""
    own = select(Belonging.company_id).where(Belonging.member_id == member_id, Belonging.ends_on.is_(None))
    base = session.scalar(own) or member_id
    people = select(Belonging.member_id).where(Belonging.company_id == base, Belonging.ends_on.is_(None))
    return [base, *session.scalars(people.order_by(Belonging.member_id))]


def hold_sharing_members(session: Session, member_id: int) -> None:
    """Lock the membership that is shared until the transaction ends, so that what its people have in common is counted
    by one after the other."""
    base = sharing_members(session, member_id)[0]
    session.execute(select(Member.id).where(Member.id == base).with_for_update())
