"""Which desk phone is lent with which line: what routing cards and webhooks ask."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from telephony.forwarding.calling_out.models import DeskPhone


def live_desk_phone(session: Session, line_id: int) -> DeskPhone | None:
    return session.scalar(
        select(DeskPhone).where(DeskPhone.line_id == line_id, DeskPhone.withdrawn_at.is_(None))
    )


def desk_address(session: Session, line_id: int) -> str | None:
    """The SIP address of the line's desk phone, None where none is lent."""
    phone = live_desk_phone(session, line_id)
    return phone.address if phone is not None else None


def desk_phone_of(session: Session, username: str, domain: str) -> DeskPhone | None:
    """The live desk phone that a carrier names by the account that it authenticated."""
    return session.scalar(
        select(DeskPhone).where(
            DeskPhone.username == username, DeskPhone.domain == domain, DeskPhone.withdrawn_at.is_(None)
        )
    )
