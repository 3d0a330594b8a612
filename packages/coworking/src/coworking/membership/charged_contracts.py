"""Whose contracts may owe something, a batch at a time."""

from __future__ import annotations

from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from coworking.membership.company_models import KeptAddress
from coworking.membership.models import Member


def members_to_charge(session: Session, *, after_id: int, limit: int, ended_since: date) -> list[int]:
    """Ids of members after `after_id` in their order whose contract runs, ended on `ended_since` or later, or who keep
    the operator's address registered beyond the end."""
    still_kept = select(KeptAddress.member_id).where(
        or_(KeptAddress.released_on.is_(None), KeptAddress.released_on >= ended_since)
    )
    statement = (
        select(Member.id)
        .where(
            Member.id > after_id,
            Member.status.not_in(("applied", "refused")),
            or_(Member.ends_on.is_(None), Member.ends_on >= ended_since, Member.id.in_(still_kept)),
        )
        .order_by(Member.id)
        .limit(limit)
    )
    return list(session.scalars(statement))
