"""What members are called, for lists of many."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coworking.membership.models import Company, Member, Person


def member_names(session: Session, member_ids: Collection[int]) -> dict[int, str]:
    """By member: the company's name where it is one."""
    statement = (
        select(Member.id, func.coalesce(Company.name, Person.name))
        .join(Person, Person.id == Member.person_id)
        .outerjoin(Company, Company.id == Member.company_id)
        .where(Member.id.in_(member_ids))
    )
    return dict(session.execute(statement).all())


def names_paid_under(session: Session) -> dict[int, list[str]]:
    """By member of the session's operator: the names and kana readings under which they may pay, a company's own where
    it is one."""
    statement = (
        select(Member.id, Member.kind, Person.name, Person.kana, Company.name, Company.kana)
        .join(Person, Person.id == Member.person_id)
        .outerjoin(Company, Company.id == Member.company_id)
        .where(Member.status != "refused")
        .order_by(Member.id)
    )
    return {
        member_id: [name for name in (names[2:] if kind == "company" else names[:2]) if name]
        for member_id, kind, *names in session.execute(statement)
    }
