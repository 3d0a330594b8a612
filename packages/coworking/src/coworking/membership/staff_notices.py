"""What staff are told in writing: changes of members' data, reports, inquiries."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.kit.notices import notify
from coworking.membership.models import Account, Person
from coworking.membership.profile import MembershipProfile

STAFF = "staff"
"""The recipient of these notices."""
MOST_ADDRESSES = 20


def tell_staff(
    session: Session, profile: MembershipProfile, kind: str, *, operator_id: int, now: datetime, **facts: Any
) -> None:
    """In the operator's language, to the address that the profile names, or to every administrator of now."""
    for address in _addresses(session, profile):
        notify(
            session,
            operator_id=operator_id,
            now=now,
            recipient=STAFF,
            address=address,
            kind=kind,
            language=profile.language.value,
            **facts,
        )


def _addresses(session: Session, profile: MembershipProfile) -> Sequence[str]:
    if profile.incidents.staff_address is not None:
        return [profile.incidents.staff_address]
    statement = (
        select(Person.email)
        .join(Account, Account.person_id == Person.id)
        .where(
            Account.role == "administrator", Account.closed_at.is_(None), Account.confirmed_at.is_not(None)
        )
        .distinct()
        .order_by(Person.email)
        .limit(MOST_ADDRESSES)
    )
    return session.scalars(statement).all()
